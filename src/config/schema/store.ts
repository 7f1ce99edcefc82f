import * as z from 'zod';
import { lineOfText, mapping, oneOf, text } from '../../yaml/scalars.ts';
import type { StoreConfig } from '../config.ts';
import { isPostgresUrl, POSTGRES_URL_ALLOWED } from '../postgres-url.ts';

const KINDS = ['memory', 'sqlite', 'postgres'] as const satisfies readonly StoreConfig['kind'][];

/** The section `store`. */
export const storeSchema = z
  .discriminatedUnion(
    'kind',
    [
      mapping({ kind: z.literal('memory').describe('Nothing outlives the process.') }),
      mapping({
        kind: z.literal('sqlite').describe('One file, for one gateway.'),
        path: lineOfText(4_096).describe(
          'The file, looked for beside the configuration file, and made where there is none.',
        ),
      }),
      mapping({
        kind: z
          .literal('postgres')
          .describe('A database of Postgres 15 or later, for any number of gateways.'),
        url: text(POSTGRES_URL_ALLOWED, isPostgresUrl).describe(
          'The address of the database: postgres://USER:PASSWORD@HOST:PORT/DATABASE. A secret.',
        ),
      }),
    ],
    { error: (issue) => (issue.code === 'invalid_union' ? oneOf(KINDS) : 'a mapping') },
  )
  .default({ kind: 'memory' })
  .describe(
    'Where tracked exports, idempotency keys and webhooks that are owed are kept. Default: in memory, so that they are gone after a restart.',
  );
