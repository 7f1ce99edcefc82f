import type { Example } from './examples.ts';

const READ = '{ export(locator: { hiEnergy: { exportId: "4210" } }) { status } }';
const START =
  'mutation { startExport(input: { order: { hiEnergy: { reportType: "deals_excel" } }, idempotencyKey: "Monday" }) { isExisting } }';
const WATCH = `subscription {
  exportEvents(locators: [{ hiEnergy: { exportId: "4210" } }]) {
    __typename
    exportId
    export { status }
    ... on ExportWatchInterrupted { code retryAt }
    ... on ExportWatchFailed { code message }
  }
}`;

const ABOUT_A_VENDOR: readonly Example[] = [
  {
    of: 'EXPORT_NOT_FOUND',
    operation: '{ export(locator: { hiEnergy: { exportId: "999999" } }) { status } }',
  },
  {
    of: 'VENDOR_UNAUTHENTICATED',
    given: 'The vendor answers 401.',
    fault: { kind: 'status', status: 401 },
    operation: READ,
  },
  {
    of: 'VENDOR_FORBIDDEN',
    given: 'The vendor answers 403.',
    fault: { kind: 'status', status: 403 },
    operation: READ,
  },
  {
    of: 'VENDOR_RATE_LIMITED',
    given: 'The vendor answers 429.',
    fault: { kind: 'throttle' },
    operation: READ,
  },
  {
    of: 'VENDOR_TIMEOUT',
    given: 'The vendor does not answer within `limits.timeoutMs`.',
    fault: { kind: 'hang' },
    limits: { timeoutMs: 100 },
    operation: READ,
  },
  {
    of: 'VENDOR_UNAVAILABLE',
    given: 'The vendor answers 503.',
    fault: { kind: 'status', status: 503 },
    operation: READ,
  },
  {
    of: 'VENDOR_BAD_RESPONSE',
    given: 'The vendor answers with bytes that are no JSON.',
    fault: { kind: 'garbage' },
    operation: READ,
  },
  {
    of: 'UNSUPPORTED_BY_VENDOR',
    given: 'Hi Energy cannot stop an export.',
    operation: 'mutation { cancelExport(locator: { hiEnergy: { exportId: "4216" } }) { export { status } } }',
  },
];

const ABOUT_A_START: readonly Example[] = [
  {
    of: 'START_OUTCOME_UNKNOWN',
    given: 'The connection dies before the answer to the order.',
    fault: { kind: 'lost-answer' },
    operation: START,
  },
  {
    of: 'VENDOR_REJECTED',
    given: 'Hi Energy has no such report.',
    operation:
      'mutation { startExport(input: { order: { hiEnergy: { reportType: "nothing_like_it" } } }) { isExisting } }',
  },
  {
    of: 'IDEMPOTENCY_KEY_REUSED',
    before: START,
    operation: START.replace('deals_excel', 'advertisers_csv'),
  },
  {
    of: 'TRACKING_LIMIT',
    given: 'The tenant has one open export, and `tracking.maxOpen` is 1.',
    config: { tracking: { maxOpen: 1 } },
    before: START,
    operation: START.replace('Monday', 'Tuesday'),
  },
];

const ABOUT_THE_QUESTION: readonly Example[] = [
  { of: 'GRAPHQL_PARSE_FAILED', operation: '{ export(' },
  { of: 'GRAPHQL_VALIDATION_FAILED', operation: '{ exprot { status } }' },
  {
    of: 'OPERATION_RESOLUTION_FAILURE',
    operation: 'query One { __typename }',
    body: { query: 'query One { __typename }', operationName: 'Another' },
  },
  { of: 'BAD_USER_INPUT', operation: '{ export(locator: { hiEnergy: { exportId: "../7" } }) { status } }' },
  { of: 'BAD_REQUEST', operation: '', body: { text: '{ __typename }' } },
  {
    of: 'NOT_ACCEPTABLE',
    operation: '{ __typename }',
    headers: { accept: 'application/xml' },
  },
  {
    of: 'PERSISTED_QUERY_NOT_SUPPORTED',
    operation: '',
    body: {
      extensions: {
        persistedQuery: {
          version: 1,
          sha256Hash: 'ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38',
        },
      },
    },
  },
  {
    of: 'RATE_LIMITED',
    given: 'The caller may ask for one locator a minute (`limits.locatorsPerMinute: 1`).',
    config: { limits: { locatorsPerMinute: 1 } },
    before: READ,
    operation: READ,
  },
];

const KEYS = { access: { mode: 'keys', keys: [{ name: 'ops-ui', key: 'a-key-of-the-examples' }] } };

const ABOUT_YOU: readonly Example[] = [
  {
    of: 'UNAUTHENTICATED',
    given: 'In access mode `keys`, without one.',
    config: KEYS,
    operation: '{ __typename }',
  },
  {
    of: 'FORBIDDEN',
    given: 'A page of another origin asks.',
    operation: '{ __typename }',
    headers: { origin: 'https://another.example' },
  },
];

/** What a stream says while the vendor cannot be read, and where it gives one export up. */
const ON_A_STREAM: readonly Example[] = [
  {
    of: 'ExportWatchInterrupted VENDOR_UNAUTHENTICATED',
    fault: { kind: 'status', status: 401 },
    operation: WATCH,
  },
  { of: 'ExportWatchInterrupted VENDOR_FORBIDDEN', fault: { kind: 'status', status: 403 }, operation: WATCH },
  { of: 'ExportWatchInterrupted VENDOR_RATE_LIMITED', fault: { kind: 'throttle' }, operation: WATCH },
  {
    of: 'ExportWatchInterrupted VENDOR_TIMEOUT',
    fault: { kind: 'hang' },
    limits: { timeoutMs: 100 },
    operation: WATCH,
  },
  {
    of: 'ExportWatchInterrupted VENDOR_UNAVAILABLE',
    fault: { kind: 'status', status: 503 },
    operation: WATCH,
  },
  { of: 'ExportWatchInterrupted VENDOR_BAD_RESPONSE', fault: { kind: 'garbage' }, operation: WATCH },
  {
    of: 'ExportWatchFailed EXPORT_NOT_FOUND',
    given: 'You have no account of that name.',
    operation: WATCH.replace('exportId: "4210"', 'account: "another", exportId: "4210"'),
  },
];

/** One for each code that a client can bring about by what it sends, or a vendor by what it answers. */
export const CODE_EXAMPLES: readonly Example[] = [
  ...ABOUT_A_VENDOR,
  ...ABOUT_A_START,
  ...ABOUT_THE_QUESTION,
  ...ABOUT_YOU,
  ...ON_A_STREAM,
];
