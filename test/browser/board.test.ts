import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeededJob } from '../../simulator/simulator.ts';
import {
  holdStreams,
  openBoard,
  rowOf,
  startWire,
  toPowerBiLocator,
  waitForStatus,
} from '../board/board-page.ts';
import { type Browser, hasChromium, startChromium } from '../support/chromium.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway } from '../support/gateway.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startSimulatedGateway } from '../support/simulated-gateway.ts';

/** Simulated jobs take up to a minute; the vendors' clocks run ten times as fast. */
const SPEED = 10;
const PATIENCE_MS = 20_000;
/** Of the vendors' own time, where a test moves it on once the page has shown what it has to: jobs wait less than the first, and end within the second. */
const STARTED_MS = 5_000;
const ENDED_MS = 60_000;

describe.skipIf(!hasChromium())('the board in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
    browser.context.setDefaultTimeout(PATIENCE_MS);
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  it('shows the exports of every vendor that lists them, moves them to their end, and hands out the file', async () => {
    const vendorClock = createManualClock(Date.now());
    await using gateway = await startSimulatedGateway({ vendorClock });
    const { page, complaints, requests } = await openBoard(browser.context, `${gateway.url}/`);
    await page.locator('.connection', { hasText: 'Live' }).waitFor();

    for (const vendor of ['Hi Energy', 'Talkdesk', 'WebAdMIT']) await rowOf(page, vendor).first().waitFor();
    await waitForStatus(page, 'Deals, shoes', 'Waiting');
    await vendorClock.advance(STARTED_MS);
    await waitForStatus(page, 'Deals, shoes', 'Running');
    await vendorClock.advance(ENDED_MS);
    const ended = await waitForStatus(page, 'Deals, shoes', 'Finished');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      ended.getByRole('link', { name: /\.xlsx$/ }).click(),
    ]);
    await rowOf(page, 'Hot advertisers, travel').getByText('narrow the filters').waitFor();

    expect((await readFile(await download.path())).subarray(0, 2).toString()).toBe('PK');
    expect(await ended.locator('.status').getAttribute('title')).toContain('completed');
    expect(await ended.getByRole('link').first().getAttribute('href')).toMatch(/^\/e\/[\w-]+$/);
    const own = (url: string) =>
      url.startsWith(gateway.url) || url.startsWith(gateway.url.replace('http', 'ws'));
    const isDownload = (url: string) => url.startsWith(gateway.simulators.url);
    expect(requests.filter((url) => !own(url) && !isDownload(url))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows the list before any subscription answers', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const page = await browser.context.newPage();
    await holdStreams(page);

    await page.goto(`${gateway.url}/?q=deals`);
    await rowOf(page, 'Deals, Black Friday').first().waitFor();
    await page.getByLabel('Vendor', { exact: true }).selectOption('Hi Energy');
    await page.getByLabel('Search').fill('black');

    expect(await page.locator('.row').count()).toBeGreaterThan(0);
    await page.close();
  });

  it('follows what the address names, and what is pasted, until somebody takes it off', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const [first, second] = gateway.simulators.seeds['power-bi'].filter(({ ends }) => ends === 'Succeeded');
    if (first === undefined || second === undefined) throw new Error('Two jobs are needed.');
    const hash = `#id=${toPowerBiLocator(first)}`;
    const { page, complaints } = await openBoard(browser.context, `${gateway.url}/${hash}`);

    await rowOf(page, first.title).waitFor();
    const field = page.getByLabel('Follow an export');
    await field.fill('power-bi:nonsense');
    await field.press('Enter');
    await page.getByText('Write power-bi:REPORT/EXPORT').waitFor();
    await field.fill(toVendorAddress(second));
    await page.getByText(`Power BI: `).waitFor();
    await field.press('Enter');
    await rowOf(page, second.title).waitFor();
    const shared = decodeURIComponent(page.url());
    await waitForStatus(page, first.title, 'Finished');
    await rowOf(page, first.title).locator('.file').waitFor();
    await rowOf(page, first.title).getByRole('button', { name: 'Stop following' }).click();
    await rowOf(page, first.title).waitFor({ state: 'detached' });

    expect(shared).toContain(toVendorAddress(second));
    expect(shared).toContain(toPowerBiLocator(first));
    expect(page.url()).not.toContain(toPowerBiLocator(first).slice(0, 90));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    ['hi-energy:012', '“012” is no export number of Hi Energy'],
    ['hi-energy:999999', 'No such export is known'],
  ])('explains %s beside the field, and never makes it a row', async (text, words) => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page } = await openBoard(browser.context, `${gateway.url}/`);
    await rowOf(page, 'Hi Energy').first().waitFor();
    const before = page.url();

    await page.getByLabel('Follow an export').fill(text);
    await page.keyboard.press('Enter');
    await page.locator('#follow-news', { hasText: words }).waitFor();
    const shared = await openBoard(browser.context, `${gateway.url}/#id=${text}`);
    await shared.page.locator('.unfollowable', { hasText: words }).waitFor();

    for (const { page: each } of [{ page }, shared]) {
      expect(await each.locator('.row', { hasText: text.slice(10) }).count()).toBe(0);
      expect(await each.locator('main').innerText()).not.toContain('exportId');
    }
    expect(page.url()).toBe(before);
    await shared.page.getByRole('button', { name: /^Take it out/ }).click();
    await shared.page.locator('.unfollowable').waitFor({ state: 'detached' });
    expect(shared.page.url()).not.toContain('#');
    await Promise.all([page.close(), shared.page.close()]);
  });

  it('says when the connection is lost, stops all ages, and comes back by itself without missing an end', async () => {
    await using wire = await startWire();
    const vendorClock = createManualClock(Date.now());
    await using gateway = await startSimulatedGateway({
      vendorClock,
      config: { server: { publicUrl: wire.url } },
    });
    wire.lead(gateway.url);
    const { page } = await openBoard(browser.context, `${wire.url}/`);
    await waitForStatus(page, 'Deals, shoes', 'Waiting');
    await vendorClock.advance(STARTED_MS);
    const row = await waitForStatus(page, 'Deals, shoes', 'Running');

    wire.cut();
    await page.locator('.connection[data-state="lost"]').waitFor();
    await page
      .getByText(/^No connection to the gateway for/)
      .first()
      .waitFor();
    const banner = await page.locator('.banner').first().innerText();
    const ages = [await row.locator('time').innerText()];
    await page.locator('.connection', { hasText: /Resuming, [3-9] s/ }).waitFor();
    ages.push(await row.locator('time').innerText());
    await vendorClock.advance(ENDED_MS);
    wire.mend();
    // The kit's own pauses between its tries, which have grown meanwhile.
    await page.locator('.connection[data-state="live"]').waitFor({ timeout: 40_000 });
    await waitForStatus(page, 'Deals, shoes', 'Finished');

    expect(banner).toMatch(/What you see is as of .+ Trying again/);
    expect(ages[1]).toBe(ages[0]);
    await page.locator('.banner').waitFor({ state: 'detached' });
    await page.close();
  });

  it('says that a vendor is out of reach, keeps the last known state, and goes on when it is back', async () => {
    const vendorClock = createManualClock(Date.now());
    await using gateway = await startSimulatedGateway({ vendorClock });
    const [job] = gateway.simulators.seeds['power-bi'];
    if (job === undefined) throw new Error('A job is needed.');
    const { page } = await openBoard(browser.context, `${gateway.url}/#id=${toPowerBiLocator(job)}`);
    // Power BI tells a report's name once the job runs.
    await waitForStatus(page, 'Power BI', 'Waiting');
    await vendorClock.advance(STARTED_MS);
    const row = await waitForStatus(page, job.title, 'Running');

    gateway.simulators.faults.order({ vendor: 'power-bi', kind: 'status', status: 503, times: 1_000 });
    await row.getByText('Vendor not reachable, last known state').waitFor();
    const meanwhile = await row.locator('.status').innerText();
    await page.locator('.troubles', { hasText: 'Power BI · bi: not reachable' }).waitFor();
    gateway.simulators.faults.clear();
    await vendorClock.advance(ENDED_MS);
    await row.locator('.file').waitFor();
    await page.locator('.troubles').waitFor({ state: 'detached' });

    expect(meanwhile).toContain('Running');
    await page.close();
  });

  it('says of a refused credential what it is, above everything else', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    gateway.simulators.faults.order({ vendor: 'hi-energy', kind: 'status', status: 401, times: 1_000 });
    const { page } = await openBoard(browser.context, `${gateway.url}/`);
    await page.setViewportSize({ width: 1_400, height: 900 });

    const trouble = page.locator('.troubles', { hasText: 'Hi Energy · hi: credential refused' });
    await trouble.waitFor();

    expect(await trouble.innerText()).toContain('Whoever runs this gateway has to mend that.');
    expect((await trouble.boundingBox())?.y).toBeLessThan(300);
    await page.close();
  });

  it('asks for a token where the gateway wants one, keeps it in the tab, and shows text as text', async () => {
    const name = '<img src=x onerror=alert(1)> \u202Edeals';
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
    const field = page.getByLabel('Access token');

    await field.fill('two words');
    await page.getByRole('button', { name: 'Open the board' }).click();
    await page.getByText('A token is one word').waitFor();
    await field.fill('ops-key-9876543210');
    await page.getByRole('button', { name: 'Open the board' }).click();
    await page.getByText('This token is not good here').waitFor();
    await field.fill('Bearer ops-key-0123456789');
    await field.press('Enter');
    await rowOf(page, '<img src=x').waitFor();
    await page.locator('.connection', { hasText: 'Live' }).waitFor();
    await expect.poll(() => sent.some(({ type }) => type === 'subscribe')).toBe(true);
    status = 'completed';
    await waitForStatus(page, '<img src=x', 'Finished');
    await page.reload();
    await rowOf(page, '<img src=x').waitFor();
    const addresses = [...requests, page.url()].join(' ');
    const kept = await page.evaluate(() => [
      Object.values(sessionStorage),
      Object.keys(localStorage),
      document.cookie,
    ]);
    await page.getByRole('button', { name: 'Forget the token' }).click();
    await field.waitFor();

    expect(kept).toEqual([['ops-key-0123456789'], [], '']);
    expect(addresses).not.toMatch(/ops-key/);
    expect(
      sent.filter(({ type }) => type === 'connection_init').map(({ payload }) => payload),
    ).toContainEqual({ authorization: 'Bearer ops-key-0123456789' });
    expect(await page.locator('.row, .row img').count()).toBe(0);
    // The browser itself reports each answer 401 and each refused socket: nothing else may be there.
    expect(complaints.filter((text) => !/401|WebSocket/.test(text))).toEqual([]);
    await page.close();
  });

  it('tells of an end aloud, in the title, and by a notification where it is hidden', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const page = await browser.context.newPage();
    await page.addInitScript(`
      window.told = [];
      window.Notification = class { static permission = 'granted'; constructor(title, { body }) { window.told.push([title, body]); } };
      Object.defineProperty(Document.prototype, 'visibilityState', { get: () => window.isShown ? 'visible' : 'hidden' });
    `);
    await page.goto(`${gateway.url}/`);

    await page
      .locator('[data-announcer]', { hasText: /(Finished|Failed|Canceled|Gone|ended)/ })
      .waitFor({ state: 'attached' });
    await expect.poll(() => page.title()).toMatch(/^✓ \d+ ended .*Waybill$/);
    const told = await page.evaluate('window.told');
    await page.evaluate(`window.isShown = true; document.dispatchEvent(new Event('visibilitychange'))`);
    await expect.poll(() => page.title()).toMatch(/^(\(\d+\) )?Waybill$/);

    expect(told).toContainEqual([expect.any(String), expect.any(String)]);
    await page.close();
  });

  it('keeps search, filters and order in the address, through a reload and the way back', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page } = await openBoard(browser.context, `${gateway.url}/`);
    await rowOf(page, 'Talkdesk').first().waitFor();

    await page.getByLabel('Vendor', { exact: true }).selectOption('Talkdesk');
    await page.getByLabel('Order').selectOption('Name, A to Z');
    await page.getByLabel('Search').fill('calls');
    await page.getByText(/^\d+ of \d+ exports fit\.$/).waitFor();
    const address = page.url();
    await page.reload();
    await rowOf(page, 'calls').first().waitFor();
    const search = await page.getByLabel('Search').inputValue();
    const names = await page.locator('.row .name').allInnerTexts();
    await page.locator('.row a').first().click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.goBack();
    await rowOf(page, 'calls').first().waitFor();

    expect(new URL(address).search).toBe('?q=calls&vendor=talkdesk&sort=name');
    expect(search).toBe('calls');
    expect(names.length).toBeGreaterThan(1);
    expect(names).toEqual([...names].sort((one, other) => one.localeCompare(other)));
    expect(page.url()).toBe(address);
    await page.getByLabel('Search').fill('no such export');
    await page.getByRole('button', { name: 'Show all exports' }).click();
    await rowOf(page, 'Hi Energy').first().waitFor();
    await page.close();
  });

  it('is walked through by keyboard: to the search, down the rows, into an export and back', async () => {
    await using gateway = await startSimulatedGateway({ speed: 0.1 });
    const { page } = await openBoard(browser.context, `${gateway.url}/?sort=name`);
    await page.setViewportSize({ width: 1_400, height: 700 });
    await rowOf(page, 'Hi Energy').first().waitFor();
    const focused = () =>
      page.evaluate('document.activeElement.closest(".row")?.getAttribute("aria-rowindex")');

    await page.keyboard.press('Tab');
    const first = await page.evaluate('document.activeElement.textContent');
    await page.keyboard.press('/');
    await page.keyboard.type('a');
    const search = await page.getByLabel('Search').inputValue();
    await page.keyboard.press('Escape');
    await page.locator('.row .name a').first().focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe('3');
    await page.keyboard.press('End');
    const last = String((await page.locator('[role="table"]').getAttribute('aria-rowcount')) ?? '');
    await expect.poll(focused).toBe(last);
    await page.keyboard.press('Home');
    await expect.poll(focused).toBe('2');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1 }).waitFor();
    const arrived = await page.evaluate('document.activeElement.id');

    expect([first, search, arrived]).toEqual(['Skip to the exports', 'a', 'main']);
    expect(page.url()).toContain('/e/');
    await page.close();
  });
});

/** As it stands in the address bar of somebody who looks at the vendor's API. */
function toVendorAddress({ ids }: SeededJob): string {
  const { groupId, reportId, exportId } = ids;
  const workspace = groupId === undefined ? '' : `/groups/${groupId}`;
  return `https://api.powerbi.com/v1.0/myorg${workspace}/reports/${reportId}/exports/${exportId}`;
}
