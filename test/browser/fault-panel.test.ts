import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulators, startSimulators } from '../../simulator/server.ts';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { type Browser, hasChromium, startChromium } from '../support/chromium.ts';
import { createTestTools } from '../support/tools.ts';

const PATIENCE = { timeout: 30_000 };
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe.skipIf(!hasChromium())('the panel of faults in a browser', PATIENCE, () => {
  let simulators: Simulators;
  let gateway: Gateway;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    let boardUrl: string | undefined;
    simulators = await startSimulators({ boardUrl: () => boardUrl });
    const loaded = loadConfig({ text: demoConfig(simulators, 0), env: {} });
    if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
    gateway = await startGateway({
      config: loaded.config,
      tools: createTestTools(),
      faultsUrl: `${simulators.url}/_simulator/panel`,
    });
    boardUrl = `${gateway.url}/`;
    browser = await startChromium();
    browser.context.setDefaultTimeout(12_000);
    page = await browser.context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`${simulators.url}/_simulator`);
    await card('Talkdesk').waitFor();
  }, PATIENCE.timeout);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await gateway?.drain();
    await simulators?.[Symbol.asyncDispose]();
  });

  it('has a card for each vendor and for the file store, all left in peace', async () => {
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      'Power BI',
      'Hi Energy',
      'Talkdesk',
      'WebAdMIT',
      'File store',
      'What to look for',
    ]);
    expect(await page.locator('.faults').allInnerTexts()).toEqual(Array(5).fill('No fault.'));
    await photograph('peace');
  });

  it('orders an outage for as long as was chosen, says so, and the vendor is down', async () => {
    await page.getByRole('button', { name: '503, outage: Talkdesk' }).click();

    await expect.poll(() => page.getByRole('status').innerText()).toBe('Talkdesk: “503, outage” for 30 s.');
    await expect.poll(() => card('Talkdesk').locator('li').innerText()).toMatch(/^503, (30|29|28) s left$/);
    expect(simulators.faults.list()).toMatchObject([
      { vendor: 'talkdesk', kind: 'status', status: 503, forSeconds: 30 },
    ]);
    expect(await readCodes('desk')).toEqual(['VENDOR_UNAVAILABLE']);
  });

  it('counts down by itself', async () => {
    const left = async () =>
      Number(/(\d+) s left/.exec(await card('Talkdesk').locator('li').innerText())?.[1]);
    const before = await left();

    await expect.poll(left, PATIENCE).toBeLessThan(before);
  });

  it('is used by the keyboard alone, and the focus stays where it was', async () => {
    await page.getByRole('radio', { name: 'the next call' }).focus();
    await page.keyboard.press('Space');
    const button = page.getByRole('button', { name: '401, refused: Hi Energy' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');

    await expect
      .poll(() => card('Hi Energy').locator('li').allInnerTexts())
      .toEqual(['401, once', '401, once']);
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('orders a 429 with the chosen Retry-After', async () => {
    await page.getByRole('radio', { name: '2 minutes' }).check();
    await page.getByLabel('Retry-After of a 429').selectOption('1 minute');
    await page.getByRole('button', { name: '429, wait: Power BI' }).click();

    await expect
      .poll(() => card('Power BI').locator('li').innerText())
      .toMatch(/^429, Retry-After 60 s, 1[12]\d s left$/);
  });

  it('loses the answer of one start, whatever was chosen, and counts the order that was accepted', async () => {
    await page.getByRole('button', { name: 'Lose a start: WebAdMIT' }).click();
    await expect.poll(() => card('WebAdMIT').locator('li').innerText()).toBe('answer of a start lost, once');

    const codes = await startAtWebAdmit();

    expect(codes).toEqual(['START_OUTCOME_UNKNOWN']);
    await expect.poll(() => card('WebAdMIT').innerText()).toContain('1 order accepted');
    expect(await card('WebAdMIT').innerText()).toMatch(/Newest orders: web-admit:37442\/86480\/\d+/);
    expect(await card('WebAdMIT').locator('.faults').innerText()).toBe('No fault.');
  });

  it('looks right and breaks no rule of accessibility, in light, dark and forced colours, on desktop and phone', async () => {
    const axe = await readFile(AXE, 'utf8');
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1400, 360]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await photograph(`${colorScheme}-${width}`);
        await page.evaluate(axe);
        const { broken, held } = (await page.evaluate(
          `axe.run().then(({ violations, passes }) => ({
            broken: violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
            held: passes.map(({ id }) => id),
          }))`,
        )) as { readonly broken: unknown; readonly held: readonly string[] };
        expect([colorScheme, width, broken]).toEqual([colorScheme, width, []]);
        expect(held).toContain('color-contrast');
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      }
    await page.emulateMedia({ forcedColors: 'active' });
    await photograph('forced');
    await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light' });
    await page.setViewportSize({ width: 1400, height: 900 });
  });

  it('clears the faults of one vendor, and of all', async () => {
    await page.getByRole('button', { name: 'Clear the faults of Talkdesk' }).click();
    await expect.poll(() => card('Talkdesk').locator('.faults').innerText()).toBe('No fault.');
    expect(simulators.faults.list().map(({ vendor }) => vendor)).toEqual([
      'hi-energy',
      'hi-energy',
      'power-bi',
    ]);

    await page.getByRole('button', { name: 'Clear all faults' }).click();
    await expect.poll(() => page.locator('.faults').allInnerTexts()).toEqual(Array(5).fill('No fault.'));
    expect(simulators.faults.list()).toEqual([]);
  });

  it('leads to the board, which leads back', async () => {
    await page.getByRole('link', { name: 'Open the board' }).click();
    await expect.poll(() => page.url()).toBe(`${gateway.url}/`);

    const back = page.getByRole('link', { name: 'Order a fault' });
    await back.waitFor();
    for (const width of [1400, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await photograph(`board-${width}`);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
    await page.setViewportSize({ width: 1400, height: 900 });
    await back.click();

    await card('Talkdesk').waitFor();
    expect(page.url()).toBe(`${simulators.url}/_simulator/panel`);
  });

  it('asks no other server, and the browser complains of nothing', () => {
    const own = [simulators.url, gateway.url, 'data:'];

    expect(requests.filter((url) => !own.some((beginning) => url.startsWith(beginning)))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('says when the simulators are gone, and comes back to life with them', async () => {
    await page.route('**/panel/state', (route) => route.abort());
    await expect.poll(() => page.getByRole('status').innerText()).toContain('do not answer');

    await page.unroute('**/panel/state');

    await expect.poll(() => page.getByRole('status').innerText()).toBe('');
  });

  function card(name: string) {
    return page.getByRole('region', { name });
  }

  /** Asks the gateway for what one account can list. */
  async function readCodes(account: string): Promise<readonly string[]> {
    const { data } = await ask(
      `{ recentExports(filter: { accounts: ["${account}"] }) { unavailable { code } } }`,
    );
    return data.recentExports.unavailable.map(({ code }: { code: string }) => code);
  }

  async function startAtWebAdmit(): Promise<readonly string[]> {
    const order = '{ webAdmit: { userIdentityId: "37442", exportId: "86480" } }';
    const { errors = [] } = await ask(
      `mutation { startExport(input: { order: ${order} }) { export { id } } }`,
    );
    return errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code);
  }

  async function ask(query: string) {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return response.json();
  }

  /** For people: PICTURES names a directory. */
  async function photograph(name: string): Promise<void> {
    const { PICTURES } = process.env;
    if (PICTURES === undefined) return;
    await page.screenshot({ path: join(PICTURES, `fault-panel-${name}.png`), fullPage: true });
  }
});
