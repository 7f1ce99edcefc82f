import { VendorError } from '../export/errors.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { VendorId } from '../export/vendor-id.ts';

/** The answer about an account that the caller does not have: another tenant's and none at all are the same. */
export function toUnknownAccountError(vendor: VendorId, account: string): VendorError {
  const message = 'There is no such account for you: see the query "accounts" for those you may use.';
  return new VendorError({ code: 'EXPORT_NOT_FOUND', message, vendor, account });
}

/**
 * Stands where a caller names an account it does not have, so that one wrong locator among good ones is an answer about that
 * export alone. Asks nobody: every export is EXPORT_NOT_FOUND, and so is whatever is ordered there.
 *
 * @param tenant - of the caller
 */
export function createUnknownAccount(vendor: VendorId, key: string, tenant = ''): VendorAccount {
  const error = toUnknownAccountError(vendor, key);
  const refuse = () => Promise.reject(error);
  return {
    key,
    vendor,
    tenant,
    // A configured account's identity ends otherwise. The tenant's own: nobody learns what another tenant looks for in vain.
    identity: `${tenant}/unknown ${vendor}`,
    pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: Number.POSITIVE_INFINITY },
    readMany: async (keys) => keys.map((asked) => toUnknownAccountError(vendor, asked.account)),
    describeFiles: refuse,
    listRecent: refuse,
    locateFile: refuse,
    start: refuse,
    markStart: async () => null,
    findStarted: refuse,
    cancel: refuse,
    health: () => ({ state: 'UNAVAILABLE', throttledUntil: null, lastError: 'EXPORT_NOT_FOUND' }),
    close: async () => undefined,
  };
}
