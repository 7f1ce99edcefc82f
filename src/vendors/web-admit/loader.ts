import { LRUCache } from 'lru-cache';
import { VendorError } from '../../export/errors.ts';
import type { ExportKey, ExportSnapshot } from '../../export/export.ts';
import type { CallOptions } from '../../http/types.ts';
import type { OwnReads } from '../shared/account.ts';
import type { Answer, WebAdmitClient } from './client.ts';
import { toSnapshot } from './mapping.ts';
import { ID_PATTERN, type WebAdmitDetails, type WebAdmitIds, type WireRun } from './types.ts';

export type WebAdmitKey = ExportKey<WebAdmitIds>;

type Snapshot = ExportSnapshot<WebAdmitDetails>;

/** A listing costs one call per identity. */
const MAX_IDENTITIES = 20;

/** The ids of a run that stands in the list of an identity. */
type ListedIds = WebAdmitIds & { readonly userIdentityId: string };

/** The documented form of `href`; WebAdMIT API v1 docs, read 2026-11. */
const HREF = /^\/api\/v1\/exports\/(\d+)\/export_files\/(\d+)$/;

/** What the runs of one account are read with. */
export interface LoaderParts {
  readonly client: WebAdmitClient;
  /** The key of a run that only the vendor has named so far. */
  toKey(ids: WebAdmitIds): WebAdmitKey;
  readonly memory: RunMemory;
}

/**
 * How WebAdMIT's runs are read: one by one, or through the recent runs of an identity. Those whose identity neither the caller nor a
 * list has told are read singly.
 */
export function createWebAdmitLoader(
  parts: LoaderParts,
): Pick<OwnReads<WebAdmitIds>, 'readOne' | 'list' | 'listRecent'> {
  const { client, memory } = parts;
  return {
    async readOne(key, options): Promise<Snapshot> {
      const { exportId, exportFileId } = key.ids;
      memory.named(key.ids);
      const { value, receivedAt } = await client.readRun(exportId, exportFileId, options);
      memory.saw(exportFileId);
      return toSnapshot(withIdentity(key, memory), value, 'single', receivedAt);
    },

    list: {
      listOf(ids) {
        memory.named(ids);
        return memory.identityOf(ids);
      },
      nameOf: ({ exportFileId }) => exportFileId,
      async read(userIdentityId, options) {
        const { value, receivedAt } = await client.listRuns(userIdentityId, options);
        const byId = indexById(value);
        for (const id of byId.keys()) memory.saw(id, userIdentityId);
        return {
          names: new Set(byId.keys()),
          find(key): Snapshot | undefined {
            const run = byId.get(key.ids.exportFileId);
            return run && toSnapshot(withIdentity(key, memory), run, 'list', receivedAt);
          },
        };
      },
    },

    listRecent: (limit, options) => listRecent(parts, limit, options),
  };
}

/** The key with the identity that is known of its run, for whoever shows or keeps it. */
function withIdentity(key: WebAdmitKey, memory: RunMemory): WebAdmitKey {
  const userIdentityId = memory.identityOf(key.ids);
  if (userIdentityId === undefined || userIdentityId === key.ids.userIdentityId) return key;
  return { ...key, ids: { ...key.ids, userIdentityId } };
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
  parts: LoaderParts,
  limit: number,
  options?: CallOptions,
): Promise<readonly ExportSnapshot[]> {
  const identities = await parts.client.listIdentities(options);
  const ids = [...new Set(identities.value.map(({ id }) => id))].sort(newestFirst).slice(0, MAX_IDENTITIES);
  const lists = await Promise.all(ids.map((id) => listIdentity(parts, id, options)));
  return lists
    .flat()
    .sort((a, b) => newestFirst(a.details.exportFileId, b.details.exportFileId))
    .slice(0, limit);
}

