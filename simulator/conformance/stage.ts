import { gzipSync } from 'node:zlib';
import { StartError, VendorError } from '../../src/export/errors.ts';
import { type ExportKey, type ExportStatus, isTerminal } from '../../src/export/export.ts';
import { parseIds, toExportKey } from '../../src/export/locator.ts';
import type { Reading, StartedExport, VendorAccount } from '../../src/export/ports.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { type FakeAnswer, type FakeReply, type ReceivedRequest, startFakeVendor } from './fake-vendor.ts';
import type { ConformanceHarness, JobState } from './harness.ts';
import { createRecordingLog } from './recording-log.ts';
import type { SuiteRunner } from './runner.ts';

export const STATES: readonly JobState[] = ['running', 'succeeded', 'failed'];
/** Unless the harness names others. */
export const STATUSES = { running: 'RUNNING', succeeded: 'SUCCEEDED', failed: 'FAILED' } as const;

export type Answering = (request: ReceivedRequest) => FakeReply;

/** One vendor account in front of a vendor that answers what a test says. */
export interface Stage extends AsyncDisposable {
  /** Without the token requests. */
  readonly requests: readonly ReceivedRequest[];
  readonly tokenRequests: readonly ReceivedRequest[];
  key(n: number): ExportKey;
  read(keys: readonly number[], signal?: AbortSignal): Promise<readonly Reading[]>;
  readonly account: VendorAccount;
  /** Orders what the harness says; what it ends with, thrown or not. */
  start(): Promise<StartedExport | Error>;
  /** Stops the job of `ids(0)`; what it ends with, thrown or not. */
  cancel(): Promise<undefined | Error>;
  /** Requests that are waiting for their answer. */
  openCalls(): number;
}

const ACCESS_TOKEN = 'conformance-access-token-2718281828';
const GOOD_TOKEN: FakeAnswer = {
  body: { access_token: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 600 },
};
const ACCOUNT = 'conformance';

/**
 * Opens an account; closing it also checks what must hold after every test: each request stayed on the vendor's
 * documented paths, and no message or log line holds a secret or a host.
 */
export async function startConformance(
  suite: SuiteRunner,
  harness: ConformanceHarness,
  answering: Answering,
  tokenAnswer: FakeReply = GOOD_TOKEN,
  timeoutMs = 5_000,
): Promise<Stage> {
  const { expect } = suite;
  const { definition } = harness;
  const requests: ReceivedRequest[] = [];
  const tokenRequests: ReceivedRequest[] = [];
  const vendor = await startFakeVendor((request) => {
    const isToken = request.url.split('?')[0] === tokenPath;
    (isToken ? tokenRequests : requests).push(request);
    return isToken ? tokenAnswer : answering(request);
  });
  const credential = harness.credential(vendor.url);
  const tokenPath = 'tokenUrl' in credential ? new URL(credential.tokenUrl).pathname : undefined;
  const log = suite.createLog?.() ?? createRecordingLog();
  const account = definition.createAccount(
    {
      key: ACCOUNT,
      tenant: 'default',
      identity: 'default/conformance/1',
      baseUrl: `${vendor.url}${harness.basePath}`,
      credential,
      limits: { requestsPerSecond: 10_000, maxConcurrent: 16, timeoutMs },
      // The exports of the suite are of one day, whatever day it is: none counts as stalled.
      pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: Number.POSITIVE_INFINITY },
      fileOrigins: [],
      reportTypes: [],
      ...(harness.settings === undefined ? {} : { settings: harness.settings }),
    },
    // No jitter: retries follow at once.
    { clock: systemClock, random: { next: () => 0 }, log, secrets: createSecrets() },
  );
  const seen: Reading[] = [];
  const failures: unknown[] = [];
  const orFailure = (error: unknown): Error => {
    failures.push(error);
    return error as Error;
  };
  const { orders, cancelRequest } = harness;
  const key = (n: number): ExportKey =>
    toExportKey(
      definition.locator,
      definition.id,
      ACCOUNT,
      parseIds(definition.locator, harness.ids(n), 'locator'),
    );

  return {
    requests,
    tokenRequests,
    key,
    async read(keys, signal) {
      const readings = await account.readMany(keys.map(key), { signal });
      seen.push(...readings);
      return readings;
    },
    account,
    async start() {
      const order = definition.parseOrder(orders?.input ?? {}, 'input.order');
      const start = account.start?.(order) ?? Promise.reject(new Error('cannot start'));
      return start.catch(orFailure);
    },
    async cancel() {
      const cancel = account.cancel?.(key(0)) ?? Promise.reject(new Error('cannot cancel'));
      return cancel.then(() => undefined, orFailure);
    },
    openCalls: () => vendor.concurrency.now,
    async [Symbol.asyncDispose]() {
      await account.close();
      await vendor[Symbol.asyncDispose]();
      for (const request of requests) {
        const { method, url } = request;
        if (harness.isDocumented !== undefined)
          expect(harness.isDocumented(request), `${method} ${url}`).toBe(true);
        else if (isRead(harness, request)) expect(url).toMatch(harness.requestShape);
        else expect([orders?.request, cancelRequest]).toContain(`${method} ${url}`);
      }
      const told = JSON.stringify([seen.map(describeReading), failures.map(describeFailure), log.lines]);
      for (const secret of [
        ...Object.values(credential),
        ACCESS_TOKEN,
        vendor.url,
        '127.0.0.1',
        'tenant-7',
      ]) {
        if (!SHARED_WORDS.has(secret)) expect(told).not.toContain(secret);
      }
    },
  };
}

