import { isIP } from 'node:net';
import { isAddress, isOrigin } from '../address.ts';
import { list, mapping, text, wholeNumber, word } from './scalars.ts';

const ADDRESS_ALLOWED = 'an http or https URL without user, query and fragment';
const ORIGIN_ALLOWED = 'an origin such as https://app.example.com';

/** The section `server`. */
export const serverSchema = mapping({
  host: text('a host name or an IP address', isHost)
    .default('127.0.0.1')
    .describe(
      'Where to listen: a host name or an IP address, IPv6 without brackets. 0.0.0.0 in a container.',
    ),
  port: wholeNumber(0, 65_535).default(4000).describe('The port to listen on; 0 picks a free one.'),
  publicUrl: text(ADDRESS_ALLOWED, isAddress)
    .optional()
    .describe(
      'What file links begin with, where browsers reach this gateway. Default: http://HOST:PORT. Its origin is always allowed.',
    ),
  allowedOrigins: list(text(ORIGIN_ALLOWED, isOrigin), 1_000)
    .default([])
    .describe(
      "Browsers' origins that may call this gateway, over HTTP and over websockets, beside that of publicUrl.",
    ),
  mode: word(['development', 'production'])
    .default('development')
    .describe('development turns GraphiQL, introspection and suggestions on; production turns them off.'),
  metricsPort: wholeNumber(0, 65_535)
    .optional()
    .describe(
      'Gives /metrics a port of its own, so that it need not face the world. Default: it is served on port.',
    ),
})
  .prefault({})
  .describe('Where the gateway listens and how browsers reach it.');

function isHost(value: string): boolean {
  return (
    isIP(value) !== 0 ||
    /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/.test(
      value,
    )
  );
}
