import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** What is wrong with a request's `Host`: it cannot be read, or it names somebody else. */
export type HostProblem = 'unreadable' | 'foreign';

/** Which names this server answers to. */
export interface HostPolicy {
  /** Null where nothing is wrong. */
  findProblem(request: IncomingMessage): HostProblem | null;
}

export interface HostSettings {
  /** Asked each time: a free port is known only after listening. */
  readonly publicUrl: () => string;
  /** True where anybody who reaches this server may ask: then being asked by name is all that tells a page of this machine's. */
  readonly isOpen: boolean;
}

/**
 * Guards against DNS rebinding: a page whose own name was pointed at this machine asks as if it were a page of this server, and
 * its browser sends no `Origin`. Only the `Host` tells it apart.
 *
 * An address is no name that anybody could point elsewhere, and ports are changed on the way to a container: neither is
 * looked at. Where callers need a key such a page has none, and a proxy may write any `Host`: there it is only read.
 */
export function createHostPolicy({ publicUrl, isOpen }: HostSettings): HostPolicy {
  return {
    findProblem(request) {
      const name = readHost(request);
      if (name === null) return 'unreadable';
      if (!isOpen || name === 'localhost' || isAddress(name)) return null;
      // Not known yet while the main port is not open: a port of its own for metrics opens first.
      const own = publicUrl();
      return own !== '' && name === new URL(own).hostname ? null : 'foreign';
    },
  };
}

/** The host's name in lower case; null where there is none, more than one, or one that is none. */
function readHost({ headers, rawHeaders, httpVersion }: IncomingMessage): string | null {
  const count = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  // HTTP/1.0 knew no Host (RFC 9112, section 3.2), and no browser speaks it.
  if (count === 0 && httpVersion === '1.0') return 'localhost';
  const { host = '' } = headers;
  if (count !== 1 || !/^[A-Za-z0-9.:[\]_-]+$/.test(host) || !URL.canParse(`http://${host}`)) return null;
  return new URL(`http://${host}`).hostname;
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
