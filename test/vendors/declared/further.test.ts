import { describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/export/errors.ts';
import type { Reading } from '../../../src/export/ports.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { FurtherRule, VendorDeclaration } from '../../../src/vendor-file/declaration.ts';
import { type FakeReply, type ReceivedRequest, startFakeVendor } from '../../support/fake-vendor.ts';
import { createRecordingLog } from '../../support/tools.ts';
import { ACME, acme, at, detail, keyOf, openAccount, readFrom, request, value } from './support.ts';

const FURTHER: FurtherRule = {
  request: request('GET /v2/jobs/{jobId}/details'),
  when: { words: ['ready', 'ready_partial', 'stopped'], isStalled: true },
  at: [at('/details')],
  id: { at: [at('/id')], prefix: '' },
  word: [at('/result')],
  words: {
    busy: { status: 'RUNNING', outcome: null },
    fine: { status: 'SUCCEEDED', outcome: 'COMPLETE' },
    broken: { status: 'FAILED', outcome: null },
    gone: { status: 'EXPIRED', outcome: null },
    odd: { status: 'UNKNOWN', outcome: null },
  },
  refine: [
    {
      word: 'fine',
      where: [{ at: at('/records'), test: { is: 0 } }],
      is: { status: 'SUCCEEDED', outcome: 'EMPTY' },
    },
  ],
  fields: {
    name: value('/label'),
    updatedAt: value('/changed'),
    finishedAt: value('/ended'),
    failureCode: value('/why/code'),
    failureMessage: value('/why/text'),
  },
  details: { recordCount: detail('Int', '/records') },
};

const OPEN = acme({ status: { further: FURTHER } });
const NOW = Date.UTC(2026, 4, 18, 12);
const HOUR_MS = 3_600_000;
const STATUS_CALL = 'GET /v2/jobs/j1?expand=files';
const FURTHER_CALL = 'GET /v2/jobs/j1/details';

/** What came of reading one export again and again. */
interface Told {
  readonly readings: readonly Reading[];
  readonly calls: readonly string[];
  readonly log: readonly string[];
}

interface Story {
  readonly first: object;
  readonly further: FakeReply | ((received: ReceivedRequest, asked: number) => FakeReply);
  /** When it is read, in milliseconds from the first time on; once where it is left out. */
  readonly reads?: readonly number[];
  readonly declaration?: VendorDeclaration;
}

async function tell({ first, further, reads = [0], declaration = OPEN }: Story): Promise<Told> {
  let asked = 0;
  await using vendor = await startFakeVendor((received) => {
    if (!received.url.endsWith('/details')) return { body: { data: { id: 'j1', ...first } } };
    asked += 1;
    return typeof further === 'function' && further.length === 2
      ? (further as (received: ReceivedRequest, asked: number) => FakeReply)(received, asked)
      : (further as FakeReply);
  });
  const clock = createStillClock();
  const log = createRecordingLog('warn');
  const account = openAccount(declaration, vendor.url, { tools: { clock, log } });
  const readings: Reading[] = [];
  for (const afterMs of reads) {
    clock.set(NOW + afterMs);
    readings.push(await readFrom(account, keyOf(declaration, { jobId: 'j1' })));
  }
  await account.close();
  return {
    readings,
    calls: vendor.requests.map(({ method, url }) => `${method} ${url}`),
    // Each failed call has a line of its own beside.
    log: log.lines.flatMap(({ fields: { code, field }, message }) =>
      code === undefined && field === undefined ? [] : [`${message}: ${code ?? field}`],
    ),
  };
}

/** Time stands where a test puts it; what waits for nothing goes on. */
function createStillClock(): Clock & { set(now: number): void } {
  let now = NOW;
  return {
    now: () => now,
    set(next) {
      now = next;
    },
    setTimer(delayMs, callback) {
      if (delayMs > 0) return () => undefined;
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    },
  };
}

const details = (rest: object): FakeReply => ({ body: { details: { id: 'j1', ...rest } } });

describe('a further call about an export', () => {
  it.each(['queued', 'working', 'error', 'no_data', 'nonsense'])(
    'is not made where the word %s leaves nothing open',
    async (state) => {
      const { calls } = await tell({ first: { state }, further: details({ result: 'fine' }) });

      expect(calls).toEqual([STATUS_CALL]);
    },
  );

  it('fills what the first answer lacks, and replaces nothing of it', async () => {
    const { readings, calls } = await tell({
      first: { state: 'ready', title: 'Sales', row_count: 12 },
      further: details({ result: 'fine', label: 'Other', records: 7, changed: '2026-05-18T11:00:00Z' }),
    });

    expect(calls).toEqual([STATUS_CALL, FURTHER_CALL]);
    expect(readings[0]).toMatchObject({
      status: 'SUCCEEDED',
      outcome: 'COMPLETE',
      rawStatus: 'ready',
      name: 'Sales',
      updatedAt: Date.UTC(2026, 4, 18, 11),
      details: { jobId: 'j1', rowCount: 12, recordCount: 7 },
    });
  });

  it.each([
    ['ready', { result: 'fine', records: 0 }, { outcome: 'EMPTY', rawStatus: 'ready' }],
    ['ready_partial', { result: 'fine', records: 5 }, { outcome: 'PARTIAL', rawStatus: 'ready_partial' }],
    ['ready_partial', { result: 'fine', records: 0 }, { outcome: 'PARTIAL', rawStatus: 'ready_partial' }],
    ['ready', { result: 'gone' }, { status: 'EXPIRED', outcome: null, rawStatus: 'gone' }],
    ['stopped', { result: 'broken' }, { status: 'FAILED', outcome: null, rawStatus: 'broken', files: [] }],
    // What has ended goes on for no word.
    ['ready', { result: 'busy' }, { status: 'SUCCEEDED', outcome: 'COMPLETE', rawStatus: 'ready' }],
    ['stopped', { result: 'odd' }, { status: 'CANCELED', rawStatus: 'stopped' }],
    ['stopped', { result: 'new word' }, { status: 'CANCELED', rawStatus: 'stopped' }],
  ])('reads %s with %j as %j', async (state, further, expected) => {
    const { readings } = await tell({ first: { state }, further: details(further) });

    expect(readings[0]).toMatchObject(expected);
  });

  it.each([
    [{}, { code: 'E7', text: 'Too large' }, { code: 'E7', message: 'Too large' }],
    [{ error: { code: 'E1' } }, { code: 'E7', text: 'Too large' }, { code: 'E1', message: 'Too large' }],
    [
      { error: { code: 'E1', message: 'No' } },
      { text: 'Too large' },
      { code: 'E1', message: expect.stringContaining('No') },
    ],
    [{}, {}, { code: null, message: 'Acme Reports reports that the export failed, without saying why.' }],
  ])('tells why an export has failed, from %j and %j', async (first, why, failure) => {
    const { readings } = await tell({
      first: { state: 'stopped', ...first },
      further: details({ result: 'broken', why, ended: '2026-05-18T11:30:00Z' }),
    });

    expect(readings[0]).toMatchObject({
      status: 'FAILED',
      failure,
      finishedAt: Date.UTC(2026, 4, 18, 11, 30),
    });
  });

  it('logs a word that the file does not list, once, and not one that it calls unknown', async () => {
    const unlisted = await tell({
      first: { state: 'stopped' },
      further: details({ result: 'x' }),
      reads: [0, HOUR_MS],
    });
    const known = await tell({ first: { state: 'stopped' }, further: details({ result: 'odd' }) });

    expect(unlisted.log).toEqual([
      'Acme Reports sent a value that is not what its file says: status.further.word',
    ]);
    expect(known.log).toEqual([]);
  });
});

describe('an export that stands still', () => {
  const first = { state: 'working', created: '2026-05-18T11:45:00Z' };

  it('is asked about once it counts as stalled, and again after as long', async () => {
    const minutes = [0, 14, 15, 16, 44, 45];
    const { readings, calls } = await tell({
      first,
      further: details({ result: 'busy' }),
      reads: minutes.map((minute) => minute * 60_000),
    });

    expect(readings.every((reading) => 'status' in reading && reading.status === 'RUNNING')).toBe(true);
    expect(calls.flatMap((call, index) => (call === FURTHER_CALL ? [index] : []))).toEqual([3, 7]);
    expect(calls).toHaveLength(8);
  });

  it('has ended where the further answer says so', async () => {
    const { readings } = await tell({
      first: { ...first, created: '2026-05-18T11:00:00Z' },
      further: details({ result: 'broken', records: 3 }),
    });

    expect(readings[0]).toMatchObject({
      status: 'FAILED',
      rawStatus: 'broken',
      pollAfterMs: null,
      details: { recordCount: 3 },
    });
  });

  it('is not asked about where the last change is not so long ago, or nothing tells of one', async () => {
    const changed = await tell({
      first: { ...first, created: '2026-05-18T09:00:00Z', updated: '2026-05-18T11:50:00Z' },
      further: details({ result: 'broken' }),
    });
    const untold = await tell({ first: { state: 'working' }, further: details({ result: 'broken' }) });

    expect([...changed.calls, ...untold.calls]).toEqual([STATUS_CALL, STATUS_CALL]);
  });
});

describe('a further call that fails', () => {
  it.each<[string, FakeReply, string]>([
    ['403', { status: 403 }, 'VENDOR_FORBIDDEN'],
    ['404', { status: 404 }, 'EXPORT_NOT_FOUND'],
    ['429', { status: 429, headers: { 'retry-after': '600' } }, 'VENDOR_RATE_LIMITED'],
    ['500', { status: 500 }, 'VENDOR_UNAVAILABLE'],
    ['no connection', 'reset', 'VENDOR_UNAVAILABLE'],
    ['nonsense', { body: '<html>' }, 'VENDOR_BAD_RESPONSE'],
    ['no word', details({}), 'VENDOR_BAD_RESPONSE'],
    ['another export', { body: { details: { id: 'j2', result: 'broken' } } }, 'VENDOR_BAD_RESPONSE'],
  ])('by %s loses nothing of the first answer, and says so', async (_what, further, code) => {
    const { readings, log } = await tell({ first: { state: 'stopped', title: 'Sales' }, further });

    expect(readings[0]).toMatchObject({
      status: 'CANCELED',
      rawStatus: 'stopped',
      name: 'Sales',
      details: { jobId: 'j1', recordCount: null },
    });
    expect(log).toEqual([`Acme Reports did not tell what else there is to an export: ${code}`]);
  });

  it('is made again at the next read where it may go well, and not where it may not', async () => {
    const story = { first: { state: 'stopped' }, reads: [0, 60_000, 120_000] };
    const passing = await tell({
      ...story,
      further: (_received, asked) => (asked === 1 ? { body: '<html>' } : details({ result: 'broken' })),
    });
    const lasting = await tell({ ...story, further: { status: 403 } });

    expect(passing.readings.map((reading) => 'status' in reading && reading.status)).toEqual([
      'CANCELED',
      'FAILED',
      'FAILED',
    ]);
    expect(passing.calls.filter((call) => call === FURTHER_CALL)).toHaveLength(2);
    expect(lasting.calls.filter((call) => call === FURTHER_CALL)).toHaveLength(1);
    expect(lasting.log).toHaveLength(1);
  });

  it('makes the account wait where it asks to', async () => {
    const { readings, calls } = await tell({
      first: { state: 'ready' },
      further: { status: 429, headers: { 'retry-after': '600' } },
      reads: [0, 1_000],
    });

    expect(readings[0]).toMatchObject({ status: 'SUCCEEDED' });
    expect(readings[1]).toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    expect(calls).toEqual([STATUS_CALL, FURTHER_CALL]);
  });

  it('ends with the reader who leaves', async () => {
    const controller = new AbortController();
    const reason = new DOMException('The reader left.', 'AbortError');
    await using vendor = await startFakeVendor(({ url }): FakeReply => {
      if (!url.endsWith('/details')) return { body: { data: { id: 'j1', state: 'ready' } } };
      controller.abort(reason);
      return 'hang';
    });
    const account = openAccount(OPEN, vendor.url);

    await expect(
      account.readMany([keyOf(OPEN, { jobId: 'j1' })], { signal: controller.signal }),
    ).rejects.toBe(reason);
    await account.close();
  });
});

describe('a list of exports with a further call', () => {
  it('tells of those that leave nothing open, and the others are read singly', async () => {
    await using vendor = await startFakeVendor(({ url }): FakeReply => {
      const path = url.split('?')[0] ?? '';
      if (path.endsWith('/details')) return { body: { details: { id: 'j2', result: 'broken' } } };
      if (path === '/v2/jobs')
        return {
          body: { data: ['working', 'stopped', 'error'].map((state, n) => ({ id: `j${n + 1}`, state })) },
        };
      return { body: { data: { id: 'j2', state: 'stopped' } } };
    });
    const account = openAccount(OPEN, vendor.url);
    const keys = ['j1', 'j2', 'j3'].map((jobId) => keyOf(OPEN, { jobId }));

    const readings = await account.readMany(keys);

    expect(
      readings.map((reading) => (reading instanceof VendorError ? reading.code : reading.status)),
    ).toEqual(['RUNNING', 'FAILED', 'FAILED']);
    expect(vendor.requests.map(({ url }) => url)).toEqual([
      '/v2/jobs?limit=100',
      '/v2/jobs/j2?expand=files',
      '/v2/jobs/j2/details',
    ]);
    await account.close();
  });
});

describe('a vendor without a further call', () => {
  it('has none', async () => {
    const { calls, readings } = await tell({
      first: { state: 'ready' },
      further: details({ result: 'broken' }),
      declaration: ACME,
    });

    expect(calls).toEqual([STATUS_CALL]);
    expect(readings[0]).toMatchObject({ details: { rowCount: null } });
    expect(readings[0]).not.toHaveProperty('details.recordCount');
  });
});
