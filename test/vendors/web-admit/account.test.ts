import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/export/errors.ts';
import { parseGlobalId, toKeyFromGlobalId } from '../../../src/export/locator.ts';
import { webAdmit } from '../../../src/vendors/web-admit/index.ts';
import { type FakeAnswer, startFakeVendor } from '../../support/fake-vendor.ts';
import { createRecordingLog, createTestTools } from '../../support/tools.ts';
import { API_KEY, createKey, openAccount, readFixture, readFixtureRun, toWord } from './support.ts';

const SINGLE = '/api/v1/exports/86466/export_files/74780';

async function readError(answer: FakeAnswer): Promise<VendorError> {
  await using vendor = await startFakeVendor(() => answer);
  await using account = openAccount(vendor.url);
  const [reading] = await account.readMany([createKey()]);
  if (!(reading instanceof VendorError)) throw new Error('expected an error');
  return reading;
}

describe('WebAdMIT request', () => {
  it('goes to the documented path with the key in its header and nothing else of it', async () => {
    await using vendor = await startFakeVendor(() => ({ body: readFixture('queued') }));
    await using account = openAccount(vendor.url);

    await account.readMany([createKey()]);

    const [request] = vendor.requests;
    expect(request).toMatchObject({ method: 'GET', url: SINGLE, body: '' });
    expect(request?.headers['x-api-key']).toBe(API_KEY);
    expect(request?.headers).not.toHaveProperty('authorization');
  });

  it("sends a caller's own key in the same header", async () => {
    await using vendor = await startFakeVendor(() => ({ body: readFixture('queued') }));
    await using account = openAccount(vendor.url, { credential: { type: 'bearer', token: 'own-key' } });

    await account.readMany([createKey()]);

    expect(vendor.requests[0]?.headers['x-api-key']).toBe('own-key');
    expect(vendor.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('never follows a redirect, which would hand the key to another host', async () => {
    await using other = await startFakeVendor(() => ({ body: readFixture('available') }));

    const error = await readError({ status: 302, headers: { location: `${other.url}${SINGLE}` } });

    expect(error.code).toBe('VENDOR_BAD_RESPONSE');
    expect(other.requests).toEqual([]);
  });
});

describe('WebAdMIT answer that is no run', () => {
  it.each<[string, FakeAnswer, string]>([
    ['an empty 401', { status: 401 }, 'VENDOR_UNAUTHENTICATED'],
    ['a 403', { status: 403, body: readFixture('forbidden') }, 'VENDOR_FORBIDDEN'],
    ['a 403 with calls left', { status: 403, headers: { 'x-ratelimit-remaining': '7' } }, 'VENDOR_FORBIDDEN'],
    [
      'a 403 with none left',
      { status: 403, headers: { 'x-ratelimit-remaining': '0' } },
      'VENDOR_RATE_LIMITED',
    ],
    ['a 429', { status: 429, body: 'slow down' }, 'VENDOR_RATE_LIMITED'],
    ['a 404', { status: 404, body: readFixture('not-found-identity') }, 'EXPORT_NOT_FOUND'],
    ['a legacy 404', { status: 404, body: readFixture('not-found-legacy') }, 'EXPORT_NOT_FOUND'],
    ['an older 404', { status: 404, body: readFixture('not-found-schema') }, 'EXPORT_NOT_FOUND'],
    ['a 410', { status: 410 }, 'EXPORT_NOT_FOUND'],
    ['a 422', { status: 422, body: { errors: { schema: ['no'] } } }, 'VENDOR_BAD_RESPONSE'],
    ['a 500', { status: 500, body: '<html>' }, 'VENDOR_UNAVAILABLE'],
    ['a page', { headers: { 'content-type': 'text/html' }, body: '<html>' }, 'VENDOR_BAD_RESPONSE'],
    ['no body', { body: '' }, 'VENDOR_BAD_RESPONSE'],
    ['null', { body: 'null' }, 'VENDOR_BAD_RESPONSE'],
    ['a number', { body: '7' }, 'VENDOR_BAD_RESPONSE'],
    ['a cut body', { body: '{"export_files":{"id":74780,' }, 'VENDOR_BAD_RESPONSE'],
    ['no status', { body: { export_files: { id: 74780 } } }, 'VENDOR_BAD_RESPONSE'],
  ])('turns %s into %s', async (_, answer, code) => {
    const error = await readError(answer);

    expect(error).toMatchObject({ code, vendor: 'web-admit', account: 'admit', vendorCode: undefined });
    expect(error.httpStatus).toBe(answer.status ?? 200);
  });

  it('names the field that is missing', async () => {
    expect((await readError({ body: { export_files: { id: 74780 } } })).message).toContain(
      '"export_files.status" is missing',
    );
  });

  it('shows neither the ids of the message nor the key', async () => {
    const { message } = await readError({ status: 404, body: readFixture('not-found-identity') });

    expect(message).not.toMatch(/999|0123456789abcdef|127\.0\.0\.1/);
  });

  it('is read in spite of the odd Expires header', async () => {
    await using vendor = await startFakeVendor(() => ({
      headers: { expires: '2009-01-01 00:00:00 -0500', 'cache-control': 'private' },
      body: readFixture('in-progress'),
    }));
    await using account = openAccount(vendor.url);

    expect((await account.readMany([createKey()])).map(toWord)).toEqual(['RUNNING']);
  });

  it('logs an unknown word once', async () => {
    const log = createRecordingLog();
    await using vendor = await startFakeVendor(() => ({ body: { export_files: { status: 'Archived' } } }));
    await using account = openAccount(vendor.url, { tools: createTestTools({ log }) });

    await account.readMany([createKey()]);
    const [reading] = await account.readMany([createKey()]);

    expect(reading).toMatchObject({ status: 'UNKNOWN', rawStatus: 'Archived', files: null });
    expect(log.lines.map(({ level, fields }) => [level, fields])).toEqual([
      ['warn', { vendor: 'web-admit', account: 'admit', rawStatus: 'Archived' }],
    ]);
  });
});

describe('WebAdMIT file', () => {
  it('is a link, byte for byte as the vendor wrote it, from a fresh call each time', async () => {
    await using vendor = await startFakeVendor(() => ({ body: readFixture('available') }));
    await using account = openAccount(vendor.url);

    const access = await account.locateFile(createKey(), 0);
    await account.locateFile(createKey(), 0);

    expect(access).toEqual({
      type: 'link',
      url: readFixtureRun('available').downloadUrl,
      expiresAt: 1_425_359_248_000,
      file: { name: 'Test-API-Export.csv', mediaType: 'text/csv;charset=iso-8859-1', availableUntil: null },
    });
    expect(vendor.requests.map(({ url }) => url)).toEqual([SINGLE, SINGLE]);
  });

  it('is taken to live 25 seconds where the link does not say', async () => {
    const url = 'https://files.example.com/a?Signature=a%2Bb%3D';
    await using vendor = await startFakeVendor(() => ({
      body: { export_files: { status: 'Available', download_url: url } },
    }));
    await using account = openAccount(vendor.url);
    const before = Date.now();

    const access = await account.locateFile(createKey(), 0);

    if (access.type !== 'link') throw new Error(access.type);
    expect(access.url).toBe(url);
    expect(access.expiresAt - before).toBeGreaterThanOrEqual(25_000);
    expect(access.expiresAt - Date.now()).toBeLessThanOrEqual(25_000);
  });

  it.each<[string, FakeAnswer, number, string]>([
    ['a run under way', { body: readFixture('in-progress') }, 0, 'unfinished'],
    ['an unknown word', { body: { export_files: { status: 'Archived' } } }, 0, 'unfinished'],
    ['a failed run', { body: readFixture('failed') }, 0, 'gone'],
    ['an empty run', { body: readFixture('empty-list') }, 0, 'gone'],
    ['a finished run without link', { body: { export_files: { status: 'Available' } } }, 0, 'gone'],
    ['a second file', { body: readFixture('available') }, 1, 'gone'],
    ['a run with errors', { body: readFixture('success-with-errors') }, 0, 'link'],
    ['a 404', { status: 404, body: readFixture('not-found-legacy') }, 0, 'gone'],
    ['a 410', { status: 410 }, 0, 'gone'],
  ])('of %s is answered by the run as it stands now', async (_, answer, index, type) => {
    await using vendor = await startFakeVendor(() => answer);
    await using account = openAccount(vendor.url);

    expect((await account.locateFile(createKey(), index)).type).toBe(type);
  });

  it('is an error while the vendor cannot be read', async () => {
    await using vendor = await startFakeVendor(() => ({ status: 401 }));
    await using account = openAccount(vendor.url);

    await expect(account.locateFile(createKey(), 0)).rejects.toMatchObject({
      code: 'VENDOR_UNAUTHENTICATED',
    });
  });

  it('is described by one single call', async () => {
    await using vendor = await startFakeVendor(() => ({ body: readFixture('available-quoted') }));
    await using account = openAccount(vendor.url);

    expect(await account.describeFiles(createKey({ userIdentityId: '37442' }))).toEqual([
      { name: 'my report.csv', mediaType: 'text/csv;charset=iso-8859-1', availableUntil: null },
    ]);
    expect(vendor.requests.map(({ url }) => url)).toEqual([SINGLE]);
  });
});

describe('WebAdMIT recent exports', () => {
  const listOf = (id: string) => `/api/v1/user_identities/${id}/export_files`;

  it('lists the newest runs over all identities, asked for as href names them', async () => {
    await using vendor = await startFakeVendor(({ url }) => {
      if (url === '/api/v1/user_identities') return { body: readFixture('identities') };
      if (url === listOf('37442')) return { body: readFixture('batch') };
      return {
        body: {
          export_files: [{ id: 90001, export_id: 5, status: 'Failed' }, { status: 'Queued' }, { id: 3 }],
        },
      };
    });
    await using account = openAccount(vendor.url);

    const snapshots = await account.listRecent(10);

    expect(vendor.requests.map(({ url }) => url).sort()).toEqual([
      '/api/v1/user_identities',
      listOf('37442'),
      listOf('37518'),
    ]);
    expect(snapshots.map(({ key, status, files }) => [key.ids, status, files])).toEqual([
      [{ userIdentityId: '37518', exportId: '5', exportFileId: '90001' }, 'FAILED', []],
      [{ userIdentityId: '37442', exportId: '86466', exportFileId: '74781' }, 'RUNNING', null],
      [{ userIdentityId: '37442', exportId: '86466', exportFileId: '74780' }, 'SUCCEEDED', undefined],
    ]);
    const [first] = snapshots;
    const parsed = parseGlobalId(first?.key.id ?? '');
    expect(parsed.type === 'export' && toKeyFromGlobalId(webAdmit.locator, parsed)).toEqual({
      ...first?.key,
      ids: { exportId: '5', exportFileId: '90001' },
    });
  });

  it('gives no more than was asked for, the highest run ids first', async () => {
    await using vendor = await startFakeVendor(({ url }) =>
      url === '/api/v1/user_identities'
        ? { body: { user_identities: [{ id: 1 }] } }
        : { body: { export_files: [9, 100, 20].map((id) => ({ id, export_id: 5, status: 'Queued' })) } },
    );
    await using account = openAccount(vendor.url);

    const snapshots = await account.listRecent(2);

    expect(snapshots.map(({ key }) => key.ids.exportFileId)).toEqual(['100', '20']);
  });

  it.each([403, 404])('passes over an identity that answers %i', async (status) => {
    await using vendor = await startFakeVendor(({ url }) => {
      if (url === '/api/v1/user_identities') return { body: readFixture('identities') };
      return url === listOf('37442') ? { body: readFixture('batch') } : { status };
    });
    await using account = openAccount(vendor.url);

    expect(await account.listRecent(10)).toHaveLength(2);
  });

  it('asks of at most twenty identities', async () => {
    const identities = Array.from({ length: 30 }, (_, index) => ({ id: index + 1 }));
    await using vendor = await startFakeVendor(({ url }) =>
      url === '/api/v1/user_identities'
        ? { body: { user_identities: identities } }
        : { body: { export_files: [] } },
    );
    await using account = openAccount(vendor.url);

    await account.listRecent(10);

    expect(vendor.requests).toHaveLength(21);
    expect(vendor.requests.map(({ url }) => url)).toContain(listOf('30'));
  });

  it('is an error where the identities cannot be listed', async () => {
    await using vendor = await startFakeVendor(() => ({ status: 401 }));
    await using account = openAccount(vendor.url);

    await expect(account.listRecent(10)).rejects.toMatchObject({ code: 'VENDOR_UNAUTHENTICATED' });
  });
});

describe('WebAdMIT body of any kind', async () => {
  const vendor = await startFakeVendor(() => ({}));
  const account = openAccount(vendor.url, {
    limits: { requestsPerSecond: 10_000, maxConcurrent: 8, timeoutMs: 2_000 },
  });
  afterAll(async () => {
    await account.close();
    await vendor[Symbol.asyncDispose]();
  });
  const anyJson = fc.oneof(
    fc.jsonValue(),
    fc.record({ export_files: fc.jsonValue() }),
    fc.record({
      export_files: fc.record(
        { id: fc.jsonValue(), status: fc.oneof(fc.string(), fc.jsonValue()), download_url: fc.jsonValue() },
        { requiredKeys: [] },
      ),
    }),
    fc.record({ export_files: fc.array(fc.record({ id: fc.nat(3), status: fc.jsonValue() })) }),
  );

  it('never makes a read throw, nor invents a status', async () => {
    await fc.assert(
      fc.asyncProperty(anyJson, async (json) => {
        vendor.answer(() => ({ body: JSON.stringify(json) }));
        const keys = [1, 2].map((id) => createKey({ userIdentityId: '37442', exportFileId: String(id) }));

        for (const reading of await account.readMany(keys)) {
          expect(toWord(reading)).toMatch(/^(UNKNOWN|VENDOR_BAD_RESPONSE)$/);
        }
      }),
      { numRuns: 60 },
    );
  });
});
