import { describe, expect, it } from 'vitest';
import type { StartedSearch, VendorAccount } from '../../../src/export/ports.ts';
import { talkdesk } from '../../../src/vendors/talkdesk/index.ts';
import { type FakeReply, startFakeVendor } from '../../support/fake-vendor.ts';
import { createRecordingLog } from '../../support/tools.ts';
import { createKey, filePath, JOB_ID, listPath, openAccount, readFixture, toJobId } from './support.ts';

const FROM = Date.UTC(2024, 4, 1);
const TO = Date.UTC(2024, 4, 2);
const INPUT = { reportType: 'calls', from: FROM, to: TO };
const TIMESPAN = { from: '2024-05-01T00:00:00.000Z', to: '2024-05-02T00:00:00.000Z' };
const parse = (input: Readonly<Record<string, unknown>>) =>
  talkdesk.parseOrder(input, 'input.order.talkdesk');
const JOB = { ...(readFixture('created') as { readonly job: object }).job };

/** What an account makes of a vendor that answers everything so. */
async function ask<Result>(reply: FakeReply, call: (account: VendorAccount) => Promise<Result> | undefined) {
  const log = createRecordingLog();
  await using vendor = await startFakeVendor(() => reply);
  const account = openAccount(vendor.url, { tools: { log } });
  const outcome = await Promise.resolve(call(account)).catch((error: unknown) => error);
  await account.close();
  return { outcome, requests: vendor.requests, log };
}

const start = (reply: FakeReply, input: Readonly<Record<string, unknown>> = INPUT) =>
  ask(reply, (account) => account.start?.(parse(input)));

describe('starting a job at Talkdesk', () => {
  it.each([
    [200, 'flat', JOB],
    [201, 'flat', JOB],
    [202, 'wrapped', { job: JOB }],
    [202, 'flat with its id in capitals', { ...JOB, id: undefined, ID: JOB_ID }],
  ])('has started one after a %i with a job that is %s', async (status, _shape, body) => {
    const { outcome, requests } = await start({ status, body });

    expect(outcome).toMatchObject({
      isExisting: false,
      snapshot: {
        key: { ids: { reportType: 'calls', jobId: JOB_ID } },
        status: 'QUEUED',
        rawStatus: 'created',
      },
    });
    expect(requests).toMatchObject([{ method: 'POST', url: '/data/reports/calls/jobs' }]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ timespan: TIMESPAN });
  });

  it('merges the vendor’s further parameters, and what has a field of its own wins', async () => {
    const { requests } = await start(
      { status: 202, body: JOB },
      {
        ...INPUT,
        name: 'Calls of May',
        timezone: 'Europe/Lisbon',
        parameters: { name: 'other', format: 'json', timespan: { from: 'x' }, filters: { queue: ['sales'] } },
      },
    );

    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      name: 'Calls of May',
      timezone: 'Europe/Lisbon',
      format: 'json',
      timespan: TIMESPAN,
      filters: { queue: ['sales'] },
    });
  });

  it('passes on what the vendor says about each field', async () => {
    const { outcome } = await start({ status: 400, body: readFixture('error-400-parameters') });

    expect(outcome).toMatchObject({
      code: 'VENDOR_REJECTED',
      vendorCode: '1400',
      vendorMessage: 'input parameters validation failed - timespan[from] is missing',
    });
  });

  it('has started a job whose answer does not say how it stands, and logs no word that it put there', async () => {
    const { outcome, log } = await start({ status: 202, body: { id: JOB_ID } });

    expect(outcome).toMatchObject({ snapshot: { status: 'UNKNOWN' } });
    expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  it('logs a status word that nobody knows', async () => {
    const { log } = await start({ status: 202, body: { id: JOB_ID, status: 'dreaming' } });

    expect(log.lines.map(({ message }) => message)).toContain('Talkdesk sent an unlisted status word');
  });

  it('logs the trace id that Talkdesk’s support asks for', async () => {
    const { outcome, log } = await start({ status: 503, headers: { 'platform-tid': 'trace-17' } });

    expect(outcome).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', httpStatus: 503 });
    expect(log.lines.map(({ fields }) => fields.traceId)).toContain('trace-17');
  });

  it('is of one kind with others of the same type', async () => {
    const { outcome } = await start({ status: 202, body: JOB });

    expect(talkdesk.kindOf((outcome as { snapshot: never }).snapshot)).toBe('calls');
  });
});

