import { describe, expect, it } from 'vitest';
import { readVendorFile } from '../../src/vendor-file/read.ts';
import { ACME } from './acme.ts';

/** A change of the good file, and what the line about it has to say. */
interface Hostile {
  readonly title: string;
  /** What stands in the good file. */
  readonly from: string;
  readonly to: string;
  readonly says: string;
  /** What stands on the line that is named; else the change does. */
  readonly on?: string;
}

const BASE_URL = 'baseUrl: https://api.{region}.acme.example';
const TOKEN_URL = '"https://{region}.id.acme.example/token"';
const REGION = 'region: { pattern: "[a-z]{2}", default: eu }';
const JOB_ID = 'jobId: { pattern: "[A-Za-z0-9_-]{1,64}" }';
const STATUS_PATH = '"/v2[/projects/{projectId}]/jobs/{jobId}", query: { expand: files }';
const HEADERS = 'headers: {}';
const WORDS = '    error: FAILED';
const DETAILS = 'rowCount: { type: Int, at: /row_count, description: "Rows in the file." }';
const ORDER = 'filters: { type: JSON, at: /filters }';
const HOSTS = 'hosts: ["*.s3.amazonaws.com"]';
const ANSWER = 'answer: { at: /data, id: /id }';
const THEN = 'then: { request: { path: "/v2/jobs/{jobId}/go" },';
const LIST = 'query: { limit: "{limit}" } }\n  items: /data\n  next: { cursor: /next_cursor, query: cursor }';
const LIMITS = 'limits: { requestsPerSecond: 5, maxConcurrent: 4 }';

const ADDRESSES: readonly Hostile[] = [
  ['a base URL without TLS', BASE_URL, 'baseUrl: http://api.acme.example', 'an https address'],
  ['a base URL with a user', BASE_URL, 'baseUrl: https://me:pw@api.acme.example', 'user name or password'],
  ['a base URL with a query', BASE_URL, 'baseUrl: https://api.acme.example/?to=', 'a URL with a query'],
  ['a base URL with a fragment', BASE_URL, 'baseUrl: "https://api.acme.example/#"', 'a URL with a fragment'],
  ['a base URL that climbs', BASE_URL, 'baseUrl: https://api.acme.example/v2/..', '".."'],
  ['a base URL of another scheme', BASE_URL, 'baseUrl: file:///etc/passwd', 'no http or https URL'],
  [
    'a base URL with a backslash',
    BASE_URL,
    'baseUrl: "https://api.acme.example\\\\@evil.example"',
    'backslashes',
  ],
  [
    'a setting as the end of a host',
    BASE_URL,
    'baseUrl: https://api.acme.{region}',
    'a fixed name of two labels',
  ],
  [
    'a setting as the registered name',
    BASE_URL,
    'baseUrl: https://{region}.example',
    'a fixed name of two labels',
  ],
  [
    'a setting glued to the registered name',
    BASE_URL,
    'baseUrl: https://{region}acme.example',
    'a fixed name of two labels',
  ],
  ['a setting as the scheme', BASE_URL, 'baseUrl: "{region}://api.acme.example"', 'no http or https URL'],
  ['a setting as the port', BASE_URL, 'baseUrl: "https://api.acme.example:{region}"', 'baseUrl'],
  [
    'a setting as the user',
    BASE_URL,
    'baseUrl: "https://{region}@api.acme.example"',
    'user name or password',
  ],
  ['an id in the base URL', BASE_URL, 'baseUrl: https://api.acme.example/{jobId}', '{region}'],
  ['an id in the token URL', TOKEN_URL, '"https://{jobId}.id.acme.example/token"', '{region}'],
  ['a token URL without TLS', TOKEN_URL, '"http://id.acme.example/token"', 'an https address'],
].map(toHostile);

