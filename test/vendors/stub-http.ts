import { StartError, VendorError } from '../../src/export/errors.ts';
import type { VendorId } from '../../src/export/vendor-id.ts';
import type { AccountClient, AccountResponse } from '../../src/http/types.ts';

/** An account's way to a vendor that answers everything with one body. */
export function createStubHttp(vendor: VendorId, account: string, json?: unknown): AccountClient {
  const toError = (code: VendorError['code'], message: string) =>
    new VendorError({ code, message, vendor, account });
  const response: AccountResponse = { status: 200, headers: {}, text: '', json, receivedAt: 0 };
  return {
    send: async <Result>(
      _request: unknown,
      _options?: unknown,
      read?: (answer: AccountResponse) => Result,
    ) => (read === undefined ? response : read(response)),
    order: async (_request, _options, _ordered, read) => read(response),
    toLostAnswer: (_response, ordered, problem) =>
      new StartError({ code: 'START_OUTCOME_UNKNOWN', message: `${ordered}: ${problem}`, vendor, account }),
    toRejection: (_response, ordered, vendorMessage) =>
      new StartError({ code: 'VENDOR_REJECTED', message: ordered, vendor, account, vendorMessage }),
    open: async () => {
      throw new TypeError('not part of this test');
    },
    toError,
    toVendorError: (_response, asked) => toError('VENDOR_BAD_RESPONSE', asked),
    toBadResponse: (_response, asked, problem) => toError('VENDOR_BAD_RESPONSE', `${asked}: ${problem}`),
    health: () => ({ state: 'HEALTHY', throttledUntil: null, lastError: null }),
    close: async () => undefined,
  };
}
