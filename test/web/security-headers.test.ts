import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOARD_FOLDER } from '../../src/web/board-folder.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { sendRaw } from './support.ts';

let gateway: TestGateway;
let keyed: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    config: { server: { allowedOrigins: ['https://app.example.com'] } },
  });
  const keys = [{ name: 'ops', key: 'ops-key-0123456789', tenant: 'acme' }];
  keyed = await startTestGateway({ config: { access: { mode: 'keys', keys } } });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await keyed[Symbol.asyncDispose]();
});

const JSON_TYPE = 'content-type: application/json\r\n';
const QUERY = '{"query":"{ __typename }"}';
const PAGE = 'accept: text/html\r\n';
const FOREIGN = 'origin: https://evil.example\r\n';
const ALLOWED = 'origin: https://app.example.com\r\n';

/** Its name holds the hash of what is in it. */
const BOARD_SCRIPT = readdirSync(BOARD_FOLDER).find((name) => name.endsWith('.js'));

/** Every kind of answer: what is asked, and the status that comes. */
const ANSWERS: readonly [asked: string, status: number, headers: string, body?: string][] = [
  ['GET /', 200, PAGE],
  ['HEAD /', 200, PAGE],
  ['POST /', 405, ''],
  [`GET /board/${BOARD_SCRIPT}`, 200, ''],
  ['GET /board/none.js', 404, ''],
  ['GET /graphql', 200, PAGE],
  ['GET /graphql/graphiql/start.js', 200, ''],
  ['GET /graphql/graphiql/none.js', 404, ''],
  ['GET /graphql?query=%7B__typename%7D', 200, ''],
  ['GET /graphql?query=%7B__typename%7D', 200, ALLOWED],
  ['GET /graphql?query=%7B__typename%7D', 403, FOREIGN],
  ['GET /graphql?query=%7Bnone%7D', 400, 'accept: application/graphql-response+json\r\n'],
  ['GET /graphql', 400, 'accept: application/graphql-response+json\r\n'],
  ['PUT /graphql', 405, ''],
  ['POST /graphql', 415, 'content-type: text/plain\r\n', QUERY],
  ['POST /graphql', 413, `${JSON_TYPE}content-length: 9999999\r\n`],
  ['POST /graphql', 200, JSON_TYPE, QUERY],
  ['POST /graphql', 403, JSON_TYPE + FOREIGN, QUERY],
  ['OPTIONS /graphql', 204, `${ALLOWED}access-control-request-method: POST\r\n`],
  ['OPTIONS /graphql', 403, `${FOREIGN}access-control-request-method: POST\r\n`],
  ['GET /files/made-up', 404, ''],
  ['GET /files/made-up', 404, PAGE],
  ['POST /files/made-up', 405, ''],
  ['GET /health', 200, ''],
  ['GET /ready', 200, ''],
  ['GET /metrics', 200, ''],
  ['GET /none', 404, ''],
  ['GET *', 400, ''],
];

function ask(url: string, asked: string, headers: string, body = '') {
  const length = body === '' ? '' : `content-length: ${body.length}\r\n`;
  return sendRaw(
    url,
    `${asked} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${length}${headers}\r\n${body}`,
  );
}

describe('every answer', () => {
  it.each(ANSWERS)(
    'to %s (%i) tells browsers what they may not do with it',
    async (asked, status, more, body) => {
      const { status: came, headers } = await ask(gateway.url, asked, more, body);

      expect(came).toBe(status);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'x-frame-options': 'DENY',
        'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'/),
        'cache-control': asked.includes(`${BOARD_SCRIPT}`)
          ? 'public, max-age=31536000, immutable'
          : expect.stringMatching(/^no-(store|cache)$/),
        vary: 'Origin',
      });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
      expect(headers['access-control-allow-origin']).toBe(
        more.includes(ALLOWED) ? 'https://app.example.com' : undefined,
      );
    },
  );

  it.each([
    ['without a key', 401, ''],
    ['with a wrong one', 401, 'authorization: Bearer nothing\r\n'],
    ['with the right one', 200, 'authorization: Bearer ops-key-0123456789\r\n'],
  ])('%s is kept by nobody and varies by the origin', async (_what, status, more) => {
    const { status: came, headers } = await ask(keyed.url, 'POST /graphql', JSON_TYPE + more, QUERY);

    expect(came).toBe(status);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', vary: 'Origin', 'x-frame-options': 'DENY' });
  });

  it('over SSE too', async () => {
    const subscription = 'subscription { exportEvents(locators: []) { cursor } }';

    const { headers } = await ask(
      gateway.url,
      'POST /graphql',
      `${JSON_TYPE}accept: text/event-stream\r\n${ALLOWED}`,
      JSON.stringify({ query: subscription }),
    );

    expect(headers).toMatchObject({
      'content-type': expect.stringContaining('text/event-stream'),
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      vary: 'Origin',
      'access-control-allow-origin': 'https://app.example.com',
    });
  });
});

describe('a page', () => {
  it.each([
    ['the board', '/', /script-src 'self'; style-src 'self'; .*require-trusted-types-for 'script'/],
    ['GraphiQL', '/graphql', /script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'/],
  ])('of scripts (%s) stands alone, and asks for no device', async (_what, path, policy) => {
    const { headers } = await ask(gateway.url, `GET ${path}`, PAGE);

    expect(headers['content-security-policy']).toMatch(policy);
    expect(headers['content-security-policy']).toContain("base-uri 'none'; form-action 'none'");
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['permissions-policy']).toContain('camera=()');
  });

  it('that says what is wrong with a link has one style, known by its hash', async () => {
    const { headers } = await ask(gateway.url, 'GET /files/made-up', PAGE);

    expect(headers['content-security-policy']).toMatch(/; style-src 'sha256-[A-Za-z0-9+/]{43}='$/);
    expect(headers['content-security-policy']).not.toContain('unsafe');
  });
});