const PLACES: readonly Hostile[] = [
  ['a path to another host', STATUS_PATH, '"//evil.example/{jobId}"', 'a path below baseUrl'],
  ['a path that is an address', STATUS_PATH, '"https://evil.example/{jobId}"', 'a path below baseUrl'],
  ['a path that climbs', STATUS_PATH, '"/v2/../admin/{jobId}"', 'a path below baseUrl'],
  ['a path with a query', STATUS_PATH, '"/v2/jobs/{jobId}?admin=1"', 'a path below baseUrl'],
  ['a path with a fragment', STATUS_PATH, '"/v2/jobs/{jobId}#x"', 'a path below baseUrl'],
  ['a path with an encoded slash', STATUS_PATH, '"/v2/jobs%2f..%2f{jobId}"', 'a path below baseUrl'],
  ['a path with a backslash', STATUS_PATH, '"/v2\\\\..\\\\{jobId}"', 'a path below baseUrl'],
  ['a path with a line end', STATUS_PATH, '"/v2/jobs\\r\\nX: 1/{jobId}"', 'a path below baseUrl'],
  ['an unknown name in a path', STATUS_PATH, '"/v2/jobs/{jobID}"', 'did you mean "jobId"?'],
  ['an expression in a path', STATUS_PATH, '"/v2/jobs/{jobId.toString()}"', 'a path below baseUrl'],
  ['a pointer in the path of a status', STATUS_PATH, '"/v2/jobs/{/id}"', 'only in the requests of files'],
  ['a header that smuggles another', HEADERS, 'headers: { X-A: "1\\r\\nX-B: 2" }', 'text on one line'],
  ['a header whose name smuggles', HEADERS, 'headers: { "X-A: 1\\r\\nX-B": "2" }', 'the name of a header'],
  ['the header Host', HEADERS, 'headers: { Host: evil.example }', 'the header "Host"'],
  ['the header Cookie', HEADERS, 'headers: { cookie: a=b }', 'the header "cookie"'],
  [
    'the header Transfer-Encoding',
    HEADERS,
    'headers: { Transfer-Encoding: chunked }',
    'the header "Transfer-Encoding"',
  ],
  ['the header Content-Length', HEADERS, 'headers: { Content-Length: "0" }', 'the header "Content-Length"'],
  ['the header Authorization', HEADERS, 'headers: { authorization: Bearer x }', 'carries the credential'],
  ["the credential's own header", HEADERS, 'headers: { x-acme-key: x }', 'carries the credential'],
  ['a header twice', HEADERS, 'headers: { X-A: "1", x-a: "2" }', 'each header once'],
  ['a header with other characters', HEADERS, 'headers: { X-A: "ä" }', 'visible ASCII'],
  ['a credential as a cookie', 'X-Acme-Key }', 'Cookie }', '"Cookie"'],
  ['a prefix with a line end', 'X-Acme-Key }', 'X-Acme-Key, prefix: "a\\r\\nX-B: 1" }', 'visible ASCII'],
  ['links to a whole top-level domain', HOSTS, 'hosts: ["*.com"]', '*.suffix'],
  ['links to an address', HOSTS, 'hosts: ["https://evil.example"]', '*.suffix'],
  ['links to any host with the credential', HOSTS, 'credential: true, hosts: ["*"]', 'hosts by name'],
  ['the address of a callback over a field', 'at: /callback_url', 'at: /template_id', 'a place of its own'],
].map(toHostile);

const NOT_FOUND = 'notFound: [{ status: 404 }, { status: 400, code: 17 }]';

const ROWS: readonly Hostile[] = [
  [
    'a name looked for in no message',
    NOT_FOUND,
    'notFound: [{ status: 400, namesId: true }]',
    'where errors.message says',
  ],
  ['a row that says nothing', NOT_FOUND, 'notFound: [{ namesId: false }]', 'at least one of status'],
  ['a name in another row', NOT_FOUND, 'forbidden: [{ status: 400, namesId: true }]', 'an unknown key'],
].map(toHostile);

