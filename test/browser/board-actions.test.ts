import { readFile } from 'node:fs/promises';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdStreams, openBoard, rowOf, waitForStatus } from '../board/board-page.ts';
import { type Browser, hasChromium, startChromium } from '../support/chromium.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';

/** Simulated jobs take up to a minute; the vendors' clocks run this many times as fast. */
const SPEED = 5;
const PATIENCE_MS = 20_000;

/** How long a simulated export of Hi Energy's waits, and how long it is worked on. */
const PENDING_MS = 2_000;
const PROCESSING_MS = 8_000;
/** How long a simulated job of Talkdesk's that lingers goes on once it is told to stop. */
const LINGERING_MS = 10_000;

/** Opens the board and the form on it, at a vendor. */
async function openForm(browser: Browser, gateway: SimulatedGateway, vendor: string) {
  const board = await openBoard(browser.context, `${gateway.url}/`);
  await chooseVendor(board.page, vendor);
  return { ...board, starts: listenForStarts(board.page) };
}

async function chooseVendor(page: Page, vendor: string): Promise<void> {
  await page.getByRole('button', { name: 'Start an export' }).click();
  await dialogOf(page).getByLabel('Vendor', { exact: true }).selectOption({ label: vendor });
}

const dialogOf = (page: Page) => page.getByRole('dialog');

/** Opens the page of an export of the list. */
async function openExport(browser: Browser, gateway: SimulatedGateway, text: string) {
  const board = await openBoard(browser.context, `${gateway.url}/`);
  await rowOf(board.page, text).locator('.name a').click();
  await board.page.getByRole('heading', { level: 1, name: text }).waitFor();
  return board;
}

interface StartVariables {
  readonly input: { readonly idempotencyKey: string; readonly order: object; readonly label?: string };
}

/** What the page asks to start from now on. */
function listenForStarts(page: Page): readonly StartVariables['input'][] {
  const starts: StartVariables['input'][] = [];
  page.on('request', (request) => {
    if (isStart(request))
      starts.push((request.postDataJSON() as { variables: StartVariables }).variables.input);
  });
  return starts;
}

/** An order of Power BI, which has neither a list nor a way to tell a second order from the first. */
async function fillPowerBi(page: Page): Promise<void> {
  await page.locator('[name="reportId"]').fill('bbbbbbbb-0000-4000-8000-000000000001');
  await page.getByLabel('Workspace').fill('aaaaaaaa-0000-4000-8000-000000000001');
  await page.locator('[name="format"]').fill('PDF');
}

function isStart(request: Request): boolean {
  return request.postData()?.includes('mutation WaybillStart') ?? false;
}

