import { deflateSync, gzipSync } from 'node:zlib';

/** Bytes on a TCP connection that are no honest HTTP request. */
export interface HostileRequest {
  readonly title: string;
  /** HTTP statuses of the answers, in order. */
  readonly statuses: readonly number[];
  /** @param authorization - of an honest caller: what is refused here is not refused for want of a key */
  readonly bytes: (authorization: string) => string | Buffer;
}

const QUERY = JSON.stringify({ query: '{ vendors { key } }' });
const SMUGGLED = 'GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n';

/** The head of a POST with these header lines. */
function post(authorization: string, ...lines: readonly string[]): string {
  const head = ['POST /graphql HTTP/1.1', 'host: localhost', 'content-type: application/json'];
  return [...head, `authorization: ${authorization}`, ...lines, '', ''].join('\r\n');
}

const SIZES: readonly HostileRequest[] = [
  row(
    'a header of 20 kB',
    [431],
    () => `GET /graphql HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
  ),
  row(
    '5,000 headers',
    [431],
    () => `GET / HTTP/1.1\r\nhost: localhost\r\n${lines(5_000, (n) => `x${n}: 1`)}\r\n\r\n`,
  ),
  row('a target of 20 kB', [431], () => `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`),
  row(
    'a query of 15 kB in the target',
    [200],
    (key) =>
      `GET /graphql?query=${'a'.repeat(15_000)} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${key}\r\nconnection: close\r\n\r\n`,
  ),
  row('12 MB, as it says', [413], (key) =>
    Buffer.concat([Buffer.from(post(key, 'content-length: 12582912')), Buffer.alloc(12_582_912, ' ')]),
  ),
  row('12 MB that it does not tell of', [413], (key) =>
    Buffer.concat([
      Buffer.from(`${post(key, 'transfer-encoding: chunked')}C00000\r\n`),
      Buffer.alloc(12_582_912, ' '),
    ]),
  ),
  row('a body of 1 TB, it says', [413], (key) => post(key, 'content-length: 1099511627776')),
  row('a length beyond all numbers', [400], (key) => post(key, 'content-length: 99999999999999999999999')),
  row(
    'a body longer than it said',
    [400],
    (key) =>
      `${post(key, `content-length: ${QUERY.length}`)}${QUERY}${'{"query":"{ accounts { key } }"}'.repeat(10)}`,
  ),
];

const PACKED: readonly HostileRequest[] = [
  packed('gzip', gzipSync(QUERY)),
  packed('gzip', gzipSync(Buffer.alloc(64 * 1_048_576))),
  packed('deflate', deflateSync(QUERY)),
  packed('br', Buffer.from('packed')),
  packed('gzip, gzip', gzipSync(gzipSync(QUERY))),
  packed('constructor', Buffer.from(QUERY)),
  row(
    'transfer-encoding: gzip, chunked',
    [415],
    (key) => `${post(key, 'transfer-encoding: gzip, chunked', 'connection: close')}${chunk(QUERY)}0\r\n\r\n`,
  ),
];

const FRAMING: readonly HostileRequest[] = [
  row(
    'both content-length and transfer-encoding',
    [400],
    (key) => `${post(key, 'content-length: 4', 'transfer-encoding: chunked')}0\r\n\r\n${SMUGGLED}`,
  ),
  row(
    'transfer-encoding before content-length',
    [400],
    (key) => `${post(key, 'transfer-encoding: chunked', 'content-length: 4')}0\r\n\r\n${SMUGGLED}`,
  ),
  row('two lengths', [400], (key) => `${post(key, 'content-length: 0', 'content-length: 44')}${SMUGGLED}`),
  row('two lengths in one header', [400], (key) => `${post(key, 'content-length: 0, 44')}${SMUGGLED}`),
  row('a length with a sign', [400], (key) => `${post(key, 'content-length: +5')}hello`),
  row('a length in hex', [400], (key) => `${post(key, 'content-length: 0x5')}hello`),
  row('a negative length', [400], (key) => `${post(key, 'content-length: -5')}hello`),
  row(
    'chunked, spelt with a blank before the colon',
    [400],
    (key) => `${post(key, 'transfer-encoding : chunked')}0\r\n\r\n${SMUGGLED}`,
  ),
  row(
    'chunked, spelt wrongly',
    [400],
    (key) => `${post(key, 'transfer-encoding: xchunked')}0\r\n\r\n${SMUGGLED}`,
  ),
  row(
    'chunked, and then something else',
    [400],
    (key) => `${post(key, 'transfer-encoding: chunked, identity')}0\r\n\r\n${SMUGGLED}`,
  ),
  row(
    'a chunk size that is no number',
    [400],
    (key) => `${post(key, 'transfer-encoding: chunked')}zz\r\nhello\r\n0\r\n\r\n`,
  ),
  row(
    'a chunk size beyond all numbers',
    [400],
    (key) => `${post(key, 'transfer-encoding: chunked')}FFFFFFFFFFFFFFFFFF\r\nhello\r\n`,
  ),
  row('a negative chunk size', [400], (key) => `${post(key, 'transfer-encoding: chunked')}-1\r\nhello\r\n`),
  row(
    'a chunk longer than it said',
    [400],
    (key) => `${post(key, 'transfer-encoding: chunked')}2\r\nhello\r\n0\r\n\r\n`,
  ),
  row(
    '100 kB of chunk extensions',
    [413],
    (key) => `${post(key, 'transfer-encoding: chunked')}2;${'a'.repeat(100_000)}\r\n{}\r\n0\r\n\r\n`,
  ),
  row('a folded header', [400], () => 'GET /health HTTP/1.1\r\nhost: localhost\r\nx: a\r\n b\r\n\r\n'),
  row('a header without a colon', [400], () => 'GET /health HTTP/1.1\r\nhost: localhost\r\nnonsense\r\n\r\n'),
  row('NUL in a header', [400], () => 'GET /health HTTP/1.1\r\nhost: localhost\r\nx: a\0b\r\n\r\n'),
  row('bare line feeds', [400], () => 'GET /health HTTP/1.1\nhost: localhost\n\n'),
  row(
    'a carriage return inside a header',
    [400],
    () => 'GET /health HTTP/1.1\r\nhost: localhost\r\nx: a\rb: c\r\n\r\n',
  ),
];

const TARGETS: readonly HostileRequest[] = [
  get('an absolute target', 'http://127.0.0.1/health', 200),
  get('an absolute target of somebody else', 'http://evil.example/nothing', 404),
  get('an absolute target with a user', 'http://a:b@127.0.0.1/health', 400),
  get('an absolute target without a host', 'http:///health', 400),
  get('no target but an asterisk', '*', 400),
  get('a target without a slash', 'health', 400),
  get('a way out of the board', '/board/../../package.json', 404),
  get('a way out of the board, encoded', '/board/%2e%2e%2f%2e%2e%2fpackage.json', 404),
  get('a file link with NUL', '/files/%00', 404),
  get('a file link of 8 kB', `/files/${'a'.repeat(8_000)}`, 404),
  get('a broken percent code', '/files/%', 404),
  get('line breaks in a path', '/files/%0d%0aset-cookie:%20a=b', 404),
  row('a request line that is none', [400], () => 'hello\r\n\r\n'),
  row('HTTP/2 without asking', [400], () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  row('TLS on a plain port', [400], () => Buffer.from('16030100c8010000c40303', 'hex')),
  row('HTTP/9.9', [400], () => 'GET /health HTTP/9.9\r\nhost: localhost\r\n\r\n'),
  row('HTTP/0.9', [400], () => 'GET /health\r\n\r\n'),
  row(
    '100,000 empty lines',
    [200],
    () => `${'\r\n'.repeat(100_000)}GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
  ),
];