const PAGES: readonly Hostile[] = (
  [
    ['a cursor that goes nowhere', '{}', '{ cursor: /next }', 'cursor with body'],
    [
      'a cursor in two places',
      '{ after: {} }',
      '{ cursor: /next, query: c, body: /after/x }',
      'cursor with body',
    ],
    ['a cursor in no body', 'null', '{ cursor: /next, body: /after }', 'in a mapping of list.request.body'],
    ['a cursor as the whole body', '{}', '{ cursor: /next, body: "" }', 'in a mapping of list.request.body'],
    ['a cursor over what is there', '{ after: 1 }', '{ cursor: /next, body: /after }', 'a further member'],
    ['a cursor inside a text', '{ after: x }', '{ cursor: /next, body: /after/x }', 'in a mapping of'],
    ['a cursor inside a list', '{ after: [] }', '{ cursor: /next, body: /after/0 }', 'in a mapping of'],
    ['a cursor inside nothing', '{}', '{ cursor: /next, body: /page/after }', 'in a mapping of'],
    ['a cursor at __proto__', '{}', '{ cursor: /next, body: /__proto__ }', 'a JSON Pointer'],
    [
      'a cursor alone in a body',
      '{}',
      '{ cursor: /next, body: /after, alone: true }',
      'cursor with query with alone',
    ],
    ['an offset alone', '{}', '{ offset: from, size: size, alone: true }', 'cursor with query with alone'],
    ['a cursor in a form', '{}, encoding: form', '{ cursor: /next, body: /after }', 'only where it is JSON'],
  ] as const
).map(([title, body, next, says]) => ({
  title,
  from: LIST,
  to: `method: POST, body: ${body} }\n  items: /data\n  next: ${next}`.replace('method: POST, ', ''),
  says,
  on: `  next: ${next}`,
}));

const PATTERNS: readonly Hostile[] = [
  '(a+)+',
  '(a*)*b',
  '(a|a)*b',
  '(a|aa)+b',
  '([a-z]+)*1',
  '(a?){64}a{64}',
  'a*a*a*a*b',
  '[a-z]*[a-z0-9]*[a-z_]*1',
  '(?=a)a+',
  '(?<!a)b+',
  '(a)\\\\1',
  '(?<n>a)\\\\k<n>',
  '\\\\bword\\\\b',
  'a{1,2000}',
  '((a{100}){100}){100}',
  '(ab',
  '\\\\p{L}+',
  '(?:)*',
].map((pattern) => ({
  title: `the pattern ${pattern}`,
  from: JOB_ID,
  to: `jobId: { pattern: "${pattern}" }`,
  says: 'runs in linear time',
}));

const NAMES: readonly Hostile[] = [
  ['the id of a vendor that is code', 'id: acme-reports', 'id: power-bi', 'comes with Waybill as code'],
  ["the schema's own name", 'id: acme-reports', 'id: export', "called as the schema's own"],
  ['an id that is no name', 'id: acme-reports', 'id: __proto__', 'kebab-case'],
  ['a locator called as a field', JOB_ID, 'status: { pattern: "[a-z]{1,9}" }', "no field of every export's"],
  ['a locator called account', JOB_ID, 'account: { pattern: "[a-z]{1,9}" }', "no field of every export's"],
  ['a locator called constructor', JOB_ID, 'constructor: { pattern: "[a-z]{1,9}" }', 'a name of letters'],
  ['a locator called toString', JOB_ID, 'toString: { pattern: "[a-z]{1,9}" }', 'not every object knows'],
  ['a detail called as a field', DETAILS, 'rawStatus: { type: Int, at: /n }', "no field of every export's"],
  ['a detail called as an id', DETAILS, 'jobId: { type: ID, at: /n }', "none of the locator's"],
  ['a detail of GraphQL itself', DETAILS, '__typename: { type: String, at: /n }', 'a name of letters'],
  ['a detail called __proto__', DETAILS, '__proto__: { type: String, at: /n }', 'the key __proto__'],
  ['a word called __proto__', WORDS, '    __proto__: FAILED', 'the key __proto__'],
  ['a word called constructor', WORDS, '    constructor: FAILED', "a vendor's word"],
  ['a pointer to __proto__', 'at: /filters', 'at: /__proto__/filters', 'a JSON Pointer'],
  ['a pointer to a constructor', DETAILS, 'rows: { type: Int, at: /constructor/name }', 'a JSON Pointer'],
  ['a constant at __proto__', '/type: bulk', '/__proto__/x: bulk', 'a JSON Pointer'],
  [
    'an order field called account',
    ORDER,
    'account: { type: JSON, at: /filters }',
    'a name other than account',
  ],
  [
    "an order field called as the path's id",
    ORDER,
    'projectId: { type: JSON, at: /filters }',
    'a name other than account',
  ],
  [
    'a setting called as an id',
    REGION,
    'jobId: { pattern: "[a-z]{2}", default: eu }',
    "none of the locator's",
  ],
  ['an id with slashes', JOB_ID, 'jobId: { pattern: "[a-z/]{1,64}" }', 'no slash'],
  ['an id of anything', JOB_ID, 'jobId: { pattern: ".+" }', 'no slash'],
  ['an id with spaces', JOB_ID, 'jobId: { pattern: "\\\\S+\\\\s\\\\S" }', 'no slash'],
  ['an id that may be empty', JOB_ID, 'jobId: { pattern: "[a-z]*" }', 'the empty text'],
].map(toHostile);

