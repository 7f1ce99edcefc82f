const NO_QUERY = {};

/** What requests are appended to, taken apart once. */
export interface BaseAddress {
  /** Scheme, host and port: the only place that requests of this account go to. */
  readonly origin: string;
  /** Never ends in `/`; empty for a bare host. */
  readonly pathPrefix: string;
}

/** @throws TypeError where the address is none that credentials may be sent to; the configuration was checked earlier */
export function parseBaseAddress(baseUrl: string): BaseAddress {
  const url = new URL(baseUrl);
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  if (!isHttp || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError('A base URL is http(s) without user, query and fragment.');
  }
  return { origin: url.origin, pathPrefix: url.pathname.replace(/\/+$/, '') };
}

/**
 * The request target for some path segments below a base address.
 *
 * The second wall: ids were checked against the vendor's grammar before they came here, so a refusal is a programming
 * error. Refused, never repaired: `encodeURIComponent('..')` is `..`, and URL parsing drops CR and LF in silence.
 *
 * @throws TypeError where a segment could leave the base address' path
 */
export function buildTarget(
  base: BaseAddress,
  segments: readonly string[],
  query: Readonly<Record<string, string | number>> = NO_QUERY,
): string {
  let target = base.pathPrefix;
  for (const segment of segments) target += `/${encodeSegment(segment)}`;
  let separator = '?';
  for (const [name, value] of Object.entries(query)) {
    target += `${separator}${encodePart(name)}=${encodePart(String(value))}`;
    separator = '&';
  }
  return target || '/';
}

function encodeSegment(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..') {
    throw new TypeError('A path segment is neither empty nor made of dots alone.');
  }
  return encodePart(segment);
}

/** What stands for itself wherever it is encoded: most ids are nothing else. */
const UNRESERVED = /^[A-Za-z0-9_.~-]+$/;

function encodePart(part: string): string {
  if (UNRESERVED.test(part)) return part;
  if (!part.isWellFormed() || /\p{Cc}/u.test(part)) {
    throw new TypeError('A part of a request holds no control character and no half of a character.');
  }
  return encodeURIComponent(part);
}
