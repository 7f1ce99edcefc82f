import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';

/** The address that sent a request; empty where the connection is gone already. */
export type ClientAddressOf = (request: IncomingMessage) => string;

/**
 * Finds out where a request came from. `X-Forwarded-For` is believed from the nearest proxy outwards, as long as the one that
 * added an address is trusted: what a caller wrote there itself is never reached.
 *
 * @param trustedProxies - addresses and CIDR ranges
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddressOf {
  if (trustedProxies.length === 0) return ({ socket }) => toPlain(socket.remoteAddress ?? '');
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return (request) => {
    const addresses = proxyAddr.all(request, isTrusted).map((text) => toPlain(text ?? ''));
    // A trusted proxy may have passed on what is no address: then it is the nearest thing that is known.
    return addresses.findLast((address) => isIP(address) !== 0) ?? '';
  };
}

/** Without a port, which some proxies write behind it, and an IPv4 address never inside an IPv6 one. */
function toPlain(text: string): string {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return bare.replace(/^::ffff:(?=[\d.]+$)/i, '');
}
