import * as z from 'zod';
import { isCleanText, lineOfText, mapping, oneOf, text, wholeNumber, yesOrNo } from '../../yaml/scalars.ts';
import type { BackplaneConfig } from '../config.ts';
import { HOST_AND_PORT_ALLOWED, isHostAndPort, isRedisUrl, REDIS_URL_ALLOWED } from '../redis-address.ts';

const KINDS = ['memory', 'redis'] as const satisfies readonly BackplaneConfig['kind'][];

/** Redis numbers the databases of a server from 0; its configuration says how many there are. */
const MAX_DATABASE = 65_535;

const MAX_ADDRESSES = 100;

/** The section `backplane`. Which of the keys of `redis` go together, rules say. */
export const backplaneSchema = z
  .discriminatedUnion(
    'kind',
    [
      mapping({ kind: z.literal('memory').describe('One gateway alone.') }),
      mapping({
        kind: z
          .literal('redis')
          .describe(
            'Redis 6.2 or later, or Valkey, for any number of gateways. Needs one of url, cluster and sentinels, and files.linkSecret.',
          ),
        url: text(REDIS_URL_ALLOWED, isRedisUrl)
          .optional()
          .describe(
            'The address of one server, or of a service that stands for several: redis://USER:PASSWORD@HOST:PORT/DATABASE, rediss:// with TLS. A secret.',
          ),
        cluster: addresses().describe('Some nodes of a Redis Cluster, by which the others are found.'),
        sentinels: addresses().describe('The Sentinels that know which server is the primary.'),
        name: lineOfText(200)
          .optional()
          .describe('What the Sentinels call the primary. Needed with sentinels, and only there.'),
        username: lineOfText(1_000)
          .optional()
          .describe('The user of Redis. Default: that of url, else the user "default".'),
        password: secretText().describe('The password of Redis, where it does not stand in url. A secret.'),
        sentinelUsername: lineOfText(1_000)
          .optional()
          .describe('The user of the Sentinels, where they ask for one.'),
        sentinelPassword: secretText().describe(
          'The password of the Sentinels, where they ask for one. A secret.',
        ),
        database: wholeNumber(0, MAX_DATABASE)
          .optional()
          .describe(
            'The number of the database behind sentinels. Default: 0. In url it is the path; a cluster has only one.',
          ),
        tls: yesOrNo()
          .optional()
          .describe(
            'Whether the nodes of cluster, or the sentinels and their servers, are spoken to over TLS. Default: false.',
          ),
      }),
    ],
    { error: (issue) => (issue.code === 'invalid_union' ? oneOf(KINDS) : 'a mapping') },
  )
  .default({ kind: 'memory' })
  .describe(
    'What several gateways share while they watch: who asks about which account, what is known, what happened. Default: nothing, for one gateway.',
  );

function addresses() {
  const allowed = `a list of 1 to ${MAX_ADDRESSES}`;
  return z
    .array(text(HOST_AND_PORT_ALLOWED, isHostAndPort), { error: allowed })
    .min(1, { error: allowed })
    .max(MAX_ADDRESSES, { error: allowed })
    .optional();
}

/** Redis takes any bytes; what no operator means, such as a line break from a file, is refused. */
function secretText() {
  return text(
    'a non-empty string without control characters',
    (value) => value !== '' && isCleanText(value),
  ).optional();
}