describe('an order of Talkdesk', () => {
  it.each([
    [FROM, TO],
    ['2024-05-01T00:00:00Z', '2024-05-02T00:00:00.000Z'],
    ['2024-05-01T02:00:00+02:00', '2024-05-01T22:00:00-02:00'],
  ])('takes instants as milliseconds or as text: %j, %j', (from, to) => {
    expect(parse({ ...INPUT, from, to })).toEqual({ reportType: 'calls', ...TIMESPAN });
  });

  it.each([
    [TO, FROM],
    [FROM, FROM],
  ])('refuses a timespan without an instant in it', (from, to) => {
    expect(() => parse({ ...INPUT, from, to })).toThrow(
      'input.order.talkdesk.to must be later than input.order.talkdesk.from.',
    );
  });

  it.each([1.5, 1e300, Number.NaN, -1e15, '2024-13-01T00:00:00Z', 'today', {}])(
    'refuses %j as an instant',
    (from) => {
      expect(() => parse({ ...INPUT, from })).toThrow(/^input\.order\.talkdesk\.from must be an instant/);
    },
  );

  it.each([
    ['format', 'xlsx'],
    ['format', 'CSV'],
    ['timezone', 'Europe/Lisbon; x'],
    ['timezone', '+01:00'],
    ['name', ''],
    ['name', 'x'.repeat(201)],
    ['reportType', 'Calls'],
    ['reportType', '../calls'],
    ['parameters', 'x'],
  ])('refuses the %s %j', (field, value) => {
    expect(() => parse({ ...INPUT, [field]: value })).toThrow(
      expect.objectContaining({ field: `input.order.talkdesk.${field}` }),
    );
  });
});

