import { isIP } from 'node:net';
import { isAddress, isOrigin } from '../../yaml/address.ts';
import { lineOfText, list, mapping, text, wholeNumber, word, yesOrNo } from '../../yaml/scalars.ts';

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
  logLevel: word(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe(
      'The least that is logged: info has a line per finished operation, debug one per vendor call too.',
    ),
  trustedProxies: list(text('an IP address or a range such as 10.0.0.0/8', isAddressRange), 1_000)
    .default([])
    .describe(
      'Addresses of the proxies in front of this gateway, whose header X-Forwarded-For is believed. Default: none.',
    ),
  federation: yesOrNo()
    .default(false)
    .describe(
      'Makes the schema a subgraph of Apollo Federation 2, for a gateway that puts several graphs together.',
    ),
  trustedDocuments: lineOfText(4_096)
    .optional()
    .describe(
      'Answers only the documents of this manifest: a JSON file of ids and their texts, looked for beside the configuration file. Default: every document is answered.',
    ),
})
  .prefault({})
  .describe('Where the gateway listens and how browsers reach it.');

/** An address, or one with the length of a network's prefix. Not /0: not everybody is a proxy. */
function isAddressRange(value: string): boolean {
  const match = /^([0-9A-Fa-f.:]+)(?:\/([1-9]\d{0,2}))?$/.exec(value);
  const version = isIP(match?.[1] ?? '');
  return version !== 0 && Number(match?.[2] ?? 1) <= (version === 4 ? 32 : 128);
}

function isHost(value: string): boolean {
  return (
    isIP(value) !== 0 ||
    /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/.test(
      value,
    )
  );
}
