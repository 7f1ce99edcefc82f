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
export function createOriginPolicy(settings: OriginSettings): OriginPolicy {
  return {
    isAllowed: (origin) =>
      settings.allowedOrigins.includes(origin) || ownOrigins(settings.publicUrl()).includes(origin),
  };
}

function ownOrigins(publicUrl: string): readonly string[] {
  const { origin, protocol, hostname, port } = new URL(publicUrl);
  if (!LOOPBACK_NAMES.includes(hostname)) return [origin];
  return LOOPBACK_NAMES.map((name) => new URL(`${protocol}//${name}:${port}`).origin);
}

/** True for a request that a browser makes for a page of a foreign origin. */
export function isForeign(headers: IncomingHttpHeaders, policy: OriginPolicy): boolean {
  const { origin } = headers;
  if (origin !== undefined) return !policy.isAllowed(origin);
  return headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate';
}

/** Tells an allowed origin's browser that it may read the answer; tells others nothing. */
export function setCorsHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  policy: OriginPolicy,
): void {
  response.setHeader('vary', 'Origin');
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
