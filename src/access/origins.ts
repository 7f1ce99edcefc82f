import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** Which browsers' origins may speak to this server, over HTTP and websockets alike. */
export interface OriginPolicy {
  isAllowed(origin: string): boolean;
}

export interface OriginSettings {
  /** Asked each time: a free port is known only after listening. */
  readonly publicUrl: () => string;
  readonly allowedOrigins: readonly string[];
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The origin of the public URL and those of the list. A public URL on this machine has all of its names.
 *
 * The request's own `Host` is never asked: a page whose name was pointed at this machine would pass.
 */
export function createOriginPolicy({ publicUrl, allowedOrigins }: OriginSettings): OriginPolicy {
  let current: string | undefined;
  let allowed: ReadonlySet<string> = new Set();
  return {
    isAllowed(origin) {
      const url = publicUrl();
      if (url !== current) {
        allowed = new Set([...allowedOrigins, ...ownOrigins(url)]);
        current = url;
      }
      return allowed.has(origin);
    },
  };
}

function ownOrigins(publicUrl: string): readonly string[] {
  const { origin, protocol, hostname, port } = new URL(publicUrl);
  if (!LOOPBACK_NAMES.includes(hostname)) return [origin];
  return LOOPBACK_NAMES.map((name) => new URL(`${protocol}//${name}:${port}`).origin);
}

/**
 * True for a request that a browser makes for a page of a foreign origin.
 *
 * A browser sends no `Origin` for an image, a frame or a link: then it says how the page stands to this server. A page of the
 * same site is foreign too: another port of this machine, another host of the same domain.
 *
 * Source: Fetch Metadata Request Headers, W3C, section 2.4; read 2026-11.
 */
export function isForeign(headers: IncomingHttpHeaders, policy: OriginPolicy): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin !== undefined) return !policy.isAllowed(origin);
  return site === 'cross-site' || site === 'same-site';
}

/** Tells an allowed origin's browser that it may read the answer; tells others nothing. */
export function setCorsHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  policy: OriginPolicy,
): void {
  const { origin } = request.headers;
  if (origin === undefined || !policy.isAllowed(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'x-request-id, retry-after');
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET, POST');
  response.setHeader(
    'access-control-allow-headers',
    request.headers['access-control-request-headers'] ?? 'content-type',
  );
  response.setHeader('access-control-max-age', '600');
}
