import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import type { Agent } from 'undici';

/*
 * Which address a host stands for, and whether somebody else's word may lead there: for links that a vendor's answer holds and for
 * endpoints of webhooks. A name is looked up once, judged, and the connection goes to what was judged.
 */

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export type ResolveHost = (host: string) => Promise<readonly ResolvedAddress[]>;

export const resolveByDns: ResolveHost = (host) => lookup(host, { all: true });

/**
 * The same answers; those who ask for one host at the same time share one look-up. Nothing is kept once it has ended.
 *
 * Node looks names up in four threads, which everything else uses too: a host whose names come slowly takes one of them, not all.
 */
export function shareLookups(resolveHost: ResolveHost): ResolveHost {
  const underWay = new Map<string, ReturnType<ResolveHost>>();
  return (host) => {
    const known = underWay.get(host);
    if (known !== undefined) return known;
    const lookedUp = resolveHost(host).finally(() => underWay.delete(host));
    underWay.set(host, lookedUp);
    return lookedUp;
  };
}

/** Where translators put IPv4 addresses for networks without IPv4. Source: RFC 6052, section 2.1; read 2026-11. */
const TRANSLATED = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
/** All that has been given out of the public internet. Source: IANA, IPv6 Global Unicast Address Assignments; read 2026-11. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** What the host of a URL stands for, an address for itself; nothing where that cannot be found out. */
export async function resolveSafely(
  hostname: string,
  resolveHost: ResolveHost,
): Promise<readonly ResolvedAddress[]> {
  const host = unbracket(hostname);
  if (ipaddr.isValid(host)) return [{ address: host, family: ipaddr.parse(host).kind() === 'ipv6' ? 6 : 4 }];
  try {
    return await resolveHost(host);
  } catch {
    return [];
  }
}

/** True for an address on the public internet; an IPv4 address inside an IPv6 one is judged as itself. */
export function isPublicAddress({ address }: ResolvedAddress): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.range() === 'unicast';
  if (parsed.match(TRANSLATED)) {
    return new ipaddr.IPv4(parsed.toByteArray().slice(-4)).range() === 'unicast';
  }
  return parsed.match(GLOBAL_UNICAST) && parsed.range() === 'unicast';
}

/** True for a URL's host that only this machine can reach. */
export function isLoopback(hostname: string): boolean {
  const name = unbracket(hostname);
  return name === 'localhost' || (ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback');
}

type Lookup = NonNullable<Extract<Agent.Options['connect'], { lookup?: unknown }>['lookup']>;

/** A lookup that knows one answer: what the host stood for when it was checked. */
export function pinTo(addresses: readonly ResolvedAddress[]): Lookup {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new Error('no address'), '', 4);
    else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function unbracket(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
