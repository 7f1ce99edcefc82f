import { describe, expect, it } from 'vitest';
import type { VendorAccount } from '../../../src/export/ports.ts';
import {
  type FakeAnswer,
  type FakeReply,
  type FakeVendor,
  startFakeVendor,
} from '../../support/fake-vendor.ts';
import { createKey, filePath, jobPath, listPath, openAccount, readFixture, toJobId } from './support.ts';

interface Stage extends AsyncDisposable {
  readonly account: VendorAccount;
  readonly vendor: FakeVendor;
  readonly paths: () => readonly string[];
}

/** An account in front of a vendor whose lists are answered so; a status call says `processing`. */
async function startStage(
  list: FakeAnswer | 'reset' | ((reportType: string) => FakeReply),
  single: (jobId: string) => FakeReply = (jobId) => ({ body: { job: { id: jobId, status: 'processing' } } }),
): Promise<Stage> {
  const vendor = await startFakeVendor(({ url }) => {
    const [, reportType = '', jobId] = /^\/data\/reports\/(\w+)\/jobs(?:\/([\w-]+))?/.exec(url) ?? [];
    if (jobId !== undefined) return single(jobId);
    return typeof list === 'function' ? list(reportType) : list;
  });
  const account = openAccount(vendor.url);
  return {
    account,
    vendor,
    paths: () => vendor.requests.map(({ url }) => url),
    async [Symbol.asyncDispose]() {
      await account.close();
      await vendor[Symbol.asyncDispose]();
    },
  };
}

function toPage(jobs: readonly object[]): FakeAnswer {
  return { body: { total: jobs.length, count: jobs.length, _embedded: { jobs } } };
}

const FORTY = Array.from({ length: 40 }, (_, n) => toJobId(n));

