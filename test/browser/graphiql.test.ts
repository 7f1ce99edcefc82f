import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScaledClock } from '../../simulator/scaled-clock.ts';
import { type Simulators, startSimulators } from '../../simulator/server.ts';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { demoTabs } from '../../src/cli/demo-queries.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { type Browser, hasChromium, startChromium } from '../support/chromium.ts';
import { createTestTools } from '../support/tools.ts';

/** Simulated jobs take up to a minute. */
const SPEED = 8;
/** GraphiQL is four megabytes of script, and the machine may be busy. */
const PATIENCE = { timeout: 60_000 };

interface Frame {
  readonly type: string;
  readonly payload?: { readonly data?: { readonly exportEvents?: { readonly __typename: string } } };
}

describe.skipIf(!hasChromium())('GraphiQL in a browser', PATIENCE, () => {
  let simulators: Simulators;
  let gateway: Gateway;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];
  const frames: Frame[] = [];

  beforeAll(async () => {
    const tools = createTestTools({ clock: createScaledClock(systemClock, SPEED) });
    simulators = await startSimulators({ clock: tools.clock });
    const loaded = loadConfig({ text: demoConfig(simulators, 0), env: {} });
    if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
    gateway = await startGateway({ config: loaded.config, tools, graphiqlTabs: demoTabs(simulators.seeds) });
    browser = await startChromium();
    browser.context.setDefaultTimeout(PATIENCE.timeout);
    page = await browser.context.newPage();
    // A violation of the page's policy is an error on the console.
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    page.on('websocket', (socket) => {
      requests.push(socket.url());
      socket.on('framereceived', ({ payload }) => frames.push(JSON.parse(String(payload)) as Frame));
    });
    await page.goto(`${gateway.url}/graphql`);
  }, PATIENCE.timeout);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await gateway?.drain();
    await simulators?.[Symbol.asyncDispose]();
  });

  it('opens with the tabs of the demo', async () => {
    await page.locator('.graphiql-query-editor .view-line', { hasText: 'WhereAreMyExports' }).waitFor();

    const titles = await page.locator('.graphiql-tab-button').allInnerTexts();

    expect(titles).toEqual(['WhereAreMyExports', 'WatchThemMove', 'Recent']);
    expect(await page.title()).toBe('Waybill · GraphiQL');
  });

  it('follows server-sent events with the program that the page on subscriptions shows', async () => {
    const guide = await readFile(new URL('../../docs/subscriptions.md', import.meta.url), 'utf8');
    const [, program = ''] = /^```js browser\n([\s\S]*?)^```/m.exec(guide) ?? [];
    const printed: string[] = [];
    page.on('console', (message) => printed.push(message.text()));

    await page.evaluate(`(() => { ${program} })()`);

    await expect.poll(() => printed, PATIENCE).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
  });

  it('answers the first tab from four vendors', async () => {
    await run();

    await shown('"Power BI"');
    await photograph('answer');
    await page.locator('.result-window').hover();
    for (const vendor of ['Power BI', 'Hi Energy', 'Talkdesk', 'WebAdMIT'])
      await expect.poll(() => scrollFor(`"${vendor}"`), PATIENCE).toBe(true);
    await photograph('four-vendors');
  });

  it('moves in the second tab, which ends by itself', async () => {
    await openTab('WatchThemMove');
    await run();
    // The answer before was scrolled down; the newest event is seen all the same.
    await shown('"events": "');
    const types = () => frames.map(({ payload }) => payload?.data?.exportEvents?.__typename ?? '');

    await expect.poll(types, PATIENCE).toContain('ExportStatusChanged');
    await expect.poll(types, PATIENCE).toContain('ExportProgressed');
    await shown('ExportProgressed');
    await photograph('moving');
    await expect.poll(() => frames.some(({ type }) => type === 'complete'), PATIENCE).toBe(true);
    await page.getByRole('button', { name: 'Execute query' }).waitFor();

    expect(types().filter((type) => type === 'ExportSnapshot')).toHaveLength(8);
  });

  it('shows the events of a subscription one under another, the newest on top, each with its time', async () => {
    const received = frames.filter(({ type }) => type === 'next').length;

    const text = await readAnswer();

    const [sentence = '', ...entries] = text.match(/"(?:events": ".*|#\d+ at \d\d:\d\d:\d\d\.\d{3})"/g) ?? [];
    expect(sentence).toMatch(new RegExp(`^"events": "${received} in all, ended at [\\d:.]{12}`));
    expect(entries).toHaveLength(Math.min(received, 50));
    expect(entries[0]).toContain(`"#${received} at `);
    expect(entries[1]).toContain(`"#${received - 1} at `);
    expect(text.match(/"__typename": "ExportStatusChanged"/g)?.length).toBeGreaterThan(1);
  });

  it('keeps what was run in its history', async () => {
    await page.getByRole('button', { name: 'Show History' }).click();
    const items = page.locator('.graphiql-history-item-label');
    await expect.poll(() => items.allInnerTexts(), PATIENCE).toEqual(['WatchThemMove', 'WhereAreMyExports']);
    await photograph('history');

    for (const name of ['WhereAreMyExports', 'WatchThemMove']) {
      await items.filter({ hasText: name }).click();
      await expect.poll(() => page.locator('.graphiql-tab-active').innerText()).toBe(name);
      await expect.poll(keptTitles, PATIENCE).toEqual(['WhereAreMyExports', name, 'Recent']);
    }
    await page.getByRole('button', { name: 'Hide History' }).click();
    expect(await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).count()).toBe(1);
  });

  it('keeps its tabs and its history when it is opened again', async () => {
    const titles = () => page.locator('.graphiql-tab-button').allInnerTexts();
    const before = await titles();
    await expect.poll(keptTitles, PATIENCE).toEqual(before);

    await page.goto(`${gateway.url}/graphql`);

    await expect.poll(titles, PATIENCE).toEqual(before);
    await page.getByRole('button', { name: 'Show History' }).click();
    expect(await page.locator('.graphiql-history-item-label').allInnerTexts()).toContain('WatchThemMove');
    await page.getByRole('button', { name: 'Hide History' }).click();
  });

  it('bears our name and mark, in light and in dark', async () => {
    const logo = page.locator('.graphiql-logo');

    expect(await logo.innerText()).toBe('Waybill · GraphiQL');
    expect(await logo.locator('svg > title').textContent()).toBe('Waybill');
    expect(await logo.getByRole('link').getAttribute('href')).toBe('/');
    expect(await page.locator('link[rel=icon]').getAttribute('href')).toBe('/graphql/graphiql/icon.svg');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.reload();
      await page.locator('.graphiql-query-editor .view-line', { hasText: 'exports' }).first().waitFor();
      await photograph(`mark-${colorScheme}`);
    }
  });

  it('runs what stands in a tab however soon after it was opened', async () => {
    await openTab('WhereAreMyExports');
    const answered = page.waitForResponse(`${gateway.url}/graphql`);

    await page.evaluate(() => {
      const tabs = [...document.querySelectorAll<HTMLElement>('.graphiql-tab-button')];
      tabs.find(({ innerText }) => innerText === 'Recent')?.click();
      document.querySelector<HTMLElement>('.graphiql-execute-button')?.click();
    });

    expect(await (await answered).json()).toMatchObject({ data: { recentExports: expect.anything() } });
  });

  it('asks no other server, and the browser complains of nothing', () => {
    const own = [gateway.url, gateway.url.replace('http', 'ws'), 'data:', `blob:${gateway.url}`];

    expect(requests.filter((url) => !own.some((beginning) => url.startsWith(beginning)))).toEqual([]);
    expect(requests).toContain(`${gateway.url.replace('http', 'ws')}/graphql`);
    expect(complaints).toEqual([]);
  });

  /** Of the tabs as the browser keeps them: they are written down half a second later. */
  function keptTitles(): Promise<readonly string[]> {
    return page.evaluate(() =>
      JSON.parse(localStorage['graphiql:tabState']).tabs.map(({ title }: { title: string }) => title),
    );
  }

  /** GraphiQL's tabs can be dragged: what is over within an instant, it does not take for a click. */
  async function openTab(title: string): Promise<void> {
    const tab = page.locator('.graphiql-tab', { hasText: title });
    await expect
      .poll(async () => {
        await tab.locator('.graphiql-tab-button').click({ delay: 100, position: { x: 12, y: 12 } });
        return tab.getAttribute('aria-selected');
      }, PATIENCE)
      .toBe('true');
  }

  /** For people: PICTURES names a directory. */
  async function photograph(name: string): Promise<void> {
    const { PICTURES } = process.env;
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `graphiql-${name}.png`) });
  }

  async function run(): Promise<void> {
    await page.getByRole('button', { name: 'Execute query' }).click();
  }

  /** Resolves as soon as the answer on the screen holds this. */
  async function shown(text: string): Promise<void> {
    await page.locator('.result-window .view-line', { hasText: text }).first().waitFor();
  }

  /** The whole answer, the part below the screen too. */
  async function readAnswer(): Promise<string> {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('.result-window .view-lines').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('ControlOrMeta+C');
    return page.evaluate(() => navigator.clipboard.readText());
  }

  /** Only the lines on the screen are in the page: scrolls on until this one is. */
  async function scrollFor(text: string): Promise<boolean> {
    if ((await page.locator('.result-window .view-line', { hasText: text }).count()) > 0) return true;
    await page.mouse.wheel(0, 400);
    return false;
  }
});
