import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, startChromium } from '../support/chromium.ts';

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(ROOT, 'dist-docs/site');
/** The site's pages by their paths. */
const pages = new Map<string, string>();

beforeAll(async () => {
  // In a process of its own, since a build is production to all that is loaded beside it.
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/docs/build.ts'], { cwd: ROOT });
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.html')) pages.set(name, readFileSync(join(folder, name), 'utf8'));
}, 180_000);

describe('the site of the documents', () => {
  it('has no link, anchor or picture that leads nowhere', () => {
    const anchors = new Map([...pages].map(([name, html]) => [name, anchorsOf(html)]));
    let followed = 0;

    const dead = [...pages].flatMap(([name, html]) =>
      linksOf(html)
        .filter((link) => {
          if (/^[a-z]+:/.test(link)) return !URL.canParse(link);
          followed += 1;
          const [path = '', anchor = ''] = link.split('#');
          const target =
            path === '' ? name : posix.join(path.startsWith('/') ? '' : posix.dirname(name), path);
          const file = target.replace(/^\/|^\.\//, '').replace(/(^|\/)$/, '$1index.html');
          if (!existsSync(join(folder, file))) return true;
          return anchor !== '' && anchors.get(file)?.has(decodeURIComponent(anchor)) === false;
        })
        .map((link) => `${name}: ${link}`),
    );

    expect(followed).toBeGreaterThan(1_000);
    expect(dead).toEqual([]);
  });

  it('tells a language model what there is, by links that lead somewhere', () => {
    const text = readFileSync(join(folder, 'llms.txt'), 'utf8');
    const links = [...text.matchAll(/^- \[.+?\]\((.+?)\): /gm)].map(([, link = '']) => link);

    expect(text).toMatch(/^# Waybill\n\n> .+\n/);
    expect(links.length).toBeGreaterThan(25);
    expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
    expect(readFileSync(join(folder, 'llms-full.txt'), 'utf8')).toContain('linkTtlMs');
  });

  it('loads nothing from elsewhere', () => {
    const loaded = [...pages.values()].flatMap((html) =>
      [...html.matchAll(/<(?:script|link|img|source|iframe)\b[^>]*?(?:src|href)="([^"]*)"/g)].map(
        ([, url]) => url,
      ),
    );

    expect(loaded.length).toBeGreaterThan(100);
    expect(loaded.filter((url) => !/^(\/(?!\/)|data:)/.test(url ?? ''))).toEqual([]);
  });
});

describe.skipIf(!hasChromium())('the site in a browser', () => {
  it('is found through, readable in light and dark, and not wider than a phone', {
    timeout: 120_000,
  }, async () => {
    await using server = await serve(folder);
    await using browser = await startChromium();
    const page = await browser.context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.url))
        complaints.push(request.url());
    });

    for (const path of ['', 'start.html', 'reference/schema/inputs.html', 'vendors/power-bi.html']) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1_300, height: 900 });
      await page.goto(`${server.url}/${path}`, { waitUntil: 'networkidle' });
      const light = await background(page);
      expect([path, await violations(page)]).toEqual([path, []]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await expect.poll(() => background(page)).not.toBe(light);
      expect([path, 'dark', await violations(page, ['color-contrast'])]).toEqual([path, 'dark', []]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 360]);
    }

    await page.setViewportSize({ width: 1_300, height: 900 });
    await page.keyboard.press('Control+k');
    await page.locator('#localsearch-input').fill('retryWebhookDelivery');
    await page.locator('.VPLocalSearchBox .result').first().click();
    await expect.poll(() => page.locator('main').innerText()).toContain('retryWebhookDelivery');
    expect(page.url()).not.toContain('power-bi');
    expect(complaints).toEqual([]);
  });
});

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

/** What axe finds, by these of its rules alone where some are named. */
async function violations(page: Page, runOnly?: readonly string[]): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> };
    };
    const found = await axe.run(rules === undefined ? {} : { runOnly: rules });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`);
  }, runOnly);
}

function linksOf(html: string): readonly string[] {
  return [...html.matchAll(/<(?:a|img|link)\b[^>]*?(?:href|src)="([^"]*)"/g)].map(([, link = '']) =>
    link.replaceAll('&amp;', '&'),
  );
}

function anchorsOf(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id.replaceAll('&amp;', '&')));
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

/** Serves a folder as any web server would. */
async function serve(root: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site.example');
    const file = join(root, pathname.replace(/\/$/, '/index.html'));
    if (!existsSync(file)) return void response.writeHead(404).end();
    const type = MEDIA_TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
