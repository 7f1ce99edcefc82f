import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBoard, startWire, toPowerBiLocator } from '../board/board-page.ts';
import { type Browser, hasChromium, startChromium } from '../support/chromium.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway } from '../support/gateway.ts';
import { startSimulatedGateway } from '../support/simulated-gateway.ts';

/** For people: PICTURES names a directory. */
async function photograph(page: Page, name: string): Promise<void> {
  const { PICTURES } = process.env;
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `board-${name}.png`) });
}

/** Simulated jobs take up to a minute; the vendors' clocks run ten times as fast. */
const SPEED = 10;
const PATIENCE_MS = 20_000;

describe.skipIf(!hasChromium())('the board in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
    browser.context.setDefaultTimeout(PATIENCE_MS);
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  it('shows the exports of every vendor that lists them, moves them to their end, and hands out the file', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page, complaints, requests } = await openBoard(browser.context, `${gateway.url}/`);
    await page.getByText('Live', { exact: true }).waitFor();

    for (const vendor of ['Hi Energy', 'Talkdesk', 'WebAdMIT']) {
      await page.locator('.row', { hasText: vendor }).first().waitFor();
    }
    const moving = page.locator('#moving .row', { hasText: 'Deals, shoes' });
    const ended = page.locator('#ended .row', { hasText: 'Deals, shoes' });
    await moving.waitFor();
    await moving.locator('.status', { hasText: 'Running' }).waitFor();
    await ended.locator('.status', { hasText: 'Finished' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      ended.getByRole('link', { name: /\.xlsx$/ }).click(),
    ]);
    const failed = page.locator('#ended .row', { hasText: 'Hot advertisers, travel' });
    await failed.getByText('narrow the filters').waitFor();

    expect((await readFile(await download.path())).subarray(0, 2).toString()).toBe('PK');
    expect(await page.locator('#unavailable').innerText()).toContain('Power BI');
    expect(await ended.locator('.status').getAttribute('title')).toContain('completed');
    const own = (url: string) =>
      url.startsWith(gateway.url) || url.startsWith(gateway.url.replace('http', 'ws'));
    const isDownload = (url: string) => url.startsWith(gateway.simulators.url);
    expect(requests.filter((url) => !own(url) && !isDownload(url))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('follows what the address names, and what is typed, until somebody takes it off', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const [first, second] = gateway.simulators.seeds['power-bi'].filter(({ ends }) => ends === 'Succeeded');
    if (first === undefined || second === undefined) throw new Error('Two jobs are needed.');
    const hash = `#id=${toPowerBiLocator(first)}`;
    const { page, complaints } = await openBoard(browser.context, `${gateway.url}/${hash}`);
    const row = (title: string) => page.locator('.row', { hasText: title });

    await row(first.title).waitFor();
    const field = page.getByLabel('Follow an export');
    await field.fill('power-bi:nonsense');
    await field.press('Enter');
    await page.getByText('Write power-bi:REPORT/EXPORT').waitFor();
    await field.fill(toPowerBiLocator(second));
    await field.press('Enter');
    await row(second.title).waitFor();
    const shared = page.url();
    await page.locator('#ended').getByText(first.title, { exact: true }).waitFor();
    await row(first.title).getByRole('link').waitFor();
    await row(first.title).getByRole('button', { name: 'Stop following' }).click();
    await row(first.title).waitFor({ state: 'detached' });

    expect(shared).toContain(toPowerBiLocator(second).slice(0, 40));
    expect(shared).toContain(toPowerBiLocator(first).slice(0, 40));
    expect(page.url()).not.toContain(toPowerBiLocator(first).slice(0, 90));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says when the connection is lost, comes back by itself and resumes after the last event', async () => {
    await using wire = await startWire();
    await using gateway = await startSimulatedGateway({
      speed: SPEED / 2,
      config: { server: { publicUrl: wire.url } },
    });
    wire.lead(gateway.url);
    const { page, sent } = await openBoard(browser.context, `${wire.url}/`);
    const subscriptions = () => sent.filter(({ type }) => type === 'subscribe');
    await page
      .locator('#moving .row', { hasText: 'Deals, shoes' })
      .locator('.status', { hasText: 'Running' })
      .waitFor();
    const before = subscriptions();

    wire.cut();
    await page.getByText('Reconnecting…', { exact: true }).waitFor();
    wire.mend();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.locator('#ended .row', { hasText: 'Deals, shoes' }).waitFor();

    const again = subscriptions().slice(before.length);
    expect(before.map(({ payload }) => payload?.variables?.after)).toEqual(before.map(() => null));
    expect(again.length).toBeGreaterThan(0);
    for (const { id, payload } of again) {
      const same = before.find((earlier) => earlier.id === id);
      expect(payload?.variables?.after).toEqual(expect.any(String));
      expect(payload?.variables?.locators).toEqual(same?.payload?.variables?.locators);
    }
    await page.close();
  });

  it('says that a vendor is out of reach, keeps the last known state, and goes on when it is back', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED / 2 });
    const [job] = gateway.simulators.seeds['power-bi'];
    if (job === undefined) throw new Error('A job is needed.');
    const { page } = await openBoard(browser.context, `${gateway.url}/#id=${toPowerBiLocator(job)}`);
    const row = page.locator('.row', { hasText: job.title });
    await row.locator('.status', { hasText: 'Running' }).waitFor();

    gateway.simulators.faults.order({ vendor: 'power-bi', kind: 'status', status: 503, times: 1_000 });
    await row.getByText('Vendor not reachable, last known state').waitFor();
    const meanwhile = await row.locator('.status').innerText();
    gateway.simulators.faults.clear();
    await page.locator('#ended .row', { hasText: job.title }).getByRole('link').waitFor();

    expect(meanwhile).toContain('Running');
    await page.close();
  });

  it('asks for a key where the gateway wants one, keeps it in the tab, and shows text as text', async () => {
    const name = '<img src=x onerror=alert(1)> ‮deals';
    let status = 'processing';
    await using vendor = await startFakeVendor(() => ({
      body: { export: { id: 7, report_type: 'deals_excel', display_name: name, status } },
    }));
    const account = {
      key: 'acme-hi',
      vendor: 'hi-energy',
      tenant: 'acme',
      baseUrl: vendor.url,
      polling: { minMs: 200, maxMs: 200 },
      credential: { type: 'api-key', apiKey: 'acme-secret' },
    };
    const keys = [{ name: 'ops', key: 'ops-key-0123456789', tenant: 'acme' }];
    await using gateway = await startTestGateway({
      accounts: [account],
      config: { access: { mode: 'keys', keys } },
    });
    const { page, complaints, requests, sent } = await openBoard(
      browser.context,
      `${gateway.url}/#id=hi-energy:7`,
    );
    const field = page.getByLabel('Access key');

    await photograph(page, 'asks');
    await field.fill('ops-key-9876543210');
    await page.getByRole('button', { name: 'Open the board' }).click();
    await page.getByText('This key is not good here').waitFor();
    await field.fill('Bearer ops-key-0123456789');
    await field.press('Enter');
    await page.locator('.row', { hasText: '<img src=x' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await expect.poll(() => sent.some(({ type }) => type === 'subscribe')).toBe(true);
    await page.locator('#moving .row', { hasText: '<img src=x' }).waitFor();
    status = 'completed';
    await page.locator('#ended .row', { hasText: '<img src=x' }).waitFor();
    await photograph(page, 'key');
    await page.reload();
    await page.locator('.row', { hasText: '<img src=x' }).waitFor();
    const addresses = [...requests, page.url()].join(' ');
    const kept = await page.evaluate(() => [
      Object.values(sessionStorage),
      Object.keys(localStorage),
      document.cookie,
    ]);
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await field.waitFor();

    expect(kept).toEqual([['ops-key-0123456789'], [], '']);
    expect(addresses).not.toMatch(/ops-key/);
    expect(sent.find(({ type }) => type === 'connection_init')?.payload).toEqual({
      authorization: 'Bearer ops-key-0123456789',
    });
    expect(await page.locator('.row, .row img').count()).toBe(0);
    // The browser itself reports each answer 401: nothing else may be there.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    await page.close();
  });

  it('says how long nothing changed, and makes links of web addresses alone', async () => {
    await using gateway = await startTestGateway();
    const { page } = await openBoard(browser.context, `${gateway.url}/`);

    const shown = await page.evaluate(`(async () => {
      const { RowView } = await import('/board/row-view.js');
      const view = new RowView({ canTrack: () => true });
      const file = (name, url) => ({ name, url, urlExpiresAt: new Date().toISOString() });
      view.show({
        key: 'x', followedAs: null, tracking: null, interruption: null, problem: null, seenAt: Date.now(), endSeenAt: null,
        stalledSince: Date.now() - 12.5 * 60_000,
        files: [file('good.csv', location.origin + '/files/1'), file('bad.csv', 'javascript:alert(1)'), file('worse', '//')],
        export: {
          id: 'x', name: null, vendor: { key: 'next', name: 'Next', capabilities: { canCancel: false } }, account: { key: 'n' }, status: 'ARCHIVING', rawStatus: 'archiving',
          isTerminal: false, outcome: null, failure: null, progress: null, observation: { throttledUntil: null, isStale: false },
        },
      });
      return {
        notes: view.element.querySelector('.notes').textContent,
        links: [...view.element.querySelectorAll('a')].map(({ href }) => href),
        status: view.element.querySelector('.status').textContent,
      };
    })()`);

    expect(shown).toEqual({
      notes: 'No change for 12 min',
      links: [`${gateway.url}/files/1`],
      status: expect.stringMatching(/^archiving/),
    });
    await page.close();
  });

  it.each([
    ['a wide window', 1_400],
    ['a phone', 360],
  ])('fits into %s without scrolling sideways', async (_what, width) => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const hash = gateway.simulators.seeds['power-bi'].map((job) => `id=${toPowerBiLocator(job)}`).join('&');
    const { page } = await openBoard(browser.context, `${gateway.url}/#${hash}`);
    await page.setViewportSize({ width, height: 800 });
    await page.locator('.row', { hasText: 'Power BI' }).first().waitFor();

    const widest = await page.evaluate(() => document.documentElement.scrollWidth);

    expect(widest).toBe(width);
    await page.close();
  });
});
