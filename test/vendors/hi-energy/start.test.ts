import { describe, expect, it } from 'vitest';
import type { StartedSearch, VendorAccount } from '../../../src/export/ports.ts';
import { hiEnergy } from '../../../src/vendors/hi-energy/index.ts';
import { type FakeReply, startFakeVendor } from '../../support/fake-vendor.ts';
import { createRecordingLog } from '../../support/tools.ts';
import { openAccount, readFixture, toMinimal } from './support.ts';

const INPUT = { reportType: 'deals_excel', searchParams: { q: 'shoes', tags: ['a', 'b'] } };
const parse = (input: Readonly<Record<string, unknown>>) =>
  hiEnergy.parseOrder(input, 'input.order.hiEnergy');
const ORDER = parse(INPUT);
const SENT_AT = Date.UTC(2026, 4, 18, 9, 0, 0);

/** What an account makes of a vendor that answers everything so. */
async function ask<Result>(reply: FakeReply, call: (account: VendorAccount) => Promise<Result> | undefined) {
  const log = createRecordingLog();
  await using vendor = await startFakeVendor(() => reply);
  const account = openAccount(vendor.url, { tools: { log } });
  const outcome = await Promise.resolve(call(account)).catch((error: unknown) => error);
  await account.close();
  return { outcome, requests: vendor.requests, log };
}

const start = (reply: FakeReply, order = ORDER) => ask(reply, (account) => account.start?.(order));

describe('starting an export at Hi Energy', () => {
  it('sends the type, and the filters and columns that were given', async () => {
    const { requests } = await start({ status: 201, body: { export: toMinimal(1) } });
    const bare = await start(
      { status: 201, body: { export: toMinimal(1) } },
      parse({ reportType: 'brand_new_csv', indexParams: {}, searchParams: null }),
    );

    expect(requests).toMatchObject([{ method: 'POST', url: '/exports' }]);
    expect(requests.map(({ body }) => JSON.parse(body))).toEqual([
      { report_type: 'deals_excel', search_params: INPUT.searchParams },
    ]);
    expect(bare.requests.map(({ body }) => JSON.parse(body))).toEqual([
      { report_type: 'brand_new_csv', index_params: {} },
    ]);
  });

  it.each([200, 201, 202])('has started an export after a %i', async (status) => {
    const { outcome } = await start({ status, body: readFixture('pending') });

    expect(outcome).toMatchObject({
      isExisting: false,
      snapshot: { key: { ids: { exportId: '4211' } }, status: 'QUEUED', name: 'Deals' },
    });
  });

  it('says that the export was there already where the vendor does', async () => {
    const { outcome } = await start({ body: readFixture('start-deduped') });

    expect(outcome).toMatchObject({
      isExisting: true,
      // Whether there is a file the answer to an order does not tell.
      snapshot: { key: { ids: { exportId: '4213' } }, status: 'SUCCEEDED', files: undefined },
    });
  });

  it.each([
    ['beside the error', (running: object) => ({ error: { code: 'CONFLICT' }, export: running })],
    [
      'in the error’s details',
      (running: object) => ({ error: { code: 'CONFLICT', details: { export: running } } }),
    ],
    ['in details', (running: object) => ({ error: 'Conflict', details: { export: running } })],
    [
      'in the first place that holds one',
      (running: object) => ({ export: null, details: { export: running } }),
    ],
  ])('adopts an identical export that is under way, told of %s', async (_where, toBody) => {
    const { outcome, requests } = await start({ status: 409, body: toBody(toMinimal(4_212)) });

    expect(outcome).toMatchObject({
      isExisting: true,
      snapshot: { key: { ids: { exportId: '4212' } }, status: 'RUNNING' },
    });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['without an export', { error: { code: 'CONFLICT', message: 'Already running' } }],
    ['with one that has no id', { error: { message: 'Already running' }, export: { status: 'pending' } }],
    [
      'with one of another type',
      { error: { message: 'Already running' }, export: { ...toMinimal(1), report_type: 'advertisers_csv' } },
    ],
    ['with the words alone', { error: 'Already running' }],
  ])('reads a conflict %s as a refusal', async (_what, body) => {
    const { outcome } = await start({ status: 409, body });

    expect(outcome).toMatchObject({
      code: 'VENDOR_REJECTED',
      httpStatus: 409,
      vendorMessage: 'Already running',
    });
  });

  it('keeps an id that no float can hold', async () => {
    const { outcome } = await start({
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: '{"export":{"id":9007199254740993}}',
    });

    expect(outcome).toMatchObject({
      snapshot: {
        key: { ids: { exportId: '9007199254740993' } },
        status: 'UNKNOWN',
        details: { reportType: 'deals_excel' },
      },
    });
  });

  it('logs a status word that nobody knows', async () => {
    const { log } = await start({ status: 201, body: { export: toMinimal(1, 'dreaming') } });

    expect(log.lines.map(({ message }) => message)).toContain('Hi Energy sent an unlisted status word');
  });

  it('is of one kind with others of the same type', async () => {
    const { outcome } = await start({ status: 201, body: { export: toMinimal(1) } });

    expect(hiEnergy.kindOf((outcome as { snapshot: never }).snapshot)).toBe('deals_excel');
  });

  it.each(['', 'Deals', 'deals excel', '1deals', 'a'.repeat(65)])('refuses the type %j', (reportType) => {
    expect(() => parse({ reportType })).toThrow(/^input\.order\.hiEnergy\.reportType must be a report type:/);
  });
});