async function listIdentity(
  { client, toKey, memory }: LoaderParts,
  userIdentityId: string,
  options: CallOptions | undefined,
) {
  const list = await listUnlessHidden(client, userIdentityId, options);
  const keyed = new Map<string, ReturnType<typeof toSnapshot>>();
  for (const run of list?.value ?? []) {
    const ids = toListedIds(run, userIdentityId);
    if (ids === null || list === null) continue;
    memory.saw(ids.exportFileId, userIdentityId);
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
export function toListedIds(run: WireRun, userIdentityId: string): ListedIds | null {
  const [, exportId = run.exportId, exportFileId = run.id] = HREF.exec(run.href ?? '') ?? [];
  if (exportId === null || exportFileId === null) return null;
  return ID_PATTERN.test(exportId) && ID_PATTERN.test(exportFileId)
    ? { userIdentityId, exportId, exportFileId }
    : null;
}

/** Compares ids for a sort. They are whole numbers of up to 18 digits without leading zeros: the longer one is the higher one. */
export function newestFirst(a: string, b: string): number {
  if (a.length !== b.length) return b.length - a.length;
  return a < b ? 1 : a > b ? -1 : 0;
}

/** Runs of one account of which something is remembered; the one unused longest is forgotten first. 10,000 weigh about 2 MB. */
const MAX_RUNS = 10_000;

/** What is known of one run beside its own answers. */
interface KnownRun {
  /** The identity whose list holds it. */
  readonly userIdentityId: string | null;
  /** WebAdMIT has said so; else only a caller has. */
  readonly isConfirmed: boolean;
  /** Its place among all sights of a new run; null where WebAdMIT has never spoken of it. */
  readonly firstSight: number | null;
}

/**
 * What one account has learnt of its runs: under which identity each is listed, since the path of a single run does not say, and which
 * of them WebAdMIT has spoken of.
 *
 * A caller's word about an identity is believed until WebAdMIT's own contradicts it: it costs a list call at worst.
 */
export class RunMemory {
  // Bounded by size, not by number: then nothing is set aside for runs that never come.
  private readonly runs = new LRUCache<string, KnownRun>({ maxSize: MAX_RUNS, sizeCalculation: () => 1 });
  private sights = 0;

  /** Stands for this moment, for `wasSeen`. */
  get moment(): number {
    return this.sights;
  }

  /** A caller has named a run. */
  named({ exportFileId, userIdentityId }: WebAdmitIds): void {
    if (userIdentityId === undefined) return;
    const known = this.runs.get(exportFileId);
    if (known?.isConfirmed || known?.userIdentityId === userIdentityId) return;
    this.runs.set(exportFileId, {
      userIdentityId,
      isConfirmed: false,
      firstSight: known?.firstSight ?? null,
    });
  }

  /** WebAdMIT has spoken of a run. @param userIdentityId - where it stands in the list of this identity, or was started under it */
  saw(exportFileId: string, userIdentityId: string | null = null): void {
    const known = this.runs.get(exportFileId);
    const isConfirmed = userIdentityId !== null || known?.isConfirmed === true;
    const identity = userIdentityId ?? known?.userIdentityId ?? null;
    const isNews =
      known === undefined ||
      known.firstSight === null ||
      known.isConfirmed !== isConfirmed ||
      known.userIdentityId !== identity;
    if (!isNews) return;
    const firstSight = known?.firstSight ?? this.nextSight();
    this.runs.set(exportFileId, { userIdentityId: identity, isConfirmed, firstSight });
  }

  /** Under which identity a run is listed, as far as is known; a caller's own word counts before that of another caller. */
  identityOf({ exportFileId, userIdentityId }: WebAdmitIds): string | undefined {
    const known = this.runs.get(exportFileId);
    if (known?.isConfirmed) return known.userIdentityId ?? undefined;
    return userIdentityId ?? known?.userIdentityId ?? undefined;
  }

  /** True where WebAdMIT had spoken of the run by then. */
  wasSeen(exportFileId: string, moment: number): boolean {
    const firstSight = this.runs.get(exportFileId)?.firstSight ?? null;
    return firstSight !== null && firstSight <= moment;
  }

  private nextSight(): number {
    this.sights += 1;
    return this.sights;
  }
}
