import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

describe.each([
  ['/config.schema.json', 'application/schema+json; charset=utf-8', 'waybill.schema.json'],
  ['/schema.graphql', 'text/plain; charset=utf-8', 'docs/schema.graphql'],
])('GET %s', (path, contentType, committed) => {
  it('answers with the schema that is committed', async () => {
    const response = await fetch(`${gateway.url}${path}`);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await response.text()).trimEnd()).toBe(read(committed).trimEnd());
  });

  it('answers HEAD with the same headers, and what is known already with 304', async () => {
    const whole = await fetch(`${gateway.url}${path}`);
    const head = await fetch(`${gateway.url}${path}`, { method: 'HEAD' });
    const etag = whole.headers.get('etag') ?? '';
    const known = await fetch(`${gateway.url}${path}`, { headers: { 'if-none-match': etag } });
    const changed = await fetch(`${gateway.url}${path}`, { headers: { 'if-none-match': '"another"' } });

    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect(head.headers.get('etag')).toBe(etag);
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(await whole.text())));
    expect(await head.text()).toBe('');
    expect([known.status, await known.text()]).toEqual([304, '']);
    expect(changed.status).toBe(200);
  });

  it('is only read', async () => {
    const response = await fetch(`${gateway.url}${path}`, { method: 'POST', body: '{}' });

    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('asks for no key outside production, and is not there in production', async () => {
    const access = { mode: 'keys', keys: [{ name: 'ui', key: 'the-key-of-ui' }] };
    await using keyed = await startTestGateway({ config: { access } });
    await using production = await startTestGateway({ config: { server: { mode: 'production' } } });

    expect((await fetch(`${keyed.url}${path}`)).status).toBe(200);
    expect((await fetch(`${production.url}${path}`)).status).toBe(404);
    expect((await fetch(`${production.url}${path}`, { method: 'HEAD' })).status).toBe(404);
  });
});

describe('what is served', () => {
  it('is a JSON Schema that checks a configuration, and one that GraphQL builds', async () => {
    const configuration = await (await fetch(`${gateway.url}/config.schema.json`)).json();
    const validate = new Ajv({
      keywords: ['errorMessage'],
      strictTypes: false,
      strictRequired: false,
    }).compile(configuration);
    const sdl = await (await fetch(`${gateway.url}/schema.graphql`)).text();

    expect(validate({ accounts: [] })).toBe(true);
    expect(validate({ accounts: [], server: { host: '0.0.0.0' } })).toBe(false);
    expect(buildSchema(sdl).getQueryType()?.getFields()).toHaveProperty('recentExports');
  });
});
