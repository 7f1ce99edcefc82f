import { VendorError } from '../../export/errors.ts';
import type { ExportKey, ExportSnapshot } from '../../export/export.ts';
import type { CallOptions } from '../../http/types.ts';
import { type Flight, SingleFlight } from '../../runtime/single-flight.ts';
import type { OwnReads } from '../shared/account.ts';
import type { Answer, WebAdmitClient } from './client.ts';
import { toSnapshot } from './mapping.ts';
import { ID_PATTERN, type WebAdmitDetails, type WebAdmitIds, type WireRun } from './types.ts';

export type WebAdmitKey = ExportKey<WebAdmitIds>;

type Snapshot = ExportSnapshot<WebAdmitDetails>;

/** A listing costs one call per identity. */
const MAX_IDENTITIES = 20;

/** The documented form of `href`; WebAdMIT API v1 docs, read 2026-11. */
const HREF = /^\/api\/v1\/exports\/(\d+)\/export_files\/(\d+)$/;

/**
 * How WebAdMIT's runs are read: one by one, or through the recent runs of an identity; those without an identity only singly.
 *
 * @param toKey - the key of a run that only the vendor has named so far
 */
export function createWebAdmitLoader(
  client: WebAdmitClient,
  toKey: (ids: WebAdmitIds) => WebAdmitKey,
): Omit<OwnReads<WebAdmitIds>, 'locateFile'> {
  // A run has two names, with and without its identity: it is one call all the same.
  const runs = new SingleFlight<Answer<WireRun>>();
  return {
    readOne(key, options): Promise<Snapshot> {
      const { exportId, exportFileId } = key.ids;
      const read = (flight: Flight) =>
        client.readRun(exportId, exportFileId, { ...options, signal: flight.signal });
      return runs
        .join(`${exportId}/${exportFileId}`, read, options?.signal)
        .then(({ value, receivedAt }) => toSnapshot(key, value, 'single', receivedAt));
    },

    list: {
      listOf: ({ userIdentityId }) => userIdentityId,
      nameOf: ({ exportFileId }) => exportFileId,
      async read(userIdentityId, options) {
        const { value, receivedAt } = await client.listRuns(userIdentityId, options);
        const byId = indexById(value);
        return {
          names: new Set(byId.keys()),
          find(key): Snapshot | undefined {
            const run = byId.get(key.ids.exportFileId);
            return run && toSnapshot(key, run, 'list', receivedAt);
          },
        };
      },
    },

    listRecent: (limit, options) => listRecent(client, toKey, limit, options),
  };
}

/** Runs by their id alone. One that is listed twice is left out: nobody can say which of the two is meant. */
function indexById(runs: readonly WireRun[]): ReadonlyMap<string, WireRun> {
  const byId = new Map<string, WireRun>();
  const repeated = new Set<string>();
  for (const run of runs) {
    if (run.id === null) continue;
    if (byId.has(run.id)) repeated.add(run.id);
    byId.set(run.id, run);
  }
  for (const id of repeated) byId.delete(id);
  return byId;
}

/**
 * The newest runs over all identities of the key's user.
 *
 * WebAdMIT gives no dates: the highest run id counts as the newest. Identities that may not be read are left out.
 *
 * @throws VendorError; the signal's reason
 */
async function listRecent(
  client: WebAdmitClient,
  toKey: (ids: WebAdmitIds) => WebAdmitKey,
  limit: number,
  options?: CallOptions,
): Promise<readonly ExportSnapshot[]> {
  const identities = await client.listIdentities(options);
  const ids = [...new Set(identities.value.map(({ id }) => id))].sort(newestFirst).slice(0, MAX_IDENTITIES);
  const lists = await Promise.all(ids.map((id) => listIdentity(client, toKey, id, options)));
  return lists
    .flat()
    .sort((a, b) => newestFirst(a.details.exportFileId, b.details.exportFileId))
    .slice(0, limit);
}

async function listIdentity(
  client: WebAdmitClient,
  toKey: (ids: WebAdmitIds) => WebAdmitKey,
  userIdentityId: string,
  options: CallOptions | undefined,
) {
  const list = await listUnlessHidden(client, userIdentityId, options);
  const keyed = new Map<string, ReturnType<typeof toSnapshot>>();
  for (const run of list?.value ?? []) {
    const ids = toListedIds(run, userIdentityId);
    if (ids === null || list === null) continue;
    const key = toKey(ids);
    if (!keyed.has(key.id)) keyed.set(key.id, toSnapshot(key, run, 'list', list.receivedAt));
  }
  return [...keyed.values()];
}

/** Null where this identity lacks the "API Access" permission, or is gone since it was listed. */
async function listUnlessHidden(
  client: WebAdmitClient,
  userIdentityId: string,
  options: CallOptions | undefined,
): Promise<Answer<readonly WireRun[]> | null> {
  try {
    return await client.listRuns(userIdentityId, options);
  } catch (error) {
    const isHidden =
      error instanceof VendorError &&
      (error.code === 'VENDOR_FORBIDDEN' || error.code === 'EXPORT_NOT_FOUND');
    if (isHidden) return null;
    throw error;
  }
}

/** How a listed run is asked for. Where `href` and `export_id` disagree, `href` is what the API resolves. */
export function toListedIds(run: WireRun, userIdentityId: string): WebAdmitIds | null {
  const [, exportId = run.exportId, exportFileId = run.id] = HREF.exec(run.href ?? '') ?? [];
  if (exportId === null || exportFileId === null) return null;
  return ID_PATTERN.test(exportId) && ID_PATTERN.test(exportFileId)
    ? { userIdentityId, exportId, exportFileId }
    : null;
}

/** Ids are whole numbers of up to 18 digits without leading zeros: the longer one is the higher one. */
function newestFirst(a: string, b: string): number {
  if (a.length !== b.length) return b.length - a.length;
  return a < b ? 1 : a > b ? -1 : 0;
}
