import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, hasChromium, startChromium } from '../support/chromium.ts';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';

const SPEED = 8;
const PATIENCE = { timeout: 60_000 };
const KEY = 'ops-key-0123456789';
const OTHER_KEY = 'other-key-0123456789';
const WRONG_KEY = 'wrong-key-0123456789';
const ACCESS = {
  mode: 'keys',
  keys: [
    { name: 'ops', key: KEY, tenant: 'default' },
    { name: 'other', key: OTHER_KEY, tenant: 'other' },
  ],
};

interface SentFrame {
  readonly type: string;
  readonly payload?: { readonly authorization?: string };
}

describe.skipIf(!hasChromium())('GraphiQL where callers need a key', PATIENCE, () => {
  let gateway: SimulatedGateway;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const addresses: string[] = [];
  const sockets: SentFrame[][] = [];

  beforeAll(async () => {
    gateway = await startSimulatedGateway({ speed: SPEED, config: { access: ACCESS } });
    browser = await startChromium();
    browser.context.setDefaultTimeout(12_000);
    page = await browser.context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => addresses.push(request.url()));
    page.on('websocket', (socket) => {
      const sent: SentFrame[] = [];
      sockets.push(sent);
      socket.on('framesent', ({ payload }) => sent.push(JSON.parse(String(payload)) as SentFrame));
    });
    await page.goto(`${gateway.url}/graphql`);
  }, PATIENCE.timeout);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await gateway?.[Symbol.asyncDispose]();
  });

  it('says what to write where, and has the header begun', async () => {
    await notice().waitFor();
    await photograph('asks');

    expect(await notice().innerText()).toContain('{"authorization": "Bearer …"}');
    expect(await notice().innerText()).toMatch(/^(Say who you are|This key or token is not good here)/);
    expect(await editor('Headers').innerText()).toContain('authorization');
  });

  it('loads the schema and takes the notice away as soon as a key is typed', async () => {
    await type('Headers', `{"authorization": "Bearer ${KEY}"}`);

    await notice().waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer', { hasText: 'Subscription' }).waitFor();
    await photograph('schema');
    await page.getByRole('button', { name: 'Hide Documentation Explorer' }).click();
  });

  it('sends the header with a query', async () => {
    await typeOperation('query Keys { accounts { key } }', 'Keys');

    await run();

    await shown('"admit"');
    await photograph('query');
  });

  it('sends it with a subscription, in the first message of a socket', async () => {
    const id = gateway.simulators.seeds['hi-energy'][0]?.ids.exportId;
    const locator = `{ hiEnergy: { exportId: "${id}" } }`;
    await typeOperation(
      `subscription Follow { exportEvents(locators: [${locator}]) { __typename cursor } }`,
      'Follow',
    );

    await run();

    await shown('ExportSnapshot');
    await photograph('subscription');
    expect(sockets.map(([first]) => first)).toEqual([
      { type: 'connection_init', payload: { authorization: `Bearer ${KEY}` } },
    ]);
  });

  it('sends a changed header with the next subscription, without a reload', async () => {
    await stop();
    await type('Headers', `{"authorization": "Bearer ${OTHER_KEY}"}`);

    await run();

    await shown('"errors"');
    expect(sockets.at(-1)?.[0]?.payload).toEqual({ authorization: `Bearer ${OTHER_KEY}` });
  });

  it('says that a key is not good, to a subscription and to a query', async () => {
    await type('Headers', `{"authorization": "Bearer ${WRONG_KEY}"}`);

    await run();
    await shown('UNAUTHENTICATED');
    await notice().waitFor();
    await photograph('refused');
    await typeOperation('query Hello { __typename }', 'Hello');
    await run();
    await shown('not good here');

    expect(await notice().innerText()).toContain('This key or token is not good here');
  });

  it('keeps what was run, to be run again with the key that was typed, and not the key', async () => {
    await page.getByRole('button', { name: 'Show History' }).click();
    const items = page.locator('.graphiql-history-item-label');
    await expect.poll(() => items.allInnerTexts()).toContain('Follow');
    await page.getByRole('button', { name: 'Add favorite' }).first().click();
    const kept = () =>
      page.evaluate(() => [localStorage['graphiql:queries'], localStorage['graphiql:favorites']].join('\n'));

    expect(await kept()).toContain('subscription Follow');
    expect(await kept()).toContain('query Hello');
    expect(await kept()).not.toContain('Bearer');
    await photograph('history');
    await page.getByRole('button', { name: 'Hide History' }).click();
  });

  it('keeps no key in the browser and none in an address, and breaks no rule of its page', async () => {
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]),
    );
    await page.reload();
    await notice().waitFor();

    for (const key of [KEY, OTHER_KEY, WRONG_KEY]) {
      expect(kept).not.toContain(key);
      expect(addresses.join(' ')).not.toContain(key);
    }
    // The browser itself reports each answer 401, and the socket that was refused.
    expect(complaints.filter((text) => !/\b401\b/.test(text))).toEqual([]);
  });

  function notice() {
    return page.locator('#key-notice');
  }

  function editor(name: 'Query' | 'Headers') {
    return page.locator(name === 'Query' ? '.graphiql-query-editor' : '.graphiql-editor-tool');
  }

  /** Replaces what stands in an editor: as one piece, so that it closes no bracket of its own. */
  async function type(name: 'Query' | 'Headers', text: string): Promise<void> {
    await editor(name).locator('.view-lines:visible').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(text);
  }

  /** GraphiQL reads what was typed an instant later, and then names the tab for it. */
  async function typeOperation(text: string, name: string): Promise<void> {
    await type('Query', text);
    await page.locator('.graphiql-tab', { hasText: name }).waitFor();
  }

  async function run(): Promise<void> {
    await page.getByRole('button', { name: 'Execute query' }).click();
  }

  async function stop(): Promise<void> {
    const button = page.getByRole('button', { name: 'Stop query' });
    if ((await button.count()) > 0) await button.click();
  }

  async function shown(text: string): Promise<void> {
    await page.locator('.result-window .view-line', { hasText: text }).first().waitFor();
  }

  /** For people: PICTURES names a directory. */
  async function photograph(name: string): Promise<void> {
    const { PICTURES } = process.env;
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `graphiql-key-${name}.png`) });
  }
});
