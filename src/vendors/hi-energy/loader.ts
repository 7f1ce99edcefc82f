import { VendorError } from '../../export/errors.ts';
import type { ExportKey, ExportSnapshot, FileDescription } from '../../export/export.ts';
import type { Reading, ReadOptions } from '../../export/ports.ts';
import { openScope, type Scope } from '../../http/deadline.ts';
import type { AccountClient } from '../../http/types.ts';
import type { Tools } from '../../runtime/tools.ts';
import { type HiEnergyClient, MAX_LISTED } from './client.ts';
import { toSnapshot } from './mapping.ts';
import type { AnswerFacts, HiEnergyDetails, HiEnergyIds, ListedExport, WireExport } from './types.ts';

/** The key of a Hi Energy export. */
export type HiEnergyKey = ExportKey<HiEnergyIds>;

/** Reads of one Hi Energy account. */
export interface HiEnergyLoader {
  /** One entry per key, in the keys' order; never rejects, except with the signal's reason. */
  readMany(keys: readonly HiEnergyKey[], options?: ReadOptions): Promise<readonly Reading[]>;
  /** The file of a completed export that only a list has told of: one status call. @throws VendorError */
  describeFiles(key: HiEnergyKey, options?: ReadOptions): Promise<readonly FileDescription[]>;
  /** The newest exports, at most 100. @throws VendorError */
  listRecent(limit: number, options?: ReadOptions): Promise<readonly ExportSnapshot<HiEnergyDetails>[]>;
}

type KeysById = ReadonlyMap<string, HiEnergyKey>;
type ReadingsById = ReadonlyMap<string, Reading>;

export interface HiEnergyLoaderParts {
  readonly http: AccountClient;
  readonly client: HiEnergyClient;
  readonly tools: Tools;
  /** The limit of one vendor call. */
  readonly timeoutMs: number;
  /** Builds the key of an export that only the vendor has named so far. */
  toKey(exportId: string): HiEnergyKey;
}

/** How many unlisted status words are remembered as already logged. */
const MAX_REMEMBERED_WORDS = 100;

/** How many calls' time a whole read may take, its list call and what follows it together. */
const MAX_READ_TIMEOUTS = 3;

/** Reads through the list call where several exports are wanted, and one by one what it does not tell. */
export function createHiEnergyLoader(parts: HiEnergyLoaderParts): HiEnergyLoader {
  const { http, client, tools, timeoutMs, toKey } = parts;
  const loggedWords = new Set<string>();

  function read(key: HiEnergyKey, wire: WireExport, facts: AnswerFacts): ExportSnapshot<HiEnergyDetails> {
    const snapshot = toSnapshot(key, wire, facts);
    const { status, rawStatus } = snapshot;
    if (status === 'UNKNOWN' && !loggedWords.has(rawStatus) && loggedWords.size < MAX_REMEMBERED_WORDS) {
      loggedWords.add(rawStatus);
      tools.log.warn(
        { vendor: key.vendor, account: key.account, rawStatus },
        'Hi Energy sent an unlisted status word',
      );
    }
    return snapshot;
  }

  async function readSingle(
    key: HiEnergyKey,
    options: ReadOptions,
  ): Promise<ExportSnapshot<HiEnergyDetails>> {
    const { wire, facts } = await client.readExport(key.ids.exportId, options);
    return read(key, wire, facts);
  }

  async function readSingles(
    keys: readonly HiEnergyKey[],
    { signal }: ReadOptions,
    scope?: Scope,
  ): Promise<ReadingsById> {
    const readOne = async (key: HiEnergyKey): Promise<Reading> => {
      try {
        return await readSingle(key, { signal: scope?.signal ?? signal });
      } catch (thrown) {
        signal?.throwIfAborted();
        return toVendorError(http, thrown, scope);
      }
    };
    return new Map(
      await Promise.all(keys.map(async (key) => [key.ids.exportId, await readOne(key)] as const)),
    );
  }

  /** What one list call tells of these keys; nothing where it fails in a way that single calls may not. */
  async function readListed(keys: KeysById, options: ReadOptions): Promise<ReadingsById> {
    try {
      const { wire, facts } = await client.listExports(MAX_LISTED, options);
      return new Map(pairUp(keys, wire).map(([key, entry]) => [entry.id, read(key, entry, facts)]));
    } catch (thrown) {
      options.signal?.throwIfAborted();
      const error = toVendorError(http, thrown);
      return new Map(isLasting(error) ? [...keys.keys()].map((id) => [id, error] as const) : []);
    }
  }

  return {
    async readMany(keys, options = {}) {
      const byId: KeysById = new Map(keys.map((key) => [key.ids.exportId, key]));
      if (byId.size < 2) return inOrder(keys, await readSingles([...byId.values()], options));

      // The list call and what follows it share the time that one call with its retries would have.
      const scope = openScope(tools.clock, MAX_READ_TIMEOUTS * timeoutMs, options.signal);
      try {
        const listed = await readListed(byId, options);
        const misses = [...byId.values()].filter((key) => !listed.has(key.ids.exportId));
        return inOrder(keys, new Map([...listed, ...(await readSingles(misses, options, scope))]));
      } finally {
        scope.close();
      }
    },

    async describeFiles(key, options = {}) {
      const { files } = await readSingle(key, options);
      return files ?? [];
    },

    async listRecent(limit, options = {}) {
      const { wire, facts } = await client.listExports(limit, options);
      return wire.slice(0, limit).map((entry) => read(toKey(entry.id), entry, facts));
    },
  };
}

function inOrder(keys: readonly HiEnergyKey[], readings: ReadingsById): readonly Reading[] {
  return keys.flatMap((key) => readings.get(key.ids.exportId) ?? []);
}

function pairUp(
  keys: KeysById,
  entries: readonly ListedExport[],
): readonly (readonly [HiEnergyKey, ListedExport])[] {
  return entries.flatMap((entry) => {
    const key = keys.get(entry.id);
    return key === undefined ? [] : [[key, entry] as const];
  });
}

/** True where single calls would fail like the list did, and only spend what is left of the account's budget. */
function isLasting({ code, httpStatus, retryAfterMs }: VendorError): boolean {
  if (code === 'VENDOR_RATE_LIMITED' || code === 'VENDOR_UNAUTHENTICATED') return true;
  // An open breaker: nothing was sent, and it says when the next try may be.
  return code === 'VENDOR_UNAVAILABLE' && httpStatus === undefined && retryAfterMs !== undefined;
}

/** @param scope - the time the whole read may take */
function toVendorError(http: AccountClient, thrown: unknown, scope?: Scope): VendorError {
  if (thrown instanceof VendorError) return thrown;
  if (scope?.isOverdue()) {
    const message = 'Hi Energy did not answer in time, neither with its list nor one by one.';
    return http.toError('VENDOR_TIMEOUT', message);
  }
  // Our own mistake, and still it spoils no neighbour.
  const { code, message, vendor, account } = http.toError(
    'VENDOR_BAD_RESPONSE',
    'An answer of Hi Energy could not be read.',
  );
  return new VendorError({ code, message, vendor, account, cause: thrown });
}
