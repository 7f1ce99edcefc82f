import type { Store } from '../../export/store.ts';
import type { Clock } from '../../runtime/clock.ts';
import { findDelivery, listDeliveries, nextDeliveryAt, readBacklog, takeDeliveries } from './deliveries.ts';
import { retryDelivery, settleDeliveries } from './delivery-queue.ts';
import { listDurations } from './durations.ts';
import { findKeyed, releaseKey, retakeKey, settleKey, takeKey } from './keys.ts';
import { countOpen } from './open-count.ts';
import { prune } from './prune.ts';
import { wakeEndpoints } from './rests.ts';
import { inChunks, type SqlRunner } from './runner.ts';
import { readToken, writeToken } from './tokens.ts';
import { track } from './track.ts';
import { find, list, listOpen, listOpenNames, record, untrack } from './tracked.ts';
import { takeTurn } from './turns.ts';

/** The store over a database, whichever it is. */
export function createSqlStore(runner: SqlRunner, clock: Clock): Store {
  const { kind } = runner;
  return {
    kind,

    track: (request) => runner.write((db) => track(db, kind, request)),
    untrack: (tenant, exportId, at) => runner.write((db) => untrack(db, tenant, exportId, at)),
    async record(changes) {
      if (changes.length > 0) await runner.write((db) => record(db, kind, changes));
    },
    find: (tenant, exportIds) => readInChunks(exportIds, (ids) => runner.read((db) => find(db, tenant, ids))),
    list: (query) => runner.read((db) => list(db, kind, query)),
    listOpen: (after, limit) => runner.read((db) => listOpen(db, after, limit)),
    listOpenNames: (after, limit) => runner.read((db) => listOpenNames(db, after, limit)),
    countOpen: (tenant) => runner.read((db) => countOpen(db, tenant)),
    listDurations: (limit) => runner.read((db) => listDurations(db, limit)),

    takeKey: (key, now) => runner.write((db) => takeKey(db, key, now)),
    retakeKey: (seen, next) => runner.write((db) => retakeKey(db, seen, next)),
    settleKey: (tenant, key, outcome) => runner.write((db) => settleKey(db, tenant, key, outcome)),
    releaseKey: (tenant, key) => runner.write((db) => releaseKey(db, tenant, key)),
    findKeyed: async (tenant, exportIds) =>
      new Set(await readInChunks(exportIds, (ids) => runner.read((db) => findKeyed(db, tenant, ids)))),

    takeDeliveries: (request) => runner.write((db) => takeDeliveries(db, kind, request)),
    async settleDeliveries(results) {
      if (results.length > 0) await runner.write((db) => settleDeliveries(db, kind, results));
    },
    nextDeliveryAt: (busy) => runner.read((db) => nextDeliveryAt(db, busy)),
    listDeliveries: (query) => runner.read((db) => listDeliveries(db, query)),
    findDelivery: (tenant, id) => runner.read((db) => findDelivery(db, tenant, id)),
    wakeEndpoints: async (endpoints, which) =>
      endpoints.length > 0 && (await runner.write((db) => wakeEndpoints(db, endpoints, which))),
    takeTurn: (turn) => runner.write((db) => takeTurn(db, turn)),
    readToken: (identity) => runner.read((db) => readToken(db, identity)),
    writeToken: (next) => runner.write((db) => writeToken(db, next)),
    readBacklog: () => runner.read((db) => readBacklog(db)),
    retryDelivery: (tenant, id, now) => runner.write((db) => retryDelivery(db, kind, { tenant, id, now })),

    prune: (now) => prune(runner, now),
    async check() {
      await runner.inspect();
      const at = clock.now();
      await runner.write((db) =>
        db
          .insertInto('waybill_checks')
          .values({ id: 1, at })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ at }))
          .execute(),
      );
    },
    close: () => runner.close(),
  };
}

async function readInChunks<Found>(
  ids: readonly string[],
  read: (chunk: readonly string[]) => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const chunk of inChunks([...new Set(ids)])) found.push(...(await read(chunk)));
  return found;
}
