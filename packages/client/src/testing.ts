import { createAccess } from './access.ts';
import { toNetworkError } from './answers.ts';
import { createClient } from './client.ts';
import type { Clock } from './clock.ts';
import { FakeGateway } from './fake/gateway.ts';
import type { FakeStep } from './fake/script.ts';
import { createLink } from './link.ts';
import type { Waybill } from './types.ts';

export type { FakeStep } from './fake/script.ts';

export interface FakeOptions {
  /** How long each step of a script lasts. Default 1,000 ms. */
  readonly stepMs?: number;
  /** What the clock shows at first, epoch milliseconds. */
  readonly startAt?: number;
}

/** A `Waybill` without a network, on a clock that stands still. */
export interface FakeWaybill extends Waybill {
  /** Moves time on; what falls due happens, and what it brings has been told when this resolves. */
  advance(ms: number): Promise<void>;
  /** What its clock shows, epoch milliseconds. */
  now(): number;
  /** From now on the gateway cannot be reached. */
  disconnect(): Promise<void>;
  /** It can be reached again; the client comes back when its next try is due, or at once when it waits for none. */
  reconnect(): Promise<void>;
  /** What a test of leaving nothing behind looks at: streams that are open, and timers that wait. */
  readonly running: { readonly streams: number; readonly timers: number };
}

/** 2026-11-22T10:00:00Z */
const START_AT = 1_795_341_600_000;
/** Promises that wait for promises are done by then. */
const TURNS = 20;

/**
 * A `Waybill` on a script: each export takes one step every `stepMs`, from the moment the fake is made, whether anybody looks or not.
 *
 *     const client = fakeWaybill({ 'hi-energy:1': ['QUEUED', 'RUNNING@40', 'SUCCEEDED'] });
 *     await client.advance(2_000);
 *
 * A step is `STATUS`, with `@PERCENT`, and behind a colon the outcome of a success or the reason of a failure; `ERROR:CODE` for an export
 * that cannot be read. It runs the client's own code, all but the network.
 */
export function fakeWaybill(
  script: Readonly<Record<string, readonly FakeStep[]>>,
  options: FakeOptions = {},
): FakeWaybill {
  const { stepMs = 1_000, startAt = START_AT } = options;
  const clock = new FakeClock(startAt);
  const gateway = new FakeGateway(script, stepMs, clock);
  const link = createLink({
    ways: [gateway.open],
    access: createAccess({}),
    clock,
    retry: { minMs: 1_000, maxMs: 1_000 },
  });
  return {
    ...createClient(link, gateway.ask, clock),
    now: clock.now,
    get running() {
      return { streams: gateway.streamCount, timers: clock.timerCount };
    },
    async advance(ms) {
      await settle();
      await clock.advance(ms, gateway);
      await settle();
    },
    async disconnect() {
      await settle();
      gateway.disconnect(toNetworkError());
      await settle();
    },
    async reconnect() {
      gateway.reconnect();
      await settle();
    },
  };
}

/** Time that a test moves. */
class FakeClock implements Clock {
  private time: number;
  private readonly timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  constructor(startAt: number) {
    this.time = startAt;
  }

  get timerCount(): number {
    return this.timers.size;
  }

  readonly now = (): number => this.time;
  readonly random = (): number => 0.5;

  readonly setTimer = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { at: this.time + Math.max(0, delayMs), callback };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  };

  /** Runs each timer, and takes each step of a script, at its own instant. */
  async advance(ms: number, gateway: FakeGateway): Promise<void> {
    const until = this.time + ms;
    for (;;) {
      const [due] = [...this.timers].sort((one, other) => one.at - other.at);
      const nextAt = Math.min(due?.at ?? Number.POSITIVE_INFINITY, gateway.nextStepAt);
      if (nextAt > until) break;
      this.time = Math.max(this.time, nextAt);
      gateway.tick();
      if (due?.at === nextAt && this.timers.delete(due)) due.callback();
      await settle();
    }
    this.time = until;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}
