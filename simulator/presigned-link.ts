import { createHmac, timingSafeEqual } from 'node:crypto';

/** The two ways S3 writes a link that carries its own permission. */
export type LinkStyle = 'v2' | 'v4';

export interface LinkTerms {
  /** The object's path, percent-encoded. */
  readonly path: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Milliseconds; S3 counts in whole seconds, so a part of one is lost. */
  readonly lifetimeMs: number;
  readonly disposition: string;
  readonly mediaType: string;
}

/** What a link turned out to be when it was opened. */
export type LinkVerdict =
  | {
      readonly type: 'good';
      readonly disposition: string | undefined;
      readonly mediaType: string | undefined;
    }
  | { readonly type: 'expired'; readonly expiresAt: number }
  | { readonly type: 'forged' }
  | { readonly type: 'unsigned' };

const ACCESS_KEY_ID = 'AKIASIMULATEDWAYBILL';
const SIGNATURE_NAME = { v2: 'Signature', v4: 'X-Amz-Signature' } as const;

/**
 * Writes the query of a presigned link in S3's spelling.
 *
 * Source: Amazon S3 user guide, "Authenticating requests: using query parameters" for signature versions 2 and 4; read 2026-11.
 */
export function mintQuery(secret: Uint8Array, style: LinkStyle, terms: LinkTerms): string {
  const overrides: readonly Pair[] = [
    ['response-content-disposition', terms.disposition],
    ['response-content-type', terms.mediaType],
  ];
  if (style === 'v2') {
    const expires = String(Math.floor((terms.now + terms.lifetimeMs) / 1_000));
    const grant = toQuery([
      ['AWSAccessKeyId', ACCESS_KEY_ID],
      ['Expires', expires],
    ]);
    const rest = toQuery(overrides);
    return `${grant}&Signature=${sign(secret, style, terms.path, `${grant}&${rest}`)}&${rest}`;
  }
  const date = toAmzDate(terms.now);
  const unsigned = toQuery([
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${ACCESS_KEY_ID}/${date.slice(0, 8)}/us-east-1/s3/aws4_request`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', String(Math.floor(terms.lifetimeMs / 1_000))],
    ['X-Amz-SignedHeaders', 'host'],
    ...overrides,
  ]);
  return `${unsigned}&X-Amz-Signature=${sign(secret, style, terms.path, unsigned)}`;
}

/**
 * Judges a link as it arrived.
 *
 * Stricter than S3: the signature covers the query byte for byte, so a link that someone took apart and put together again
 * (`%20` as `+`, another order) is refused even where S3 would forgive it.
 *
 * @param query - as it stood on the wire, without the question mark
 */
export function judgeLink(secret: Uint8Array, path: string, query: string, now: number): LinkVerdict {
  const parts = query.split('&');
  const style = parts.some((part) => part.startsWith('X-Amz-')) ? 'v4' : 'v2';
  const prefix = `${SIGNATURE_NAME[style]}=`;
  const given = parts.find((part) => part.startsWith(prefix));
  if (given === undefined) return { type: 'unsigned' };

  const unsigned = parts.filter((part) => part !== given).join('&');
  if (!isEqual(given.slice(prefix.length), sign(secret, style, path, unsigned))) return { type: 'forged' };

  const values = new URLSearchParams(query);
  const expiresAt = readExpiry(values, style);
  if (now >= expiresAt) return { type: 'expired', expiresAt };
  return {
    type: 'good',
    disposition: values.get('response-content-disposition') ?? undefined,
    mediaType: values.get('response-content-type') ?? undefined,
  };
}

type Pair = readonly [name: string, value: string];

function toQuery(pairs: readonly Pair[]): string {
  return pairs.map(([name, value]) => `${name}=${encodeForAws(value)}`).join('&');
}

/** AWS encodes all but RFC 3986's unreserved characters; what `encodeURIComponent` spares besides, URL parsers would rewrite. */
function encodeForAws(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The signature as it stands in the query, percent-encoded. */
function sign(secret: Uint8Array, style: LinkStyle, path: string, unsigned: string): string {
  const text = `${style}\n${path}\n${unsigned}`;
  if (style === 'v4') return createHmac('sha256', secret).update(text).digest('hex');
  // A third of all real v2 signatures hold a plus sign, which careless readers turn into a blank. Here every one does, so
  // that such a reader fails at once and not on Tuesdays.
  for (let attempt = 0; ; attempt += 1) {
    const signature = createHmac('sha1', secret).update(`${text}\n${attempt}`).digest('base64');
    if (signature.includes('+')) return encodeForAws(signature);
  }
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readExpiry(values: URLSearchParams, style: LinkStyle): number {
  if (style === 'v2') return Number(values.get('Expires')) * 1_000;
  const date = values.get('X-Amz-Date') ?? '';
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return Date.parse(iso) + Number(values.get('X-Amz-Expires')) * 1_000;
}

/** `20261122T101500Z` */
function toAmzDate(instant: number): string {
  return new Date(instant).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
