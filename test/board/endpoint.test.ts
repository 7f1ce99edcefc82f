import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BOARD_FOLDER } from '../../src/web/board-folder.ts';
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

/** The paths that a page asks for. */
function pathsIn(page: string): readonly string[] {
  return [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
}

async function readPage(url: string): Promise<string> {
  return (await fetch(`${url}/`)).text();
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

  it('serves every part that the page names, each with its type, and for good under its name', async () => {
    await using gateway = await startTestGateway();
    const paths = pathsIn(await readPage(gateway.url));
    const parts: Record<string, string> = {};

    for (const path of paths) {
      const { status, headers } = await fetch(gateway.url + path);
      const ending = path.slice(path.lastIndexOf('.'));
      parts[ending] = `${status} ${headers.get('content-type')} ${headers.get('cache-control')}`;
    }

    const kept = 'public, max-age=31536000, immutable';
    expect(parts).toEqual({
      '.js': `200 text/javascript; charset=utf-8 ${kept}`,
      '.css': `200 text/css; charset=utf-8 ${kept}`,
      '.svg': `200 image/svg+xml ${kept}`,
    });
    expect(paths.every((path) => /^\/board\/[\w-]+-[\w-]{8,}\.\w+$/.test(path))).toBe(true);
  });

  it('has at most 110 kB of JavaScript, as it is sent compressed', async () => {
    const names = (await readdir(BOARD_FOLDER)).filter((name) => name.endsWith('.js'));

    const sizes = await Promise.all(
      names.map(async (name) => gzipSync(await readFile(new URL(name, BOARD_FOLDER))).length),
    );

    const size = sizes.reduce((sum, each) => sum + each, 0);
    console.info(`The board's JavaScript: ${(size / 1_000).toFixed(1)} kB gzipped in ${names.length} file.`);
    expect(size).toBeLessThanOrEqual(110_000);
  });

  it('names no foreign host in anything it serves', async () => {
    await using gateway = await startTestGateway();
    const page = await readPage(gateway.url);
    const texts = await Promise.all(
      pathsIn(page).map(async (path) => (await fetch(gateway.url + path)).text()),
    );

    const hosts = [page, ...texts].flatMap((text) => text.match(/https?:\/\/[\w.-]+/g) ?? []);

    // Names of XML, of React's pages about its errors, and of nothing at all: none is ever asked.
    const harmless = /^http:\/\/www\.w3\.org$|^https:\/\/react\.dev$|\.invalid$/;
    expect(hosts.length).toBeGreaterThan(0);
    expect(hosts.filter((host) => !harmless.test(host))).toEqual([]);
  });

  it('serves the same page for each export below /e/, whatever its id', async () => {
    await using gateway = await startTestGateway();
    const page = await readPage(gateway.url);

    for (const path of ['/e/WyJleHBvcnQiXQ', '/e/hi-energy:4213', '/e/%2e%2e%2fetc', '/e/']) {
      const { status, body } = await get(gateway.url, path);
      expect([path, status, body === page]).toEqual([path, 200, true]);
    }
  });

  it.each([
    ['development', true],
    ['production', false],
  ])('offers GraphiQL where the gateway has it: in %s, %s', async (mode, isOffered) => {
    await using gateway = await startTestGateway({ config: { server: { mode } } });

    expect((await readPage(gateway.url)).includes('<meta name="waybill-graphiql"')).toBe(isOffered);
  });

  it('names the panel of faults in the demo alone, as text', async () => {
    await using plain = await startTestGateway();
    await using demo = await startTestGateway({ faultsUrl: 'http://127.0.0.1:4100/_simulator/panel' });
    await using odd = await startTestGateway({ faultsUrl: 'http://h/"><script>$&' });

    expect(await readPage(plain.url)).not.toContain('waybill-faults');
    expect(await readPage(demo.url)).toContain(
      '<meta name="waybill-faults" content="http://127.0.0.1:4100/_simulator/panel">',
    );
    expect(await readPage(odd.url)).toContain(
      '<meta name="waybill-faults" content="http://h/%22%3E%3Cscript%3E$&">',
    );
  });

  it('answers 304 without a body to whoever has the same page already', async () => {
    await using gateway = await startTestGateway();
    const first = await fetch(`${gateway.url}/`);
    const etag = first.headers.get('etag') ?? '';
    await first.text();

    const same = await fetch(`${gateway.url}/`, { headers: { 'if-none-match': etag } });
    const other = await fetch(`${gateway.url}/`, { headers: { 'if-none-match': '"older"' } });

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
    '/board/documents.json',
    '/board/main.tsx',
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
