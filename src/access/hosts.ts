import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** What is wrong with a request's `Host`: it cannot be read, or it names another server. */
export type HostProblem = 'unreadable' | 'foreign';

/** Which names this server answers to. */
export interface HostPolicy {
  /**
   * Null where nothing is wrong.
   *
   * @param authority - the host of an absolute target, which counts instead of the `Host` header (RFC 9112, section 3.2.2)
   */
  findProblem(request: IncomingMessage, authority?: string): HostProblem | null;
}

export interface HostSettings {
  /** Asked each time: a free port is known only after listening. */
  readonly publicUrl: () => string;
  /** True where any caller that reaches this server may ask: then the name it was asked by is all that tells a foreign page apart. */
  readonly isOpen: boolean;
}

/**
 * Guards against DNS rebinding: a page whose own name was pointed at this machine asks as if it were a page of this server, and
 * its browser sends no `Origin`. Only the `Host` tells it apart.
 *
 * An address is no name that could be pointed elsewhere, and ports are changed on the way to a container: neither is
 * looked at. Where callers need a key such a page has none, and a proxy may write any `Host`: there it is only read.
 */
export function createHostPolicy({ publicUrl, isOpen }: HostSettings): HostPolicy {
  // Most requests name one host: what was found out about it is kept until another one is named.
  let known = { host: '', url: '', problem: null as HostProblem | null };

  function judge(host: string): HostProblem | null {
    const url = publicUrl();
    if (known.host !== host || known.url !== url) known = { host, url, problem: problemOf(host, url) };
    return known.problem;
  }

  function problemOf(host: string, url: string): HostProblem | null {
    const name = toName(host);
    if (name === null) return 'unreadable';
    if (!isOpen || name === 'localhost' || isAddress(name)) return null;
    // Not known yet while the main port is not open: a port of its own for metrics opens first.
    return url !== '' && name === new URL(url).hostname ? null : 'foreign';
  }

  return {
    findProblem(request, authority) {
      const count = countHosts(request.rawHeaders);
      // HTTP/1.0 knew no Host (RFC 9112, section 3.2), and no browser speaks it.
      const isOld = count === 0 && request.httpVersion === '1.0';
      if (count !== 1 && !isOld) return 'unreadable';
      if (authority !== undefined) return judge(authority);
      return isOld ? null : judge(request.headers.host ?? '');
    },
  };
}

/** How many lines say `Host`: the parser keeps the first one alone. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}

/** The host's name in lower case; null where it cannot be read. */
function toName(host: string): string | null {
  if (!/^[A-Za-z0-9.:[\]_-]+$/.test(host) || !URL.canParse(`http://${host}`)) return null;
  return new URL(`http://${host}`).hostname;
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