const METHODS: readonly HostileRequest[] = [
  row('CONNECT', [], () => 'CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n'),
  method('TRACE', 405),
  method('PUT', 405),
  method('DELETE', 405),
  method('PROPFIND', 405),
  method('SEARCH', 405),
  row('a method that nobody knows', [400], () => 'HACK /graphql HTTP/1.1\r\nhost: localhost\r\n\r\n'),
  row('a mutation by GET', [405], (key) => toGet(key, '/graphql?query=mutation%20%7B%20a%20%7D')),
  row('an expectation that nobody knows', [417], (key) =>
    post(key, 'content-length: 2', 'expect: magic', 'connection: close'),
  ),
];

const HOSTS: readonly HostileRequest[] = [
  row('no Host', [400], () => 'GET /health HTTP/1.1\r\n\r\n'),
  row(
    'two Hosts',
    [400],
    () => 'GET /health HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n',
  ),
  row(
    'a Host with a user',
    [400],
    () => 'GET /health HTTP/1.1\r\nhost: a@localhost\r\nconnection: close\r\n\r\n',
  ),
  row(
    'a Host that is a script',
    [400],
    () => 'GET /health HTTP/1.1\r\nhost: <script>\r\nconnection: close\r\n\r\n',
  ),
];

const UPGRADES: readonly HostileRequest[] = [
  // Ignored, as RFC 9110 has it in section 7.8.
  upgrade('to h2c', 'upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__', [200]),
  upgrade('to TLS/1.0', 'upgrade: TLS/1.0', [200]),
  upgrade('to h2c, twice over', 'upgrade: h2c\r\nupgrade: h2c', [200]),
  row(
    'an upgrade to h2c with 1,100 more headers',
    [431],
    () =>
      `GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: h2c\r\n${lines(1_100, () => 'a: b')}\r\ncontent-length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
  ),
  upgrade('to nothing', 'upgrade: ', [200]),
  upgrade('to a websocket without a key', 'upgrade: websocket\r\nsec-websocket-version: 13', [400]),
  upgrade(
    'to a websocket with a short key',
    'upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAA',
    [400],
  ),
  upgrade(
    'to a websocket of version 99',
    'upgrade: websocket\r\nsec-websocket-version: 99\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    [400],
  ),
  upgrade(
    'to a websocket with a broken subprotocol',
    'upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: a,,b',
    [400],
  ),
  upgrade(
    'from a foreign origin',
    'upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\norigin: https://evil.example',
    [403],
  ),
  row(
    'an upgrade of /health',
    [404],
    () => 'GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  ),
  row('an upgrade by POST', [405], (key) =>
    post(
      key,
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
      'content-length: 0',
    ),
  ),
];

const BODIES: readonly HostileRequest[] = [
  body('no JSON', 'hello'),
  body('JSON with a script for a word', '{"query":<script>}'),
  body('a list of operations', `[${QUERY},${QUERY}]`),
  body('1,000 operations in a list', `[${Array.from({ length: 1_000 }, () => QUERY).join(',')}]`),
  body('a number', '7'),
  body('NUL', '\0'),
  body('a byte order mark and nothing else', '\ufeff'),
  body('100,000 opening brackets', '['.repeat(100_000)),
  body('20,000 unknown keys', `{${lines(20_000, (n) => `"k${n}":1`, ',')}}`),
  body('extensions that are no object', '{"query":"{ vendors { key } }","extensions":7}'),
  body('variables that are a text', '{"query":"{ vendors { key } }","variables":"x"}'),
];

/** Every hostile request; the table that test/hostile/requests.test.ts walks. */
export const HOSTILE_REQUESTS: readonly HostileRequest[] = [
  ...SIZES,
  ...PACKED,
  ...FRAMING,
  ...TARGETS,
  ...METHODS,
  ...HOSTS,
  ...UPGRADES,
  ...BODIES,
];

function row(title: string, statuses: readonly number[], bytes: HostileRequest['bytes']): HostileRequest {
  return { title, statuses, bytes };
}

function lines(count: number, toLine: (n: number) => string, separator = '\r\n'): string {
  return Array.from({ length: count }, (_, n) => toLine(n)).join(separator);
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function packed(encoding: string, bytes: Buffer): HostileRequest {
  const title = `content-encoding: ${encoding}, ${bytes.length < 100 ? 'small' : `${Math.round(bytes.length / 1_024)} kB of 64 MB`}`;
  return row(title, [415], (key) =>
    Buffer.concat([
      Buffer.from(
        post(key, `content-encoding: ${encoding}`, `content-length: ${bytes.length}`, 'connection: close'),
      ),
      bytes,
    ]),
  );
}

function toGet(authorization: string, target: string): string {
  return `GET ${target} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${authorization}\r\nconnection: close\r\n\r\n`;
}

function get(title: string, target: string, status: number): HostileRequest {
  return row(title, [status], (key) => toGet(key, target));
}

function method(name: string, status: number): HostileRequest {
  return row(
    name,
    [status],
    (key) =>
      `${name} /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: ${key}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  );
}

function upgrade(title: string, headers: string, statuses: readonly number[]): HostileRequest {
  return row(
    `an upgrade ${title}`,
    statuses,
    (key) =>
      `GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: localhost\r\nauthorization: ${key}\r\nconnection: upgrade\r\n${headers}\r\n\r\n`,
  );
}

function body(title: string, text: string): HostileRequest {
  return row(
    `for a body: ${title}`,
    [400],
    (key) => `${post(key, `content-length: ${Buffer.byteLength(text)}`, 'connection: close')}${text}`,
  );
}
