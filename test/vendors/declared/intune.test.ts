import { describe, expect, it } from 'vitest';
import type { FakeAnswer } from '../../support/fake-vendor.ts';
import { openShipped, toLines } from './shipped.ts';

const JOB = 'Devices_7c1b2f0e-5a4d-4a83-9f3e-0d6a1b7c2e11';
const PATH = `/v1.0/deviceManagement/reports/exportJobs`;
const { definition, fixture, toKey, ...intune } = openShipped({
  id: 'intune',
  basePath: '/v1.0',
  settings: { tenant: 'contoso.onmicrosoft.com' },
  ids: { jobId: JOB },
  credential: (tokenUrl) => ({ type: 'client-credentials', tokenUrl, clientId: 'app', clientSecret: 'hush' }),
});
const answer = (name: string, status = 200): FakeAnswer => ({ status, body: fixture(name) });

describe('Intune, reading a job', () => {
  it.each([
    ['not-started', { status: 'QUEUED', rawStatus: 'notStarted', outcome: null, files: null }],
    ['in-progress', { status: 'RUNNING', rawStatus: 'inProgress', finishedAt: null }],
    ['wrapped', { status: 'RUNNING', name: 'Devices' }],
    ['unknown', { status: 'UNKNOWN', rawStatus: 'unknown', files: null }],
    ['completed', { status: 'SUCCEEDED', outcome: 'COMPLETE', progress: null, startedAt: null }],
    ['capitals', { status: 'SUCCEEDED', outcome: 'COMPLETE', rawStatus: 'Completed' }],
  ])('reads %s', async (name, expected) => {
    expect((await intune.read(answer(name))).result).toMatchObject(expected);
  });

  it('tells when it was asked for, with seven digits of a second, and what for', async () => {
    expect((await intune.read(answer('not-started'))).result).toMatchObject({
      name: 'Devices',
      createdAt: Date.UTC(2026, 4, 18, 9, 0, 0, 140),
      details: { reportName: 'Devices', format: 'csv', columns: ['DeviceName', 'OS'] },
    });
  });

  it('tells nothing of the filter and the link', async () => {
    const shown = JSON.stringify((await intune.read(answer('completed'))).result);

    expect(shown).not.toContain('blob.core');
    expect(JSON.stringify((await intune.read(answer('not-started'))).result)).not.toContain('OwnerType');
  });

  it('reads a failure without a reason as one', async () => {
    const { id: _other, ...job } = fixture('failed');
    expect((await intune.read({ body: { ...job, id: JOB } })).result).toMatchObject({
      status: 'FAILED',
      failure: { code: null, isRetryable: false },
      files: [],
    });
  });

  it('asks by the segment, with a token for Graph', async () => {
    const { requests, tokenRequests } = await intune.read(answer('in-progress'));

    expect(toLines(requests)).toEqual([`GET ${PATH}/${JOB}`]);
    expect(requests[0]?.headers.authorization).toBe('Bearer granted');
    expect(Object.fromEntries(new URLSearchParams(tokenRequests[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 'hush',
      scope: 'https://graph.microsoft.com/.default',
    });
  });

  it.each([
    ['error-403', 403, { code: 'VENDOR_FORBIDDEN', vendorCode: 'Forbidden' }],
    ['error-404', 404, { code: 'EXPORT_NOT_FOUND' }],
    ['error-400-list', 400, { code: 'VENDOR_BAD_RESPONSE', httpStatus: 400 }],
    ['error-400-id', 400, { code: 'EXPORT_NOT_FOUND', httpStatus: 400, vendorCode: 'BadRequest' }],
    ['error-429', 429, { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 60_000 }],
    ['failed', 200, { code: 'VENDOR_BAD_RESPONSE' }], // another job's answer
  ])('says of %s what it is', async (name, status, expected) => {
    const { result } = await intune.read(answer(name, status));

    expect(result).toMatchObject(expected);
    expect(String(result)).not.toContain('manage.microsoft.com');
  });

  it.each([
    `There is no job ${JOB}x.`,
    `There is no job 1${JOB}.`,
    `There is no job ${JOB}-2.`,
    'There is no job Devices.',
    { text: JOB },
    null,
  ])('does not take a 400 that says %j for one about this job', async (message) => {
    const { result } = await intune.read({ status: 400, body: { error: { code: 'BadRequest', message } } });

    expect(result).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });

  it('does not take another status that names the job for a lack of it', async () => {
    const body = fixture('error-400-id');

    expect((await intune.read({ status: 403, body })).result).toMatchObject({ code: 'VENDOR_FORBIDDEN' });
    expect((await intune.read({ status: 409, body })).result).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });

  it('believes Retry-After before its own wait', async () => {
    const { result } = await intune.read({ ...answer('error-429', 429), headers: { 'retry-after': '90' } });

    expect(result).toMatchObject({ retryAfterMs: 90_000 });
  });

  it('asks once more with a new token after a 401', async () => {
    const { result, tokenRequests } = await intune.read((_request, index) =>
      index === 0 ? answer('error-401', 401) : answer('in-progress'),
    );

    expect(result).toMatchObject({ status: 'RUNNING' });
    expect(tokenRequests).toHaveLength(2);
  });

  it("tells a refused client from a refused token's", async () => {
    const { result } = await intune.play(
      answer('in-progress'),
      async (account) => (await account.readMany([toKey()]))[0],
      answer('token-invalid-client', 401),
    );

    expect(result).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED' });
  });

  it('has no list and no cancel: deleting a job is none', async () => {
    expect(definition.capabilities).toMatchObject({ canList: false, canStart: true, canCancel: false });
  });

  it.each(["Devices_1')", 'a/b', 'a b', '-a', ''])('takes %j for no job id', (jobId) => {
    expect(() => toKey({ jobId })).toThrow();
  });
});

describe('Intune, starting a job', () => {
  it('says the report, its columns and nothing that was left out', async () => {
    const order = { reportName: 'Devices', columns: ['DeviceName', 'OS'], filter: "(OwnerType eq '1')" };

    const { result, requests } = await intune.start(order, answer('not-started', 201));

    expect(result).toMatchObject({ ids: { jobId: JOB }, isExisting: false, snapshot: { status: 'QUEUED' } });
    expect(toLines(requests)).toEqual([`POST ${PATH}`]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      reportName: 'Devices',
      select: ['DeviceName', 'OS'],
      filter: "(OwnerType eq '1')",
    });
  });

  it('hands on why a report was refused', async () => {
    const { result } = await intune.start({ reportName: 'NoSuchReport' }, answer('error-400-report', 400));

    expect(result).toMatchObject({
      code: 'VENDOR_REJECTED',
      vendorMessage: 'Report NoSuchReport is not known.',
    });
  });

  it('shows nothing of an internal address that a refusal names', async () => {
    const { result } = await intune.start({ reportName: 'Devices' }, answer('error-403', 403));

    expect(result).toBeInstanceOf(Error);
    expect(JSON.stringify(result)).not.toContain('manage.microsoft.com');
  });

  it.each([{}, { reportName: 'a b' }, { reportName: 'Devices', format: 'xlsx' }])('refuses %j', (order) => {
    expect(() => definition.parseOrder(order, 'input.order')).toThrow(/^input\.order\./);
  });

  it.each(['LocalizedValuesAsAdditionalColumn', 'localizedValuesAsAdditionalColumn'])(
    'takes %s in either spelling',
    (localizationType) => {
      const order = definition.parseOrder({ reportName: 'Devices', localizationType }, 'input.order');

      expect(order).toMatchObject({ localizationType });
    },
  );
});

describe("Intune, a job's file", () => {
  it('is a zip named for the job, whatever the format, behind the link as it was signed', async () => {
    expect((await intune.locate(answer('completed'))).result).toEqual({
      type: 'link',
      url: fixture('completed').url,
      expiresAt: Date.UTC(2026, 4, 18, 15, 1, 20, 854),
      file: {
        name: `${JOB}.zip`,
        mediaType: 'application/zip',
        availableUntil: Date.UTC(2026, 4, 18, 15, 1, 20, 854),
      },
    });
  });

  it.each([
    ['not-started', { type: 'unfinished' }],
    ['unknown', { type: 'unfinished' }],
  ])('is not there yet at %s', async (name, expected) => {
    expect((await intune.locate(answer(name))).result).toEqual(expected);
  });

  it('has no end where the vendor writes year 1', async () => {
    const job = { ...fixture('completed'), expirationDateTime: '0001-01-01T00:00:00Z' };

    const { result, log } = await intune.read({ body: job });

    expect(result).toMatchObject({ files: [{ availableUntil: null }] });
    expect(log).toEqual([]); // it is no instant that could not be read
  });

  it('is gone where the job is unknown by now, and after its end', async () => {
    expect((await intune.locate(answer('error-404', 404))).result).toEqual({ type: 'gone' });
    expect((await intune.locate(answer('error-400-id', 400))).result).toEqual({ type: 'gone' });
    const job = { ...fixture('completed'), expirationDateTime: '2026-05-18T09:04:59Z' };
    expect((await intune.locate({ body: job })).result).toEqual({ type: 'gone' });
  });
});
