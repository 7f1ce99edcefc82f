/** One GraphQL request made to hurt. */
export interface HostileOperation {
  readonly title: string;
  /** What comes of it, as a reader of the answer would find it; "answered" where it does no harm. */
  readonly verdict: string;
  /** The verdict over a websocket, where it is another one: what stands beside the document is no part of that protocol. */
  readonly overWebSocket?: string;
  /** The verdict where JSON alone is accepted, where it is another one: no stream is begun then. */
  readonly inOnePiece?: string;
  /** The JSON body; over a websocket the payload of `subscribe`. Made when asked for: some are large. */
  readonly body: () => string;
}

const TOO_MANY_TOKENS = 'Document contains more that 1000 tokens';

/** Documents: what the parser and the validation have to survive. */
const DOCUMENTS: readonly HostileOperation[] = [
  hostile('5,000 aliases', TOO_MANY_TOKENS, {
    query: `{ ${repeat(5_000, (n) => `a${n}: vendors { key }`)} }`,
  }),
  hostile('31 aliases', 'aliases 31; at most 30', {
    query: `{ ${repeat(31, (n) => `a${n}: vendors { key }`)} }`,
  }),
  hostile('5,000 directives', TOO_MANY_TOKENS, {
    query: `{ vendors ${'@include(if: true) '.repeat(5_000)}{ key } }`,
  }),
  hostile('160 unknown directives on one field', 'directives 160; at most 20', {
    query: `{ vendors ${repeat(160, (n) => `@d${n}`)} { key } }`,
  }),
  hostile('a depth of 300', 'depth 300; at most 10', { query: nest(300) }),
  hostile('a depth of 11', 'depth 11; at most 10', { query: nest(11) }),
  hostile('a depth of 100,000', TOO_MANY_TOKENS, { query: '{a'.repeat(100_000) }),
  hostile('a list inside lists, 450 deep', 'ID cannot represent', {
    query: `{ nodes(ids: ${'['.repeat(450)}${']'.repeat(450)}) { id } }`,
  }),
  hostile('a type inside lists, 450 deep', 'Unknown type "X"', {
    query: `query ($a: ${'['.repeat(450)}X${']'.repeat(450)}) { vendors { key } }`,
  }),
  hostile('fragments in a circle', 'Cannot spread fragment', {
    query: '{ ...A } fragment A on Query { ...B } fragment B on Query { vendors { key } ...A }',
  }),
  hostile('a fragment that spreads itself a hundred times', 'Cannot spread fragment', {
    query: `{ ...A } fragment A on Query { vendors { key } ${'...A '.repeat(100)} }`,
  }),
  hostile('2^60 fields behind fragments', 'aliases', {
    query: `{ ...F0 } ${fragments(60, 'p: accounts { key } ')}`,
  }),
  hostile('2^60 spreads without any alias', 'stand in the same place too often', {
    query: `{ ...F0 } ${fragments(60, '')}`,
  }),
  hostile('fragments inside fragments inside fields, 80 deep', 'depth', {
    query: `{ node(id: "x") { ...G0 } } ${repeat(80, (n) => `fragment G${n} on HiEnergyExport { parent { ...G${n + 1} } }`)} fragment G80 on HiEnergyExport { id }`,
  }),
  hostile('a fragment spread in every field of the other', 'depth', {
    query: `{ node(id: "x") { ...G0 } } ${repeat(20, (n) => `fragment G${n} on HiEnergyExport { ${'...H '.repeat(10)} parent { ...G${n + 1} } }`)} fragment G20 on HiEnergyExport { id } fragment H on HiEnergyExport { id }`,
  }),
  hostile('100,000 tokens', TOO_MANY_TOKENS, { query: `{ ${'a '.repeat(100_000)}}` }),
  hostile('1,000 tokens, the same field 997 times', 'stand in the same place too often', {
    query: `{ ${'__typename '.repeat(997)}}`,
  }),
  hostile('the same field with a selection 248 times', 'stand in the same place too often', {
    query: `{ ${'vendors{key}'.repeat(248)} }`,
  }),
  hostile('fields that conflict in each of 70 places', 'they have differing arguments', {
    query: `{ ${repeat(70, (n) => `exports(locators:[],maxAgeMs:${n}){id}`)} }`,
  }),
  hostile('fields in fields that may overlap in 16 x 16 places', 'stand in the same place too often', {
    query: `{ ${`accounts { ${'vendor { key } '.repeat(16)} } `.repeat(14)} }`,
  }),
  hostile('fragments that may overlap in pairs', 'stand in the same place too often', {
    query: `{ ${repeat(60, (n) => `...P${n}`)} } ${repeat(60, (n) => `fragment P${n} on Query { vendors { key } __typename }`)}`,
  }),
  hostile('990 unknown fields', 'Cannot query field', { query: `{ ${repeat(990, (n) => `vendor${n}`)} }` }),
  hostile('320 unknown arguments', 'Unknown argument', {
    query: `{ recentExports(${repeat(320, (n) => `firs${n}: 1`)}) { nodes { id } } }`,
  }),
  hostile('240 unused variables', 'is never used', {
    query: `query (${repeat(240, (n) => `$v${n}: Int`)}) { vendors { key } }`,
  }),
  hostile('a field name of 200,000 letters', 'Cannot query field', { query: `{ ${'a'.repeat(200_000)} }` }),
  hostile('an id of 200,000 letters', 'is not a global id', {
    query: `{ node(id: "${'a'.repeat(200_000)}") { id } }`,
  }),
  hostile('a whole number of 200,000 digits', 'Int cannot represent', {
    query: `{ recentExports(first: ${'9'.repeat(200_000)}) { nodes { id } } }`,
  }),
  hostile('a fraction of 200,000 digits', 'Int cannot represent', {
    query: `{ recentExports(first: 0.${'9'.repeat(200_000)}) { nodes { id } } }`,
  }),
  hostile('a text block of 50,000 lines', 'is not a global id', {
    query: `{ node(id: """${'\n  a'.repeat(50_000)}""") { id } }`,
  }),
  hostile('a text of 35,000 escapes', 'is not a global id', {
    query: `{ node(id: "${'\\u0041'.repeat(35_000)}") { id } }`,
  }),
  hostile('80,000 comments', 'answered', { query: `{ vendors { key } } ${'#\n'.repeat(80_000)}` }),
  hostile('250,000 commas', 'answered', { query: `{ vendors { key } ${','.repeat(250_000)} }` }),
  hostile('a text without an end', 'Unterminated string', { query: `{ node(id: "${'a'.repeat(100_000)}` }),
  hostile('nothing but an opening brace', 'Expected Name', { query: '{' }),
  hostile('markup for a document', 'Unexpected character', { query: '<script>alert(1)</script>' }),
  hostile('NUL in a document', 'Unexpected character', { query: '{ vendors { key } }\u0000' }),
  hostile('half a surrogate pair in a document', 'Invalid character', { query: '{ \ud800 }' }),
  hostile(
    'half a surrogate pair in an id',
    'Invalid character within String',
    { query: '{ node(id: "\\ud800") { id } }' },
    'raw',
  ),
  hostile('a schema for a document', 'is not executable', {
    query: 'type Query { a: Int } extend type Query { b: Int }',
  }),
  hostile('an empty document', 'Unexpected <EOF>', { query: '# nothing' }),
];

