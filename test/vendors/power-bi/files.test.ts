import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/export/errors.ts';
import type { FileAccess } from '../../../src/export/ports.ts';
import { type FakeAnswer, type FakeVendor, startFakeVendor } from '../../support/fake-vendor.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import {
  EXPORT_ID,
  GROUP_ID,
  openAccount,
  type PowerBiFixture,
  REPORT_ID,
  readFixture,
  toKey,
} from './support.ts';

/** Within the life of the fixture's file. */
const NOW = Date.UTC(2024, 2, 1, 18, 0, 0);

function startVendor(status: FakeAnswer, file: FakeAnswer = { body: 'bytes' }): Promise<FakeVendor> {
  return startFakeVendor(({ url }) => (url.endsWith('/file') ? file : status));
}

function toStatusAnswer(name: PowerBiFixture, changes: object = {}): FakeAnswer {
  return { body: { ...readFixture(name), id: EXPORT_ID, ...changes } };
}

const SUCCEEDED = toStatusAnswer('export-succeeded-workspace');

async function locate(status: FakeAnswer, index = 0, now = NOW): Promise<FileAccess> {
  await using vendor = await startVendor(status);
  await using opened = openAccount({ url: vendor.url, tools: { clock: createManualClock(now) } });
  return await opened.account.locateFile(toKey({ groupId: GROUP_ID }), index);
}

/** Opens the file of a finished export where `/file` answers so. */
async function open(file: FakeAnswer, headers: Record<string, string> = {}) {
  await using vendor = await startVendor(SUCCEEDED, file);
  await using opened = openAccount({ url: vendor.url, tools: { clock: createManualClock(NOW) } });
  const access = await opened.account.locateFile(toKey({ groupId: GROUP_ID }), 0);
  if (access.type !== 'stream') throw new Error(`not a stream: ${access.type}`);
  const stream = await access.open({ method: 'GET', headers });
  return { ...stream, content: await text(stream.body), requests: vendor.requests };
}

describe('Power BI file, where it is', () => {
  it('is a stream once the export has succeeded', async () => {
    expect(await locate(SUCCEEDED)).toMatchObject({
      type: 'stream',
      file: { name: 'Sales overview.zip', mediaType: 'application/zip' },
    });
  });

  it.each(['export-not-started', 'export-running', 'export-undefined'] as const)(
    'is unfinished at %s',
    async (name) => {
      expect(await locate(toStatusAnswer(name))).toEqual({ type: 'unfinished' });
    },
  );

  it('is unfinished at a status word that nobody knows', async () => {
    expect(await locate(toStatusAnswer('export-running', { status: 'Paused' }))).toEqual({
      type: 'unfinished',
    });
  });

  it.each<[string, FakeAnswer]>([
    ['after a failure', toStatusAnswer('export-failed')],
    ['where the export is unknown', { status: 404, body: readFixture('error-standard') }],
    ['where the export was dropped', { status: 410 }],
  ])('is gone %s', async (_name, status) => {
    expect(await locate(status)).toEqual({ type: 'gone' });
  });

  it('is gone from the instant at which it expires', async () => {
    const expiry = Date.UTC(2024, 2, 2, 17, 18, 1, 500);

    expect(await locate(SUCCEEDED, 0, expiry - 1)).toMatchObject({ type: 'stream' });
    expect(await locate(SUCCEEDED, 0, expiry)).toEqual({ type: 'gone' });
  });

  it('is not gone where the zero date stands for "no end"', async () => {
    const access = await locate(
      toStatusAnswer('export-succeeded-workspace', { expirationTime: '0001-01-01T00:00:00Z' }),
    );

    expect(access).toMatchObject({ type: 'stream', file: { availableUntil: null } });
  });

  it('is gone at any index but the first', async () => {
    expect(await locate(SUCCEEDED, 1)).toEqual({ type: 'gone' });
  });

  it('throws what the status call says otherwise', async () => {
    await expect(locate({ status: 403, body: readFixture('error-not-authorized') })).rejects.toMatchObject({
      code: 'VENDOR_FORBIDDEN',
    });
  });

  it('asks anew each time', async () => {
    await using vendor = await startVendor(SUCCEEDED);
    await using opened = openAccount({ url: vendor.url, tools: { clock: createManualClock(NOW) } });

    await opened.account.locateFile(toKey(), 0);
    await opened.account.locateFile(toKey(), 0);

    expect(vendor.requests).toHaveLength(2);
  });
});