/** Values of a credential that are no secret. */
const SHARED_WORDS: ReadonlySet<unknown> = new Set([
  'api-key',
  'bearer',
  'client-credentials',
  'refresh-token',
]);

/** Whether a request only asks: by its method, where the vendor has no other way of telling. */
export function isRead(harness: ConformanceHarness, request: ReceivedRequest): boolean {
  return harness.isRead?.(request) ?? request.method === 'GET';
}

function describeReading(reading: Reading): unknown {
  if (!(reading instanceof VendorError)) return reading.failure;
  return { ...reading, message: reading.message, cause: String(reading.cause) };
}

function describeFailure(error: unknown): unknown {
  if (!(error instanceof VendorError || error instanceof StartError)) return String(error);
  return { ...error, message: error.message, cause: String(error.cause) };
}

/** What must never reach a vendor, in any field of any locator. */
export const HOSTILE_IDS: readonly unknown[] = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '../x',
    '..%2Fx',
    '%2e%2e',
    '%00',
    'a/b',
    'a\\b',
    'a?b=c',
    'a#b',
    '/',
    '//evil.example',
  ],
  ...[
    'a\r\nb',
    'a\nb',
    'a\0b',
    'a\tb',
    '1\n',
    '\u007f',
    '\ud800',
    'a\udc00',
    '1'.repeat(10_000),
    'a'.repeat(10_000),
  ],
  ...[5, Number.NaN, true, {}, [], ['1'], () => '1', Symbol.iterator],
];

/** An answer with one thing in its body replaced, or left out where `value` is undefined; the place is taken modulo. */
export function mutate(answer: FakeAnswer, place: number, value: unknown): FakeAnswer {
  if (typeof answer.body !== 'object' || answer.body === null || answer.body instanceof Uint8Array)
    return answer;
  const body: object = JSON.parse(JSON.stringify(answer.body));
  const places = listPlaces(body);
  const target = places[place % places.length];
  if (target === undefined) return answer;
  if (value === undefined) Reflect.deleteProperty(target.holder, target.name);
  else Reflect.defineProperty(target.holder, target.name, { value, enumerable: true, configurable: true });
  return { ...answer, body: body };
}

interface Place {
  readonly holder: object;
  readonly name: string;
}

function listPlaces(holder: object): readonly Place[] {
  return Object.entries(holder).flatMap(([name, value]) => [
    { holder, name },
    ...(typeof value === 'object' && value !== null ? listPlaces(value) : []),
  ]);
}

/** Answers that no vendor documents, each with a good status. */
export function toNonsense({ isBrief = false }: SuiteRunner): Readonly<Record<string, FakeReply>> {
  return isBrief ? SMALL_NONSENSE : { ...SMALL_NONSENSE, ...LARGE_NONSENSE };
}

/** How often a property is tried. */
export function toRuns({ isBrief = false }: SuiteRunner, runs: number): number {
  return isBrief ? Math.ceil(runs / 8) : runs;
}

/** The time limit of a call to a vendor that says nothing. */
export function toSilenceMs({ isBrief = false }: SuiteRunner): number {
  return isBrief ? 60 : 300;
}

const SMALL_NONSENSE: Readonly<Record<string, FakeReply>> = {
  'an HTML page': { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Sign in</title>' },
  'an empty body': { body: '' },
  null: { body: 'null' },
  'a number': { body: '42' },
  'a string': { body: '"done"' },
  'an array': { body: '[]' },
  'a truncated answer': { body: '{"status": "succ' },
  'an object without anything': { body: '{}' },
  'a body that is not the gzip it says': { headers: { 'content-encoding': 'gzip' }, body: '{"status":"x"}' },
  'ten thousand brackets': { body: '['.repeat(10_000) + ']'.repeat(10_000) },
};

const LARGE_NONSENSE: Readonly<Record<string, FakeReply>> = {
  'a body of 6 MB': { body: JSON.stringify({ status: 'x'.repeat(6_000_000) }) },
  'a gzip bomb': { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(50_000_000, ' ')) },
};

const ALL_STATUSES: readonly ExportStatus[] = [
  'QUEUED',
  'RUNNING',
  'CANCELING',
  'SUCCEEDED',
  'FAILED',
  'CANCELED',
  'EXPIRED',
  'UNKNOWN',
];

/** A reading in one word: its status, or its error's code. */
export function codeOf(reading: Reading | undefined): string | undefined {
  return reading instanceof VendorError ? reading.code : reading?.status;
}

/** Outcome, failure and files stand beside the statuses that have them, and beside no other. */
export function expectOnlyWhatTheStatusAllows(
  expect: SuiteRunner['expect'],
  reading: Reading | undefined,
): void {
  if (reading === undefined || reading instanceof VendorError) return;
  const { status, outcome, failure, files } = reading;
  expect(ALL_STATUSES).toContain(status);
  expect(outcome !== null).toBe(status === 'SUCCEEDED');
  expect(failure !== null).toBe(status === 'FAILED');
  if (!isTerminal(status)) expect(files).toBeNull();
}
