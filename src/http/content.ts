import { ACCEPTED_ENCODINGS } from './body.ts';
import type { RequestContent } from './types.ts';

/*
 * What a request carries beside the credential: its headers and its body.
 */

const API_HEADERS = { accept: 'application/json', 'accept-encoding': ACCEPTED_ENCODINGS };
const JSON_HEADERS = { ...API_HEADERS, 'content-type': 'application/json' };
const FORM_HEADERS = { ...API_HEADERS, 'content-type': 'application/x-www-form-urlencoded' };
const FILE_HEADERS = { accept: '*/*', 'accept-encoding': 'identity' };

/** What a caller may say about the file it wants; everything else in a request is ours. */
const PASSED_ON: ReadonlySet<string> = new Set(['range', 'if-range', 'if-none-match', 'if-modified-since']);

/** Who asks, where it goes, and how it is framed, is never a vendor's header to say (RFC 9110, 7 to 11; read 2026-11). */
const OURS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'host',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A token of RFC 9110, 5.6.2, in lower case. */
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
/** Visible ASCII, and spaces that stand between. */
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

export type Headers = Readonly<Record<string, string>>;

/** A request's headers without the credential's, and its body. */
export interface Content {
  readonly headers: Headers;
  readonly body: string | undefined;
}

const NOTHING: Content = { headers: API_HEADERS, body: undefined };

/** @throws TypeError where a header is none that a vendor may set, or where there are two bodies */
export function toContent({ headers, json, form }: RequestContent): Content {
  if (headers === undefined && json === undefined && form === undefined) return NOTHING;
  if (json !== undefined && form !== undefined) throw new TypeError('A request has one body.');
  if (form !== undefined) return { headers: withHeaders(FORM_HEADERS, headers), body: form };
  if (json === undefined) return { headers: withHeaders(API_HEADERS, headers), body: undefined };
  return { headers: withHeaders(JSON_HEADERS, headers), body: JSON.stringify(json) };
}

/**
 * The headers that a file is asked for with.
 *
 * @param wanted - the caller's; few of them are passed on
 * @throws TypeError where one of the vendor's is none that it may set
 */
export function toFileHeaders(wanted: Headers, vendorHeaders: Headers | undefined): Headers {
  const passed = Object.entries(wanted).filter(([name]) => PASSED_ON.has(name.toLowerCase()));
  return { ...withHeaders(FILE_HEADERS, vendorHeaders), ...Object.fromEntries(passed) };
}

function withHeaders(own: Headers, vendors: Headers | undefined): Headers {
  if (vendors === undefined) return own;
  for (const [name, value] of Object.entries(vendors)) {
    if (OURS.has(name)) throw new TypeError(`A vendor's request does not set the header "${name}".`);
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw new TypeError("A vendor's header has a name in lower case and a value that a header can carry.");
    }
  }
  return { ...own, ...vendors };
}