describe('Power BI file, opened', () => {
  it('comes from the address that the ids make, with the token, never from the one in the answer', async () => {
    await using stranger = await startFakeVendor(() => ({ body: 'stolen' }));
    const status = toStatusAnswer('export-succeeded-workspace', { resourceLocation: `${stranger.url}/file` });
    await using vendor = await startVendor(status, { body: 'bytes' });
    await using opened = openAccount({ url: vendor.url, tools: { clock: createManualClock(NOW) } });

    const access = await opened.account.locateFile(toKey({ groupId: GROUP_ID }), 0);
    if (access.type !== 'stream') throw new Error(access.type);
    const stream = await access.open({ method: 'GET', headers: {} });

    expect(await text(stream.body)).toBe('bytes');
    expect(stranger.requests).toHaveLength(0);
    const request = vendor.requests.at(-1);
    expect(request?.url).toBe(
      `/v1.0/myorg/groups/${GROUP_ID}/reports/${REPORT_ID}/exports/${EXPORT_ID.replaceAll('=', '%3D')}/file`,
    );
    expect(request?.headers.authorization).toBe('Bearer test-token');
  });

  it('passes the wish for a range on, and the answer to it back', async () => {
    const opened = await open(
      { status: 206, headers: { 'content-range': 'bytes 2-4/10', etag: '"e"' }, body: 'tes' },
      { range: 'bytes=2-4' },
    );

    expect(opened).toMatchObject({
      status: 206,
      content: 'tes',
      headers: { 'content-range': 'bytes 2-4/10' },
    });
    expect(opened.requests.at(-1)?.headers.range).toBe('bytes=2-4');
  });

  it.each([304, 412, 416])('passes a %i back', async (status) => {
    expect(await open({ status })).toMatchObject({ status, content: '' });
  });

  it.each([
    [404, 'EXPORT_NOT_FOUND'],
    [410, 'EXPORT_NOT_FOUND'],
    [202, 'VENDOR_UNAVAILABLE'],
    [400, 'VENDOR_UNAVAILABLE'],
    [409, 'VENDOR_UNAVAILABLE'],
    [204, 'VENDOR_BAD_RESPONSE'],
    [302, 'VENDOR_BAD_RESPONSE'],
    [403, 'VENDOR_FORBIDDEN'],
    [429, 'VENDOR_RATE_LIMITED'],
    [500, 'VENDOR_UNAVAILABLE'],
  ])('turns a %i into %s', async (status, code) => {
    const error = await open({ status, headers: { location: '/elsewhere' } }).catch(
      (thrown: unknown) => thrown,
    );

    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code });
  });
});

describe('Power BI file, described', () => {
  it('is described by one read', async () => {
    await using vendor = await startVendor(SUCCEEDED);
    await using opened = openAccount({ url: vendor.url });

    expect(await opened.account.describeFiles(toKey())).toEqual([
      {
        name: 'Sales overview.zip',
        mediaType: 'application/zip',
        availableUntil: Date.UTC(2024, 2, 2, 17, 18, 1, 500),
      },
    ]);
    expect(vendor.requests).toHaveLength(1);
  });

  it('is described as none while the export is unfinished', async () => {
    await using vendor = await startVendor(toStatusAnswer('export-running'));
    await using opened = openAccount({ url: vendor.url });

    expect(await opened.account.describeFiles(toKey())).toEqual([]);
  });
});
