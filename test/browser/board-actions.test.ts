import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBoard } from '../board/board-page.ts';
import { type Browser, hasChromium, startChromium } from '../support/chromium.ts';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';

/** Simulated jobs take up to a minute; the vendors' clocks run this many times as fast. */
const SPEED = 5;
const PATIENCE_MS = 20_000;

const row = (page: Page, text: string) => page.locator('.row', { hasText: text });

/** Opens the board and the form on it, at a vendor. */
async function openForm(browser: Browser, gateway: SimulatedGateway, vendor: string) {
  const board = await openBoard(browser.context, `${gateway.url}/`);
  await board.page.getByText('Live', { exact: true }).waitFor();
  await board.page.getByText('Start an export').click();
  await board.page.getByLabel('Vendor', { exact: true }).selectOption({ label: vendor });
  return { ...board, starts: listenForStarts(board.page) };
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
  await page.locator('#order-reportId').fill('bbbbbbbb-0000-4000-8000-000000000001');
  await page.getByLabel('Workspace').fill('aaaaaaaa-0000-4000-8000-000000000001');
  await page.locator('#order-format').fill('PDF');
}

function isStart(request: Request): boolean {
  return request.postData()?.includes('mutation BoardStartExport') ?? false;
}

describe.skipIf(!hasChromium())('what the board does to exports', { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
    browser.context.setDefaultTimeout(PATIENCE_MS);
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  it('starts an export, which is tracked under its label and moves at once, and says what is wrong with a field', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page, complaints, starts } = await openForm(browser, gateway, 'Hi Energy');
    const filters = page.getByLabel('Filters');

    await filters.fill('[1]');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('This has to be filled in.').waitFor();
    await page.getByText('This is no JSON object').waitFor();
    const focused = await page.evaluate(() => document.activeElement?.id);
    await page.getByLabel('Report type').fill('deals_excel');
    await filters.fill('{ "q": "boots" }');
    await page.locator('#start-label').fill('For Ann, Monday');
    await page.keyboard.press('Enter');

    await page.getByText('For Ann, Monday is started.').waitFor();
    const started = row(page, 'Tracked as').filter({ hasText: 'For Ann, Monday' });
    await started.locator('.status', { hasText: 'Running' }).waitFor();
    await page.locator('#ended .row', { hasText: 'For Ann, Monday' }).getByRole('link').waitFor();
    expect(focused).toBe('order-reportType');
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
    await page.getByRole('alert').filter({ hasText: '(START_OUTCOME_UNKNOWN)' }).waitFor();
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
    await page.getByText('Start an export').click();
    await page.getByLabel('Vendor', { exact: true }).selectOption({ label: 'Power BI' });
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
    const asked = await page.locator('#start-problem').innerText();
    await page.locator('#order-format').fill('PNG');
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
    const problem = page.getByRole('alert').filter({ hasText: '(VENDOR_REJECTED)' });
    await problem.waitFor();

    expect(await problem.innerText()).toMatch(
      /“.+” \(VENDOR_REJECTED\) Change the order, then start it again\.$/,
    );
    await page.close();
  });

  it('tracks an export with a label and untracks it again, by keyboard alone', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page, complaints } = await openBoard(browser.context, `${gateway.url}/`);
    const calls = row(page, 'Calls, yesterday');
    await calls.waitFor();
    const focusedLabel = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));

    await calls.getByRole('button', { name: 'Track Calls, yesterday' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    const afterEscape = await focusedLabel();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Kept for the audit');
    await page.keyboard.press('Enter');
    await calls.getByText('Kept for the audit').waitFor();
    const afterTracking = await focusedLabel();
    const other = await openBoard(browser.context, `${gateway.url}/`);
    await row(other.page, 'Calls, yesterday').getByText('Kept for the audit').waitFor();
    await page.keyboard.press('Enter');
    await calls.getByText('Kept for the audit').waitFor({ state: 'hidden' });
    await calls.getByRole('button', { name: 'Track Calls, yesterday' }).waitFor();

    expect([afterEscape, afterTracking]).toEqual(['Track Calls, yesterday', 'Untrack Calls, yesterday']);
    const { data } = await gateway.query('{ recentExports(filter: { isTracked: true }) { nodes { id } } }');
    expect(data.recentExports.nodes).toEqual([]);
    expect(complaints).toEqual([]);
    await Promise.all([page.close(), other.page.close()]);
  });

  it('cancels after a second click, and says that it is being canceled until the vendor confirms', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    gateway.simulators.faults.order({
      vendor: 'talkdesk',
      kind: 'simulate',
      words: 'lingering',
      call: 'cancel',
    });
    const { page } = await openBoard(browser.context, `${gateway.url}/`);
    const calls = row(page, 'Missed calls, this quarter');
    const cancel = calls.getByRole('button', { name: 'Cancel Missed calls, this quarter' });

    await cancel.dblclick();
    await calls.getByRole('button', { name: 'Really cancel Missed calls, this quarter' }).waitFor();
    await calls.getByText('Press “Really cancel” to stop the job').waitFor();
    await page.keyboard.press('Escape');
    await cancel.waitFor();
    const before = gateway.simulators.calls.read().talkdesk.cancel;
    await cancel.click();
    await calls.getByRole('button', { name: 'Really cancel Missed calls, this quarter' }).click();
    await calls.locator('.status', { hasText: 'Being canceled' }).waitFor();
    const meanwhile = await cancel.count();
    await page
      .locator('#ended .row', { hasText: 'Missed calls, this quarter' })
      .locator('.status', { hasText: 'Canceled' })
      .waitFor();

    expect([before ?? 0, meanwhile]).toEqual([0, 0]);
    expect(
      await row(page, 'Hi Energy')
        .getByRole('button', { name: /^Cancel/ })
        .count(),
    ).toBe(0);
    await page.close();
  });

  it('shows in the row why a change was refused, and offers no tracking where it cannot be had', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page } = await openBoard(browser.context, `${gateway.url}/`);
    await row(page, 'Calls, yesterday').waitFor();
    const refuse = (name: string, extensions: object, message: string) =>
      page.route('**/graphql', (route, request) => {
        if (!request.postData()?.includes(name)) return route.fallback();
        return route.fulfill({ json: { data: null, errors: [{ message, extensions }] } });
      });
    await refuse('BoardTrackExport', { code: 'UNSUPPORTED_BY_VENDOR' }, 'Only the caller can read them.');
    await refuse(
      'BoardCancelExport',
      { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 61_000 },
      'Talkdesk asks to wait.',
    );

    const ended = row(page, 'Calls, yesterday');
    await ended.getByRole('button', { name: 'Track' }).click();
    await ended.getByRole('button', { name: 'Track', exact: true }).click();
    await ended
      .getByRole('alert')
      .filter({ hasText: 'Only the caller can read them. (UNSUPPORTED_BY_VENDOR)' })
      .waitFor();
    const moving = row(page, 'Missed calls, this quarter');
    await moving.getByRole('button', { name: /^Cancel/ }).click();
    await moving.getByRole('button', { name: /^Really cancel/ }).click();
    await moving
      .getByRole('alert')
      .filter({ hasText: 'Talkdesk asks to wait. (VENDOR_RATE_LIMITED) Try again in 2 min.' })
      .waitFor();

    expect(await ended.getByRole('button').count()).toBe(0);
    await expect
      .poll(() =>
        row(page, 'Talkdesk')
          .getByRole('button', { name: /^Track/ })
          .count(),
      )
      .toBe(0);
    expect(
      await row(page, 'Hi Energy')
        .getByRole('button', { name: /^Track/ })
        .count(),
    ).toBeGreaterThan(0);
    await page.close();
  });

  it('says how much time is left by the estimate, where there is no progress, and nothing once that has passed', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { page } = await openBoard(browser.context, `${gateway.url}/`);

    const shown = await page.evaluate(`(async () => {
      const { leftText } = await import('/board/row-texts.js');
      const say = (leftMs, fields) => leftText({
        interruption: null, problem: null,
        export: { isTerminal: false, observation: { isStale: false }, estimate: { finishAt: new Date(Date.now() + leftMs).toISOString() }, ...fields },
      });
      return [say(95_000), say(20_000), say(-5_000), say(95_000, { isTerminal: true }), say(95_000, { estimate: null })];
    })()`);

    expect(shown).toEqual(['about 2 min left', 'less than a minute left', '', '', '']);
    await page.close();
  });
});
