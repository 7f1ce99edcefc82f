import { describe, expect, it } from 'vitest';
import { type FakeReply, startFakeVendor } from '../../support/fake-vendor.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { listPath, openAccount, readFixture, toJobId } from './support.ts';

const CONFIRMED = [
  'calls',
  'explore_calls',
  'user_status',
  'contacts',
  'ring_attempts',
  'studio_flow_execution',
  'advanced_dialer_calls_report',
];

function toPage(...jobs: readonly object[]): FakeReply {
  return { body: { _embedded: { jobs } } };
}

async function startStage(answers: Readonly<Record<string, FakeReply>>, reportTypes?: readonly string[]) {
  const vendor = await startFakeVendor(({ url }) => {
    const reportType = /^\/data\/reports\/(\w+)\/jobs\?/.exec(url)?.[1] ?? '';
    return answers[reportType] ?? { status: 404, body: readFixture('error-404') };
  });
  const clock = createManualClock();
  const account = openAccount(vendor.url, { tools: { clock }, ...(reportTypes && { reportTypes }) });
  return {
    account,
    clock,
    paths: () => vendor.requests.map(({ url }) => url),
    async [Symbol.asyncDispose]() {
      await account.close();
      await vendor[Symbol.asyncDispose]();
    },
  };
}

describe('the newest Talkdesk jobs', () => {
  it('are listed by one call for each confirmed report type', async () => {
    await using stage = await startStage({ calls: { body: readFixture('list') } });

    const recent = await stage.account.listRecent(20);

    expect([...stage.paths()].sort()).toEqual(CONFIRMED.map((type) => listPath(type, 20)).sort());
    expect(recent).toMatchObject([
      { status: 'RUNNING', key: { ids: { reportType: 'calls' } } },
      { status: 'EXPIRED', files: [] },
    ]);
  });

  it('are listed for the configured report types alone', async () => {
    await using stage = await startStage({}, ['adherence_report']);

    expect(await stage.account.listRecent(100)).toEqual([]);
    expect(stage.paths()).toEqual([listPath('adherence_report')]);
  });

  it('come newest first where every job tells its creation, at most as many as asked for', async () => {
    await using stage = await startStage({
      calls: toPage(
        { id: 'c3', status: 'done', created_at: '2024-05-03T00:00:00' },
        { id: 'c1', status: 'done', created_at: '2024-05-01T00:00:00' },
      ),
      contacts: toPage({ id: 'k2', status: 'done', created_at: '2024-05-02T00:00:00' }),
    });

    const recent = await stage.account.listRecent(2);

    expect(recent.map(({ key }) => key.ids.jobId)).toEqual(['c3', 'k2']);
  });

  it('take turns between the types where a job does not tell its creation', async () => {
    await using stage = await startStage({
      calls: toPage({ id: 'c1', status: 'done' }, { id: 'c2', status: 'done' }),
      contacts: toPage({ id: 'k1', status: 'done' }, { id: 'k2', status: 'done' }),
    });

    const recent = await stage.account.listRecent(3);

    expect(recent.map(({ key }) => key.ids.jobId)).toEqual(['c1', 'k1', 'c2']);
  });

  it('leave out entries without a status or with an id that none of ours could have', async () => {
    await using stage = await startStage({
      calls: toPage(
        { id: '../x', status: 'done' },
        { id: toJobId(1) },
        { status: 'done' },
        { id: 'ok', status: 'done' },
      ),
    });

    const recent = await stage.account.listRecent(10);

    expect(recent.map(({ key }) => key.ids.jobId)).toEqual(['ok']);
  });

  it.each([1, 200])('ask for a page of %i', async (limit) => {
    await using stage = await startStage({}, ['calls']);

    await stage.account.listRecent(limit);

    expect(stage.paths()).toEqual([listPath('calls', limit)]);
  });

  it('ask for no more than the vendor gives', async () => {
    await using stage = await startStage({}, ['calls']);

    await stage.account.listRecent(5_000);

    expect(stage.paths()).toEqual([listPath('calls', 200)]);
  });

  it('leave a type that the account does not have alone for ten minutes', async () => {
    await using stage = await startStage(
      {
        calls: toPage(),
        contacts: { status: 400, body: readFixture('error-400-type') },
        user_status: { status: 403, body: readFixture('error-403') },
      },
      ['calls', 'contacts', 'user_status', 'ring_attempts'],
    );

    await stage.account.listRecent(20);
    const first = stage.paths().length;
    await stage.clock.advance(599_000);
    await stage.account.listRecent(20);
    const second = stage.paths().length - first;
    await stage.clock.advance(2_000);
    await stage.account.listRecent(20);

    expect([first, second, stage.paths().length - first - second]).toEqual([4, 1, 4]);
  });

  it('cannot be had where the credential may see no type at all', async () => {
    const forbidden = { status: 403, body: readFixture('error-403') };
    await using stage = await startStage({ calls: forbidden, contacts: forbidden }, ['calls', 'contacts']);

    for (const _round of [1, 2]) {
      await expect(stage.account.listRecent(20)).rejects.toMatchObject({ code: 'VENDOR_FORBIDDEN' });
    }
  });

  it.each<[string, FakeReply, string]>([
    ['throttled', { status: 429, headers: { 'retry-after': '60' } }, 'VENDOR_RATE_LIMITED'],
    ['refused', { status: 401 }, 'VENDOR_UNAUTHENTICATED'],
    ['an HTML page', { body: '<html></html>' }, 'VENDOR_BAD_RESPONSE'],
  ])('cannot be had where a list is %s', async (_what, reply, code) => {
    await using stage = await startStage({ calls: toPage(), contacts: reply }, ['calls', 'contacts']);

    await expect(stage.account.listRecent(20)).rejects.toMatchObject({ code });
  });
});
