import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, hasChromium, startChromium } from '../support/chromium.ts';
import { type Gallery, startGallery } from './gallery/server.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** The picture at the top of the README; made where it is missing, and anew with PICTURES. */
const README_PICTURE = fileURLToPath(new URL('../../docs/images/board.webp', import.meta.url));
/** For people: a directory that every state is pictured in. */
const { PICTURES } = process.env;

const DESK = { width: 1_400, height: 900 };
const PHONE = { width: 360, height: 740 };
const SIZES = [DESK, PHONE] as const;
/** A window of 1,280 pixels at 200 % has these. */
const ZOOMED_WIDTH = 640;
const THEMES = ['light', 'dark'] as const;

interface State {
  readonly name: string;
  readonly scenario?: string;
  readonly path?: string;
  /** Its place in the scenario's list, for the page of one export. */
  readonly exportIndex?: number;
  /** Something that says so, so that no state is looked at before it is there. */
  readonly shows: string;
  readonly open?: (page: Page) => Promise<void>;
}

const STATES: readonly State[] = [
  { name: 'list', shows: 'For Ann, Monday' },
  { name: 'tools-open', shows: 'For Ann, Monday', open: openTools },
  { name: 'trouble', scenario: 'trouble', shows: 'credential refused' },
  { name: 'resuming', scenario: 'resuming', shows: 'Trying again in' },
  { name: 'closed', scenario: 'closed', shows: 'The gateway has closed the connection' },
  { name: 'unreachable', scenario: 'unreachable', shows: 'Nothing can be shown yet' },
  { name: 'loading', scenario: 'loading', shows: 'Asking for the exports…' },
  { name: 'empty', scenario: 'empty', shows: 'No exports yet' },
  { name: 'no-fit', path: '/?q=nothing#id=hi-energy:012', shows: '“012” is no export number' },
  { name: 'token', scenario: 'key', shows: 'This gateway asks who you are' },
  { name: 'start', shows: 'Report configuration', open: openStart },
  { name: 'export-moving', exportIndex: 0, shows: 'Probably done in' },
  { name: 'export-stale', exportIndex: 6, shows: 'Vendor not reachable, last known state' },
  { name: 'export-finished', exportIndex: 8, shows: 'deals-black-friday.xlsx' },
  { name: 'export-failed', exportIndex: 9, shows: 'narrow the filters' },
  { name: 'export-empty', exportIndex: 10, shows: 'Nothing matched what was asked for' },
  { name: 'export-without-file', exportIndex: 12, shows: 'offers no file for it' },
  { name: 'export-gone', exportIndex: 14, shows: 'does not have it any more' },
  {
    name: 'export-unreadable',
    scenario: 'forbidden',
    path: '/e/nobodys',
    shows: 'This export cannot be shown',
  },
];

async function openTools(page: Page): Promise<void> {
  const toggle = page.locator('.tools-toggle');
  if (await toggle.isVisible()) await toggle.click();
}

async function openStart(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start an export' }).click();
  await page.locator('[name="reportId"]').fill('sales');
}

