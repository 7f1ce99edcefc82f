import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWire, type Wire } from '../board/board-page.ts';
import { type Browser, hasChromium, startChromium } from '../support/chromium.ts';
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { ATTACKS } from './attacks/attacks.ts';
import { installKit, type Target } from './attacks/kit.ts';

const CANARY = 'canary-of-acme';
const EXPORT = '{ hiEnergy: { exportId: "7" } }';
const QUERY = `{ export(locator: ${EXPORT}) { name } }`;
const SUBSCRIPTION = `subscription { exportEvents(locators: [${EXPORT}]) { ... on ExportSnapshot { export { name } } } }`;
/** A name that the browser believes to be this machine's, as after a rebinding of its DNS. */
const EVIL_NAME = 'evil.example';

const COUNTED = ['calls', 'watches', 'subscribers', 'polls', 'sockets'] as const;

interface Site extends AsyncDisposable {
  readonly port: number;
}

/** A server of empty pages, which redirects where it is told to. */
async function startSite(): Promise<Site> {
  const server = createServer((request, response) => {
    const to = new URL(request.url ?? '', 'http://site').searchParams.get('to');
    response.setHeader('access-control-allow-origin', '*');
    if (to !== null) return response.writeHead(307, { location: to }).end();
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><link rel="icon" href="data:,"><title>site</title><body></body>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.skipIf(!hasChromium())('a page of another origin, in a browser', { timeout: 60_000 }, () => {
  let vendor: FakeVendor;
  let gateway: TestGateway;
  let browser: Browser;
  let hostile: Site;
  let friendly: Site;
  let page: Page;
  /** What the gateway answered since the last test. */
  let answers: string[] = [];
  const table: object[] = [];

  function note(message: unknown): void {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const { port } = new URL(gateway.url);
    const path = request.url?.split('?', 1)[0] ?? '';
    if (request.socket.localPort !== Number(port) || request.headers['user-agent'] === 'test') return;
    // Parts that a page of the gateway's own goes on to load are its own affair.
    if (request.headers['sec-fetch-site'] === 'same-origin') return;
    // Its end, and not its last byte: a browser hangs up on what it may not read.
    response.once('close', () => answers.push(`${request.method} ${path} ${response.statusCode}`));
  }

  beforeAll(async () => {
    vendor = await startFakeVendor(() => ({
      body: { export: { id: 7, report_type: 'deals_excel', display_name: CANARY, status: 'processing' } },
    }));
    hostile = await startSite();
    friendly = await startSite();
    const credential = { type: 'api-key', apiKey: 'hi-key-0123456789' };
    gateway = await startTestGateway({
      accounts: [{ key: 'hi', vendor: 'hi-energy', baseUrl: vendor.url, credential }],
      config: { server: { allowedOrigins: [`http://127.0.0.1:${friendly.port}`] } },
    });
    browser = await startChromium([`--host-resolver-rules=MAP ${EVIL_NAME} 127.0.0.1`]);
    await browser.context.addInitScript(installKit);
    subscribe('http.server.request.start', note);
  }, 60_000);
  afterAll(async () => {
    console.table(table);
    unsubscribe('http.server.request.start', note);
    await browser?.[Symbol.asyncDispose]();
    await gateway?.[Symbol.asyncDispose]();
    for (const site of [hostile, friendly]) await site?.[Symbol.asyncDispose]();
    await vendor?.[Symbol.asyncDispose]();
  });

  function targetOf(own: string): Target {
    return { gateway: gateway.url, own, query: QUERY, subscription: SUBSCRIPTION };
  }

  /** Vendor calls, watches and streams so far. */
  async function costs(): Promise<Record<(typeof COUNTED)[number], number>> {
    const metrics = await (
      await fetch(`${gateway.url}/metrics`, { headers: { 'user-agent': 'test' } })
    ).text();
    const count = (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(metrics)?.[1]);
    return {
      calls: vendor.requests.length,
      watches: count('waybill_watches'),
      subscribers: count('waybill_subscribers'),
      polls: count('waybill_polls_total'),
      sockets: count('waybill_sockets'),
    };
  }

  /** What a page at this origin learns, what the gateway answers, and what all that cost. */
  async function attempt<Learnt>(run: (target: Target) => Promise<Learnt>, own: string, answerCount: number) {
    answers = [];
    const before = await costs();
    const learnt = await page.evaluate(run, targetOf(own));
    await expect.poll(() => answers.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(answerCount);
    for (const opened of browser.context.pages()) if (opened !== page) await opened.close();
    const after = await costs();
    const cost = Object.fromEntries(COUNTED.map((name) => [name, after[name] - before[name]]));
    return { learnt, answers, cost };
  }

  const NOTHING = { calls: 0, watches: 0, subscribers: 0, polls: 0, sockets: 0 };

  describe.each([
    ['of the same site: another port', '127.0.0.1'],
    ['of another site: another name of this machine', 'localhost'],
    ['of another site: a name that was pointed at this machine', EVIL_NAME],
  ])('%s', (_what, host) => {
    it('is at an origin of its own', async () => {
      await open(`http://${host}:${hostile.port}`);

      expect(await page.evaluate(() => document.title)).toBe('site');
    });

    it.each(ATTACKS)(
      'learns and costs nothing by $title',
      async ({ title, run, learns, answers: expected }) => {
        const own = `http://${host}:${hostile.port}`;

        const came = await attempt(run, own, expected.length);

        table.push({ page: host, tries: title, learns: came.learnt, gateway: came.answers.join(', ') });
        expect(came).toEqual({ learnt: learns, answers: expected, cost: NOTHING });
      },
    );
  });

  it.each(['/', '/graphql', '/ready', '/metrics'])('that frames %s shows nothing of it', async (path) => {
    await open(`http://127.0.0.1:${hostile.port}`);

    await page.evaluate((address) => kit.frame(address), gateway.url + path);

    // The browser's own page about an answer that may not be framed.
    expect(page.frames().map((frame) => frame.url())).toEqual([
      expect.stringContaining(String(hostile.port)),
      'chrome-error://chromewebdata/',
    ]);
  });

  it('that opens the board in a window has it taken out of its reach', async () => {
    await using empty = await startTestGateway();
    await open(`http://localhost:${hostile.port}`);

    const isClosed = await page.evaluate(async (board) => {
      const opened = window.open(board);
      for (let tries = 0; tries < 200 && opened?.closed === false; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return opened?.closed;
    }, `${empty.url}/`);

    expect(isClosed).toBe(true);
    for (const opened of browser.context.pages()) if (opened !== page) await opened.close();
  });

  it('that opens GraphiQL with a query in its address has asked nothing', async () => {
    const own = `http://localhost:${hostile.port}`;
    await open(own);

    const { cost } = await attempt(
      async ({ gateway: victim, query }) => {
        window.open(`${victim}/graphql?query=${encodeURIComponent(query)}`);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      },
      own,
      1,
    );

    expect(answers[0]).toBe('GET /graphql 200');
    expect(cost).toEqual(NOTHING);
  });

  describe('whose own name is pointed at the gateway once it is there', () => {
    const tries = {
      'GET of a query': ({ query }: Target) => kit.ask(`/graphql?query=${encodeURIComponent(query)}`),
      'GET of a subscription': ({ subscription }: Target) =>
        kit.ask(`/graphql?query=${encodeURIComponent(subscription)}`, {
          headers: { accept: 'text/event-stream' },
        }),
      'POST of JSON': ({ query }: Target) =>
        kit.ask('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        }),
      'the board': () => kit.ask('/'),
      'what is ready': () => kit.ask('/ready'),
      'the metrics': () => kit.ask('/metrics'),
      'a websocket': () =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(`ws://${location.host}/graphql`, 'graphql-transport-ws');
          socket.onopen = () => resolve('it was opened');
          socket.onclose = ({ code }) => resolve(`closed, ${code}`);
        }),
    };
    let wire: Wire;
    beforeAll(async () => {
      wire = await startWire();
    });
    afterAll(() => wire[Symbol.asyncDispose]());

    /** Opens a page at this name, and has the name stand for the gateway from then on. */
    async function openAndTurn(name: string): Promise<string> {
      const own = `http://${name}:${new URL(wire.url).port}`;
      wire.lead(`http://127.0.0.1:${hostile.port}`);
      wire.mend();
      await open(own);
      wire.cut();
      wire.lead(gateway.url);
      wire.mend();
      return own;
    }

    it.each(Object.entries(tries))('learns and costs nothing by %s', async (title, run) => {
      const own = await openAndTurn(EVIL_NAME);

      const { learnt, cost } = await attempt(run, own, 0);

      table.push({
        page: `${EVIL_NAME}, rebound`,
        tries: title,
        learns: learnt.trim().slice(0, 3),
        gateway: '',
      });
      const isSocket = title === 'a websocket';
      expect(learnt).toMatch(isSocket ? /^closed, 1006$/ : /^421 This server goes by another name: [^:]*\n$/);
      expect(cost).toEqual(NOTHING);
    });

    it('would have read everything under a name of this machine', async () => {
      const own = await openAndTurn('localhost');

      const { learnt } = await attempt(tries['GET of a query'], own, 0);

      expect(learnt).toBe(`200 {"data":{"export":{"name":"${CANARY}"}}}`);
    });
  });

  it('whose origin is allowed reads answers, events over SSE and over a websocket', async () => {
    const own = `http://127.0.0.1:${friendly.port}`;
    await open(own);

    const learnt = await page.evaluate(async ({ gateway: server, query, subscription }) => {
      const json = { 'content-type': 'application/json' };
      const body = (text: string) => JSON.stringify({ query: text });
      const answer = await kit.ask(`${server}/graphql`, { method: 'POST', headers: json, body: body(query) });
      const leaves = new AbortController();
      const events = await fetch(`${server}/graphql`, {
        method: 'POST',
        headers: { ...json, accept: 'text/event-stream' },
        body: body(subscription),
        signal: leaves.signal,
      });
      let streamed = '';
      const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
      while (!streamed.includes('\n\n') || !streamed.includes('data:'))
        streamed += (await reader?.read())?.value;
      leaves.abort();
      const pushed = await new Promise<string>((resolve) => {
        const socket = new WebSocket(`${server.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        const send = (message: object) => socket.send(JSON.stringify(message));
        socket.onopen = () => send({ type: 'connection_init' });
        socket.onclose = ({ code }) => resolve(`closed, ${code}`);
        socket.onmessage = ({ data }) => {
          const { type } = JSON.parse(data) as { type: string };
          if (type === 'connection_ack')
            send({ type: 'subscribe', id: '1', payload: { query: subscription } });
          else resolve(data);
        };
      });
      return { answer, streamed, pushed };
    }, targetOf(own));

    expect(learnt.answer).toBe(`200 {"data":{"export":{"name":"${CANARY}"}}}`);
    expect(learnt.streamed).toContain(CANARY);
    expect(learnt.pushed).toContain(CANARY);
    // What it asked for is what the attacks would have cost.
    expect((await costs()).calls).toBeGreaterThan(0);
  });

  async function open(address: string): Promise<void> {
    await page?.close();
    page = await browser.context.newPage();
    await page.goto(address);
  }
});
