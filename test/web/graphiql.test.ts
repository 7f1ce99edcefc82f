import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraphiQL, type GraphiQLSettings, withHistory } from '../../src/transports/graphiql.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const PARTS = [
  ['graphiql.js', 'text/javascript; charset=utf-8'],
  ['graphiql.css', 'text/css; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
  ['editor.worker.js', 'text/javascript; charset=utf-8'],
  ['json.worker.js', 'text/javascript; charset=utf-8'],
  ['graphql.worker.js', 'text/javascript; charset=utf-8'],
  ['setup.js', 'text/javascript; charset=utf-8'],
  ['start.js', 'text/javascript; charset=utf-8'],
  ['fetcher.js', 'text/javascript; charset=utf-8'],
  ['event-list.js', 'text/javascript; charset=utf-8'],
  ['key-notice.js', 'text/javascript; charset=utf-8'],
  ['operations.js', 'text/javascript; charset=utf-8'],
  ['storage.js', 'text/javascript; charset=utf-8'],
  ['options.js', 'text/javascript; charset=utf-8'],
  ['graphql-ws.js', 'text/javascript; charset=utf-8'],
  ['page.css', 'text/css; charset=utf-8'],
] as const;

async function readPage(query = '', headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.url}/graphql${query}`, {
    headers: { accept: 'text/html,*/*', ...headers },
  });
  return { response, html: await response.text() };
}

async function readOptions(settings: GraphiQLSettings): Promise<object> {
  const part = await createGraphiQL(settings).part('options.js');
  const [, options = ''] = /^export const OPTIONS = (.*);\n$/s.exec(String(part?.body)) ?? [];
  return JSON.parse(options) as object;
}

describe('GraphiQL', () => {
  it('is the page at /graphql for a browser', async () => {
    const { response, html } = await readPage();

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).toContain('<title>Waybill · GraphiQL</title>');
  });

  it('may load, and speak to, this server alone', async () => {
    const { response } = await readPage();
    const policy = new Map(
      (response.headers.get('content-security-policy') ?? '').split('; ').map((rule) => {
        const [name = '', ...sources] = rule.split(' ');
        return [name, sources.join(' ')] as const;
      }),
    );

    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('script-src')).toBe("'self'");
    expect(policy.get('connect-src')).toBe("'self'");
    expect(policy.get('frame-ancestors')).toBe("'none'");
    expect(policy.get('base-uri')).toBe("'none'");
    expect([...policy.values()].join(' ')).not.toMatch(/https?:|\*|unsafe-eval/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('holds no script of its own in the page, and every address in it is a path of this server that is there', async () => {
    const { html } = await readPage();
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address);

    expect(addresses.length).toBeGreaterThanOrEqual(5);
    for (const address of addresses) {
      expect(address).toMatch(/^\/graphql\/graphiql\/[\w.-]+$/);
      expect((await fetch(`${gateway.url}${address}`, { method: 'HEAD' })).status).toBe(200);
    }
    expect(html).not.toMatch(/<script>|\son\w+=|javascript:|https?:/);
  });

  it.each(PARTS)('serves %s as %s', async (name, type) => {
    const response = await fetch(`${gateway.url}/graphql/graphiql/${name}`);
    const size = (await response.arrayBuffer()).byteLength;

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(size).toBeGreaterThan(100);
    expect(response.headers.get('content-length')).toBe(String(size));
  });

  it.each(PARTS)('answers 304 where %s is known already', async (name) => {
    const address = `${gateway.url}/graphql/graphiql/${name}`;
    const etag = (await fetch(address, { method: 'HEAD' })).headers.get('etag') ?? '';

    const known = await fetch(address, { headers: { 'if-none-match': etag } });
    const other = await fetch(address, { method: 'HEAD', headers: { 'if-none-match': '"other"' } });

    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect([known.status, await known.text()]).toEqual([304, '']);
    expect(other.status).toBe(200);
  });

  it.each([
    'setup.js',
    'start.js',
    'fetcher.js',
    'event-list.js',
    'key-notice.js',
    'operations.js',
    'storage.js',
    'options.js',
  ])('names no foreign host in %s', async (name) => {
    const text = await (await fetch(`${gateway.url}/graphql/graphiql/${name}`)).text();

    // The namespace of SVG is a name, and asks nobody.
    expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/(https?|wss?):\/\/|['"`]\/\//);
  });

  it('has its history beside its explorer, and the rest of the bundle as it came', async () => {
    const { js } = await import('@graphql-yoga/render-graphiql/graphiql');

    const changed = withHistory(js);

    const [, history] = /([\w$]+)=\{title:"History"/.exec(js) ?? [];
    expect(history).toMatch(/^[\w$]+$/);
    expect(changed.length - js.length).toBe(`${history},`.length);
    expect(withHistory('another bundle, plugins:[r],schemaDescription:!0')).toBe(
      'another bundle, plugins:[r],schemaDescription:!0',
    );
  });

  it('bears our name and mark', async () => {
    const mark = await (await fetch(`${gateway.url}/graphql/graphiql/icon.svg`)).text();

    const options = await readOptions({ tabs: [], asksForKey: false });

    expect(options).toMatchObject({
      logo: mark,
      title: '<a href="/" title="To the board">Waybill</a> · GraphiQL',
    });
    expect(mark).toContain('<title>Waybill</title>');
  });

  it('asks for workers that are served', async () => {
    const text = await (await fetch(`${gateway.url}/graphql/graphiql/setup.js`)).text();
    const workers = [...text.matchAll(/"(\w+\.worker\.js)"/g)].map(([, name = '']) => name);

    expect(workers).toHaveLength(3);
    expect(PARTS.map(([name]) => name as string)).toEqual(expect.arrayContaining(workers));
  });

  it('opens with the tabs that it is given, whatever stands in them', async () => {
    const query = '{ a(b: "</script><script>alert(1)</script>\u2028") }';

    const options = await readOptions({ tabs: [{ query }], asksForKey: false });

    expect(options).toMatchObject({
      defaultTabs: [{ query }],
      defaultQuery: query,
      shouldPersistHeaders: false,
    });
    expect(options).not.toHaveProperty('headers');
  });

  it('opens with the header that callers say who they are by, where they have to', async () => {
    const options = await readOptions({ tabs: [{ query: '{ a }' }], asksForKey: true });
    const header = '{\n  "authorization": "Bearer "\n}';

    expect(options).toMatchObject({
      headers: header,
      defaultTabs: [{ query: '{ a }', headers: header }],
      defaultEditorToolsVisibility: 'headers',
    });
  });

  it('is shown with the query of its address to whoever opens or reloads it, and asks nothing yet', async () => {
    const reload = await readPage('?query=%7B__typename%7D', { 'sec-fetch-dest': 'document' });
    const frame = await readPage('?query=%7B__typename%7D', { 'sec-fetch-dest': 'iframe' });

    expect(reload.html).toContain('GraphiQL');
    expect(frame.html).not.toContain('GraphiQL');
  });

  it('is not what a program gets', async () => {
    const response = await fetch(`${gateway.url}/graphql?query=%7B__typename%7D`, {
      headers: { accept: 'text/html' },
    });

    expect(await response.text()).not.toContain('GraphiQL');
  });
});
