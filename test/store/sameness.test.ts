import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportStatus } from '../../src/export/export.ts';
import type { StartKey, Store } from '../../src/export/store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { openStore, type StoreConfig } from '../../src/store/open.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { createLogBook } from './log-book.ts';
import {
  isEnd,
  START,
  toChange,
  toDelivery,
  toKey,
  toRequest,
  toSnapshot,
  toState,
  toTracked,
} from './made-exports.ts';

/** One call, and what it came to as JSON: what is in no promised order is sorted. */
type Call = (store: Store) => Promise<unknown>;

const DAY_MS = 86_400_000;

const tenant = fc.constantFrom('acme', 'other');
const id = fc.constantFrom('e1', 'e2', 'e3', 'e4', 'e5');
const at = fc.integer({ min: 0, max: 40 }).map((step) => START + step * 1_000);
const text = fc.oneof(
  fc.constantFrom('Report', 'ÄRGER', 'ärger', '%', '_', '\\', 'İ', 'x\0y', '\ud800', ''),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const status = fc.constantFrom<ExportStatus>('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'UNKNOWN');
const state = fc.record({ id, status, name: fc.option(text), createdAt: fc.option(at), observedAt: at });
const duration = fc.option(fc.record({ kind: fc.constantFrom('daily', 'weekly'), ms: fc.nat(9_999) }));
const delivery = fc
  .record({
    id: fc.integer({ min: 0, max: 14 }).map((number) => `d${number}`),
    endpoint: fc.constantFrom('ops', 'audit'),
    tenant,
    exportId: id,
    at,
    label: fc.option(text),
  })
  .map((given) => toDelivery(given.id, given));
const deliveries = fc.array(delivery, { maxLength: 3 });
const key = fc.record({
  tenant,
  key: fc.constantFrom('k1', 'k2', '\0', '\\u0000'),
  digest: fc.constantFrom('a', 'b'),
  sentAt: at,
  mark: fc.option(text),
  expiresAt: at,
});
const deliveryStatus = fc.constantFrom('owed', 'delivered', 'given-up');
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const track = fc
  .record({
    tenant,
    state,
    isRead: fc.boolean(),
    label: fc.option(text),
    setsLabel: fc.boolean(),
    isDiscovered: fc.boolean(),
    maxOpen: fc.option(fc.integer({ min: 0, max: 3 })),
    deliveries,
    duration,
    startKey: fc.option(fc.constantFrom('k1', 'k2')),
    keptUntil: at,
  })
  .map(
    (given): Call =>
      (store) =>
        store.track(
          toRequest(
            toTracked(given.state.id, {
              tenant: given.tenant,
              label: given.label,
              state: given.isRead ? toState(given.state.id, given.state) : null,
              keptUntil: given.isRead && isEnd(given.state.status) ? given.keptUntil : null,
            }),
            {
              setsLabel: given.setsLabel,
              isDiscovered: given.isDiscovered,
              maxOpen: given.maxOpen,
              deliveries: given.deliveries,
              duration: given.duration,
              startKey:
                given.startKey === null ? null : { key: given.startKey, started: toSnapshot(given.state.id) },
            },
          ),
        ),
  );

const change = fc.record({ tenant, state, deliveries, duration, keptUntil: at }).map((given) =>
  toChange(given.state.id, {
    ...given,
    state: toState(given.state.id, given.state),
    keptUntil: isEnd(given.state.status) ? given.keptUntil : null,
  }),
);

const query = fc.record({
  tenant,
  accounts: maybe(fc.constantFrom(['hi'], [], ['none'])),
  statuses: maybe(fc.uniqueArray(status, { maxLength: 3 })),
  text: maybe(text),
  createdAfter: maybe(at),
  createdBefore: maybe(at),
  hasEnded: maybe(fc.boolean()),
  from: maybe(fc.option(at)),
  limit: fc.integer({ min: 1, max: 9 }),
});

/** Takes a key again as it is read, or as it was read a while ago. */
function retake(seen: StartKey, sentAt: number): Call {
  return async (store) => {
    const held = await store.takeKey({ ...seen, expiresAt: START + DAY_MS }, START);
    const next = { sentAt, mark: 'again', expiresAt: START + DAY_MS };
    return [await store.retakeKey(held ?? seen, next), await store.retakeKey(held ?? seen, next)];
  };
}

const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 5, arbitrary: track },
  {
    weight: 5,
    arbitrary: fc.array(change, { maxLength: 4 }).map(
      (changes): Call =>
        (store) =>
          store.record(changes),
    ),
  },
  fc.record({ tenant, id, at }).map(
    (given): Call =>
      (store) =>
        store.untrack(given.tenant, given.id, given.at),
  ),
  {
    weight: 3,
    arbitrary: query.map(
      (given): Call =>
        (store) =>
          store.list(given),
    ),
  },
  fc.tuple(tenant, id, fc.integer({ min: 1, max: 4 })).map(
    ([after, last, limit]): Call =>
      (store) =>
        store.listOpen({ tenant: after, key: toSnapshot(last).key }, limit),
  ),
  fc.tuple(tenant, id, fc.integer({ min: 1, max: 4 })).map(
    ([after, exportId, limit]): Call =>
      (store) =>
        store.listOpenNames({ tenant: after, exportId }, limit),
  ),
  tenant.map(
    (name): Call =>
      (store) =>
        store.countOpen(name),
  ),
  fc.constant<Call>((store) => store.listDurations(5)),
  key.map(
    (given): Call =>
      (store) =>
        store.takeKey(toKey(given.key, given), given.sentAt),
  ),
  fc.tuple(key, at).map(([given, sentAt]) => retake(toKey(given.key, given), sentAt)),
  fc.tuple(key, fc.constantFrom('unknown', 'done'), id).map(
    ([given, outcome, started]): Call =>
      (store) =>
        store.settleKey(given.tenant, given.key, {
          status: outcome,
          started: outcome === 'done' ? toSnapshot(started) : null,
        }),
  ),
  key.map(
    (given): Call =>
      (store) =>
        store.releaseKey(given.tenant, given.key),
  ),
  tenant.map(
    (name): Call =>
      async (store) =>
        [...(await store.findKeyed(name, ['e1', 'e2', 'e3', 'e4', 'e5', 'e6']))].sort(),
  ),
  {
    weight: 5,
    arbitrary: fc
      .record({
        now: at,
        busy: fc.constantFrom(new Set<string>(), new Set(['ops'])),
        perEndpoint: fc.integer({ min: 1, max: 3 }),
        limit: fc.integer({ min: 1, max: 4 }),
        leaseMs: fc.constantFrom(1_000, 30_000),
      })
      .map(
        (request): Call =>
          (store) =>
            store.takeDeliveries(request),
      ),
  },
  {
    weight: 5,
    arbitrary: fc
      .array(
        fc.record({
          id: fc.integer({ min: 0, max: 15 }).map((number) => `d${number}`),
          status: deliveryStatus,
          nextAttemptAt: fc.option(at),
          lastResult: fc.constantFrom('200', 'timeout'),
          at,
          restsUntil: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.option(at)),
        }),
        { maxLength: 3 },
      )
      .map(
        (results): Call =>
          (store) =>
            store.settleDeliveries(results),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(tenant, fc.integer({ min: 0, max: 15 }), at).map(
      ([name, number, now]): Call =>
        (store) =>
          store.retryDelivery(name, `d${number}`, now),
    ),
  },
  fc.tuple(fc.subarray(['ops', 'audit']), fc.constantFrom('off' as const, 'all' as const)).map(
    ([endpoints, which]): Call =>
      (store) =>
        store.wakeEndpoints(endpoints, which),
  ),
  fc.tuple(fc.constantFrom('one', 'two'), at).map(
    ([name, now]): Call =>
      (store) =>
        store.takeTurn({ name, now, everyMs: 5_000 }),
  ),
  fc.constantFrom([], ['ops']).map(
    (busy): Call =>
      (store) =>
        store.nextDeliveryAt(new Set(busy)),
  ),
  fc
    .record({
      tenant,
      endpoint: maybe(fc.constantFrom('ops', 'none')),
      status: maybe(deliveryStatus),
      before: maybe(fc.constantFrom('d1', 'd5', 'gone')),
      limit: fc.integer({ min: 1, max: 9 }),
    })
    .map(
      (given): Call =>
        (store) =>
          store.listDeliveries(given),
    ),
  fc.constantFrom(0, 20_000, 8 * DAY_MS, 91 * DAY_MS).map(
    (later): Call =>
      (store) =>
        store.prune(START + later),
  ),
);

