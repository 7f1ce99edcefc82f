import { VendorError, type VendorErrorCode } from '../../export/errors.ts';
import type { ExportKey } from '../../export/export.ts';
import type { Reading } from '../../export/ports.ts';
import { openScope } from '../../http/deadline.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Answer, WebAdmitClient } from './client.ts';
import { type RunSource, toSnapshot } from './mapping.ts';
import type { WebAdmitIds, WireRun } from './types.ts';

export type WebAdmitKey = ExportKey<WebAdmitIds>;

/** What was learnt about one run: an answer and where it came from, or why there is none. */
type RunAnswer = (Answer<WireRun> & { readonly source: RunSource }) | VendorError;

/**
 * After these the single calls would meet the same refusal, and would only press a vendor that asked for quiet. An open
 * breaker needs no mention: it refuses the single calls too, before anything is sent.
 */
const REFUSES_EVERY_CALL: ReadonlySet<VendorErrorCode> = new Set<VendorErrorCode>([
  'VENDOR_RATE_LIMITED',
  'VENDOR_UNAUTHENTICATED',
]);

/** What a read stands on. */
export interface LoaderParts {
  readonly client: WebAdmitClient;
  readonly clock: Clock;
  /** For the whole read, the list call and the single calls after it together. */
  readonly lifetimeMs: number;
  /** The error of a run that was not read within that time. */
  toOverdue(): VendorError;
}

/** One read under way. */
interface Read {
  readonly client: WebAdmitClient;
  readonly signal: AbortSignal;
  /** The call's result, or its VendorError; rejects only with the reason of a caller who left. */
  settle<T>(call: Promise<T>): Promise<T | VendorError>;
}

/**
 * Reads many runs in as few calls as the vendor allows.
 *
 * Two or more runs of one identity ride on one list call; runs it does not hold, and runs without an identity, are
 * asked for singly, each once however many keys name it. The account's own limits bound what goes out at a time.
 *
 * @returns one entry per key, in the keys' order; a failed read is an entry
 * @throws the signal's reason, and nothing that a vendor can cause
 */
export async function readMany(
  parts: LoaderParts,
  keys: readonly WebAdmitKey[],
  signal?: AbortSignal,
): Promise<readonly Reading[]> {
  const scope = openScope(parts.clock, parts.lifetimeMs, signal);
  try {
    const read: Read = {
      client: parts.client,
      signal: scope.signal,
      async settle(call) {
        try {
          return await call;
        } catch (error) {
          if (error instanceof VendorError) return error;
          if (scope.isOverdue()) return parts.toOverdue();
          throw error;
        }
      },
    };
    return await readAll(read, keys);
  } finally {
    scope.close();
  }
}

async function readAll(read: Read, keys: readonly WebAdmitKey[]): Promise<readonly Reading[]> {
  const lists = new Map(findBatches(keys).map((identityId) => [identityId, readList(read, identityId)]));
  const singles = new Map<string, Promise<RunAnswer>>();
  return Promise.all(
    keys.map(async (key) => {
      // Each key waits for its own list only, so that one slow identity holds up no other.
      const listed = findListed(await lists.get(key.ids.userIdentityId ?? ''), key);
      const answer = listed ?? (await share(singles, toRunPath(key), () => readSingle(read, key)));
      if (answer instanceof VendorError) return answer;
      return toSnapshot(key, answer.value, answer.source, answer.receivedAt);
    }),
  );
}

/** The identities worth a list call: two or more distinct runs are wanted of them. */
function findBatches(keys: readonly WebAdmitKey[]): readonly string[] {
  const wanted = new Map<string, Set<string>>();
  for (const key of keys) {
    const { userIdentityId } = key.ids;
    if (userIdentityId === undefined) continue;
    wanted.set(userIdentityId, (wanted.get(userIdentityId) ?? new Set()).add(toRunPath(key)));
  }
  return [...wanted].filter(([, runs]) => runs.size > 1).map(([identityId]) => identityId);
}

async function readList(
  { client, signal, settle }: Read,
  identityId: string,
): Promise<Answer<ReadonlyMap<string, WireRun>> | VendorError> {
  const list = await settle(client.listRuns(identityId, signal));
  return list instanceof VendorError ? list : { value: indexById(list.value), receivedAt: list.receivedAt };
}

/** What a list says about a run; `undefined` where it is to be asked for singly. */
function findListed(
  list: Awaited<ReturnType<typeof readList>> | undefined,
  key: WebAdmitKey,
): RunAnswer | undefined {
  if (list instanceof VendorError) return REFUSES_EVERY_CALL.has(list.code) ? list : undefined;
  const run = list?.value.get(key.ids.exportFileId);
  return list && run && { value: run, receivedAt: list.receivedAt, source: 'list' };
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

async function readSingle({ client, signal, settle }: Read, { ids }: WebAdmitKey): Promise<RunAnswer> {
  const answer = await settle(client.readRun(ids.exportId, ids.exportFileId, signal));
  return answer instanceof VendorError ? answer : { ...answer, source: 'single' };
}

function toRunPath({ ids }: WebAdmitKey): string {
  return `${ids.exportId}/${ids.exportFileId}`;
}

function share<T>(shared: Map<string, Promise<T>>, name: string, start: () => Promise<T>): Promise<T> {
  const known = shared.get(name);
  if (known) return known;
  const started = start();
  shared.set(name, started);
  return started;
}
