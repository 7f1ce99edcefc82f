import { readFileSync } from 'node:fs';
import type { ExportKey } from '../../../src/export/export.ts';
import { parseIds, toExportKey } from '../../../src/export/locator.ts';
import type { VendorAccount } from '../../../src/export/ports.ts';
import type { Credential } from '../../../src/http/types.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { VendorDeclaration } from '../../../src/vendor-file/declaration.ts';
import { readVendorFile } from '../../../src/vendor-file/read.ts';
import { toVendorDefinition } from '../../../src/vendors/declared/vendor.ts';
import type { VendorDefinition } from '../../../src/vendors/vendor.ts';
import { type FakeReply, type ReceivedRequest, startFakeVendor } from '../../support/fake-vendor.ts';
import { createManualClock, settle } from '../../support/manual-clock.ts';
import { createRecordingLog, createTestTools, type LogLine } from '../../support/tools.ts';

/** A vendor file as it ships. @throws Error with every mistake in it */
export function readShipped(id: string): VendorDeclaration {
  const file = `${id}.vendor.yaml`;
  const text = readFileSync(new URL(`../../../src/vendors/declared/${file}`, import.meta.url), 'utf8');
  const read = readVendorFile(text, file);
  if ('problems' in read) throw new Error(read.problems.map(({ line }) => line).join('\n'));
  return read.declaration;
}

/** How a test speaks to a vendor that ships as a file. */
export interface ShippedChoices {
  readonly id: string;
  /** What stands before every path: `/v1.0`. */
  readonly basePath: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** @param tokenUrl - where the fake vendor gives tokens out */
  readonly credential: (tokenUrl: string) => Credential;
  /** The export that is asked about where a test names no other. */
  readonly ids: Readonly<Record<string, string>>;
  /** When the answers come; the recorded ones are of one day. */
  readonly now?: number;
}

/** What an account has come to, and what was asked for it; a token is not counted. */
export interface Played<Result> {
  readonly result: Result | Error;
  readonly requests: readonly ReceivedRequest[];
  readonly tokenRequests: readonly ReceivedRequest[];
  readonly log: readonly LogLine[];
}

/** Answers of the vendor, one for all requests or by request. */
export type Replies = FakeReply | ((request: ReceivedRequest, index: number) => FakeReply);

export interface Shipped {
  readonly definition: VendorDefinition;
  toKey(ids?: Readonly<Record<string, string>>): ExportKey;
  /** A recorded answer; where it comes from stands in PROVENANCE.md beside it. */
  fixture(name: string): Readonly<Record<string, unknown>>;
  /** Opens an account at a vendor that answers so, and does something with it. */
  play<Result>(
    replies: Replies,
    act: (account: VendorAccount) => Promise<Result>,
    token?: FakeReply,
  ): Promise<Played<Result>>;
  /** One export, where the vendor answers so. */
  read(replies: Replies): Promise<Played<unknown>>;
  /** For how long the account leaves the vendor alone after such an answer, in milliseconds. */
  waitMs(reply: FakeReply): Promise<unknown>;
  start(order: Readonly<Record<string, unknown>>, replies: Replies): Promise<Played<unknown>>;
  locate(replies: Replies, index?: number): Promise<Played<unknown>>;
}

/** Five minutes after the recorded exports began. */
const NOW = Date.UTC(2026, 4, 18, 9, 5);

/** A vendor of a file that ships, against a fake one on loopback. */
export function openShipped({ id, basePath, settings, credential, ids, now = NOW }: ShippedChoices): Shipped {
  const definition = toVendorDefinition(readShipped(id));
  const { limits, pacing } = readShipped(id);
  const toKey: Shipped['toKey'] = (others = {}) =>
    toExportKey(
      definition.locator,
      id,
      'test',
      parseIds(definition.locator, { ...ids, ...others }, 'locator'),
    );

  const play: Shipped['play'] = async (replies, act, token) => {
    const tokenRequests: ReceivedRequest[] = [];
    const requests: ReceivedRequest[] = [];
    await using vendor = await startFakeVendor((request) => {
      if (request.url.startsWith('/token')) {
        tokenRequests.push(request);
        return token ?? { body: fixture('token') };
      }
      requests.push(request);
      return typeof replies === 'function' && replies.length > 0
        ? (replies as (request: ReceivedRequest, index: number) => FakeReply)(request, requests.length - 1)
        : (replies as FakeReply);
    });
    const log = createRecordingLog('warn');
    const account = definition.createAccount(
      {
        key: 'test',
        tenant: 'default',
        identity: 'default/test/test',
        baseUrl: `${vendor.url}${basePath}`,
        credential: credential(`${vendor.url}/token`),
        settings,
        limits: { ...limits, requestsPerSecond: 1_000, timeoutMs: 2_000 },
        pacing,
        fileOrigins: [],
      },
      // Without dice, retries wait for nothing.
      createTestTools({ clock: createStillClock(now), random: { next: () => 0 }, log }),
    );
    try {
      const result = await act(account).catch((error: Error) => error);
      return { result, requests, tokenRequests, log: log.lines };
    } finally {
      await account.close();
    }
  };

  function fixture(name: string): Readonly<Record<string, unknown>> {
    const file = new URL(`../../fixtures/${id}/${name}.json`, import.meta.url);
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  }

  return {
    definition,
    toKey,
    fixture,
    play,
    read: (replies) => play(replies, async (account) => (await account.readMany([toKey()]))[0]),
    async waitMs(reply) {
      const { result } = await play(reply, async (account) => {
        const reading = account.readMany([toKey()]);
        // A short wait is sat out by the call itself.
        while (account.health().throttledUntil === null) await settle();
        return { until: account.health().throttledUntil, reading };
      });
      return 'until' in result ? (result.until ?? 0) - now : result;
    },
    start: (order, replies) =>
      play(replies, async (account) => {
        const started = await account.start?.(definition.parseOrder(order, 'input.order'));
        return started && { ids: started.snapshot.key.ids, ...started };
      }),
    locate: (replies, index = 0) => play(replies, (account) => account.locateFile(toKey(), index)),
  };
}

/** Time stands still; what waits for nothing goes on. */
function createStillClock(now: number): Clock {
  const clock = createManualClock(now);
  return {
    now: () => now,
    setTimer(delayMs, callback) {
      if (delayMs > 0) return clock.setTimer(delayMs, callback);
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    },
  };
}

/** `GET /v1.0/exports/1`, one line for each. */
export function toLines(requests: readonly ReceivedRequest[]): readonly string[] {
  return requests.map(({ method, url }) => `${method} ${url}`);
}