const SHAPES: readonly Hostile[] = [
  ['an alias', WORDS, '    error: &a FAILED\n    again: *a', 'an anchor'],
  ['a merge key', WORDS, '    <<: { error: FAILED }', 'a merge key'],
  ['a tag', WORDS, '    error: !!binary FAILED', 'a tag'],
  [
    'a key twice',
    WORDS,
    '    error: FAILED\n    error: SUCCEEDED',
    'a key that the mapping has already',
    '    error: SUCCEEDED',
  ],
  ['a second document', LIMITS, `${LIMITS}\n---\nid: other`, 'a second document', '---'],
  ['a huge number', LIMITS, 'limits: { requestsPerSecond: 1e308, maxConcurrent: 4 }', 'at most 10000'],
  ['no number', LIMITS, 'limits: { requestsPerSecond: .nan, maxConcurrent: 4 }', 'above 0'],
  [
    'a negative number',
    LIMITS,
    'limits: { requestsPerSecond: 5, maxConcurrent: -1 }',
    'a whole number from 1',
  ],
  ['polls without a pause', 'minMs: 5000', 'minMs: 0', 'a whole number from 100'],
  [
    'too many words',
    WORDS,
    Array.from({ length: 201 }, (_, index) => `    w${index}: FAILED`).join('\n'),
    'at most 200',
    '  words:',
  ],
  [
    'too many details',
    `    ${DETAILS}`,
    Array.from({ length: 101 }, (_, index) => `    d${index}: { type: Int, at: /d }`).join('\n'),
    'at most 100',
    '  details:',
  ],
  ['a status that is none', WORDS, '    error: FAILURE', 'one of QUEUED'],
  [
    'an outcome of a failure',
    WORDS,
    '    error: { status: FAILED, outcome: EMPTY }',
    'only beside SUCCEEDED',
  ],
  [
    'several lines of JSON',
    ORDER,
    'filters: { type: JSON, at: /filters, multiline: true }',
    'only of String, without a pattern',
  ],
  [
    'several lines of a pattern',
    ORDER,
    'filters: { type: String, at: /filters, pattern: "[a-z]{1,9}", multiline: true }',
    'only of String, without a pattern',
  ],
  [
    'a waiting word that is none',
    ANSWER,
    `${ANSWER}\n  ${THEN} waiting: [queue] }`,
    'did you mean "queued"?',
    THEN,
  ],
  ['a row for everything', ANSWER, `${ANSWER}\n  ${THEN} done: [{}] }`, 'at least one of status', THEN],
  [
    'a row by no pointer',
    ANSWER,
    `${ANSWER}\n  ${THEN} done: [{ where: { /a: {} } }] }`,
    'is, above, below, empty or absent',
    THEN,
  ],
  ['a misspelt key', 'caseless', 'caseless', ''],
]
  .slice(0, -1)
  .map(toHostile);

