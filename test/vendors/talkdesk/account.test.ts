import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../src/export/ports.ts';
import { type FakeReply, type FakeVendor, startFakeVendor } from '../../support/fake-vendor.ts';
import { createRecordingLog } from '../../support/tools.ts';
import { createKey, filePath, JOB_ID, jobPath, openAccount, readFixture } from './support.ts';

/** One read of one job whose status call is answered so. */
async function readFrom(
  reply: FakeReply,
  key = createKey(),
): Promise<{ reading: Reading; vendor: FakeVendor }> {
  await using vendor = await startFakeVendor(() => reply);
  const account = openAccount(vendor.url);
  const [reading] = await account.readMany([key]);
  await account.close();
  if (reading === undefined) throw new Error('no reading');
  return { reading, vendor };
}

describe('a status call', () => {
  it('asks for exactly one path, with the bearer token', async () => {
    const { vendor } = await readFrom({ body: readFixture('processing') });

    expect(vendor.requests).toMatchObject([
      {
        method: 'GET',
        url: jobPath(),
        headers: { authorization: 'Bearer token-1', accept: 'application/json' },
      },
    ]);
  });

  it.each([300, 301, 302, 303, 307, 308])('reads %i as done and never follows it', async (status) => {
    const { reading, vendor } = await readFrom({
      status,
      headers: { location: filePath() },
      body: readFixture('done'),
    });

    expect(reading).toMatchObject({
      status: 'SUCCEEDED',
      outcome: 'COMPLETE',
      rawStatus: 'done',
      name: 'Calls',
      files: [{ name: 'Calls.json' }],
    });
    expect(vendor.requests.map(({ url }) => url)).toEqual([jobPath()]);
  });

  it.each<[string, FakeReply]>([
    [
      'text',
      { status: 303, headers: { location: filePath(), 'content-type': 'text/plain' }, body: 'See Other' },
    ],
    ['nothing', { status: 300, headers: { location: filePath() } }],
    [
      'broken gzip',
      { status: 303, headers: { location: filePath(), 'content-encoding': 'gzip' }, body: 'x' },
    ],
  ])('makes the job up from its ids where the redirect’s body is %s', async (_what, reply) => {
    const { reading } = await readFrom(reply);

    expect(reading).toMatchObject({
      status: 'SUCCEEDED',
      rawStatus: 'done',
      name: null,
      details: { jobId: JOB_ID, reportType: 'calls', timezone: null, format: null, timespan: null },
      files: [{ name: `calls-${JOB_ID}`, mediaType: null }],
    });
  });

  it('takes an absolute Location on the API host', async () => {
    await using vendor = await startFakeVendor(() => ({
      status: 303,
      headers: { location: `${vendor.url}/talkdesk${filePath()}` },
    }));
    const account = openAccount(`${vendor.url}/talkdesk`);

    expect(await account.readMany([createKey()])).toMatchObject([{ status: 'SUCCEEDED' }]);
    expect(vendor.requests.map(({ url }) => url)).toEqual([`/talkdesk${jobPath()}`]);
    await account.close();
  });

  it.each<[string, FakeReply]>([
    [
      'leads to a login page',
      { status: 302, headers: { location: '/login?to=x' }, body: '<html>Sign in</html>' },
    ],
    ['leads to another host', { status: 302, headers: { location: 'https://sso.example/secret-path' } }],
    ['leads to another job', { status: 303, headers: { location: filePath('another') } }],
    ['leads nowhere', { status: 303 }],
  ])('is a bad response where its redirect %s', async (_where, reply) => {
    const { reading, vendor } = await readFrom(reply);

    expect(reading).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
    expect(String(reading)).not.toContain('secret-path');
    expect(vendor.requests).toHaveLength(1);
  });

  it('reads 200 with the word done, and the report itself, as done', async () => {
    const plain = await readFrom({ body: readFixture('done') });
    const report = await readFrom({ body: readFixture('report') });

    expect(plain.reading).toMatchObject({ status: 'SUCCEEDED', files: [{ name: 'Calls.json' }] });
    expect(report.reading).toMatchObject({ status: 'SUCCEEDED', rawStatus: 'done', name: null });
  });

  it('reads 204 as not known yet', async () => {
    const { reading } = await readFrom({ status: 204 });

    expect(reading).toMatchObject({ status: 'UNKNOWN', rawStatus: '204', files: null });
  });

  it.each([
    ['"status" is missing', { job: { id: JOB_ID } }],
    ['"status" is missing', { id: JOB_ID, status: null }],
    ['"id" is not the one asked for', { job: { id: 'another', status: 'created' } }],
    ['"id" is not the one asked for', { ID: 'another', status: 'created' }],
    ['there is no "job" in it', { job: 'created' }],
  ])('is a bad response naming what is wrong: %s', async (problem, body) => {
    const { reading } = await readFrom({ body });

    expect(reading).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      message: expect.stringContaining(problem),
    });
  });

  it('takes the id in other capitals and the key ID', async () => {
    const { reading } = await readFrom({ body: { ID: 'ABC', status: 'sending' } }, createKey('abc'));

    expect(reading).toMatchObject({ status: 'RUNNING' });
  });

  it.each([
    ['error-400-type', 400, 'EXPORT_NOT_FOUND', '400', false],
    ['error-401', 401, 'VENDOR_UNAUTHENTICATED', '401', false],
    ['error-403', 403, 'VENDOR_FORBIDDEN', '403', false],
    ['error-404', 404, 'EXPORT_NOT_FOUND', '404', false],
    ['error-500', 500, 'VENDOR_UNAVAILABLE', '500', true],
    ['error-503', 503, 'VENDOR_UNAVAILABLE', '503', true],
  ])('reads the envelope of %j', async (sample, status, code, vendorCode, isRetryable) => {
    const { reading } = await readFrom({ status, body: readFixture(sample) });

    expect(reading).toMatchObject({ code, vendorCode, httpStatus: status, isRetryable });
  });

  it('reads a numeric code as text', async () => {
    const { reading } = await readFrom({ status: 400, body: readFixture('error-400-parameters') });

    expect(reading).toMatchObject({ vendorCode: '1400', httpStatus: 400 });
  });

  it('does not take a 400 that is none of Talkdesk’s own for a missing job', async () => {
    const { reading } = await readFrom({ status: 400, body: '<html>Bad Request</html>' });

    expect(reading).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });

  it('reads a 404 in bare text', async () => {
    const { reading } = await readFrom({ status: 404, body: '404 Not Found' });

    expect(reading).toMatchObject({ code: 'EXPORT_NOT_FOUND', vendorCode: undefined });
  });

  it('logs the trace id of a server fault', async () => {
    const log = createRecordingLog();
    await using vendor = await startFakeVendor(() => ({
      status: 500,
      headers: { 'platform-tid': 'trace-7' },
      body: readFixture('error-500'),
    }));
    const account = openAccount(vendor.url, { tools: { log } });

    await account.readMany([createKey()]);
    await account.close();

    expect(log.lines).toContainEqual({
      level: 'warn',
      fields: { vendor: 'talkdesk', account: 'desk', httpStatus: 500, traceId: 'trace-7' },
      message: 'Talkdesk failed',
    });
  });

  it('logs an unlisted word once', async () => {
    const log = createRecordingLog();
    await using vendor = await startFakeVendor(() => ({ body: { job: { status: 'Archived' } } }));
    const account = openAccount(vendor.url, { tools: { log } });

    await account.readMany([createKey()]);
    await account.readMany([createKey()]);
    await account.close();

    expect(log.lines.map(({ fields }) => fields.rawStatus)).toEqual(['Archived']);
  });

  it('describes the files of a job without a second kind of call', async () => {
    await using vendor = await startFakeVendor(() => ({ body: readFixture('done') }));
    const account = openAccount(vendor.url);

    const files = await account.describeFiles(createKey());
    await account.close();

    expect(files).toEqual([{ name: 'Calls.json', mediaType: 'application/json', availableUntil: null }]);
  });
});