/** Of the deliveries of one queue, where the order in which things happen matters most. */
const queueNumber = fc.integer({ min: 0, max: 4 });
const queueCall: fc.Arbitrary<Call> = fc.oneof(
  queueNumber.map(
    (number): Call =>
      (store) =>
        store.record([
          toChange('e1', { keptUntil: null, deliveries: [toDelivery(`d${number}`, { at: START })] }),
        ]),
  ),
  {
    weight: 2,
    arbitrary: fc.tuple(at, fc.constantFrom(1_000, 20_000)).map(
      ([now, leaseMs]): Call =>
        (store) =>
          store.takeDeliveries({ now, leaseMs, busy: new Set(), perEndpoint: 2, limit: 2 }),
    ),
  },
  fc.tuple(queueNumber, deliveryStatus, at).map(
    ([number, outcome, settledAt]): Call =>
      (store) =>
        store.settleDeliveries([
          {
            id: `d${number}`,
            status: outcome,
            nextAttemptAt: settledAt + 1_000,
            lastResult: 'x',
            at: settledAt,
          },
        ]),
  ),
  fc.tuple(queueNumber, at).map(
    ([number, now]): Call =>
      (store) =>
        store.retryDelivery('acme', `d${number}`, now),
  ),
  fc.constant<Call>((store) => store.nextDeliveryAt(new Set())),
);