/** Introspection, which production mode does not answer. */
const INTROSPECTION: readonly HostileOperation[] = [
  hostile('introspection', 'introspection', { query: '{ __schema { types { name fields { name } } } }' }),
  hostile('introspection behind a fragment and an alias', 'introspection', {
    query: '{ ...F } fragment F on Query { s: __schema { queryType { name } } }',
  }),
  hostile('introspection of fields of types of fields, 30 deep', 'introspection', {
    query: `{ __schema { types ${'{ fields { type '.repeat(30)}{ name }${' } }'.repeat(30)} } }`,
  }),
  hostile('one type', 'introspection', { query: '{ __type(name: "Query") { fields { name } } }' }),
];

/** Variables: what JSON and the schema's types have to survive. */
const VARIABLES: readonly HostileOperation[] = [
  hostile('60,000 ids', 'more than 3000 values', {
    query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: { ids: Array.from({ length: 60_000 }, () => 'a') },
  }),
  hostile('100,000 locators that are none', 'more than 3000 values', {
    query: 'query ($l: [ExportLocator!]!) { exports(locators: $l) { id } }',
    variables: { l: Array.from({ length: 100_000 }, () => 1) },
  }),
  hostile('8,000 locators', 'more than 3000 values', {
    query: 'query ($l: [ExportLocator!]!) { exports(locators: $l) { id } }',
    variables: { l: Array.from({ length: 8_000 }, () => ({ hiEnergy: { exportId: 1 } })) },
  }),
  hostile('10,000 unknown fields in one locator', 'an object of more than 100 fields', {
    query: 'query ($l: ExportLocator!) { export(locator: $l) { id } }',
    variables: { l: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`hiEnerg${n}`, 1])) },
  }),
  hostile(
    'variables nested 100,000 deep',
    'nested deeper than 32 levels',
    {
      query: 'query ($l: ExportLocator!) { export(locator: $l) { id } }',
      variables: '@',
    },
    { '"@"': () => `{"l":${'['.repeat(100_000)}${']'.repeat(100_000)}}` },
  ),
  hostile(
    'a list nested 100,000 deep where a list is expected',
    'nested deeper than 32 levels',
    {
      query: 'query ($l: [ExportLocator!]!) { exports(locators: $l) { id } }',
      variables: '@',
    },
    { '"@"': () => `{"l":${'['.repeat(100_000)}${']'.repeat(100_000)}}` },
  ),
  hostile(
    'objects nested 40,000 deep',
    'nested deeper than 32 levels',
    {
      query: 'query ($l: ExportLocator!) { export(locator: $l) { id } }',
      variables: '@',
    },
    { '"@"': () => `{"l":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}` },
  ),
  hostile('a variable of 200,000 letters', 'is not a global id', {
    query: 'query ($id: ID!) { node(id: $id) { id } }',
    variables: { id: 'a'.repeat(200_000) },
  }),
  hostile(
    'a number beyond all numbers',
    'got invalid value',
    {
      query: 'query ($n: Int) { recentExports(first: $n) { nodes { id } } }',
      variables: '@',
    },
    { '"@"': () => '{"n":1e999}' },
  ),
  hostile(
    'a whole number that JSON cannot carry',
    'cannot carry exactly',
    {
      query: 'query ($id: ID!) { node(id: $id) { id } }',
      variables: '@',
    },
    { '"@"': () => '{"id":9223372036854775807}' },
  ),
  hostile('200,000 blanks for a number', 'got invalid value', {
    query: 'query ($n: Int) { recentExports(first: $n) { nodes { id } } }',
    variables: { n: ' '.repeat(200_000) },
  }),
  hostile('15,000 times what GraphQL would suggest, for a number', 'got invalid value', {
    query: 'query ($n: Int) { recentExports(first: $n) { nodes { id } } }',
    variables: { n: 'Did you mean '.repeat(15_000) },
  }),
  hostile(
    '__proto__ in a locator',
    'got invalid value',
    {
      query: 'query ($l: ExportLocator!) { export(locator: $l) { id } }',
      variables: '@',
    },
    { '"@"': () => '{"l":{"__proto__":{"hiEnergy":{"exportId":1}}}}' },
  ),
  hostile('constructor in a locator', 'got invalid value', {
    query: 'query ($l: ExportLocator!) { export(locator: $l) { id } }',
    variables: { l: { constructor: { prototype: { polluted: true } } } },
  }),
  hostile('toString for an account', 'no such account for you', {
    query: 'query ($l: ExportLocator!) { export(locator: $l) { id } }',
    variables: { l: { hiEnergy: { account: 'toString', exportId: 1 } } },
  }),
  {
    ...hostile('__proto__ beside the query', 'Unexpected parameter', '@', {
      '"@"': () => '{"query":"{ vendors { key } }","__proto__":{"variables":{"polluted":true}}}',
    }),
    overWebSocket: 'answered',
  },
  hostile('half a surrogate pair in an id of a variable', 'is not a global id', {
    query: 'query ($id: ID!) { node(id: $id) { id } }',
    variables: { id: '\ud800' },
  }),
  hostile('NUL, line breaks and escapes in an id', 'is not a global id', {
    query: 'query ($id: ID!) { node(id: $id) { id } }',
    variables: { id: '\u0000\r\n\u001b[31m\u2028{"level":"error"}' },
  }),
  hostile('a way out of the path', 'exportId', {
    query: 'query ($l: ExportLocator!) { export(locator: $l) { id } }',
    variables: { l: { hiEnergy: { exportId: '../../admin' } } },
  }),
];

