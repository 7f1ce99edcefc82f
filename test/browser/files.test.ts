import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DEMO_HI_ENERGY_API_KEY,
  DEMO_POWER_BI_CLIENT_ID,
  DEMO_POWER_BI_CLIENT_SECRET,
  DEMO_TALKDESK_CLIENT_ID,
  DEMO_TALKDESK_CLIENT_SECRET,
  DEMO_WEB_ADMIT_API_KEY,
} from '../../simulator/demo-credentials.ts';
import type { Simulators } from '../../simulator/server.ts';
import type { CodedVendorId } from '../../src/export/vendor-id.ts';
import { type Browser, hasChromium, startChromium } from '../support/chromium.ts';
import { createOffsetClock, type OffsetClock } from '../support/offset-clock.ts';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';

const EXPORTS: Readonly<
  Record<CodedVendorId, { readonly field: string; readonly title: string; readonly name: RegExp }>
> = {
  'power-bi': { field: 'powerBi', title: 'Umsatzübersicht Köln', name: /^Umsatzübersicht Köln\.\w+$/ },
  'hi-energy': { field: 'hiEnergy', title: 'Deals, Black Friday', name: /^[\w-]+\.xlsx$/ },
  talkdesk: {
    field: 'talkdesk',
    title: 'Inbound calls, this month',
    name: /^Inbound calls, this month\.\w+$/,
  },
  'web-admit': {
    field: 'webAdmit',
    title: 'Interview invitations, autumn.xlsx',
    name: /^Interview invitations, autumn\.xlsx$/,
  },
};
const VENDORS = Object.keys(EXPORTS) as CodedVendorId[];

/** The last job of that title that ends well: earlier ones may end otherwise. */
function idsOf(simulators: Simulators, vendor: CodedVendorId): Readonly<Record<string, string>> {
  const { title } = EXPORTS[vendor];
  const job = simulators.seeds[vendor].findLast(
    ({ title: own, ends }) => own === title && ends !== 'Empty List',
  );
  if (job === undefined) throw new Error(`no job ${title}`);
  return job.ids;
}

describe.skipIf(!hasChromium())('an ordinary anchor in a real browser', { timeout: 60_000 }, () => {
  let clock: OffsetClock;
  let gateway: SimulatedGateway;
  let browser: Browser;
  let site: Site;
  let page: Page;

  beforeAll(async () => {
    clock = createOffsetClock();
    gateway = await startSimulatedGateway({ tools: { clock } });
    await readLinks(gateway); // the jobs begin to move when they are first looked at
    clock.skip(600_000);
    site = await startSite();
    browser = await startChromium();
    page = await browser.context.newPage();
  }, 60_000);
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
    await gateway?.[Symbol.asyncDispose]();
  });

  async function click(vendor: CodedVendorId) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#${vendor}`)]);
    const path = await download.path();
    return { name: download.suggestedFilename(), url: download.url(), bytes: await readFile(path) };
  }

  it.each(VENDORS)('downloads the file of %s when it is clicked, and again 60 s later', async (vendor) => {
    const links = await readLinks(gateway);
    site.show(VENDORS.map((id) => `<a id="${id}" href="${links[id]}">${id}</a>`).join('\n'));
    await page.goto(site.url);
    const truth = await fetchFromVendor(gateway.simulators, vendor);

    const now = await click(vendor);
    clock.skip(60_000);
    const later = await click(vendor);

    for (const { name, bytes } of [now, later]) {
      expect(name).toMatch(EXPORTS[vendor].name);
      expect(bytes.equals(truth)).toBe(true);
    }
    expect(truth.length).toBeGreaterThan(100);
    if (vendor === 'web-admit') expect((await fetch(now.url)).status).toBe(403); // the link of the first click is long dead
    if (vendor === 'power-bi') expect(now.url).toBe(links[vendor]);
    else expect(later.url).not.toBe(now.url);
  });

  it('shows a page that says what to do when the link itself has expired', async () => {
    const links = await readLinks(gateway);
    site.show(`<a id="web-admit" href="${links['web-admit']}">file</a>`);
    await page.goto(site.url);
    clock.skip(16 * 60_000);

    await Promise.all([page.waitForNavigation(), page.click('#web-admit')]);

    expect(await page.textContent('h1')).toBe('This link has expired');
    expect(await page.textContent('p')).toBe(
      'Go back to the page it came from and load it anew for a new link.',
    );
    await page.goBack();
    expect(page.url()).toBe(`${site.url}/`);
  });
});

