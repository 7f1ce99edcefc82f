import { describe, expect, it } from 'vitest';
import type { FaultOrder } from '../../simulator/faults.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { call, startToy } from './toy-vendor.ts';

async function startPanel(boardUrl?: () => string | undefined) {
  const clock = createManualClock();
  const { simulators, toy } = await startToy({ clock, boardUrl });
  const panel = `${simulators.url}/_simulator/panel`;
  return {
    clock,
    panel,
    simulators,
    toy,
    state: async () => JSON.parse((await call(`${panel}/state`)).text),
    [Symbol.asyncDispose]: () => simulators[Symbol.asyncDispose](),
  };
}

// The page's own module, in a variable so that TypeScript does not look for its types.
const module = '../../simulator/panel/faults.js';
const { buttonsOf, describeFault, toOrder } = (await import(module)) as {
  buttonsOf(mount: string): readonly { readonly label: string }[];
  describeFault(fault: object): string;
  toOrder(button: object, vendor: string, choice: object): FaultOrder;
};

describe('the panel of faults', () => {
  it('is where a browser is led to that opens the admin API', async () => {
    await using server = await startPanel();

    const led = await call(`${server.simulators.url}/_simulator`, {
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    });
    const page = await call(server.panel);

    expect([led.status, led.headers.location]).toEqual([303, '/_simulator/panel']);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('<h1>Faults at the simulated vendors</h1>');
  });

  it('may load, and speak to, this server alone, and runs no script of the page itself', async () => {
    await using server = await startPanel();

    const { headers, text } = await call(server.panel);

    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe|data:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(text).not.toMatch(/<script>|<style|\sstyle=|\son\w+=|https?:/);
    const addresses = [...text.matchAll(/(?:src|href)="(\/_simulator[^"]*)"/g)].map(([, path = '']) => path);
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    for (const path of [...addresses, '/_simulator/panel/faults.js']) {
      const part = await call(`${server.simulators.url}${path}`);
      expect([path, part.status]).toEqual([path, 200]);
      expect(part.headers['content-security-policy']).toBe(policy);
    }
  });

  it.each(['/page.ts', '/types.d.ts', '/../admin-api.ts', '/%2e%2e/faults.ts', '/constructor', '/state/x'])(
    'serves nothing at %s',
    async (path) => {
      await using server = await startPanel();

      expect((await call(`${server.panel}${path}`)).status).toBe(404);
    },
  );

  it('takes orders from its own page, under each name of this machine', async () => {
    await using server = await startPanel();
    const { port } = new URL(server.simulators.url);

    for (const name of ['127.0.0.1', 'localhost', '127.0.0.2']) {
      const host = `${name}:${port}`;
      const ordered = await call(`${server.simulators.url}/_simulator/faults`, {
        method: 'POST',
        headers: { host, origin: `http://${host}` },
        body: '{"vendor":"talkdesk","kind":"null"}',
      });
      expect(ordered.status).toBe(201);
    }
  });

  it.each([
    ['another page', { origin: 'http://evil.example' }],
    ['a page on another port', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a name that was pointed here', { origin: 'http://evil.example:4100', host: 'evil.example:4100' }],
    [
      'a name that looks like this machine',
      { origin: 'http://127.0.0.1.evil.example', host: '127.0.0.1.evil.example' },
    ],
  ])('takes none from %s', async (_, headers) => {
    await using server = await startPanel();

    const refused = await call(`${server.simulators.url}/_simulator/faults`, {
      method: 'POST',
      headers,
      body: '{"vendor":"talkdesk","kind":"null"}',
    });

    expect(refused.status).toBe(403);
    expect(server.simulators.faults.list()).toEqual([]);
  });

  it('says what is ordered and how long it still lasts, what was called, and what was accepted', async () => {
    await using server = await startPanel(() => 'http://127.0.0.1:4000/');
    server.simulators.faults.order({ vendor: 'talkdesk', kind: 'status', status: 503, forSeconds: 30 });
    server.simulators.faults.order({ vendor: 'files-store', kind: 'half-body', times: 2 });
    const { onAccepted } = server.toy.surroundings();
    for (const jobId of ['1', '2', '3', '4'])
      onAccepted?.({ ids: { reportType: 'calls', jobId }, order: {} });
    await call(`${server.simulators.url}/talkdesk/data/reports/calls/jobs/1`);
    await server.clock.advance(10_000);

    const { boardUrl, mounts } = await server.state();

    expect(boardUrl).toBe('http://127.0.0.1:4000/');
    expect(mounts.map(({ id }: { id: string }) => id)).toEqual([
      'power-bi',
      'hi-energy',
      'talkdesk',
      'web-admit',
      'files-store',
    ]);
    expect(mounts[2]).toEqual({
      id: 'talkdesk',
      calls: 1,
      orders: { count: 4, newest: ['talkdesk:calls/4', 'talkdesk:calls/3', 'talkdesk:calls/2'] },
      faults: [{ kind: 'status', status: 503, forSeconds: 30, leftMs: 20_000 }],
    });
    expect(mounts[4]).toEqual({
      id: 'files-store',
      calls: 0,
      orders: null,
      faults: [{ kind: 'half-body', times: 2, leftMs: null }],
    });
  });

  it('knows no board where there is none yet, and the one that comes', async () => {
    let boardUrl: string | undefined;
    await using server = await startPanel(() => boardUrl);

    const before = await server.state();
    boardUrl = 'http://127.0.0.1:4000/';

    expect(before.boardUrl).toBeNull();
    expect((await server.state()).boardUrl).toBe('http://127.0.0.1:4000/');
  });
});

describe('the buttons of the panel', () => {
  const choice = { forSeconds: 30, retryAfterSeconds: 10 };
  const all = ['power-bi', 'hi-energy', 'talkdesk', 'web-admit', 'files-store'].flatMap((mount) =>
    buttonsOf(mount).map((button) => [mount, button.label, button] as const),
  );

  it.each(all)('%s: "%s" orders what the admin API takes', async (mount, _, button) => {
    await using server = await startPanel();

    for (const chosen of [choice, { ...choice, forSeconds: null }]) {
      const order = toOrder(button, mount, chosen);
      expect(server.simulators.faults.order(order)).toMatchObject({ vendor: mount });
    }
  });

  it.each([
    [{ kind: 'status', status: 503, leftMs: 11_001 }, '503, 12 s left'],
    [{ kind: 'throttle', retryAfterSeconds: 10, times: 1, leftMs: null }, '429, Retry-After 10 s, once'],
    [{ kind: 'throttle', times: 3, leftMs: 500 }, '429, Retry-After 5 s, 3 times, 1 s left'],
    [{ kind: 'slow', delayMs: 5_000, leftMs: 1_000 }, '5 s late, 1 s left'],
    [
      { kind: 'simulate', words: 'failed', call: 'start', times: 1, leftMs: null },
      '“failed”, start calls, once',
    ],
    [{ kind: 'gzip-bomb', pathIncludes: '/jobs', times: 1, leftMs: null }, 'gzip-bomb, /jobs, once'],
  ])('puts %j into words', (fault, words) => {
    expect(describeFault(fault)).toBe(words);
  });
});
