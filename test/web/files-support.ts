import { request as sendRequest } from 'node:http';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import {
  ACCOUNT_KEYS,
  type FakedGateway,
  IDS,
  lastSegment,
  startFakedGateway,
  toAccount,
  toLocator,
} from '../graphql/support.ts';
import {
  type FakeHandler,
  type FakeReply,
  type FakeVendor,
  startFakeVendor,
} from '../support/fake-vendor.ts';
import type { TestGateway, TestGatewayOptions } from '../support/gateway.ts';
import { createOffsetClock, type OffsetClock } from '../support/offset-clock.ts';

/** The vendors that hand out presigned links. */
export const LINKING = ['hi-energy', 'talkdesk', 'web-admit'] as const satisfies readonly CodedVendorId[];
export type LinkingVendor = (typeof LINKING)[number];

/** Words that must never be seen outside, each in a place that could leak. */
export const CANARIES = [
  'canary-signature',
  'canary-path',
  'canary-header',
  'canary-body',
  'token-1',
  'key-1',
];

export interface FilesGateway extends FakedGateway {
  /** Where presigned links lead. */
  readonly store: FakeVendor;
  readonly clock: OffsetClock;
  /** Links handed out so far, oldest first. */
  readonly minted: string[];
  /** What may be changed while it runs. */
  readonly play: Play;
  /** Reads a finished export and gives the link of its file. */
  link(vendor: CodedVendorId, n?: number): Promise<string>;
}

/** How the vendors answer at the moment; whatever is left out is well. */
export interface Play {
  /** Power BI's own file. */
  file: FakeReply;
  /** What a file host answers. */
  stored: FakeReply;
  /** How long a link lives, in milliseconds; the next life for each minted link, the last one for all further ones. */
  lives: number[];
  /** The whole link, in place of a good one. */
  link: string | undefined;
  /** The answer to every call of an API, where it is not the usual one. */
  api: FakeReply | undefined;
  /** True while exports are still running. */
  isRunning: boolean;
  /** True where the file is gone: by the vendor's own way to say so. */
  isGone: boolean;
  title: string;
}

export interface FilesGatewayOptions {
  readonly config?: TestGatewayOptions['config'];
  /** Laid over each account that hands out links. */
  readonly account?: object;
  readonly timeoutMs?: number;
}