/** The links as a page would get them, by GraphQL. */
async function readLinks(gateway: SimulatedGateway): Promise<Record<CodedVendorId, string>> {
  const locators = VENDORS.map((vendor) => ({ [EXPORTS[vendor].field]: idsOf(gateway.simulators, vendor) }));
  const { data } = await gateway.query(
    'query ($locators: [ExportLocator!]!) { exports(locators: $locators) { files { url } } }',
    { locators },
  );
  const urls = VENDORS.map((vendor, index) => [vendor, data.exports[index]?.files?.[0]?.url ?? '']);
  return Object.fromEntries(urls) as Record<CodedVendorId, string>;
}

interface Site extends AsyncDisposable {
  readonly url: string;
  show(html: string): void;
}

/** Somebody's page, on an origin of its own. */
async function startSite(): Promise<Site> {
  let html = '';
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>exports</title>${html}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show(next) {
      html = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The file as the vendor itself hands it out, past the gateway. */
async function fetchFromVendor(simulators: Simulators, vendor: CodedVendorId): Promise<Buffer> {
  return Buffer.from(await (await FETCHERS[vendor](simulators, idsOf(simulators, vendor))).arrayBuffer());
}

type Fetcher = (simulators: Simulators, ids: Readonly<Record<string, string>>) => Promise<Response>;

const FETCHERS: Readonly<Record<CodedVendorId, Fetcher>> = {
  'power-bi': async ({ baseUrls, tokenUrls }, { groupId, reportId, exportId }) => {
    const token = await fetchToken(tokenUrls['power-bi'], {
      client_id: DEMO_POWER_BI_CLIENT_ID,
      client_secret: DEMO_POWER_BI_CLIENT_SECRET,
      scope: 'https://analysis.windows.net/powerbi/api/.default',
    });
    const workspace = groupId === undefined ? '' : `/groups/${groupId}`;
    const path = `${workspace}/reports/${reportId}/exports/${exportId}/file`;
    return fetch(baseUrls['power-bi'] + path, { headers: { authorization: `Bearer ${token}` } });
  },
  'hi-energy': async ({ baseUrls }, { exportId }) => {
    const headers = { 'x-api-key': DEMO_HI_ENERGY_API_KEY };
    const answer = await fetch(`${baseUrls['hi-energy']}/exports/${exportId}`, { headers });
    return fetch(((await answer.json()) as { export: { download_url: string } }).export.download_url);
  },
  talkdesk: async ({ baseUrls, tokenUrls }, { reportType, jobId }) => {
    const client = Buffer.from(`${DEMO_TALKDESK_CLIENT_ID}:${DEMO_TALKDESK_CLIENT_SECRET}`).toString(
      'base64',
    );
    const token = await fetchToken(tokenUrls.talkdesk, {}, { authorization: `Basic ${client}` });
    const answer = await fetch(`${baseUrls.talkdesk}/data/reports/${reportType}/files/${jobId}`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'manual',
    });
    return fetch(answer.headers.get('location') ?? '');
  },
  'web-admit': async ({ baseUrls }, { exportId, exportFileId }) => {
    const headers = { 'x-api-key': DEMO_WEB_ADMIT_API_KEY };
    const url = `${baseUrls['web-admit']}/api/v1/exports/${exportId}/export_files/${exportFileId}`;
    const answer = (await (await fetch(url, { headers })).json()) as {
      export_files: { download_url: string };
    };
    return fetch(answer.export_files.download_url);
  },
};

async function fetchToken(
  url: string,
  fields: object,
  headers: Record<string, string> = {},
): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...fields });
  const answer = await fetch(url, { method: 'POST', body, headers });
  return ((await answer.json()) as { access_token: string }).access_token;
}
