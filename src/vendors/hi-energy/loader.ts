import type { ExportKey, ExportSnapshot } from '../../export/export.ts';
import type { OwnReads } from '../shared/account.ts';
import { parseInstant } from '../shared/instant.ts';
import { byNearness, reachesBack } from '../shared/orders.ts';
import { type HiEnergyClient, MAX_LISTED } from './client.ts';
import { toSnapshot } from './mapping.ts';
import { type HiEnergyOrder, isStartedBy } from './orders.ts';
import type { AnswerFacts, HiEnergyDetails, HiEnergyIds, ListedExport } from './types.ts';

/** The key of a Hi Energy export. */
export type HiEnergyKey = ExportKey<HiEnergyIds>;

type Snapshot = ExportSnapshot<HiEnergyDetails>;

/**
 * How Hi Energy's exports are read, one by one or through the one list of an account's newest ones, and started.
 *
 * @param toKey - the key of an export that only the vendor has named so far
 */
export function createHiEnergyLoader(
  client: HiEnergyClient,
  toKey: (ids: HiEnergyIds) => HiEnergyKey,
): Omit<OwnReads<HiEnergyIds>, 'locateFile'> {
  const toListed = (entry: ListedExport, facts: AnswerFacts): Snapshot =>
    toSnapshot(toKey({ exportId: entry.id }), entry, facts);

  return {
    readOne: (key, options): Promise<Snapshot> =>
      client.readExport(key.ids.exportId, options).then(({ wire, facts }) => toSnapshot(key, wire, facts)),

    list: {
      listOf: () => 'exports',
      nameOf: ({ exportId }) => exportId,
      async read(_list, options) {
        const { wire, facts } = await client.listExports(MAX_LISTED, options);
        const byId = new Map(wire.map((entry) => [entry.id, entry]));
        return {
          names: new Set(byId.keys()),
          find(key): Snapshot | undefined {
            const entry = byId.get(key.ids.exportId);
            return entry && toSnapshot(key, entry, facts);
          },
        };
      },
    },

    async listRecent(limit, options): Promise<readonly Snapshot[]> {
      const { wire, facts } = await client.listExports(limit, options);
      return wire.slice(0, limit).map((entry) => toListed(entry, facts));
    },

    async start(order, options) {
      const { wire, facts } = await client.startExport(order as unknown as HiEnergyOrder, options);
      return { snapshot: toListed(wire.wire, facts), isExisting: wire.isExisting };
    },

    async findStarted(search, options): Promise<readonly Snapshot[]> {
      const { wire, facts } = await client.listExports(MAX_LISTED, options);
      const started = wire.filter((entry) => isStartedBy(entry, search));
      const createdAts = wire.map(({ created_at: createdAt }) => parseInstant(createdAt));
      if (started.length === 0 && wire.length >= MAX_LISTED && !reachesBack(createdAts, search.sentAt))
        throw client.toOutOfReach();
      return started.map((entry) => toListed(entry, facts)).sort(byNearness(search.sentAt));
    },
  };
}
