import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';

/** Sends the path as it is: `fetch` would tidy it up first. */
function get(url: string, path: string): Promise<{ readonly status: number; readonly body: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
    })
      .on('error', reject)
      .end();
  });
}

/** The paths that a text asks for: in attributes, and in the imports of a module. */
function pathsIn(text: string, from: string): readonly string[] {
  const found = [...text.matchAll(/(?:src|href)="([^"]+)"|from '(\.[^']+)'/g)];
  return found.map(([, attribute, imported]) => new URL(attribute ?? imported ?? '', from).pathname);
}

describe('the board over HTTP', () => {
  it('serves the page under a policy that allows this server alone, and no inline script or style', async () => {
    await using gateway = await startTestGateway();

    const response = await fetch(`${gateway.url}/`, { headers: { accept: 'text/html' } });
    const page = await response.text();

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const policy = response.headers.get('content-security-policy')?.split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ]),
    );
    expect(policy?.join()).not.toMatch(/unsafe|https?:|\*/);
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style| style=| on[a-z]+=/);
  });

  it('serves every part that the page and its modules name, each with its type', async () => {
    await using gateway = await startTestGateway();
    const types: Record<string, string> = {};
    const waiting = ['/'];

    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const response = await fetch(gateway.url + path);
      types[path] = `${response.status} ${response.headers.get('content-type')}`;
      const next = pathsIn(await response.text(), gateway.url + path);
      waiting.push(...next.filter((part) => types[part] === undefined && !waiting.includes(part)));
    }

    const expected = (path: string) => {
      if (path.endsWith('.js')) return '200 text/javascript; charset=utf-8';
      if (path.endsWith('.css')) return '200 text/css; charset=utf-8';
      return path.endsWith('.svg') ? '200 image/svg+xml' : '200 text/html; charset=utf-8';
    };
    expect(Object.keys(types).length).toBeGreaterThan(15);
    expect(types).toEqual(Object.fromEntries(Object.keys(types).map((path) => [path, expected(path)])));
  });

  it('answers 304 without a body to whoever has the same part already', async () => {
    await using gateway = await startTestGateway();
    const first = await fetch(`${gateway.url}/board/main.js`);
    const etag = first.headers.get('etag') ?? '';
    await first.text();

    const same = await fetch(`${gateway.url}/board/main.js`, { headers: { 'if-none-match': etag } });
    const other = await fetch(`${gateway.url}/board/main.js`, { headers: { 'if-none-match': '"older"' } });

    expect(first.headers.get('cache-control')).toBe('no-cache');
    expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', etag]);
    expect([other.status, (await other.text()).length > 0]).toEqual([200, true]);
  });

  it('answers HEAD with the headers alone, and refuses every other method', async () => {
    await using gateway = await startTestGateway();

    const head = await fetch(`${gateway.url}/`, { method: 'HEAD' });
    const post = await fetch(`${gateway.url}/`, { method: 'POST', body: '' });

    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it.each([
    '/board/',
    '/board/nothing.js',
    '/board/index.html',
    '/board/types.d.ts',
    '/board/tsconfig.json',
    '/board/constructor',
    '/board/../server.ts',
    '/board/%2e%2e/server.ts',
    '/board/..%2fserver.ts',
    '/board/%5c..%5cserver.ts',
    '/board//etc/passwd',
    '/board/main.js%00.css',
    '/board/main.js/',
  ])('answers 404 to %s', async (path) => {
    await using gateway = await startTestGateway();

    const { status, body } = await get(gateway.url, path);

    expect(status).toBe(404);
    expect(body).not.toContain('import');
  });

  it('is there in production mode too', async () => {
    await using gateway = await startTestGateway({ config: { server: { mode: 'production' } } });

    const response = await fetch(`${gateway.url}/`);

    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('<title>Waybill'),
    ]);
  });
});