describe.skipIf(!hasChromium())('what the board does to exports', { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
    browser.context.setDefaultTimeout(PATIENCE_MS);
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  it('starts an export, which is tracked under its label and moves at once, and says what is wrong with a field', async () => {
    // A vendor that goes on only once the page was seen to follow: no status passes unseen.
    const vendorClock = createManualClock(Date.now());
    await using gateway = await startSimulatedGateway({ vendorClock });
    const { page, complaints, starts } = await openForm(browser, gateway, 'Hi Energy');
    const filters = page.getByLabel('Filters');

    await filters.fill('[1]');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('This has to be filled in.').waitFor();
    await page.getByText('This is no JSON object').waitFor();
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('name'));
    await page.getByLabel('Report type').fill('deals_excel');
    await filters.fill('{ "q": "boots" }');
    await dialogOf(page).getByLabel('Label').fill('For Ann, Monday');
    await page.keyboard.press('Enter');

    await page.getByText('For Ann, Monday is started.').waitFor();
    const started = rowOf(page, 'Tracked').filter({ hasText: 'For Ann, Monday' });
    await started.locator('.status', { hasText: 'Waiting' }).waitFor();
    await vendorClock.advance(PENDING_MS);
    await started.locator('.status', { hasText: 'Running' }).waitFor();
    await vendorClock.advance(PROCESSING_MS);
    await started.locator('.file').waitFor();
    expect(focused).toBe('reportType');
    expect(starts).toEqual([
      {
        order: { hiEnergy: { account: 'hi', reportType: 'deals_excel', searchParams: { q: 'boots' } } },
        idempotencyKey: expect.stringMatching(/^board-/),
        label: 'For Ann, Monday',
      },
    ]);
    expect(gateway.simulators.orders.read()['hi-energy'].count).toBe(1);
    expect(await page.getByLabel('Report type').inputValue()).toBe('');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('asks again under the same key where the vendor’s answer was lost, so that one order stays one', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    gateway.simulators.faults.order({ vendor: 'hi-energy', kind: 'lost-answer', times: 1 });
    const { page, starts } = await openForm(browser, gateway, 'Hi Energy');
    const start = page.getByRole('button', { name: 'Start', exact: true });

    await page.getByLabel('Report type').fill('advertisers_csv');
    await start.click();
    await page.getByText('Press “Start” again: the order has kept its key').waitFor();
    await start.click();
    await page.getByText('was there already: nothing new was started.').waitFor();
    await page.getByLabel('Report type').fill('advertisers_csv');
    await start.click();
    await expect.poll(() => starts.length).toBe(3);

    const [first, second, third] = starts.map(({ idempotencyKey }) => idempotencyKey);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    await page.close();
  });

  it('keeps the key of an order whose answer never came through a reload', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page, starts } = await openForm(browser, gateway, 'Power BI');
    let isLost = false;
    await page.route('**/graphql', async (route) => {
      if (isLost || !isStart(route.request())) return route.continue();
      isLost = true;
      // The gateway does what it is asked, and the page never learns of it.
      await route.fetch();
      await route.abort();
    });
    const order = async () => {
      await fillPowerBi(page);
      await page.getByRole('button', { name: 'Start', exact: true }).click();
    };

    await order();
    await page.getByRole('alert').filter({ hasText: 'No answer came from the gateway.' }).waitFor();
    await page.reload();
    await chooseVendor(page, 'Power BI');
    await order();
    await page.getByText('was there already: nothing new was started.').waitFor();

    expect(new Set(starts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(gateway.simulators.orders.read()['power-bi'].count).toBe(1);
    expect(await page.evaluate(() => sessionStorage.getItem('waybill.orders'))).toBeNull();
    await page.close();
  });

  it('says on the button that it would send a second order, where the vendor has no list to look at', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    gateway.simulators.faults.order({ vendor: 'power-bi', kind: 'lost-answer', times: 1 });
    const { page } = await openForm(browser, gateway, 'Power BI');

    await fillPowerBi(page);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('button', { name: 'Send a second order' }).waitFor();
    const asked = await dialogOf(page).locator('.told[role="alert"]').innerText();
    await page.locator('[name="format"]').fill('PNG');
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor();

    expect(asked).toContain('look there before you start it again');
    expect(gateway.simulators.orders.read()['power-bi'].count).toBe(1);
    await page.close();
  });

  it('shows what the vendor says where it refuses an order', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page } = await openForm(browser, gateway, 'Hi Energy');

    await page.getByLabel('Report type').fill('no_such_report');
    await page.keyboard.press('Enter');
    const problem = dialogOf(page).getByRole('alert').filter({ hasText: 'Change the order' });
    await problem.waitFor();

    expect(await problem.innerText()).toMatch(/“.+” Change the order, then start it again\.$/);
    await page.close();
  });

  it('tells of a wrong id as it is typed, and no longer once it is right', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page } = await openForm(browser, gateway, 'Power BI');
    const report = page.locator('[name="reportId"]');

    await report.pressSequentially('sales');
    await page.getByText('This has to be a UUID').waitFor();
    const wrong = await report.getAttribute('aria-invalid');
    await report.fill('bbbbbbbb-0000-4000-8000-000000000001');
    await page.getByText('This has to be a UUID').waitFor({ state: 'detached' });

    expect([wrong, await report.getAttribute('aria-invalid')]).toEqual(['true', 'false']);
    await page.keyboard.press('Escape');
    await dialogOf(page).waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Start an export');
    await page.close();
  });

  it('tracks an export with a label, renames it, and untracks it again, by keyboard alone', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page, complaints } = await openExport(browser, gateway, 'Calls, yesterday');

    await page.getByLabel('Label').focus();
    await page.keyboard.type('Kept for the audit');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Kept for the audit' }).waitFor();
    const other = await openBoard(browser.context, `${gateway.url}/`);
    await rowOf(other.page, 'Calls, yesterday').getByText('Kept for the audit').waitFor();
    await page.getByLabel('Label').fill('For the auditors');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'For the auditors' }).waitFor();
    await page.getByRole('button', { name: 'Untrack' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Not tracked' }).waitFor();
    await page.getByRole('heading', { level: 1, name: 'Calls, yesterday' }).waitFor();

    const { data } = await gateway.query('{ recentExports(filter: { isTracked: true }) { nodes { id } } }');
    expect(data.recentExports.nodes).toEqual([]);
    expect(complaints).toEqual([]);
    await Promise.all([page.close(), other.page.close()]);
  });

  it('cancels after a second click, and says that it is being canceled until the vendor confirms', async () => {
    // The job goes on only when the page was seen to say what it has to.
    const vendorClock = createManualClock(Date.now());
    await using gateway = await startSimulatedGateway({ vendorClock });
    gateway.simulators.faults.order({
      vendor: 'talkdesk',
      kind: 'simulate',
      words: 'lingering',
      call: 'cancel',
    });
    const { page } = await openExport(browser, gateway, 'Missed calls, this quarter');
    const cancel = page.getByRole('button', { name: 'Cancel Missed calls, this quarter', exact: true });

    await cancel.dblclick();
    await page.getByRole('button', { name: 'Really cancel Missed calls, this quarter' }).waitFor();
    await page.getByText('Press “Really cancel” to stop the job').waitFor();
    await page.keyboard.press('Escape');
    await cancel.waitFor();
    const before = gateway.simulators.calls.read().talkdesk.cancel;
    await cancel.click();
    await page.getByRole('button', { name: 'Really cancel Missed calls, this quarter' }).click();
    await page.locator('.export-head .status', { hasText: 'Being canceled' }).waitFor();
    const meanwhile = await cancel.count();
    await vendorClock.advance(LINGERING_MS);
    await page.locator('.export-head .status', { hasText: 'Canceled' }).waitFor();
    await page.getByText('Somebody had it canceled before it was done.').waitFor();
    await page.getByRole('link', { name: 'All exports' }).click();
    await waitForStatus(page, 'Missed calls, this quarter', 'Canceled');
    await rowOf(page, 'Hi Energy').first().locator('.name a').click();
    await page.getByRole('heading', { name: 'Where it stands' }).waitFor();

    expect([before ?? 0, meanwhile]).toEqual([0, 0]);
    expect(await page.getByRole('button', { name: /^Cancel/ }).count()).toBe(0);
    await page.close();
  });

  it('says why a change was refused, and offers no tracking where it cannot be had', async () => {
    await using gateway = await startSimulatedGateway({ speed: 0.5 });
    const { page } = await openExport(browser, gateway, 'Missed calls, this quarter');
    const refuse = (name: string, extensions: object, message: string) =>
      page.route('**/graphql', (route, request) => {
        if (!request.postData()?.includes(`mutation ${name}`)) return route.fallback();
        return route.fulfill({ json: { data: null, errors: [{ message, extensions }] } });
      });
    await refuse('WaybillTrack', { code: 'UNSUPPORTED_BY_VENDOR' }, 'Only the caller can read them.');
    await refuse(
      'WaybillCancel',
      { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 61_000 },
      'Talkdesk asks to wait.',
    );

    await page.getByRole('button', { name: /^Cancel/ }).click();
    await page.getByRole('button', { name: /^Really cancel/ }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: 'The vendor asks us to wait. Try again in 2 min.' })
      .waitFor();
    await page.getByRole('button', { name: 'Track', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Only the caller can read them.' }).waitFor();

    expect(await page.getByLabel('Label').count()).toBe(0);
    await page.close();
  });

  it('tells all of one export: its life to scale, its file, its freshness, and its name elsewhere', async () => {
    await using gateway = await startSimulatedGateway({ speed: 10 });
    const { page, complaints } = await openExport(browser, gateway, 'Deals, shoes');
    await page.locator('.export-head .status', { hasText: 'Finished' }).waitFor();
    const address = page.url();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^Download .+\.xlsx$/ }).click(),
    ]);
    const words = await page.locator('main').innerText();
    const query = await page.getByRole('region', { name: 'GraphQL' }).innerText();
    const { data } = await gateway.query(query);
    const graphiql = await page.getByRole('link', { name: 'Open it in GraphiQL' }).getAttribute('href');

    expect((await readFile(await download.path())).subarray(0, 2).toString()).toBe('PK');
    expect(words).toMatch(/As of\s+.*ago|As of\s+just now/);
    expect(words).toMatch(/In the vendor’s own word: completed/);
    expect(words).toContain('Finished “completed” seen by this gateway');
    expect(words).toMatch(/hi@hi-energy:\d+/);
    expect(words).toMatch(new RegExp(`npx waybill download hi@hi-energy:\\d+ --url ${gateway.url}`));
    expect(data.export).toMatchObject({ status: 'SUCCEEDED', files: [{ name: expect.any(String) }] });
    expect(new URL(graphiql ?? '', gateway.url).searchParams.get('query')).toBe(query);
    expect(await page.getByRole('img', { name: /^To scale: .*Running for/ }).count()).toBe(1);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Deals, shoes' }).waitFor();
    expect(page.url()).toBe(address);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('explains an address that leads to no export, and leads back to the list', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const id = Buffer.from(JSON.stringify(['export', 'hi-energy', 'nobodys', '1'])).toString('base64url');
    const { page } = await openBoard(browser.context, `${gateway.url}/e/${id}`);

    await page.getByRole('heading', { name: 'This export cannot be shown' }).waitFor();
    const words = await page.locator('main').innerText();
    await page.getByRole('link', { name: 'All exports' }).click();
    await rowOf(page, 'Hi Energy').first().waitFor();

    expect(words).toContain('No such export is known');
    await page.close();
  });

  it('explains it before any stream answers, which waits until the vendor knows a new export', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const page = await browser.context.newPage();
    await holdStreams(page);

    // Once it has given streams up, the page asks again and again, and would know by that: not yet.
    const connection = () => page.locator('.connection').getAttribute('data-state');

    await page.goto(`${gateway.url}/#id=hi-energy:999998`);
    await page.locator('.unfollowable', { hasText: 'No such export is known' }).waitFor();
    const atList = await connection();
    await page.goto(`${gateway.url}/e/hi-energy:999999`);
    await page.getByRole('heading', { name: 'This export cannot be shown' }).waitFor();
    const atExport = await connection();

    expect(await page.locator('main').innerText()).toContain('No such export is known');
    expect([atList, atExport]).toEqual(['asking', 'asking']);
    await page.close();
  });
});
