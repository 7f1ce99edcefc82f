import { VendorError } from '../../export/errors.ts';
import type { ExportKey } from '../../export/export.ts';
import type { Reading, ReadOptions } from '../../export/ports.ts';
import { openScope, type Scope } from '../../http/deadline.ts';
import type { AccountClient } from '../../http/types.ts';
import type { Tools } from '../../runtime/tools.ts';
import type { TalkdeskClient } from './client.ts';
import { type SnapshotReader, toReadings } from './snapshot-reader.ts';
import type { TalkdeskIds } from './types.ts';

/** What one list call is asked for; 200 is the documented maximum, but what lies so far back is better asked for alone. */
const PER_PAGE = 100;

/** What reads stand on. */
export interface LoaderParts {
  readonly client: TalkdeskClient;
  readonly http: AccountClient;
  readonly toSnapshot: SnapshotReader;
  readonly tools: Tools;
  /** Of one vendor call. */
  readonly timeoutMs: number;
}

/** How many calls' time a whole read may take, its list call and what follows it together. */
const MAX_READ_TIMEOUTS = 3;

type Key = ExportKey<TalkdeskIds>;

/** The readings of one report type by job id. */
type Readings = Map<string, Reading>;

/**
 * Reads several jobs: per report type one list call for two or more of them, single calls for what the list does not show.
 *
 * @returns one entry per key, in the keys' order; a failed read is an entry
 * @throws the signal's reason when it aborts
 */
export async function readMany(
  parts: LoaderParts,
  keys: readonly Key[],
  { signal }: ReadOptions = {},
): Promise<readonly Reading[]> {
  const groups = new Map<string, Map<string, Key>>();
  for (const key of keys) {
    const group = groups.get(key.ids.reportType) ?? new Map<string, Key>();
    groups.set(key.ids.reportType, group.set(key.ids.jobId, key));
  }
  const readings = new Map<string, Readings>();
  await Promise.all(
    [...groups].map(async ([reportType, group]) => {
      readings.set(reportType, await readGroup(parts, reportType, group, signal));
    }),
  );
  return keys.map(({ ids }) => readings.get(ids.reportType)?.get(ids.jobId) ?? unread(parts.http));
}

async function readGroup(
  parts: LoaderParts,
  reportType: string,
  group: ReadonlyMap<string, Key>,
  signal: AbortSignal | undefined,
): Promise<Readings> {
  // The list call and what follows it share the time that one call with its retries would have.
  const scope = openScope(parts.tools.clock, MAX_READ_TIMEOUTS * parts.timeoutMs, signal);
  try {
    const listed = group.size > 1 ? await readListed(parts, reportType, group, scope) : new Map();
    const missing = [...group.values()].filter((key) => !listed.has(key.ids.jobId));
    const single = await Promise.all(
      missing.map(async (key) => [key.ids.jobId, await readOne(parts, key, scope)] as const),
    );
    signal?.throwIfAborted();
    return new Map([...listed, ...single]);
  } finally {
    scope.close();
  }
}

/** What one list call tells about these jobs: nothing where it fails in a way that single calls need not. */
async function readListed(
  { client, http, toSnapshot }: LoaderParts,
  reportType: string,
  group: ReadonlyMap<string, Key>,
  scope: Scope,
): Promise<Readings> {
  try {
    const page = await client.listJobs(reportType, PER_PAGE, scope.signal);
    const entries = toReadings(page).flatMap((reading): [string, Reading][] => {
      const key = group.get(reading.job.id ?? '');
      return key === undefined ? [] : [[key.ids.jobId, toSnapshot(key, reading)]];
    });
    return new Map(entries);
  } catch (thrown) {
    const error = toVendorError(http, thrown, scope);
    return new Map(isLasting(http, error) ? [...group.keys()].map((jobId) => [jobId, error]) : []);
  }
}

/** One job by itself; a failure is a reading too. */
async function readOne({ client, http, toSnapshot }: LoaderParts, key: Key, scope: Scope): Promise<Reading> {
  try {
    return toSnapshot(key, await client.readJob(key.ids, scope.signal));
  } catch (thrown) {
    return toVendorError(http, thrown, scope);
  }
}

/** True where single calls would fail as the list did, and only spend what is left of the account's budget. */
function isLasting(http: AccountClient, { code, httpStatus }: VendorError): boolean {
  if (code === 'VENDOR_RATE_LIMITED' || code === 'VENDOR_UNAUTHENTICATED') return true;
  const isBreakerOpen = httpStatus === undefined && http.health().state === 'UNAVAILABLE';
  return code === 'VENDOR_UNAVAILABLE' && isBreakerOpen;
}

function toVendorError(http: AccountClient, thrown: unknown, scope: Scope): VendorError {
  if (thrown instanceof VendorError) return thrown;
  return scope.isOverdue()
    ? http.toError('VENDOR_TIMEOUT', 'Talkdesk did not answer in time.')
    : unread(http);
}

function unread(http: AccountClient): VendorError {
  return http.toError('VENDOR_BAD_RESPONSE', 'Talkdesk sent an answer that cannot be read.');
}