describe('looking for a job of Talkdesk whose start’s answer was lost', () => {
  const SENT_AT = Date.UTC(2024, 4, 2, 10, 17, 0);
  const ORDER = parse({ ...INPUT, name: 'Calls', timezone: 'UTC', format: 'csv' });
  const SEARCH: StartedSearch = { order: ORDER, sentAt: SENT_AT, mark: null };
  // As the documented list has it: no time, no wrapper.
  const UNTIMED = {
    ...JOB,
    id: toJobId(7),
    timespan: { from: '2024-05-01T00:00:00Z', to: '2024-05-02T00:00:00' },
  };
  const at = (ms: number) => new Date(SENT_AT + ms).toISOString().slice(0, 19);
  const OURS = { ...UNTIMED, created_at: at(2_000) };
  const toList = (jobs: readonly object[]) => ({ body: { _embedded: { jobs } } });

  const find = async (jobs: readonly object[], search = SEARCH) => {
    const { outcome, requests } = await ask(toList(jobs), (account) => account.findStarted?.(search));
    expect(requests).toMatchObject([{ method: 'GET', url: listPath() }]);
    return (outcome as readonly { key: { ids: { jobId: string } } }[]).map(({ key }) => key.ids.jobId);
  };
  const mark = async (reply: FakeReply) => {
    const { outcome } = await ask(reply, (account) => account.markStart?.(ORDER));
    return outcome as string | null;
  };

  it('finds it by what it asks for and its time', async () => {
    expect(await find([{ ...OURS, id: toJobId(1), name: 'Other' }, OURS])).toEqual([toJobId(7)]);
  });

  it.each([
    ['has another name', { name: 'Other' }],
    ['has another zone', { timezone: 'Europe/Lisbon' }],
    ['has another format', { format: 'json' }],
    ['begins at another time', { timespan: { ...UNTIMED.timespan, from: '2024-05-01T00:00:01Z' } }],
    ['ends at another time', { timespan: { ...UNTIMED.timespan, to: '2024-05-03T00:00:00Z' } }],
    ['does not tell its timespan', { timespan: null }],
    ['does not tell its name', { name: null }],
    ['was made before the order was sent', { created_at: at(-61_000) }],
    ['was made long after', { created_at: at(601_000) }],
    ['has a time that cannot be read', { created_at: 'now' }],
    ['has no id that can be asked about', { id: '../x' }],
    ['does not tell its time, where nothing was noted', { created_at: null }],
  ])('takes none that %s', async (_what, overlay) => {
    expect(await find([{ ...OURS, ...overlay }])).toEqual([]);
  });

  it('takes what was not ordered as the vendor chose it', async () => {
    const order = parse(INPUT);

    expect(await find([{ ...OURS, name: 'Report 17', timezone: 'UTC' }], { ...SEARCH, order })).toEqual([
      toJobId(7),
    ]);
  });

  it('compares what was ordered among the further parameters too', async () => {
    const order = parse({ ...INPUT, parameters: { format: 'json' } });

    expect(await find([OURS, { ...OURS, id: toJobId(8), format: 'json' }], { ...SEARCH, order })).toEqual([
      toJobId(8),
    ]);
  });

  it('tells jobs without a time apart by which were there before', async () => {
    const before = [
      { ...UNTIMED, id: toJobId(3) },
      { ...UNTIMED, id: toJobId(4), name: 'Other' },
    ];
    const noted = await mark(toList(before));

    const found = await find([{ ...UNTIMED, id: toJobId(9) }, UNTIMED, ...before], {
      ...SEARCH,
      mark: noted,
    });

    expect(noted).toBe(JSON.stringify([toJobId(3)]));
    // The newest stand first, so that the last one came soonest after the order.
    expect(found).toEqual([toJobId(7), toJobId(9)]);
  });

  it('puts those first that tell when they were made', async () => {
    const jobs = [
      { ...UNTIMED, id: toJobId(1) },
      { ...OURS, id: toJobId(2) },
    ];

    expect(await find(jobs, { ...SEARCH, mark: '[]' })).toEqual([toJobId(2), toJobId(1)]);
  });

  const others = (count: number, more: object = {}) =>
    Array.from({ length: count }, (_, index) => ({
      ...{ ...UNTIMED, id: toJobId(index + 100), name: 'Other', ...more },
    }));

  it('does not say that it is not there where a hundred newer ones may have pushed it out', async () => {
    const noted = await mark(toList(others(3)));
    const later = others(103).slice(3);
    const { outcome } = await ask(toList(later), (account) =>
      account.findStarted?.({ ...SEARCH, mark: noted }),
    );

    expect(outcome).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', isRetryable: false });
  });

  it('says that it is not there in a full list that reaches back to the order', async () => {
    const noted = await mark(toList(others(3)));

    expect(await find(others(100), { ...SEARCH, mark: noted })).toEqual([]);
    expect(await find(others(100, { created_at: at(-6_000) }))).toEqual([]);
  });

  it('notes nothing where every job tells its time', async () => {
    expect(await mark(toList([OURS]))).toBe('[]');
  });

  it.each([{ status: 401 }, { body: '<html>' }, 'reset'] as const)(
    'notes nothing, and does not fail, where the list cannot be had: %j',
    async (reply) => {
      expect(await mark(reply)).toBeNull();
    },
  );
});

describe('ending a job of Talkdesk', () => {
  it('takes its file away', async () => {
    const { outcome, requests } = await ask({ status: 204 }, (account) => account.cancel?.(createKey()));

    expect(outcome).toBeUndefined();
    expect(requests).toMatchObject([{ method: 'DELETE', url: filePath(), body: '' }]);
  });

  it('says with the vendor’s code that a job is over already', async () => {
    const { outcome } = await ask({ status: 403, body: readFixture('error-403') }, (account) =>
      account.cancel?.(createKey()),
    );

    expect(outcome).toMatchObject({ code: 'VENDOR_FORBIDDEN', httpStatus: 403, vendorCode: '403' });
  });
});
