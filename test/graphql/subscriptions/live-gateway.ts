import { createScaledClock } from '../../../simulator/scaled-clock.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { type FakeReply, type FakeVendor, startFakeVendor } from '../../support/fake-vendor.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../../support/gateway.ts';

/** What Hi Energy says of an export; a reply is sent as it stands. */
export type Saying =
  | { readonly status: string; readonly parts?: number; readonly more?: object }
  | { readonly reply: FakeReply };

export interface LiveGateway extends TestGateway {
  readonly vendor: FakeVendor;
  readonly clock: Clock;
  /** From now on the vendor says this of an export; an export of which it never said anything is unknown to it. */
  say(exportId: string | number, saying: Saying): void;
  /** How often the vendor was asked about this export; a list call asks about all. */
  polls(exportId: string | number): number;
  /** Resolves after the vendor was asked about this export that many times more. */
  nextPolls(exportId: string | number, count?: number): Promise<void>;
}

export interface LiveGatewayOptions extends Omit<TestGatewayOptions, 'accounts' | 'tools'> {
  /** How much faster than the real time the gateway's clock runs. Default 20: a poll every 5 ms. */
  readonly speed?: number;
  /** Further accounts, given the vendor's address. */
  readonly accounts?: (url: string) => readonly object[];
  readonly clock?: Clock;
}

/** Parts that an export is made of; each one ready is 1 % of progress. */
const PARTS = 100;

/** A gateway in front of one Hi Energy account, `hi`, polled every 100 ms of a clock that runs fast. */
export async function startLiveGateway(options: LiveGatewayOptions = {}): Promise<LiveGateway> {
  const { speed = 20, accounts = () => [], clock = createScaledClock(systemClock, speed), ...rest } = options;
  const sayings = new Map<string, Saying>();
  const waiting: { readonly check: () => void }[] = [];
  const vendor = await startFakeVendor(({ url }) => {
    queueMicrotask(() => waiting.forEach(({ check }) => void check()));
    return reply(url, sayings);
  });
  const gateway = await startTestGateway({
    ...rest,
    accounts: [toHiAccount(vendor.url), ...accounts(vendor.url)],
    tools: { clock },
  });

  const polls = (exportId: string | number): number =>
    vendor.requests.filter(({ url }) => url.includes('?') || url.endsWith(`/${exportId}`)).length;

  return {
    ...gateway,
    vendor,
    clock,
    polls,
    say: (exportId, saying) => void sayings.set(String(exportId), saying),
    async nextPolls(exportId, count = 1) {
      const target = polls(exportId) + count;
      await new Promise<void>((resolve) => {
        const check = (): void => {
          if (polls(exportId) >= target) resolve();
        };
        waiting.push({ check });
      });
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await vendor[Symbol.asyncDispose]();
      const errors = gateway.log.lines.filter(({ level }) => level === 'error');
      if (errors.length > 0) throw new Error(`The gateway logged errors: ${JSON.stringify(errors)}`);
    },
  };
}

/** An account as a configuration file holds it, polled as often as it may be. */
export function toHiAccount(url: string, overrides: object = {}): object {
  return {
    key: 'hi',
    vendor: 'hi-energy',
    baseUrl: `${url}/api/v1`,
    credential: { type: 'api-key', apiKey: 'key-1' },
    limits: { requestsPerSecond: 10_000, maxConcurrent: 200, timeoutMs: 10_000 },
    polling: { minMs: 100, maxMs: 100 },
    ...overrides,
  };
}

/** The locator of an export of the account `hi`. */
export function hi(exportId: string | number, account?: string): object {
  return { hiEnergy: { exportId: String(exportId), ...(account === undefined ? {} : { account }) } };
}

function reply(url: string, sayings: ReadonlyMap<string, Saying>): FakeReply {
  if (url.includes('?')) {
    const exports = [...sayings].flatMap(([id, saying]) => ('status' in saying ? [toWire(id, saying)] : []));
    return { body: { exports } };
  }
  const id = url.split('/').at(-1) ?? '';
  const saying = sayings.get(id);
  if (saying === undefined)
    return { status: 404, body: { error: { code: 'not_found', message: 'No such export.' } } };
  return 'reply' in saying ? saying.reply : { body: { export: toWire(id, saying) } };
}

function toWire(id: string, { status, parts, more }: Extract<Saying, { status: string }>): object {
  return {
    id: Number(id),
    report_type: 'deals_excel',
    status,
    ...(parts === undefined ? {} : { progress: { parts_ready: parts, total_parts: PARTS } }),
    ...more,
  };
}
