import { mapping, wholeNumber } from '../../yaml/scalars.ts';

const MAX_BYTES = 100 * 1_048_576;
const MAX_COUNT = 1_000_000;
const MAX_RATE = 1_000_000_000;

/** The section `limits`: of the gateway towards its callers. */
export const limitsSchema = mapping({
  bodyBytes: wholeNumber(1, MAX_BYTES).default(262_144).describe('The largest HTTP request body, in bytes.'),
  tokens: wholeNumber(1, MAX_COUNT).default(1_000).describe('Lexical tokens in one GraphQL document.'),
  depth: wholeNumber(1, 1_000).default(10).describe('Fields inside fields in one operation.'),
  aliases: wholeNumber(0, MAX_COUNT).default(30).describe('Aliases in one operation.'),
  directives: wholeNumber(0, MAX_COUNT).default(20).describe('Directives in one operation.'),
  locators: wholeNumber(1, 10_000).default(100).describe('Exports that one field may name.'),
  locatorsPerOperation: wholeNumber(1, 100_000)
    .optional()
    .describe(
      'Exports that one operation may name, over all its fields. Default: 300, or limits.locators where that is more.',
    ),
  operationsPerMinute: wholeNumber(1, MAX_RATE)
    .optional()
    .describe(
      'Operations that one caller may start in a minute. Default: 20000, and no limit in access mode open.',
    ),
  locatorsPerMinute: wholeNumber(1, MAX_RATE)
    .optional()
    .describe(
      'Exports that one caller may ask vendors for in a minute. Default: 100000, and no limit in access mode open.',
    ),
  messageBytes: wholeNumber(1, MAX_BYTES)
    .default(65_536)
    .describe('The largest websocket message, in bytes.'),
  connectionInitMs: wholeNumber(1, 600_000)
    .default(3_000)
    .describe('How long a websocket may take to send connection_init, in milliseconds.'),
  subscriptionsPerSocket: wholeNumber(1, MAX_COUNT)
    .default(100)
    .describe('Live subscriptions on one websocket.'),
})
  .prefault({})
  .describe('What one caller may ask of this gateway.');
