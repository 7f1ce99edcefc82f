import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createOriginPolicy } from '../../src/access/origins.ts';
import { countUrls } from '../support/count-urls.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

describe('the policy of origins', () => {
  const policy = (publicUrl: string, allowedOrigins: readonly string[] = []) =>
    createOriginPolicy({ publicUrl: () => publicUrl, allowedOrigins });

  it.each([
    ['https://exports.example.com', 'https://exports.example.com', true],
    ['https://exports.example.com/base', 'https://exports.example.com', true],
    ['https://exports.example.com:443', 'https://exports.example.com', true],
    ['https://exports.example.com', 'http://exports.example.com', false],
    ['https://exports.example.com', 'https://exports.example.com:8443', false],
    ['https://exports.example.com', 'https://exports.example.com.evil.example', false],
    ['https://exports.example.com', 'https://evil.example', false],
    ['https://exports.example.com', 'http://localhost', false],
    ['https://exports.example.com', 'null', false],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000', true],
    ['http://127.0.0.1:4000', 'http://localhost:4000', true],
    ['http://127.0.0.1:4000', 'http://[::1]:4000', true],
    ['http://localhost:4000', 'http://127.0.0.1:4000', true],
    ['http://127.0.0.1:4000', 'http://localhost:4001', false],
    ['http://127.0.0.1:4000', 'https://localhost:4000', false],
    ['http://127.0.0.1:4000', 'http://localhost.evil.example:4000', false],
    ['http://127.0.0.1:4000', 'http://127.0.0.2:4000', false],
    ['http://127.0.0.1:80', 'http://localhost', true],
  ])('of the public URL %s: %s is %s', (publicUrl, origin, isAllowed) => {
    expect(policy(publicUrl).isAllowed(origin)).toBe(isAllowed);
  });

  it('allows what the configuration lists, to the letter', () => {
    const { isAllowed } = policy('https://exports.example.com', ['https://app.example.com']);

    expect(isAllowed('https://app.example.com')).toBe(true);
    expect(isAllowed('https://app.example.com:444')).toBe(false);
    expect(isAllowed('https://APP.example.com')).toBe(false);
    expect(isAllowed('https://sub.app.example.com')).toBe(false);
  });
});

describe('the own origins', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('are worked out once for each public URL, not for each request', () => {
    let publicUrl = 'http://127.0.0.1:4000';
    const { isAllowed } = createOriginPolicy({ publicUrl: () => publicUrl, allowedOrigins: [] });
    expect(isAllowed('http://localhost:4000')).toBe(true);

    const parsed = countUrls();
    for (let request = 0; request < 100; request += 1) isAllowed('http://localhost:4000');

    expect(parsed.count).toBe(0);
    publicUrl = 'http://127.0.0.1:4001';
    expect(isAllowed('http://localhost:4000')).toBe(false);
    expect(isAllowed('http://localhost:4001')).toBe(true);
  });
});

describe('a browser at another origin', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ config: { server: { allowedOrigins: ['https://app.example.com'] } } });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const post = (headers: Record<string, string>) => gateway.query('{ __typename }', undefined, { headers });

  it.each([
    'https://evil.example',
    'null',
    'http://localhost',
    'https://app.example.com.evil.example',
    'file://',
  ])('is refused from %s, and told nothing by CORS', async (origin) => {
    const { status, headers, errors } = await post({ origin });

    expect(status).toBe(403);
    expect(errors).toEqual([
      {
        message: 'This origin may not speak to this server.',
        extensions: { code: 'FORBIDDEN', retryable: false, requestId: headers.get('x-request-id') },
      },
    ]);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('vary')).toBe('Origin');
  });

  it.each([
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, 403],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 403],
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }, 403],
    [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
    [{ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 200],
  ])('that sends no Origin is known by what it does send: %j is %i', async (headers, status) => {
    // fetch of Node would not send these; a plain GET with a query is what a page could cause.
    const { request } = await import('node:http');
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      request(
        `${gateway.url}/graphql?query=%7B__typename%7D`,
        { headers: { accept: '*/*', ...headers } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });

    expect(answered).toBe(status);
  });

  it('may read answers where its origin is allowed', async () => {
    const { status, headers, data } = await post({ origin: 'https://app.example.com' });

    expect(status).toBe(200);
    expect(data).toEqual({ __typename: 'Query' });
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-expose-headers')).toBe('x-request-id, retry-after');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toBe('Origin');
  });

  it('may read them where it is this machine under another name', async () => {
    const { port } = new URL(gateway.url);

    for (const name of ['localhost', '127.0.0.1', '[::1]'])
      expect((await post({ origin: `http://${name}:${port}` })).status).toBe(200);
  });

  it('is told by a preflight what it may send', async () => {
    const preflight = (origin: string) =>
      fetch(`${gateway.url}/graphql`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,x-waybill-token-desk',
        },
      });

    const allowed = await preflight('https://app.example.com');
    const refused = await preflight('https://evil.example');

    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(allowed.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(allowed.headers.get('access-control-allow-headers')).toBe(
      'authorization,content-type,x-waybill-token-desk',
    );
    expect(allowed.headers.get('access-control-max-age')).toBe('600');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is never believed because of its Host', async () => {
    const { sendRaw } = await import('../web/support.ts');
    const body = '{"query":"{ __typename }"}';

    const { status } = await sendRaw(
      gateway.url,
      `POST /graphql HTTP/1.1\r\nhost: localhost:1\r\norigin: http://localhost:1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );

    expect(status).toBe(403);
  });
});