/** A gateway in front of four vendors whose every export is finished and has a file. */
export async function startFilesGateway(options: FilesGatewayOptions = {}): Promise<FilesGateway> {
  const clock = createOffsetClock();
  const minted: string[] = [];
  const play: Play = {
    file: { headers: { 'content-type': 'application/pdf', etag: '"v1"' }, body: 'the file' },
    stored: { body: 'the stored file' },
    lives: [25_000],
    link: undefined,
    api: undefined,
    isRunning: false,
    isGone: false,
    title: 'Sales overview',
  };
  const store = await startFakeVendor(() => play.stored);

  function mint(): string {
    const [life = 25_000] = play.lives;
    if (play.lives.length > 1) play.lives.shift();
    const url = play.link ?? toPresigned(store.url, minted.length, clock.now() + life, clock.now(), life);
    minted.push(url);
    return url;
  }

  const limits = { requestsPerSecond: 10_000, maxConcurrent: 200, timeoutMs: options.timeoutMs ?? 5_000 };
  const gateway = await startFakedGateway({
    config: options.config ?? {},
    tools: { clock },
    vendors: toVendors(play, mint, clock),
    accounts: (urls) =>
      CODED_VENDOR_IDS.map((vendor) =>
        toAccount(vendor, urls[vendor], {
          limits,
          ...(vendor === 'power-bi' ? {} : { fileOrigins: [store.url], ...options.account }),
        }),
      ),
  });
  return {
    ...gateway,
    store,
    clock,
    minted,
    play,
    async link(vendor, n = 1) {
      const { data, errors } = await gateway.query(FILES_QUERY, { locator: toLocator(vendor, n) });
      const url: unknown = data?.export?.files?.[0]?.url;
      if (typeof url !== 'string') throw new Error(`no file: ${JSON.stringify({ data, errors })}`);
      return url;
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

export const FILES_QUERY = /* GraphQL */ `
  query Files($locator: ExportLocator!) {
    export(locator: $locator) { id status files { name mediaType url urlExpiresAt availableUntil } }
  }
`;

/** A link as the vendors' stores sign them: plus signs, both cases of percent-encodings, quotes. */
function toPresigned(store: string, n: number, expiresAt: number, now: number, lifeMs: number): string {
  const date = new Date(Math.floor(now / 1_000) * 1_000).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const v4 = `X-Amz-Date=${date}&X-Amz-Expires=${Math.ceil(lifeMs / 1_000)}`;
  const v2 = `Expires=${Math.floor(expiresAt / 1_000)}&Signature=canary-signature%2Bx%2f%3D`;
  const name = 'response-content-disposition=attachment%3B%20filename%3D%22Leads+May.csv%22';
  return `${store}/canary-path/${n}//a%2Fb.csv?${v2}&${v4}&${name}&response-content-type=text/csv&x='y'`;
}

function toVendors(play: Play, mint: () => string, clock: OffsetClock): Record<CodedVendorId, FakeHandler> {
  const orPlayed =
    (handler: FakeHandler): FakeHandler =>
    (request) =>
      play.api ?? handler(request);
  return {
    'power-bi': ({ url }) => {
      if (url.endsWith('/file')) return play.file;
      return play.api ?? (play.isGone ? { status: 404 } : { body: toPowerBi(url, play, clock) });
    },
    'hi-energy': orPlayed(({ url }) => {
      if (play.isGone) return { status: 404, body: { error: 'canary-body' } };
      const job = {
        id: Number(lastSegment(url)),
        report_type: 'deals_excel',
        filename: `${play.title}.xlsx`,
      };
      if (play.isRunning) return { body: { export: { ...job, status: 'processing' } } };
      const link = { download_url: mint(), download_expires_in_seconds: 3_600 };
      return { body: { export: { ...job, status: 'completed', ...link } } };
    }),
    talkdesk: orPlayed(({ url }) => {
      const job = {
        id: lastSegment(url),
        name: play.title,
        format: 'csv',
        status: play.isRunning ? 'processing' : 'done',
      };
      if (url.includes('/jobs/')) return { body: { job } };
      if (play.isGone || play.isRunning) return { status: 404, body: { code: 'canary-body' } };
      return { status: 302, headers: { location: mint() } };
    }),
    'web-admit': orPlayed(({ url }) => {
      if (play.isGone) return { status: 404, body: { message: 'canary-body' } };
      const run = { id: Number(lastSegment(url)) };
      if (play.isRunning) return { body: { export_files: { ...run, status: 'In Progress' } } };
      return { body: { export_files: { ...run, status: 'Available', download_url: mint() } } };
    }),
  };
}

function toPowerBi(url: string, play: Play, clock: OffsetClock): object {
  const id = lastSegment(url);
  if (play.isRunning) return { id, status: 'Running', percentComplete: 40 };
  return {
    id,
    status: 'Succeeded',
    percentComplete: 100,
    reportName: play.title,
    resourceFileExtension: '.pdf',
    expirationTime: new Date(Math.floor(clock.now() / 1_000) * 1_000 + 86_400_000).toISOString(),
  };
}

/** Calls that arrived at one vendor's API. */
export function callsTo(gateway: FakedGateway, vendor: CodedVendorId): number {
  return gateway.fakes[vendor].requests.length;
}

/** Opens a link as a program does: no redirect is followed. */
export function open(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { redirect: 'manual', ...init });
}

/** What the audit log says about each opening. */
export function audits(gateway: TestGateway): readonly Readonly<Record<string, unknown>>[] {
  return gateway.log.lines
    .filter(({ message }) => message === 'A file was asked for.')
    .map(({ fields }) => fields);
}

/** Waits for something that happens in another turn of the loop; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Why the body is not whole; undefined where it is. */
  readonly error: Error | undefined;
}

/** As `open`, but with every header as it was sent, and with what arrived of a body that broke off. */
export function openRaw(
  url: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = sendRequest(url, { agent: false, ...options }, (response) => {
      const pieces: Buffer[] = [];
      const finish = (error?: Error): void =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces),
          error,
        });
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => finish());
      response.on('error', finish);
    });
    request.on('error', reject);
    request.end();
  });
}

export { ACCOUNT_KEYS, IDS, toLocator };