/** Just over what one field may name. */
const COUNTS: readonly HostileOperation[] = [
  hostile('101 ids', 'ids holds 101, at most 100', {
    query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: { ids: Array.from({ length: 101 }, () => 'a') },
  }),
  hostile('101 locators', 'locators holds 101, at most 100', {
    query: 'query ($l: [ExportLocator!]!) { exports(locators: $l) { id } }',
    variables: { l: Array.from({ length: 101 }, () => ({ hiEnergy: { exportId: 1 } })) },
  }),
  {
    ...hostile('101 locators of a subscription', 'locators holds 101, at most 100', {
      query: 'subscription ($l: [ExportLocator!]!) { exportEvents(locators: $l) { cursor } }',
      variables: { l: Array.from({ length: 101 }, () => ({ hiEnergy: { exportId: 1 } })) },
    }),
    inOnePiece: 'A subscription is answered as a stream',
  },
];

/** What stands around the document. */
const ENVELOPES: readonly HostileOperation[] = [
  hostile('an operation that is not there', 'Could not determine what operation', {
    query: 'query A { vendors { key } } query B { accounts { key } }',
    operationName: 'constructor',
  }),
  hostile('two operations and no name', 'Could not determine what operation', {
    query: 'query A { vendors { key } } query B { accounts { key } }',
  }),
  hostile('a small operation beside one that is too deep', 'depth 11; at most 10', {
    query: `query A { vendors { key } } query B ${nest(11)}`,
    operationName: 'A',
  }),
  hostile('100 operations in one document', 'answered', {
    query: repeat(100, (n) => `query Q${n} { vendors { key } }`),
    operationName: 'Q99',
  }),
  hostile('the same key twice', 'answered', '@', {
    '"@"': () => '{"query":"{ __schema { types { name } } }","query":"{ vendors { key } }"}',
  }),
  hostile('extensions full of junk', 'answered', {
    query: '{ vendors { key } }',
    extensions: {
      persistedQuery: { version: 1, sha256Hash: 'constructor' },
      a: 'x'.repeat(10_000),
      __typename: [],
    },
  }),
];

