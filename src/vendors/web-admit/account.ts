import { VendorError } from '../../export/errors.ts';
import { type ExportKey, type ExportSnapshot, isTerminal } from '../../export/export.ts';
import type { FileAccess, ReadOptions, VendorAccount } from '../../export/ports.ts';
import type { AccountClient } from '../../http/types.ts';
import type { Log, Tools } from '../../runtime/tools.ts';
import type { VendorAccountSettings } from '../vendor.ts';
import { createWebAdmitClient } from './client.ts';
import { toLinkExpiry } from './download-url.ts';
import { listRecent } from './listing.ts';
import { type LoaderParts, readMany, type WebAdmitKey } from './loader.ts';
import { toSnapshot } from './mapping.ts';
import type { WebAdmitIds } from './types.ts';

/** Words that no table lists are remembered up to here, so that a vendor gone mad cannot fill the memory. */
const MAX_REPORTED_WORDS = 100;

/** A read with its retries ends within this many times the limit of one call. */
const CALLS_PER_READ = 3;

/**
 * One WebAdMIT account: an API user's key at one host.
 *
 * @param toKey - builds the key of a listed run from its checked ids
 */
export function createWebAdmitAccount(
  settings: VendorAccountSettings,
  http: AccountClient,
  toKey: (ids: WebAdmitIds) => WebAdmitKey,
  { clock, log }: Tools,
): VendorAccount {
  const client = createWebAdmitClient(http);
  const report = createWordReporter(log, settings.key);
  const loader: LoaderParts = {
    client,
    clock,
    lifetimeMs: CALLS_PER_READ * settings.limits.timeoutMs,
    toOverdue: () => http.toError('VENDOR_TIMEOUT', 'WebAdMIT did not answer in time, retries included.'),
  };

  /** One single call: the only one that tells about the file. */
  async function readRun(key: ExportKey, signal: AbortSignal | undefined) {
    const ids = toIds(key);
    const { value, receivedAt } = await client.readRun(ids.exportId, ids.exportFileId, signal);
    const snapshot = toSnapshot({ ...key, ids }, value, 'single', receivedAt);
    report([snapshot]);
    return { run: value, snapshot, receivedAt };
  }

  return {
    key: settings.key,
    vendor: 'web-admit',
    tenant: settings.tenant,
    identity: settings.identity,
    pacing: settings.pacing,
    async readMany(keys, { signal }: ReadOptions = {}) {
      const readings = await readMany(
        loader,
        keys.map((key) => ({ ...key, ids: toIds(key) })),
        signal,
      );
      report(readings.flatMap((reading) => (reading instanceof VendorError ? [] : [reading])));
      return readings;
    },
    async describeFiles(key, { signal }: ReadOptions = {}) {
      const { snapshot } = await readRun(key, signal);
      return snapshot.files ?? [];
    },
    async listRecent(limit, { signal }: ReadOptions = {}) {
      const snapshots = await listRecent(client, toKey, limit, signal);
      report(snapshots);
      return snapshots;
    },
    async locateFile(key, index, { signal }: ReadOptions = {}): Promise<FileAccess> {
      const answer = await orGone(readRun(key, signal));
      if (answer === null) return { type: 'gone' };
      const { run, snapshot, receivedAt } = answer;
      if (!isTerminal(snapshot.status)) return { type: 'unfinished' };
      const file = snapshot.files?.[index];
      if (file === undefined || run.downloadUrl === null) return { type: 'gone' };
      const expiresAt = toLinkExpiry(run.downloadUrl, receivedAt);
      return { type: 'link', url: run.downloadUrl, expiresAt, file };
    },
    health: () => http.health(),
    close: () => http.close(),
  };
}

/** The ids of a key of this vendor; `parseIds` has checked them against the grammar when the key was made. */
function toIds(key: ExportKey): WebAdmitIds {
  return (key as ExportKey<WebAdmitIds>).ids;
}

/** Null where the vendor says that the run is not there (any more). */
async function orGone<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof VendorError && error.code === 'EXPORT_NOT_FOUND') return null;
    throw error;
  }
}

/** Logs each word that the status table does not list, once. */
function createWordReporter(log: Log, account: string): (snapshots: readonly ExportSnapshot[]) => void {
  const reported = new Set<string>();
  return (snapshots) => {
    for (const { status, rawStatus } of snapshots) {
      if (status !== 'UNKNOWN' || reported.has(rawStatus) || reported.size >= MAX_REPORTED_WORDS) continue;
      reported.add(rawStatus);
      log.warn({ vendor: 'web-admit', account, rawStatus }, 'WebAdMIT said a status word that is not known.');
    }
  };
}
