import type { IncomingHttpHeaders } from 'node:http';
import { ANONYMOUS, type Caller } from '../export/caller.ts';

/** Who asks, or the sentence with which it is refused. */
export type Authentication = Caller | { readonly refusal: string };

/** Finds out who asks by a request's headers, or by what stands for them in a websocket's `connection_init`. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Authentication>;

const VENDOR_TOKEN_HEADER = 'x-waybill-token-';

/** Access mode `open`: everyone on this machine is the tenant `default`. */
export const authenticateNobody: Authenticate = async (headers) => ({
  ...ANONYMOUS,
  vendorTokens: vendorTokensOf(headers),
});

/** The caller's own vendor tokens: header `x-waybill-token-KEY` for the account KEY. */
export function vendorTokensOf(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(VENDOR_TOKEN_HEADER) && typeof value === 'string' && value !== ''
        ? [[name.slice(VENDOR_TOKEN_HEADER.length), value]]
        : [],
    ),
  );
}