describe.skipIf(!hasChromium())('every state of the board', { timeout: 120_000 }, () => {
  let browser: Browser;
  let gallery: Gallery;
  /** One for all states: loading the board and axe takes longer than looking at a state. */
  let page: Page;
  /** What the browser said since the last state. */
  const complaints: string[] = [];
  beforeAll(async () => {
    [browser, gallery] = await Promise.all([startChromium(), startGallery()]);
    browser.context.setDefaultTimeout(10_000);
    page = await browser.context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(gallery.url);
    await page.addScriptTag({ path: AXE });
  }, 60_000);
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await gallery?.[Symbol.asyncDispose]();
  });

  async function show(state: State, size: { width: number; height: number }): Promise<void> {
    await page.emulateMedia({ colorScheme: 'light', forcedColors: null, reducedMotion: 'no-preference' });
    await page.setViewportSize(size);
    await page.evaluate(
      `show(${JSON.stringify(state.scenario ?? 'day')}, ${JSON.stringify(state.path ?? '/')})`,
    );
    if (state.exportIndex !== undefined)
      await page.evaluate(
        `history.pushState(null, '', '/e/' + exports[${state.exportIndex}].id); dispatchEvent(new PopStateEvent('popstate'))`,
      );
    await state.open?.(page);
    await page.getByText(state.shows).first().waitFor({ state: 'attached' });
  }

  it.each(STATES)(
    '$name breaks no rule of axe in both themes, and fits a desk, a phone and a page at 200 %',
    async (state) => {
      const found: string[] = [];
      for (const size of SIZES) {
        await show(state, size);
        for (const theme of THEMES) {
          await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
          await picture(page, `${state.name}-${theme}-${size.width}`);
          for (const { id, nodes } of await findViolations(page, theme === 'dark' ? 'colours' : 'everything'))
            found.push(
              `${theme} ${size.width}: ${id}: ${nodes
                .map(({ html }) => html)
                .join(' ')
                .slice(0, 300)}`,
            );
        }
        // What only a phone has to open is open at 200 % too.
        for (const width of size === PHONE ? [PHONE.width, ZOOMED_WIDTH] : [DESK.width]) {
          await page.setViewportSize({ ...size, width });
          const needed = await page.evaluate(() => document.documentElement.scrollWidth);
          if (needed !== width) found.push(`${needed} pixels wide where ${width} are there`);
        }
        found.push(...complaints.splice(0));
      }

      expect(found).toEqual([]);
    },
  );

  it('has two themes that differ in colours alone', async () => {
    const [colours, others] = await page.evaluate(() => {
      const declared = (rule: CSSRule, isOfTheme: boolean): (readonly [string, string])[] => {
        const isInside =
          isOfTheme || (rule instanceof CSSMediaRule && rule.media.mediaText.includes('color-scheme'));
        const { style, cssRules } = rule as Partial<CSSStyleRule>;
        const own =
          isInside && style ? [...style].map((name) => [name, style.getPropertyValue(name)] as const) : [];
        return [...own, ...[...(cssRules ?? [])].flatMap((inner) => declared(inner, isInside))];
      };
      const all = [...document.styleSheets].flatMap(({ cssRules }) =>
        [...cssRules].flatMap((rule) => declared(rule, false)),
      );
      const isColour = ([name, value]: readonly [string, string]) =>
        /^(?:background-.+|color|--shadow)$/.test(name) || CSS.supports('color', value);
      return [all.filter(isColour), all.filter((each) => !isColour(each))];
    });

    expect(colours?.length).toBeGreaterThan(10);
    expect(others).toEqual([]);
  });

  it('tells statuses apart by shape and word, with no colour at all', async () => {
    await show({ name: 'list', shows: 'For Ann, Monday' }, { width: 1_400, height: 2_000 });

    const shapes = await page
      .locator('.row .status')
      .evaluateAll((badges) =>
        badges.map((badge) => [badge.textContent, badge.querySelector('svg')?.innerHTML] as const),
      );

    const byWord = new Map(shapes);
    expect(byWord.size).toBeGreaterThanOrEqual(10);
    expect(new Set(byWord.values()).size).toBe(byWord.size);
  });

  it.each([0, 8])('draws the shapes of export %s where colours are forced', async (exportIndex) => {
    await show({ name: 'forced', exportIndex, shows: 'Timeline' }, DESK);
    await page.emulateMedia({ forcedColors: 'active' });
    await picture(page, `forced-colours-${exportIndex}`);

    const widths = await page
      .locator('.span, .lane')
      .evaluateAll((parts) => parts.map((part) => getComputedStyle(part).borderTopWidth));

    expect(new Set(widths)).toEqual(new Set(['1px']));
  });

  it('says no longer that the gateway does not answer, as soon as the connection is back', async () => {
    await show({ name: 'list', shows: 'For Ann, Monday' }, DESK);
    await page.evaluate(`
      window.good = stub.accounts;
      window.failures = 0;
      stub.accounts = () => { window.failures += 1; return Promise.reject({ code: 'NETWORK', message: 'fetch failed' }); };
      stub.turn({ state: 'resuming', since: new Date(), attempt: 1, retryAt: new Date() });
    `);
    // The accounts are asked for every five seconds: right after one failure, the next look is far.
    await page.waitForFunction('window.failures > 0');
    await page.evaluate(`stub.accounts = window.good; stub.turn({ state: 'live' })`);

    await page.locator('.banner').waitFor({ state: 'detached', timeout: 1_500 });
    expect(await page.locator('.connection').getAttribute('data-state')).toBe('live');
  });

  it('moves nothing where somebody asked for that', async () => {
    await show({ name: 'list', shows: 'For Ann, Monday' }, DESK);
    await page.emulateMedia({ reducedMotion: 'reduce' });

    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  it('is pictured at the top of the README', async () => {
    if (existsSync(README_PICTURE) && PICTURES === undefined) return;
    await show({ name: 'list', shows: 'For Ann, Monday' }, { width: 1_280, height: 860 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });

    const devtools = await browser.context.newCDPSession(page);
    const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
    const image = Buffer.from(data, 'base64');
    writeFileSync(README_PICTURE, image);

    expect(image.length).toBeLessThan(150_000);
  });
});

/** @param what - of a second theme only the colours: everything else was looked at in the first */
async function findViolations(page: Page, what: 'everything' | 'colours'): Promise<axe.Result[]> {
  const options: axe.RunOptions = { resultTypes: ['violations'] };
  if (what === 'colours') options.runOnly = { type: 'tag', values: ['cat.color'] };
  // Of another standard than the rest; left out of "everything" by axe itself.
  if (what === 'colours') options.rules = { 'color-contrast-enhanced': { enabled: false } };
  return page.evaluate(async (how) => {
    const { axe: loaded } = window as unknown as { readonly axe: typeof axe };
    return (await loaded.run(document, how)).violations;
  }, options);
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}
