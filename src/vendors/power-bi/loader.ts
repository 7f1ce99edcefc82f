import { VendorError } from '../../export/errors.ts';
import type { ExportKey, ExportSnapshot } from '../../export/export.ts';
import type { Log } from '../../runtime/tools.ts';
import type { PowerBiClient } from './client.ts';
import { POWER_BI_STATUS, toSnapshot } from './mapping.ts';
import type { PowerBiDetails, PowerBiIds } from './types.ts';

type PowerBiKey = ExportKey<PowerBiIds>;
type PowerBiSnapshot = ExportSnapshot<PowerBiDetails>;

/** Reads exports of one account. */
export interface PowerBiLoader {
  /**
   * One entry per key, in the keys' order; a failed read is an entry. Power BI has no list call, so each costs one GET,
   * and the account's client bounds how many run at once.
   *
   * @throws the signal's reason when it aborts
   */
  readMany(
    keys: readonly PowerBiKey[],
    signal?: AbortSignal,
  ): Promise<readonly (PowerBiSnapshot | VendorError)[]>;
  /** @throws VendorError */
  readOne(key: PowerBiKey, signal?: AbortSignal): Promise<PowerBiSnapshot>;
}

/** Unlisted status words remembered as already logged: a vendor gone mad shall not fill the memory. */
const MAX_LOGGED_WORDS = 100;

/** Reads exports through `client`; a status word that no table lists is logged once. */
export function createPowerBiLoader(client: PowerBiClient, account: string, log: Log): PowerBiLoader {
  const loggedWords = new Set<string>();

  async function readOne(key: PowerBiKey, signal?: AbortSignal): Promise<PowerBiSnapshot> {
    const snapshot = toSnapshot(key, await client.readExport(key.ids, signal));
    logUnlistedWord(snapshot.rawStatus);
    return snapshot;
  }

  async function readOneOrError(
    key: PowerBiKey,
    signal?: AbortSignal,
  ): Promise<PowerBiSnapshot | VendorError> {
    try {
      return await readOne(key, signal);
    } catch (error) {
      signal?.throwIfAborted();
      return error instanceof VendorError ? error : toMistake(account, error);
    }
  }

  function logUnlistedWord(rawStatus: string): void {
    if (Object.hasOwn(POWER_BI_STATUS, rawStatus) || loggedWords.has(rawStatus)) return;
    if (loggedWords.size >= MAX_LOGGED_WORDS) return;
    loggedWords.add(rawStatus);
    log.warn({ vendor: 'power-bi', account, rawStatus }, 'Power BI sent an unlisted status word');
  }

  return { readOne, readMany: (keys, signal) => Promise.all(keys.map((key) => readOneOrError(key, signal))) };
}

/** Our own mistake, and still it spoils no neighbour. */
function toMistake(account: string, cause: unknown): VendorError {
  const message = 'An answer of Power BI could not be read.';
  return new VendorError({ code: 'VENDOR_BAD_RESPONSE', message, vendor: 'power-bi', account, cause });
}