/** Every hostile operation, to be sent over any transport. */
export const HOSTILE_OPERATIONS: readonly HostileOperation[] = [
  ...DOCUMENTS,
  ...INTROSPECTION,
  ...VARIABLES,
  ...COUNTS,
  ...ENVELOPES,
];

/** @param replacements - by what stands in the JSON: what cannot be written by `JSON.stringify`; `raw` keeps what is escaped already */
function hostile(
  title: string,
  verdict: string,
  request: object | string,
  replacements: Readonly<Record<string, () => string>> | 'raw' = {},
): HostileOperation {
  return {
    title,
    verdict,
    body: () => {
      const json = JSON.stringify(request);
      if (replacements === 'raw') return json.replaceAll('\\\\u', '\\u');
      return Object.entries(replacements).reduce((text, [mark, make]) => text.replace(mark, make), json);
    },
  };
}

function repeat(count: number, toText: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => toText(n)).join(' ');
}

/** A chain of fields, so many deep. */
function nest(levels: number): string {
  const inner = levels - 2;
  return `{ node(id: "x") { ... on HiEnergyExport { ${'parent { '.repeat(inner)}id ${'} '.repeat(inner)}} } }`;
}

/** Each fragment spreads the next one twice. */
function fragments(count: number, selection: string): string {
  const all = repeat(count, (n) => `fragment F${n} on Query { ${selection}...F${n + 1} ...F${n + 1} }`);
  return `${all} fragment F${count} on Query { vendors { key } }`;
}