/** A further call with something in it that does not go with the rest; each on one line. */
const FURTHER: readonly Hostile[] = [
  ['a further call that is never made', { when: '{}' }, 'words, stalled: true, or both'],
  ['a further call at no word of the table', { when: '{ words: [redy] }' }, 'did you mean "ready"?'],
  ['an unknown name in its path', { path: '"/v2/jobs/{jobID}"' }, 'did you mean "jobId"?'],
  ['a path to another host in it', { path: '"//evil.example/{jobId}"' }, 'a path below baseUrl'],
  ['a pointer in its path', { path: '"/v2/{/id}"' }, 'only in the requests of files'],
  ['a status of it that is none', { words: '{ done: FINISHED }' }, 'one of QUEUED'],
  ['an outcome of a failure in it', { words: '{ done: { status: FAILED, outcome: EMPTY } }' }, 'only beside'],
  ['no words in it', { words: '{}' }, 'at least one word'],
  [
    'a detail of it that the first answer has',
    { details: '{ rowCount: { type: Int, at: /n } }' },
    'does not have',
  ],
  ['a detail of it called as a field', { details: '{ status: { type: Int, at: /n } }' }, "every export's"],
  [
    'a detail of it of another type',
    { details: '{ n: { type: Boolean, at: /n, as: fraction } }' },
    'as the type',
  ],
  ['a wait in it', { fields: '{ retryAfterMs: /wait }' }, 'retryAfterMs: found an unknown key'],
  [
    'an instant of another answer in it',
    { fields: '{ finishedAt: { from: createdAt, plus: P1D } }' },
    'another',
  ],
  [
    'a refinement of it for no word of its own',
    { refine: '[{ word: ready, where: { /n: 0 }, is: FAILED }]' },
    'one of words',
  ],
].map(([title, changes, says]) => {
  const further = {
    path: '"/v2/jobs/{jobId}/details"',
    when: '{ words: [ready] }',
    words: '{ done: SUCCEEDED }',
    fields: '{ name: /label }',
    details: '{ recordCount: { type: Int, at: /records } }',
    refine: '[]',
    ...(changes as object),
  };
  const keys = `request: { path: ${further.path} }, when: ${further.when}, word: /result, words: ${further.words}`;
  const rest = `fields: ${further.fields}, details: ${further.details}, refine: ${further.refine}`;
  const line = `  further: { ${keys}, ${rest} }`;
  return { title: String(title), from: 'list:\n', to: `${line}\nlist:\n`, says: String(says), on: line };
});

function toHostile([title = '', from = '', to = '', says = '', on]: readonly (
  | string
  | undefined
)[]): Hostile {
  return { title, from, to, says, ...(on === undefined ? {} : { on }) };
}

describe('a vendor file is refused, with the line, for', () => {
  it.each([...ADDRESSES, ...PLACES, ...PAGES, ...PATTERNS, ...NAMES, ...SHAPES, ...ROWS, ...FURTHER])(
    '$title',
    ({ from, to, says, on }) => {
      expect(ACME.split(from)).toHaveLength(2);
      const text = ACME.replace(from, () => to);
      const start = on === undefined ? ACME.indexOf(from) : text.lastIndexOf(on);
      const line = text.slice(0, start).split('\n').length;

      const result = readVendorFile(text, 'acme.vendor.yaml');

      const lines = 'problems' in result ? result.problems.map((problem) => problem.line) : [];
      const about = lines.filter((each) => each.startsWith(`acme.vendor.yaml:${line}: `));
      expect(about.join('\n') || lines.join('\n')).toContain(says);
      expect(about).not.toEqual([]);
    },
  );

  it('a further call of what stands still, where nothing tells since when', () => {
    const further = `  further: { request: { path: "/v2/{jobId}" }, when: { stalled: true }, word: /a, words: { b: FAILED } }\n`;
    const told = ACME.replace('list:\n', () => `${further}list:\n`);
    const untold = told.replace('    createdAt: /created\n', '');

    expect(readVendorFile(told, 'f')).toHaveProperty('declaration');
    expect(readVendorFile(untold, 'f')).toMatchObject({
      problems: [{ line: expect.stringContaining('true only where status.fields has updatedAt, startedAt') }],
    });
  });

  it('more than 256 kB, and levels without end', () => {
    const large = readVendorFile(`${ACME}#${'x'.repeat(262_144)}`, 'f');
    const deep = readVendorFile(`${ACME}notes: ${'['.repeat(100_000)}`, 'f');

    expect(large).toMatchObject({
      problems: [{ line: expect.stringMatching(/^f:1: found \d+ bytes, allowed: at most 262144$/) }],
    });
    expect(deep).toMatchObject({ problems: [{ line: expect.stringContaining('more than 50 levels') }] });
  });
});
