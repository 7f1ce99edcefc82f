import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

/** Where the file links of one account may point. */
export interface FileLinkRules {
  /** The account's own base URL; its origin is always allowed. */
  readonly baseUrl: string;
  /** `host`, `*.suffix` or a whole origin; see docs/configuration.md. */
  readonly fileOrigins: readonly string[];
}

/** Why a link is refused; for the log. Never shown with the link itself. */
export type LinkRefusal =
  | 'unreadable' // no absolute URL, or one that two parsers may read differently
  | 'scheme' // neither https nor the account's own loopback origin
  | 'user-info'
  | 'port'
  | 'host' // not in the list
  | 'address'; // its name leads into a private network, or nowhere

export interface CheckedLink {
  /** Byte for byte as the vendor wrote it. */
  readonly url: string;
  readonly origin: string;
  /** Path and query, byte for byte. */
  readonly target: string;
  /** What the host's name stood for when it was checked; a connection goes to these and no others. */
  readonly addresses: readonly ResolvedAddress[];
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export type ResolveHost = (host: string) => Promise<readonly ResolvedAddress[]>;

export const resolveByDns: ResolveHost = (host) => lookup(host, { all: true });

const MAX_LINK_LENGTH = 8_192;
/** Scheme, authority, and everything after it; visible ASCII without a backslash, so that no parser reads it otherwise. */
const PLAIN_LINK = /^(https?):\/\/([A-Za-z0-9._:[\]@%-]+)([/?][\x21-\x5b\x5d-\x7e]*)?$/;

/**
 * Checks a link that a vendor's answer holds before anybody is sent there. What an answer says is never trusted.
 *
 * @param resolveHost - looked up anew for every link: a name that was harmless a minute ago may lead inside now
 */
export async function checkFileLink(
  link: string,
  rules: FileLinkRules,
  resolveHost: ResolveHost = resolveByDns,
): Promise<CheckedLink | { readonly refusal: LinkRefusal }> {
  const match = link.length <= MAX_LINK_LENGTH ? PLAIN_LINK.exec(link) : null;
  const url = match === null ? null : parse(link);
  if (match === null || url === null) return { refusal: 'unreadable' };
  if (url.username !== '' || url.password !== '' || match[2]?.includes('@')) return { refusal: 'user-info' };

  const own = new URL(rules.baseUrl);
  const isOnLoopback = isLoopback(own.hostname);
  const refusal = refuse(url, own, rules.fileOrigins);
  if (refusal !== null) return { refusal };

  const addresses = await resolveHost(url.hostname.replace(/^\[|\]$/g, '')).catch(() => []);
  const isAllowed = ({ address }: ResolvedAddress) => isOnLoopback || isPublic(address);
  if (addresses.length === 0 || !addresses.every(isAllowed)) return { refusal: 'address' };
  return {
    url: link,
    origin: url.origin,
    target: match[3]?.startsWith('/') ? match[3] : `/${match[3] ?? ''}`,
    addresses,
  };
}

function refuse(url: URL, own: URL, fileOrigins: readonly string[]): LinkRefusal | null {
  const isListedOrigin = url.origin === own.origin || fileOrigins.includes(url.origin);
  if (url.protocol !== 'https:' && !(isListedOrigin && isLoopback(url.hostname))) return 'scheme';
  if (isListedOrigin) return null;
  if (url.port !== '') return 'port';
  return fileOrigins.some((pattern) => matchesHost(url.hostname, pattern)) ? null : 'host';
}

function matchesHost(host: string, pattern: string): boolean {
  return pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
    : host === pattern;
}

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '');
  return name === 'localhost' || (ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback');
}

/** True for an address on the public internet; an IPv4 address inside an IPv6 one is judged as itself. */
function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

function parse(link: string): URL | null {
  try {
    return new URL(link);
  } catch {
    return null;
  }
}
