import { describe, expect, it } from 'vitest';
import type { StartError } from '../../../src/export/errors.ts';
import { powerBi } from '../../../src/vendors/power-bi/index.ts';
import { type FakeReply, startFakeVendor } from '../../support/fake-vendor.ts';
import { createRecordingLog } from '../../support/tools.ts';
import { EXPORT_ID, GROUP_ID, openAccount, REPORT_ID, readFixture } from './support.ts';

const INPUT = { account: 'bi', reportId: REPORT_ID, format: 'PDF' };
const parse = (input: Readonly<Record<string, unknown>>) => powerBi.parseOrder(input, 'input.order.powerBi');

/** Starts an export at a vendor that answers so. */
async function startAt(reply: FakeReply, input: Readonly<Record<string, unknown>> = INPUT) {
  const log = createRecordingLog();
  await using vendor = await startFakeVendor(() => reply);
  await using opened = openAccount({ url: vendor.url, tools: { log } });
  const outcome = await opened.account.start?.(parse(input)).catch((error: unknown) => error as StartError);
  return { outcome, requests: vendor.requests, log };
}

describe('starting an export at Power BI', () => {
  it.each([
    ['in a workspace', { groupId: GROUP_ID }, `/groups/${GROUP_ID}`],
    ['in My workspace', {}, ''],
  ])('asks for it %s', async (_where, ids, prefix) => {
    const reply = { status: 202, body: readFixture('export-not-started') };

    const { outcome, requests } = await startAt(reply, { ...INPUT, ...ids });

    expect(outcome).toMatchObject({
      isExisting: false,
      snapshot: {
        key: { account: 'bi', ids: { ...ids, reportId: REPORT_ID, exportId: EXPORT_ID } },
        status: 'QUEUED',
        rawStatus: 'NotStarted',
        details: { exportId: EXPORT_ID },
      },
    });
    expect(requests).toMatchObject([
      { method: 'POST', url: `/v1.0/myorg${prefix}/reports/${REPORT_ID}/ExportTo`, body: '{"format":"PDF"}' },
    ]);
  });

  it('passes the vendor’s own configurations on as they are', async () => {
    const reportConfiguration = { pages: [{ pageName: 'p1' }], settings: { locale: 'pt', n: null } };
    const paginatedReportConfiguration = { parameterValues: [{ name: 'a', value: 'ç' }] };

    const { requests } = await startAt(
      { status: 202, body: readFixture('export-not-started') },
      { ...INPUT, reportConfiguration, paginatedReportConfiguration },
    );

    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      format: 'PDF',
      powerBIReportConfiguration: reportConfiguration,
      paginatedReportConfiguration,
    });
  });

  it('tells of an export that has failed at once as what it is', async () => {
    const { outcome } = await startAt({
      status: 202,
      headers: { 'retry-after': '60' },
      body: { ...readFixture('export-failed-with-error'), id: EXPORT_ID },
    });

    expect(outcome).toMatchObject({
      isExisting: false,
      snapshot: { status: 'FAILED', failure: { isRetryable: true, retryAfterMs: 60_000 }, files: [] },
    });
  });

  it('logs no word that it put there itself', async () => {
    const { outcome, log } = await startAt({ status: 202, body: { id: EXPORT_ID } });

    expect(outcome).toMatchObject({ snapshot: { status: 'UNKNOWN', rawStatus: '202' } });
    expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  it('logs a word that nobody knows', async () => {
    const { log } = await startAt({ status: 202, body: { id: EXPORT_ID, status: 'Dreaming' } });

    expect(log.lines).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ message: 'Power BI sent an unlisted status word' })]),
    );
  });

  it.each(['', ' ', '.', '..', 'a/b', 'a?b', 'a%2Fb', 'a\nb', 'x'.repeat(513)])(
    'cannot say what has become of an order whose answer names it %j',
    async (id) => {
      const { outcome } = await startAt({ status: 202, body: { ...readFixture('export-running'), id } });

      expect(outcome).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', httpStatus: 202 });
    },
  );

  it.each([
    ['error-with-targets', 'InvalidRequest'],
    ['error-rich', 'DM_ExampleError'],
    ['error-legacy', undefined],
  ] as const)('finds the vendor’s words in the envelope %s', async (fixture, vendorCode) => {
    const { outcome } = await startAt({ status: 400, body: readFixture(fixture) });

    expect(outcome).toMatchObject({ code: 'VENDOR_REJECTED', vendorCode });
    expect((outcome as StartError).vendorMessage).toMatch(/\w/);
  });

  it('reads an expired token that cannot be renewed as a matter of the credential, and asks once', async () => {
    const { outcome, requests } = await startAt({ status: 403, body: readFixture('error-token-expired') });

    expect(outcome).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED', httpStatus: 403 });
    expect(requests).toHaveLength(1);
  });

  it('renews a token that has expired, and asks once more', async () => {
    let tokens = 0;
    await using vendor = await startFakeVendor(({ url, headers }) => {
      if (url.endsWith('/token')) {
        tokens += 1;
        return { body: { ...readFixture('token'), access_token: `token-number-${tokens}` } };
      }
      return headers.authorization === 'Bearer token-number-1'
        ? { status: 403, body: readFixture('error-token-expired') }
        : { status: 202, body: readFixture('export-not-started') };
    });
    await using opened = openAccount({
      url: vendor.url,
      credential: {
        type: 'client-credentials',
        tokenUrl: `${vendor.url}/tenant/oauth2/v2.0/token`,
        clientId: 'client',
        clientSecret: 'client-secret',
      },
    });

    expect(await opened.account.start?.(parse(INPUT))).toMatchObject({ snapshot: { status: 'QUEUED' } });
    expect(vendor.requests.filter(({ url }) => url.endsWith('/ExportTo'))).toHaveLength(2);
  });

  it('cannot look for an export whose start’s answer was lost', async () => {
    await using opened = openAccount({ url: 'http://127.0.0.1:9' });

    expect([opened.account.findStarted, opened.account.markStart, opened.account.cancel]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('an order of Power BI', () => {
  it.each(['pdf', 'PDF ', 'DOC', 'constructor', '', 'PDF|PNG'])('refuses the format %j', (format) => {
    expect(() => parse({ ...INPUT, format })).toThrow(
      'input.order.powerBi.format must be one of PPTX, PDF, PNG, XLSX, DOCX, CSV, XML, MHTML, IMAGE, ACCESSIBLEPDF.',
    );
  });

  it.each(['x', '../x', REPORT_ID.slice(1)])('refuses the ids %j', (id) => {
    expect(() => parse({ ...INPUT, reportId: id })).toThrow('input.order.powerBi.reportId must be a UUID.');
    expect(() => parse({ ...INPUT, groupId: id })).toThrow('input.order.powerBi.groupId must be a UUID.');
  });

  it('is of one kind with others of the same report', () => {
    const kindOf = (reportId: string) =>
      powerBi.kindOf({ details: { reportId } } as Parameters<typeof powerBi.kindOf>[0]);

    expect(kindOf(REPORT_ID.toUpperCase())).toBe(kindOf(REPORT_ID));
    expect(kindOf(GROUP_ID)).not.toBe(kindOf(REPORT_ID));
  });
});