/** Everything that a store can be asked for. */
const EVERYTHING: readonly Call[] = ['acme', 'other'].flatMap((name): Call[] => [
  (store) => store.list({ tenant: name, limit: 100 }),
  (store) => store.listDeliveries({ tenant: name, limit: 100 }),
  (store) => store.listDurations(100),
  (store) => store.nextDeliveryAt(new Set()),
]);

const toJson = (answer: unknown) => JSON.stringify(answer) ?? 'nothing';

async function expectSame(calls: readonly Call[], one: Store, other: Store): Promise<void> {
  for (const ask of [...calls, ...EVERYTHING]) {
    expect(toJson(sortKeys(await ask(other)))).toBe(toJson(sortKeys(await ask(one))));
  }
}

/** The order in which an object's fields were set says nothing. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sortKeys(field)]),
  );
}

const open = (config: StoreConfig) => openStore(config, { clock: systemClock, log: createLogBook().log });
const calls = fc.array(call, { minLength: 1, maxLength: 40 });

/** Plays sequences on memory and on a new file each time. */
async function expectSameInFiles(sequences: fc.Arbitrary<readonly Call[]>, numRuns: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-store-'));
  let round = 0;
  try {
    await fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        round += 1;
        const sqlite = await open({ kind: 'sqlite', path: join(folder, `${round}.db`) });
        try {
          await expectSame(sequence, createMemoryStore(), sqlite);
        } finally {
          await sqlite.close();
        }
      }),
      { numRuns },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('any sequence of calls', () => {
  it('is answered alike by memory and SQLite', async () => {
    await expectSameInFiles(calls, 120);
  });

  it('about one queue of deliveries is answered alike by memory and SQLite', async () => {
    const first: Call = (store) => store.track(toRequest(toTracked('e1')));
    const sequences = fc
      .array(queueCall, { minLength: 10, maxLength: 40 })
      .map((sequence) => [first, ...sequence]);

    await expectSameInFiles(sequences, 200);
  });
});

const programs = findPostgres();

describe.skipIf(programs === null)('any sequence of calls, on a real server', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
  });
  afterAll(async () => {
    await server.close();
  });

  it('is answered alike by memory and Postgres', async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (sequence) => {
        const postgres = await open({ kind: 'postgres', url: await server.createDatabase() });
        try {
          await expectSame(sequence, createMemoryStore(), postgres);
        } finally {
          await postgres.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});
