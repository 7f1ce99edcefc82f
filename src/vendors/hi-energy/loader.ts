import { VendorError } from '../../export/errors.ts';
import type { ExportKey, ExportSnapshot, FileDescription } from '../../export/export.ts';
import type { Log, Reading, ReadOptions } from '../../export/ports.ts';
import type { AccountClient } from '../../http/types.ts';
import { type HiEnergyClient, MAX_LISTED } from './client.ts';
import { type AnswerSource, toSnapshot } from './mapping.ts';
import type { HiEnergyDetails, HiEnergyIds, ListedExport, WireExport } from './types.ts';

/** Reads of one Hi Energy account. */
export interface HiEnergyLoader {
  /** One entry per key, in the keys' order; never rejects, except with the signal's reason. */
  readMany(keys: readonly ExportKey<HiEnergyIds>[], options?: ReadOptions): Promise<readonly Reading[]>;
  /** The file of a completed export that only a list has told of: one status call. @throws VendorError */
  describeFiles(key: ExportKey<HiEnergyIds>, options?: ReadOptions): Promise<readonly FileDescription[]>;
  /** The newest exports, at most 100. @throws VendorError */
  listRecent(limit: number, options?: ReadOptions): Promise<readonly ExportSnapshot<HiEnergyDetails>[]>;
}

export interface HiEnergyLoaderParts {
  readonly http: AccountClient;
  readonly client: HiEnergyClient;
  readonly log: Log;
  /** Builds the key of an export that only the vendor has named so far. */
  toKey(exportId: string): ExportKey<HiEnergyIds>;
}

/** How many unlisted status words are remembered as already logged. */
const MAX_REMEMBERED_WORDS = 100;

export function createHiEnergyLoader({ http, client, log, toKey }: HiEnergyLoaderParts): HiEnergyLoader {
  const loggedWords = new Set<string>();

  function read(
    key: ExportKey<HiEnergyIds>,
    wire: WireExport,
    source: AnswerSource,
    receivedAt: number,
  ): ExportSnapshot<HiEnergyDetails> {
    const snapshot = toSnapshot(key, wire, source, receivedAt);
    const { status, rawStatus } = snapshot;
    if (status === 'UNKNOWN' && !loggedWords.has(rawStatus) && loggedWords.size < MAX_REMEMBERED_WORDS) {
      loggedWords.add(rawStatus);
      log.warn(
        { vendor: key.vendor, account: key.account, rawStatus },
        'Hi Energy sent an unlisted status word',
      );
    }
    return snapshot;
  }

  async function readSingle(
    key: ExportKey<HiEnergyIds>,
    options: ReadOptions,
  ): Promise<ExportSnapshot<HiEnergyDetails>> {
    const { wire, receivedAt } = await client.readExport(key.ids.exportId, options);
    return read(key, wire, 'single', receivedAt);
  }

  /** What one list call tells of these keys; nothing where the list fails in a way that single calls may not. */
  async function readListed(keys: KeysById, options: ReadOptions): Promise<Map<string, Reading>> {
    try {
      const { wire, receivedAt } = await client.listExports(MAX_LISTED, options);
      return new Map(
        pairUp(keys, wire).map(([key, entry]) => [entry.id, read(key, entry, 'list', receivedAt)]),
      );
    } catch (thrown) {
      const error = toReading(http, thrown, options.signal);
      const readings: [string, Reading][] = isLasting(http, error)
        ? [...keys.keys()].map((id) => [id, error])
        : [];
      return new Map(readings);
    }
  }

  return {
    async readMany(keys, options = {}) {
      const byId: KeysById = new Map(keys.map((key) => [key.ids.exportId, key]));
      const readings = byId.size > 1 ? await readListed(byId, options) : new Map<string, Reading>();
      const misses = [...byId.values()].filter((key) => !readings.has(key.ids.exportId));
      await Promise.all(
        misses.map(async (key) => {
          const reading = await readSingle(key, options).catch((thrown) =>
            toReading(http, thrown, options.signal),
          );
          readings.set(key.ids.exportId, reading);
        }),
      );
      return keys.flatMap((key) => readings.get(key.ids.exportId) ?? []);
    },

    async describeFiles(key, options = {}) {
      const { files } = await readSingle(key, options);
      return files ?? [];
    },

    async listRecent(limit, options = {}) {
      const { wire, receivedAt } = await client.listExports(limit, options);
      return wire.slice(0, limit).map((entry) => read(toKey(entry.id), entry, 'list', receivedAt));
    },
  };
}

type KeysById = ReadonlyMap<string, ExportKey<HiEnergyIds>>;

function pairUp(
  keys: KeysById,
  entries: readonly ListedExport[],
): (readonly [ExportKey<HiEnergyIds>, ListedExport])[] {
  return entries.flatMap((entry) => {
    const key = keys.get(entry.id);
    return key === undefined ? [] : [[key, entry] as const];
  });
}

/** True where single calls would fail like the list did, and only spend what is left of the account's budget. */
function isLasting(http: AccountClient, { code, httpStatus }: VendorError): boolean {
  if (code === 'VENDOR_RATE_LIMITED' || code === 'VENDOR_UNAUTHENTICATED') return true;
  const isBreakerOpen = httpStatus === undefined && http.health().state === 'UNAVAILABLE';
  return code === 'VENDOR_UNAVAILABLE' && isBreakerOpen;
}

/** @throws the signal's reason where nobody waits any more */
function toReading(http: AccountClient, thrown: unknown, signal: AbortSignal | undefined): VendorError {
  if (signal?.aborted) throw signal.reason;
  if (thrown instanceof VendorError) return thrown;
  const { vendor, account, code, message } = http.toError(
    'VENDOR_BAD_RESPONSE',
    'Hi Energy sent an answer that cannot be read.',
  );
  return new VendorError({ vendor, account, code, message, cause: thrown });
}
