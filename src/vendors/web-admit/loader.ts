import { VendorError, type VendorErrorCode } from '../../export/errors.ts';
import type { ExportKey } from '../../export/export.ts';
import type { Reading } from '../../export/ports.ts';
import type { Answer, WebAdmitClient } from './client.ts';
import { type RunSource, toSnapshot } from './mapping.ts';
import type { WebAdmitIds, WireRun } from './types.ts';

export type WebAdmitKey = ExportKey<WebAdmitIds>;

/** What was learnt about one run: an answer and where it came from, or why there is none. */
type RunAnswer = (Answer<WireRun> & { readonly source: RunSource }) | VendorError;

/** After these the single calls would meet the same refusal, and would only press a vendor that asked for quiet. */
const REFUSES_EVERY_CALL: ReadonlySet<VendorErrorCode> = new Set<VendorErrorCode>([
  'VENDOR_RATE_LIMITED',
  'VENDOR_UNAUTHENTICATED',
]);

/**
 * Reads many runs in as few calls as the vendor allows.
 *
 * Two or more runs of one identity ride on one list call; runs it does not hold, and runs without an identity, are
 * asked for singly, each once however many keys name it. The account's own limits bound what goes out at a time.
 *
 * @returns one entry per key, in the keys' order; a failed read is an entry
 * @throws the signal's reason, and nothing else that a vendor can cause
 */
export async function readMany(
  client: WebAdmitClient,
  keys: readonly WebAdmitKey[],
  signal?: AbortSignal,
): Promise<readonly Reading[]> {
  const listed = await readListed(client, keys, signal);
  const single = new Map<string, Promise<RunAnswer>>();

  return Promise.all(
    keys.map(async (key) => {
      const answer =
        listed.get(key) ?? (await share(single, toRunPath(key), () => readSingle(client, key, signal)));
      if (answer instanceof VendorError) return answer;
      return toSnapshot(key, answer.value, answer.source, answer.receivedAt);
    }),
  );
}

/** Answers from list calls, for the keys they hold; a list that refuses every call answers its keys with its error. */
async function readListed(
  client: WebAdmitClient,
  keys: readonly WebAdmitKey[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<WebAdmitKey, RunAnswer>> {
  const answers = new Map<WebAdmitKey, RunAnswer>();
  await Promise.all(
    groupByIdentity(keys).map(async ([userIdentityId, group]) => {
      const list = await settle(client.listRuns(userIdentityId, signal));
      if (list instanceof VendorError) {
        if (REFUSES_EVERY_CALL.has(list.code)) for (const key of group) answers.set(key, list);
        return;
      }
      const runs = indexById(list.value);
      for (const key of group) {
        const run = runs.get(key.ids.exportFileId);
        if (run) answers.set(key, { value: run, receivedAt: list.receivedAt, source: 'list' });
      }
    }),
  );
  return answers;
}

/** The groups worth a list call: two or more distinct runs of one identity. */
function groupByIdentity(
  keys: readonly WebAdmitKey[],
): readonly (readonly [string, readonly WebAdmitKey[]])[] {
  const groups = new Map<string, WebAdmitKey[]>();
  for (const key of keys) {
    const { userIdentityId } = key.ids;
    if (userIdentityId === undefined) continue;
    groups.set(userIdentityId, [...(groups.get(userIdentityId) ?? []), key]);
  }
  return [...groups].filter(([, group]) => new Set(group.map(toRunPath)).size > 1);
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

async function readSingle(
  client: WebAdmitClient,
  key: WebAdmitKey,
  signal: AbortSignal | undefined,
): Promise<RunAnswer> {
  const answer = await settle(client.readRun(key.ids.exportId, key.ids.exportFileId, signal));
  return answer instanceof VendorError ? answer : { ...answer, source: 'single' };
}

async function settle<T>(call: Promise<T>): Promise<T | VendorError> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof VendorError) return error;
    throw error;
  }
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
