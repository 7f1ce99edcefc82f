import { describe, expect, it } from 'vitest';
import { toLinkExpiry } from '../../../src/vendors/hi-energy/files.ts';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { createKey, openAccount, RECEIVED_AT, readFixture } from './support.ts';

const HOUR_MS = 3_600_000;

function toLink(date: string, seconds: string): string {
  return `https://bucket.s3.amazonaws.com/4213.csv?X-Amz-Date=${date}&X-Amz-Expires=${seconds}&X-Amz-Signature=deadbeef`;
}

describe('the end of a presigned link', () => {
  it('is counted from the answer, as the vendor says', () => {
    expect(toLinkExpiry('https://bucket.s3.amazonaws.com/4213.csv', 60, RECEIVED_AT)).toBe(
      RECEIVED_AT + 60_000,
    );
  });

  it('is an hour away where the vendor does not say', () => {
    expect(toLinkExpiry('https://bucket.s3.amazonaws.com/4213.csv', null, RECEIVED_AT)).toBe(
      RECEIVED_AT + HOUR_MS,
    );
  });

  it('is what the link itself says where that is sooner', () => {
    const link = toLink('20260518T090000Z', '600');

    expect(toLinkExpiry(link, 3_600, RECEIVED_AT)).toBe(Date.UTC(2026, 4, 18, 9, 10, 0));
  });

  it('is never later than the vendor says, whatever the link says', () => {
    const link = toLink('20260518T090500Z', '604800');

    expect(toLinkExpiry(link, 3_600, RECEIVED_AT)).toBe(RECEIVED_AT + HOUR_MS);
  });

  it('is not in the past for a link just minted: then the clocks disagree', () => {
    const link = toLink('20240101T000000Z', '900');

    expect(toLinkExpiry(link, 3_600, RECEIVED_AT)).toBe(RECEIVED_AT + 900_000);
  });

  it.each([
    ['', ''],
    ['20260518T090500Z', '-5'],
    ['20260518T090500Z', '1e9'],
    ['20260518T090500Z', '9'.repeat(40)],
    ['20261318T090500Z', '600'],
    ['2026-05-18T09:05:00Z', '600'],
  ])('ignores the signature times %j and %j', (date, seconds) => {
    expect(toLinkExpiry(toLink(date, seconds), null, RECEIVED_AT)).toBe(RECEIVED_AT + HOUR_MS);
  });

  it('is told for a link that is no address at all', () => {
    expect(toLinkExpiry('not a url', null, RECEIVED_AT)).toBe(RECEIVED_AT + HOUR_MS);
  });
});

describe('opening the file of a Hi Energy export', () => {
  const completed = readFixture('completed') as { readonly export: Readonly<Record<string, unknown>> };

  it('gives the link byte for byte, and asks for a new one each time', async () => {
    await using vendor = await startFakeVendor(() => ({ body: completed }));
    const account = openAccount(vendor.url);

    const access = await account.locateFile(createKey('4213'), 0);
    await account.locateFile(createKey('4213'), 0);

    expect(access).toMatchObject({
      type: 'link',
      url: completed.export.download_url,
      file: { name: 'advertisers-2026-05-18.csv', mediaType: 'text/csv', availableUntil: null },
    });
    expect(vendor.requests.map(({ url }) => url)).toEqual(['/exports/4213', '/exports/4213']);
    await account.close();
  });

  it.each([
    [{ status: 'pending' }, 'unfinished'],
    [{ status: 'processing' }, 'unfinished'],
    [{ status: 'archived' }, 'unfinished'],
    [{ status: 'failed' }, 'gone'],
    [{ download_url: null }, 'gone'],
    [{ download_url: '' }, 'gone'],
  ])('with %j is %s', async (overlay, type) => {
    await using vendor = await startFakeVendor(() => ({
      body: { export: { ...completed.export, ...overlay } },
    }));
    const account = openAccount(vendor.url);

    expect(await account.locateFile(createKey('4213'), 0)).toEqual({ type });
    await account.close();
  });

  it('knows only one file', async () => {
    await using vendor = await startFakeVendor(() => ({ body: completed }));
    const account = openAccount(vendor.url);

    expect(await account.locateFile(createKey('4213'), 1)).toEqual({ type: 'gone' });
    await account.close();
  });

  it.each([404, 410])('is gone where the vendor answers %i', async (status) => {
    await using vendor = await startFakeVendor(() => ({ status, body: readFixture('error-404') }));
    const account = openAccount(vendor.url);

    expect(await account.locateFile(createKey('4213'), 0)).toEqual({ type: 'gone' });
    await account.close();
  });

  it('throws where the vendor cannot be read', async () => {
    await using vendor = await startFakeVendor(() => ({ status: 401, body: readFixture('error-401') }));
    const account = openAccount(vendor.url);

    await expect(account.locateFile(createKey('4213'), 0)).rejects.toMatchObject({
      code: 'VENDOR_UNAUTHENTICATED',
    });
    await account.close();
  });

  it('describes the file that a list answer left open', async () => {
    await using vendor = await startFakeVendor(() => ({ body: completed }));
    const account = openAccount(vendor.url);

    expect(await account.describeFiles(createKey('4213'))).toMatchObject([
      { name: 'advertisers-2026-05-18.csv' },
    ]);
    await account.close();
  });
});
