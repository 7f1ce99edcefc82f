import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { sendRaw } from '../web/support.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const BODY = JSON.stringify({ query: '{ __typename }' });

function send(init: RequestInit & { readonly type?: string } = {}) {
  const { type, ...rest } = init;
  return fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    body: BODY,
    ...rest,
    headers: {
      accept: 'application/graphql-response+json',
      ...(type === undefined ? {} : { 'content-type': type }),
    },
  });
}

describe('the content type of a POST', () => {
  it.each([
    'application/json',
    'Application/JSON',
    'APPLICATION/JSON; CHARSET=UTF-8',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json ; charset=utf8',
    'application/json; profile=x',
  ])('may be %s', async (type) => {
    const response = await send({ type });

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; application/json',
    'text/plain;charset=UTF-8',
    'application/graphql',
    'application/graphql+json',
    'application/jsonp',
    'application/json; charset=utf-16',
    'application/json; Charset="ISO-8859-1"',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset=',
    'application/json, text/plain',
    'text/plain, application/json',
    'text/json',
    'application/octet-stream',
  ])('may not be %s', async (type) => {
    const response = await send({ type });

    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  it('may not be left out', async () => {
    const { status } = await sendRaw(
      gateway.url,
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${BODY.length}\r\nconnection: close\r\n\r\n${BODY}`,
    );

    expect(status).toBe(415);
  });

  it('may not be hidden behind a multipart upload', async () => {
    const form = new FormData();
    form.set('operations', BODY);
    form.set('map', '{}');

    expect((await send({ body: form })).status).toBe(415);
  });
});

describe('the body of a POST', () => {
  const LIMIT = 262_144;
  const padded = (bytes: number) => BODY.padEnd(bytes, ' ');

  it('may be as large as is allowed, and not larger', async () => {
    expect((await send({ type: 'application/json', body: padded(LIMIT) })).status).toBe(200);
    expect((await send({ type: 'application/json', body: padded(LIMIT + 1) })).status).toBe(413);
  });

  it('is cut off where it turns out larger than it said, or said nothing', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let piece = 0; piece < 40; piece += 1)
          controller.enqueue(new TextEncoder().encode(' '.repeat(10_000)));
        controller.enqueue(new TextEncoder().encode(BODY));
        controller.close();
      },
    });

    const response = await send({ type: 'application/json', body, duplex: 'half' } as RequestInit);

    expect(response.status).toBe(413);
  });

  it('ends its connection where it was refused half-way, since the rest of it is never read', async () => {
    const head = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
    const piece = `2710\r\n${' '.repeat(10_000)}\r\n`;

    // Resolves when the server has closed the connection, though the client asked it to be kept.
    const { status, headers, body } = await sendRaw(
      gateway.url,
      `${head}transfer-encoding: chunked\r\n\r\n${piece.repeat(40)}`,
    );

    expect(status).toBe(413);
    expect(headers.connection).toBe('close');
    expect(JSON.parse(body).errors).toHaveLength(1);
  });

  it.each([
    ['[]', 400],
    [`[${BODY}]`, 400],
    [`[${BODY},${BODY}]`, 400],
    ['', 400],
    ['null', 400],
    ['7', 400],
    ['"{ __typename }"', 400],
    ['{', 400],
    ['{}', 400],
    ['{"query":7}', 400],
    ['{"query":"{ __typename }","variables":"x"}', 400],
    ['{"query":"{ __typename }","variables":[]}', 400],
    ['{"query":"{ __typename }","operationName":{}}', 400],
  ])('is refused where it is no one operation: %s', async (body, status) => {
    const response = await send({ type: 'application/json', body });
    const text = await response.text();

    expect(response.status).toBe(status);
    expect(JSON.parse(text).errors).toHaveLength(1);
    expect(text).not.toMatch(/node_modules|\.ts:|stack/);
  });

  it('may nest as deeply as it likes without harm', async () => {
    const depth = 100_000;
    const body = `{"query":"{ __typename }","variables":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;

    const response = await send({ type: 'application/json', body });

    expect(response.status).toBeLessThan(500);
    expect((await send({ type: 'application/json' })).status).toBe(200);
  });
});

describe('other methods', () => {
  it.each(['PUT', 'PATCH', 'DELETE'])('%s is refused', async (method) => {
    const response = await send({ method, type: 'application/json' });

    expect(response.status).toBe(405);
  });

  it('GET answers a query', async () => {
    const response = await fetch(`${gateway.url}/graphql?query=%7B__typename%7D`);

    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('GET without a query is refused', async () => {
    expect((await send({ method: 'GET', body: null })).status).toBe(400);
  });
});

describe('every answer', () => {
  it('has an id of its own and is kept by nobody', async () => {
    const [first, second] = [
      await send({ type: 'application/json' }),
      await send({ type: 'application/json' }),
    ];

    expect(first.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect(first.headers.get('x-request-id')).not.toBe(second.headers.get('x-request-id'));
    expect(first.headers.get('cache-control')).toBe('no-store');
  });
});
