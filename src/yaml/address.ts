import { isIPv6 } from 'node:net';
import { isLoopbackHost } from './loopback.ts';

/** What is wrong with a text that should be an http(s) address; none of these phrases repeats any of it. */
type AddressFault =
  | 'a string that is no http or https URL'
  | 'a URL with spaces, backslashes or control characters'
  | 'a URL with a user name or password'
  | 'a URL with a query'
  | 'a URL with a fragment';

type Inspected = { readonly url: URL } | { readonly fault: AddressFault };

/**
 * Looks at an address for all that has no place in one. Only a query may be there.
 *
 * URL parsing drops line breaks and tabs in silence, reads backslashes as slashes and `https:host` as `https://host`:
 * what it would repair is refused here.
 *
 * @returns the parsed address, or what is wrong with it
 */
export function inspectEndpoint(text: string): Inspected {
  if (/[\s\\\p{Cc}\p{Cf}]/u.test(text))
    return { fault: 'a URL with spaces, backslashes or control characters' };
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) {
    return { fault: 'a string that is no http or https URL' };
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/i.test(text)) {
    return { fault: 'a URL with a user name or password' };
  }
  if (text.includes('#')) return { fault: 'a URL with a fragment' };
  return { url };
}

/** The same for an address that paths are appended to, or that is compared: no query either. */
export function inspectAddress(text: string): Inspected {
  const inspected = inspectEndpoint(text);
  const hasQuery = 'url' in inspected && text.includes('?');
  return hasQuery ? { fault: 'a URL with a query' } : inspected;
}

/** True for an http or https address without user and fragment. */
export function isEndpoint(text: string): boolean {
  return 'url' in inspectEndpoint(text);
}

/** True for an http or https address without user, query and fragment. */
export function isAddress(text: string): boolean {
  return 'url' in inspectAddress(text);
}

/** True for such an address that a secret may be sent to: https, or http that never leaves this machine. */
export function isSecureAddress(text: string): boolean {
  const inspected = inspectAddress(text);
  if ('fault' in inspected) return false;
  return inspected.url.protocol === 'https:' || isLoopbackHost(inspected.url.hostname);
}

/** True for an origin as browsers write it: scheme, host, port, and nothing behind it but perhaps a slash. */
export function isOrigin(text: string): boolean {
  const inspected = inspectAddress(text);
  return 'url' in inspected && inspected.url.pathname === '/';
}

/** An address that paths are appended to: host in lower case, no default port, no trailing slash. */
export function toBaseUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname.replace(/\/+$/, '');
}

/** The address that a host and port make. */
export function toHttpUrl(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