describe('looking for an export of Hi Energy whose start’s answer was lost', () => {
  const SEARCH: StartedSearch = { order: ORDER, sentAt: SENT_AT, mark: null };
  const at = (ms: number) => new Date(SENT_AT + ms).toISOString();
  const OURS = {
    ...toMinimal(7),
    created_at: at(2_000),
    parameters: { index_params: {}, search_params: { tags: ['a', 'b'], q: 'shoes' } },
  };
  const find = async (exports: readonly object[], search = SEARCH) => {
    const { outcome, requests } = await ask({ body: { exports } }, (account) =>
      account.findStarted?.(search),
    );
    expect(requests).toMatchObject([{ method: 'GET', url: '/exports?limit=100' }]);
    return (outcome as readonly { key: { ids: { exportId: string } } }[]).map(({ key }) => key.ids.exportId);
  };

  it('finds it by its type, its parameters and its time', async () => {
    expect(await find([toMinimal(9), OURS, toMinimal(1)])).toEqual(['7']);
  });

  it.each([
    ['is of another type', { report_type: 'advertisers_csv' }],
    ['has other filters', { parameters: { search_params: { q: 'boots' } } }],
    ['has a filter less', { parameters: { search_params: { q: 'shoes' } } }],
    [
      'has its filters in another order of a list',
      { parameters: { search_params: { q: 'shoes', tags: ['b', 'a'] } } },
    ],
    [
      'has columns that were not ordered',
      { parameters: { ...OURS.parameters, index_params: { sort: 'x' } } },
    ],
    ['does not tell its parameters', { parameters: null }],
    ['does not tell its time', { created_at: null }],
    ['has a time that cannot be read', { created_at: 'yesterday' }],
    ['was made before the order was sent', { created_at: at(-61_000) }],
    ['was made long after', { created_at: at(601_000) }],
    ['is a chunk of another', { parent_report_id: 6 }],
  ])('takes none that %s', async (_what, overlay) => {
    expect(await find([{ ...OURS, ...overlay }])).toEqual([]);
  });

  it.each([-60_000, 0, 600_000])('allows for clocks that differ: %i ms', async (ms) => {
    expect(await find([{ ...OURS, created_at: at(ms) }])).toEqual(['7']);
  });

  it('takes what was left out and what is empty for the same', async () => {
    const bare = parse({ reportType: 'deals_excel' });

    expect(await find([{ ...OURS, parameters: {} }], { ...SEARCH, order: bare })).toEqual(['7']);
  });

  it('puts the one first that was made soonest', async () => {
    const exports = [30_000, -40_000, 1_000, 500_000].map((ms, index) => ({
      ...OURS,
      id: index + 1,
      created_at: at(ms),
    }));

    expect(await find(exports)).toEqual(['3', '1', '2', '4']);
  });

  const others = (count: number, ms: number) =>
    Array.from({ length: count }, (_, index) => ({ ...toMinimal(index + 100), created_at: at(ms) }));

  it('does not say that it is not there where a hundred newer ones may have pushed it out', async () => {
    const { outcome } = await ask({ body: { exports: others(100, -5_000) } }, (account) =>
      account.findStarted?.(SEARCH),
    );

    expect(outcome).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', isRetryable: false });
  });

  it.each([
    ['of which one is from before the order', [...others(99, 5_000), ...others(1, -5_001)]],
    ['that are not as many as it may hold', others(99, 5_000)],
  ])('says that it is not there in a list of exports %s', async (_what, exports) => {
    expect(await find(exports)).toEqual([]);
  });

  it('fails where the list cannot be had', async () => {
    const { outcome } = await ask({ status: 401 }, (account) => account.findStarted?.(SEARCH));

    expect(outcome).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED' });
  });
});
