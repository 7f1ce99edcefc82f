import { inspectAddress, isSecureAddress } from '../yaml/address.ts';

const LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';

/** `host`, with a path or not, or `*.suffix`: at least two labels each, so that no pattern covers a whole top-level domain. */
const HOST_PATTERN = new RegExp(
  `^(?:\\*\\.${LABEL}(?:\\.${LABEL})+|${LABEL}(?:\\.${LABEL})+(?:/[A-Za-z0-9_-]+)*/?)$`,
);

/** `*end.of.host`: four labels, so that nobody can register such a name beside the one that is meant. */
const LABEL_PATTERN = new RegExp(`^\\*[A-Za-z0-9_-]{1,62}(?:\\.${LABEL}){3,}$`);

/** What an operator is told about `fileOrigins`. */
export const FILE_ORIGIN_ALLOWED =
  'a host (files.example.com), *.suffix (*.example.com), *end.of.host (*files.eu.example.com), a host with a path (files.example.com/bucket/) or an https origin (https://files.example.com:8443)';

/**
 * True for a place that file links may point to.
 *
 * - `files.example.com`: https on the standard port of exactly this host
 * - `*.example.com`: the same for every host below it, however deep, and not for `example.com` itself
 * - `*files.eu.example.com`: every host whose first label ends so
 * - `files.example.com/bucket/`: this host, and there only what stands below this path
 * - `https://files.example.com:8443`: exactly this origin; http only on a loopback host
 */
export function isFileOrigin(text: string): boolean {
  if (text.length > 300) return false;
  if (HOST_PATTERN.test(text)) return text.endsWith('/') === text.includes('/');
  if (LABEL_PATTERN.test(text)) return true;
  const inspected = inspectAddress(text);
  return 'url' in inspected && inspected.url.pathname === '/' && isSecureAddress(text);
}

/** The one spelling of such a place: lower case; an https origin on the standard port is its host. */
export function toFileOrigin(text: string): string {
  if (!text.includes('://')) return text.replace(/^[^/]+/, (host) => host.toLowerCase());
  const { protocol, port, host, origin } = new URL(text);
  return protocol === 'https:' && port === '' ? host : origin;
}