describe('reading many Talkdesk jobs', () => {
  it('takes one list call for forty jobs of one type', async () => {
    const jobs = FORTY.map((id) => ({ id, name: `Calls ${id}`, status: 'done', format: 'csv' }));
    await using stage = await startStage(toPage(jobs));

    const readings = await stage.account.readMany(FORTY.map((id) => createKey(id)));

    expect(stage.paths()).toEqual([listPath()]);
    expect(readings).toHaveLength(40);
    for (const [n, reading] of readings.entries()) {
      expect(reading).toMatchObject({
        key: createKey(toJobId(n)),
        status: 'SUCCEEDED',
        files: [{ name: `Calls ${toJobId(n)}.csv` }],
      });
    }
  });

  it('takes one list call per type, and a single call for a type with one job', async () => {
    await using stage = await startStage((reportType) =>
      toPage([
        { id: toJobId(1), status: 'created', name: reportType },
        { id: toJobId(2), status: 'failed', name: reportType },
      ]),
    );
    const keys = [
      createKey(toJobId(1), 'calls'),
      createKey(toJobId(1), 'contacts'),
      createKey(toJobId(2), 'contacts'),
      createKey(toJobId(2), 'calls'),
      createKey(toJobId(1), 'user_status'),
    ];

    const readings = await stage.account.readMany(keys);

    expect([...stage.paths()].sort()).toEqual(
      [listPath('calls'), jobPath(toJobId(1), 'user_status'), listPath('contacts')].sort(),
    );
    expect(readings).toMatchObject([
      { status: 'QUEUED', name: 'calls' },
      { status: 'QUEUED', name: 'contacts' },
      { status: 'FAILED', name: 'contacts' },
      { status: 'FAILED', name: 'calls' },
      { status: 'RUNNING' },
    ]);
  });

  it('asks alone for what the list does not show or cannot say', async () => {
    await using stage = await startStage(
      toPage([{ id: toJobId(1), status: 'created' }, { id: toJobId(2) }, { status: 'done' }]),
    );

    const readings = await stage.account.readMany([1, 2, 3].map((n) => createKey(toJobId(n))));

    expect(readings).toMatchObject([{ status: 'QUEUED' }, { status: 'RUNNING' }, { status: 'RUNNING' }]);
    expect(stage.paths()).toEqual([listPath(), jobPath(toJobId(2)), jobPath(toJobId(3))]);
  });

  it('never concludes from an empty list that a job does not exist', async () => {
    await using stage = await startStage({ body: readFixture('list-empty') });

    const readings = await stage.account.readMany([createKey(toJobId(1)), createKey(toJobId(2))]);

    expect(readings).toMatchObject([{ status: 'RUNNING' }, { status: 'RUNNING' }]);
  });

  it('reads the retired spelling of the list', async () => {
    await using stage = await startStage({ body: readFixture('list-misspelt') });
    const ids = ['a1', 'a0'].map((end) => `00000000-0000-4000-8000-0000000000${end}`);

    const readings = await stage.account.readMany(ids.map((id) => createKey(id)));

    expect(readings).toMatchObject([{ status: 'RUNNING' }, { status: 'EXPIRED', files: [] }]);
    expect(stage.paths()).toEqual([listPath()]);
  });

  it('shares one call between equal keys', async () => {
    await using stage = await startStage('reset');

    const readings = await stage.account.readMany([createKey(), createKey(), createKey()]);

    expect(readings).toMatchObject([{ status: 'RUNNING' }, { status: 'RUNNING' }, { status: 'RUNNING' }]);
    expect(stage.paths()).toEqual([jobPath()]);
  });

  it.each<[string, FakeAnswer]>([
    ['a 400', { status: 400, body: readFixture('error-400-parameters') }],
    ['a 403', { status: 403, body: readFixture('error-403') }],
    ['a 404', { status: 404, body: '404 Not Found' }],
    ['a lasting 500', { status: 500, body: readFixture('error-500') }],
    ['an HTML page', { body: '<html></html>' }],
    ['a redirect', { status: 302, headers: { location: filePath() } }],
    ['a page that holds no list', { body: { _embedded: { jobs: 'x' } } }],
  ])('goes on one by one where the list is %s', async (_what, list) => {
    await using stage = await startStage(list);

    const readings = await stage.account.readMany([createKey(toJobId(1)), createKey(toJobId(2))]);

    expect(readings).toMatchObject([{ status: 'RUNNING' }, { status: 'RUNNING' }]);
    expect(stage.paths().slice(-2)).toEqual([jobPath(toJobId(1)), jobPath(toJobId(2))]);
  });

  it.each([
    ['throttled', { status: 429, headers: { 'retry-after': '60' } }, 'VENDOR_RATE_LIMITED'],
    ['refused', { status: 401, body: readFixture('error-401') }, 'VENDOR_UNAUTHENTICATED'],
  ] as const)('sends no single calls after a list that was %s', async (_what, list, code) => {
    await using stage = await startStage(list);

    const readings = await stage.account.readMany([createKey(toJobId(1)), createKey(toJobId(2))]);

    expect(readings).toMatchObject([{ code }, { code }]);
    expect(stage.paths()).toEqual([listPath()]);
  });

  it('sends no single calls behind an open circuit breaker', async () => {
    await using stage = await startStage('reset', () => 'reset');
    const keys = [createKey(toJobId(1)), createKey(toJobId(2))];
    for (let round = 0; stage.account.health().state !== 'UNAVAILABLE' && round < 20; round += 1) {
      await stage.account.readMany(keys);
    }
    const sentBefore = stage.vendor.requests.length;

    const readings = await stage.account.readMany(keys);

    expect(readings).toMatchObject([{ code: 'VENDOR_UNAVAILABLE' }, { code: 'VENDOR_UNAVAILABLE' }]);
    expect(stage.vendor.requests).toHaveLength(sentBefore);
  });

  it('lets a failing type spoil no other', async () => {
    await using stage = await startStage(
      (reportType) =>
        reportType === 'calls'
          ? { body: 'null' }
          : toPage([1, 2].map((n) => ({ id: toJobId(n), status: 'done' }))),
      () => ({ status: 404, body: readFixture('error-404') }),
    );
    const keys = [1, 2].flatMap((n) => [createKey(toJobId(n)), createKey(toJobId(n), 'contacts')]);

    const readings = await stage.account.readMany(keys);

    expect(readings).toMatchObject([
      { code: 'EXPORT_NOT_FOUND' },
      { status: 'SUCCEEDED' },
      { code: 'EXPORT_NOT_FOUND' },
      { status: 'SUCCEEDED' },
    ]);
  });
});
