import type { KeptToken, Store } from '../export/store.ts';
import { MemoryDeliveries } from './memory-deliveries.ts';
import { MemoryExports } from './memory-exports.ts';
import { MemoryKeys } from './memory-keys.ts';

/** A store that ends with the process. Each part is bounded: what is oldest is forgotten first. */
export function createMemoryStore(): Store {
  const exports = new MemoryExports();
  const keys = new MemoryKeys();
  const deliveries = new MemoryDeliveries();
  /** When the next one is free, by name: there are as many as accounts. */
  const turns = new Map<string, number>();
  const tokens = new Map<string, KeptToken>();
  return {
    kind: 'memory',

    async track(request) {
      const outcome = exports.track(request);
      const { entry, startKey } = request;
      if (outcome === 'limit') return outcome;
      if (startKey !== null) {
        keys.settle(entry.tenant, startKey.key, { status: 'done', started: startKey.started });
      }
      if (outcome === 'tracked') deliveries.add(request.deliveries);
      return outcome;
    },
    untrack: async (tenant, exportId, at) => exports.untrack(tenant, exportId, at),
    async record(changes) {
      for (const change of changes) if (exports.record(change)) deliveries.add(change.deliveries);
    },
    find: async (tenant, exportIds) => exports.find(tenant, exportIds),
    list: async (query) => exports.list(query),
    listOpen: async (after, limit) => exports.listOpen(after, limit),
    listOpenNames: async (after, limit) => exports.listOpenNames(after, limit),
    countOpen: async (tenant) => exports.countOpen(tenant),
    listDurations: async (limit) => exports.listDurations(limit),

    takeKey: async (key, now) => keys.take(key, now),
    retakeKey: async (seen, next) => keys.retake(seen, next),
    settleKey: async (tenant, key, outcome) => keys.settle(tenant, key, outcome),
    releaseKey: async (tenant, key) => keys.release(tenant, key),
    findKeyed: async (tenant, exportIds) => keys.findStarted(tenant, exportIds),

    takeDeliveries: async (request) => deliveries.take(request),
    async settleDeliveries(results) {
      for (const result of results) deliveries.settle(result);
    },
    nextDeliveryAt: async (busy) => deliveries.nextAt(busy),
    listDeliveries: async (query) => deliveries.list(query),
    findDelivery: async (tenant, id) => deliveries.find(tenant, id),
    readBacklog: async () => deliveries.backlog(),
    retryDelivery: async (tenant, id, now) => deliveries.retry(tenant, id, now),

    wakeEndpoints: async (endpoints, which) => deliveries.wake(endpoints, which),
    async takeTurn({ name, now, everyMs }) {
      const freeAt = turns.get(name) ?? now;
      if (freeAt > now) return freeAt;
      turns.set(name, now + everyMs);
      return null;
    },

    readToken: async (identity) => tokens.get(identity) ?? null,
    async writeToken(next) {
      const { identity, version, holder, heldUntil, sealed } = next;
      if ((tokens.get(identity)?.version ?? 0) !== version - 1) return false;
      tokens.set(identity, { identity, version, holder, heldUntil, sealed });
      return true;
    },

    async prune(now) {
      exports.prune(now);
      keys.prune(now);
      deliveries.prune(now);
    },
    check: async () => {},
    close: async () => {},
  };
}
