import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/export/errors.ts';
import type { Reading } from '../../../src/export/ports.ts';
import { sleep } from '../../../src/runtime/clock.ts';
import { createHiEnergyClient, type HiEnergyClient } from '../../../src/vendors/hi-energy/client.ts';
import { createHiEnergyLoader } from '../../../src/vendors/hi-energy/loader.ts';
import { createReads } from '../../../src/vendors/shared/reads.ts';
import { type FakeReply, startFakeVendor } from '../../support/fake-vendor.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createRecordingLog } from '../../support/tools.ts';
import { createStubHttp } from '../stub-http.ts';
import { vendorTakes } from '../vendor-takes.ts';
import { answerFrom, createKey, openAccount, readFixture, toMinimal } from './support.ts';

const LIST = '/exports?limit=100';
const NOTHING_LISTED: FakeReply = { body: { exports: [] } };

function describeReading(reading: Reading): string {
  return reading instanceof VendorError ? reading.code : `${reading.key.ids.exportId} ${reading.status}`;
}

describe('reading Hi Energy exports', () => {
  it('asks for one export by its own call, with the key and nothing else', async () => {
    await using vendor = await startFakeVendor(
      answerFrom({ '/exports/4213': { body: readFixture('completed') } }),
    );
    const account = openAccount(vendor.url);

    const readings = await account.readMany([createKey('4213')]);

    expect(readings).toMatchObject([{ key: createKey('4213'), status: 'SUCCEEDED', rawStatus: 'completed' }]);
    expect(vendor.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /exports/4213']);
    expect(vendor.requests[0]?.headers).toMatchObject({ 'x-api-key': 'key-1', accept: 'application/json' });
    expect(vendor.requests[0]?.headers).not.toHaveProperty('authorization');
    await account.close();
  });

  it("sends a user's token instead of the key, never both", async () => {
    await using vendor = await startFakeVendor(
      answerFrom({ '/exports/4213': { body: readFixture('completed') } }),
    );
    const account = openAccount(vendor.url, { credential: { type: 'bearer', token: 'jwt-1' } });

    await account.readMany([createKey('4213')]);

    expect(vendor.requests[0]?.headers).toMatchObject({ authorization: 'Bearer jwt-1' });
    expect(vendor.requests[0]?.headers).not.toHaveProperty('x-api-key');
    await account.close();
  });

  it('answers forty exports from one list call', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => String(5_000 + index));
    const listed = { body: { exports: ids.map((id) => toMinimal(Number(id))) } };
    await using vendor = await startFakeVendor(answerFrom({ [LIST]: listed }));
    const account = openAccount(vendor.url);

    const readings = await account.readMany(ids.map(createKey));

    expect(readings.map(describeReading)).toEqual(ids.map((id) => `${id} RUNNING`));
    expect(vendor.requests).toHaveLength(1);
    await account.close();
  });

  it('asks once for an export that is wanted twice', async () => {
    await using vendor = await startFakeVendor(
      answerFrom({ '/exports/1': { body: readFixture('minimal') } }),
    );
    const account = openAccount(vendor.url);

    const readings = await account.readMany([createKey('1'), createKey('1')]);

    expect(readings.map(describeReading)).toEqual(['1 QUEUED', '1 QUEUED']);
    expect(vendor.requests.map(({ url }) => url)).toEqual(['/exports/1']);
    await account.close();
  });

  it('asks one by one for what the list does not tell, and spoils no neighbour', async () => {
    const broken = { id: 3, report_type: 'deals_excel', status: null };
    await using vendor = await startFakeVendor(
      answerFrom({
        [LIST]: { body: { exports: [toMinimal(2), broken, toMinimal(99)] } },
        '/exports/1': { body: readFixture('minimal') },
        '/exports/3': { body: { export: toMinimal(3, 'failed') } },
        '/exports/5': { body: '<html>' },
      }),
    );
    const account = openAccount(vendor.url);

    const readings = await account.readMany(['1', '2', '3', '4', '5', '2'].map(createKey));

    expect(readings.map(describeReading)).toEqual([
      '1 QUEUED',
      '2 RUNNING',
      '3 FAILED',
      'EXPORT_NOT_FOUND',
      'VENDOR_BAD_RESPONSE',
      '2 RUNNING',
    ]);
    expect(vendor.requests.map(({ url }) => url).sort()).toEqual([
      '/exports/1',
      '/exports/3',
      '/exports/4',
      '/exports/5',
      LIST,
    ]);
    await account.close();
  });

  it.each<[string, FakeReply]>([
    ['an HTML page', { body: '<html><body>Application error</body></html>' }],
    ['an empty body', { body: '' }],
    ['null', { body: 'null' }],
    ['the envelope of other lists', { body: { data: [], meta: { has_more: false } } }],
    ['403', { status: 403, body: { error: 'Forbidden' } }],
    ['404', { status: 404, body: readFixture('error-404') }],
    ['422', { status: 422, body: { error: { code: 'VALIDATION_ERROR', message: 'limit' } } }],
    ['500', { status: 500, body: '<html>' }],
    ['a redirect', { status: 302, headers: { location: 'https://example.com/' } }],
  ])('goes one by one where the list call is answered with %s', async (_name, reply) => {
    await using vendor = await startFakeVendor(
      answerFrom({
        [LIST]: reply,
        '/exports/1': { body: { export: toMinimal(1) } },
        '/exports/2': { body: { export: toMinimal(2) } },
      }),
    );
    const account = openAccount(vendor.url);

    const readings = await account.readMany(['1', '2'].map(createKey));

    expect(readings.map(describeReading)).toEqual(['1 RUNNING', '2 RUNNING']);
    await account.close();
  });

  it.each<[number, string, string]>([
    [429, 'error-429', 'VENDOR_RATE_LIMITED'],
    [401, 'error-401', 'VENDOR_UNAUTHENTICATED'],
  ])('spends no further call where the list is answered with %i', async (status, fixture, code) => {
    const reply = { status, headers: { 'retry-after': '1800' }, body: readFixture(fixture) };
    await using vendor = await startFakeVendor(answerFrom({ [LIST]: reply }));
    const account = openAccount(vendor.url);

    const readings = await account.readMany(['1', '2', '3'].map(createKey));

    expect(readings.map(describeReading)).toEqual([code, code, code]);
    expect(vendor.requests).toHaveLength(1);
    await account.close();
  });

  it('asks nothing while the circuit breaker is open', async () => {
    await using vendor = await startFakeVendor(() => 'reset');
    const account = openAccount(vendor.url);
    for (let turn = 0; turn < 5; turn += 1) await account.readMany([createKey('1')]);
    const callsSoFar = vendor.requests.length;

    const readings = await account.readMany(['1', '2', '3'].map(createKey));

    expect(readings.map(describeReading)).toEqual(Array(3).fill('VENDOR_UNAVAILABLE'));
    expect(vendor.requests).toHaveLength(callsSoFar);
    await account.close();
  });

  it('keeps an id digit for digit that no float can hold', async () => {
    const body = '{"exports":[{"id":9007199254740993,"report_type":"deals_excel","status":"pending"}]}';
    await using vendor = await startFakeVendor(answerFrom({ [LIST]: { body } }));
    const account = openAccount(vendor.url);

    const readings = await account.readMany(['9007199254740993', '9007199254740992'].map(createKey));

    expect(readings.map(describeReading)).toEqual(['9007199254740993 QUEUED', 'EXPORT_NOT_FOUND']);
    await account.close();
  });

  it('refuses an answer about another export', async () => {
    await using vendor = await startFakeVendor(() => ({ body: { export: toMinimal(2) } }));
    const account = openAccount(vendor.url);

    const [reading] = await account.readMany([createKey('1')]);

    expect(reading).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      httpStatus: 200,
      message:
        'Hi Energy gave an answer that cannot be read when asked for the status of an export: "export.id" names another export.',
    });
    await account.close();
  });

  it.each<[number, object | string, string, string | undefined]>([
    [401, readFixture('error-401'), 'VENDOR_UNAUTHENTICATED', 'UNAUTHORIZED'],
    [403, { error: 'You may not' }, 'VENDOR_FORBIDDEN', undefined],
    [404, readFixture('error-404'), 'EXPORT_NOT_FOUND', 'NOT_FOUND'],
    [410, '', 'EXPORT_NOT_FOUND', undefined],
    [422, { error: { code: 'free text, long' } }, 'VENDOR_BAD_RESPONSE', undefined],
    [200, { export: { id: 1, report_type: 'deals_excel' } }, 'VENDOR_BAD_RESPONSE', undefined],
    [301, '', 'VENDOR_BAD_RESPONSE', undefined],
  ])('turns status %i with %j into %s', async (status, body, code, vendorCode) => {
    await using vendor = await startFakeVendor(() => ({ status, body }));
    const account = openAccount(vendor.url);

    const [reading] = await account.readMany([createKey('1')]);

    expect(reading).toBeInstanceOf(VendorError);
    expect(reading).toMatchObject({
      code,
      vendorCode,
      vendor: 'hi-energy',
      account: 'hi',
      httpStatus: status,
    });
    expect(vendor.requests).toHaveLength(1);
    await account.close();
  });

  it('takes the time to wait from the rate-limit headers of a 429', async () => {
    const headers = {
      'x-ratelimit-limit': '1000',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1200',
    };
    await using vendor = await startFakeVendor(() => ({
      status: 429,
      headers,
      body: readFixture('error-429'),
    }));
    const account = openAccount(vendor.url);

    const [reading] = await account.readMany([createKey('1')]);

    expect(reading).toMatchObject({ code: 'VENDOR_RATE_LIMITED', vendorCode: 'RATE_LIMITED' });
    expect((reading as VendorError).retryAfterMs).toBeGreaterThan(1_190_000);
    expect(account.health().state).toBe('THROTTLED');
    await account.close();
  });

  it('passes on how long the vendor asks to leave an export alone', async () => {
    await using vendor = await startFakeVendor(() => ({
      headers: { 'retry-after': '7' },
      body: { export: toMinimal(1) },
    }));
    const account = openAccount(vendor.url);

    expect(await account.readMany([createKey('1')])).toMatchObject([{ pollAfterMs: 7_000 }]);
    await account.close();
  });

  it('logs an unlisted status word once', async () => {
    await using vendor = await startFakeVendor(() => ({ body: { export: toMinimal(1, 'archived') } }));
    const log = createRecordingLog();
    const account = openAccount(vendor.url, { tools: { log } });

    const first = await account.readMany([createKey('1')]);
    await account.readMany([createKey('1')]);

    expect(first).toMatchObject([{ status: 'UNKNOWN', rawStatus: 'archived' }]);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        fields: { vendor: 'hi-energy', account: 'hi', rawStatus: 'archived' },
        message: 'Hi Energy sent an unlisted status word',
      },
    ]);
    await account.close();
  });

  it('gives up with the reason of its caller, list call included', async () => {
    await using vendor = await startFakeVendor(() => 'hang');
    const account = openAccount(vendor.url);

    for (const ids of [['1'], ['1', '2']]) {
      const caller = new AbortController();
      const reading = account.readMany(ids.map(createKey), { signal: caller.signal });
      caller.abort(new DOMException('The caller left.', 'AbortError'));
      await expect(reading).rejects.toThrow('The caller left.');
    }
    await account.close();
  });
});

describe('listing Hi Energy exports', () => {
  it.each([
    [5, 5],
    [100, 100],
    [1_000, 100],
    [0, 1],
  ])('asks for %i as a limit of %i', async (limit, asked) => {
    await using vendor = await startFakeVendor(() => NOTHING_LISTED);
    const account = openAccount(vendor.url);

    await account.listRecent(limit);

    expect(vendor.requests.map(({ url }) => url)).toEqual([`/exports?limit=${asked}`]);
    await account.close();
  });

  it('names each export by its own key and leaves out what cannot be read', async () => {
    const exports = [toMinimal(9, 'completed'), { id: 8 }, toMinimal('../7'), toMinimal(6, 'archived')];
    await using vendor = await startFakeVendor(() => ({ body: { exports } }));
    const account = openAccount(vendor.url);

    const recent = await account.listRecent(20);

    expect(recent).toMatchObject([
      { key: createKey('9'), status: 'SUCCEEDED', files: undefined },
      { key: createKey('6'), status: 'UNKNOWN', files: null },
    ]);
    await account.close();
  });

  it('throws where the list cannot be read', async () => {
    await using vendor = await startFakeVendor(() => ({ body: { data: [] } }));
    const account = openAccount(vendor.url);

    await expect(account.listRecent(20)).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
    await account.close();
  });
});

describe('the time of a Hi Energy read', () => {
  it('is that of one call with its retries, list and single calls together', async () => {
    const clock = createManualClock();
    const http = createStubHttp('hi-energy', 'hi');
    const client: HiEnergyClient = {
      async listExports() {
        await sleep(clock, 250);
        throw http.toError('VENDOR_UNAVAILABLE', 'no list');
      },
      async readExport(_id, options) {
        await vendorTakes(clock, 60_000, options);
        throw http.toError('VENDOR_UNAVAILABLE', 'too late');
      },
      toOutOfReach: () => expect.unreachable(),
      startExport: () => Promise.reject(new Error('not part of this test')),
    };
    const loader = createLoader(client, http, clock);

    const reading = loader.readMany(['1', '2'].map(createKey));
    await clock.advance(300);

    expect((await reading).map(describeReading)).toEqual(['VENDOR_TIMEOUT', 'VENDOR_TIMEOUT']);
    expect(clock.pending).toBe(0);
  });

  it('is over at once where every answer is there', async () => {
    const clock = createManualClock();
    const http = createStubHttp('hi-energy', 'hi', { exports: [toMinimal(1), toMinimal(2)] });
    const loader = createLoader(createHiEnergyClient(http), http, clock);

    await loader.readMany(['1', '2'].map(createKey));

    expect(clock.pending).toBe(0);
  });
});

describe('a mistake of ours in reading Hi Energy exports', () => {
  it('keeps to the export it was made for, and keeps its cause', async () => {
    const http = createStubHttp('hi-energy', 'hi', { exports: [toMinimal(1)] });
    const client: HiEnergyClient = {
      ...createHiEnergyClient(http),
      readExport: async () => {
        throw new TypeError('a mistake of ours');
      },
    };
    const loader = createLoader(client, http);

    const readings = await loader.readMany(['1', '2'].map(createKey));

    expect(readings.map(describeReading)).toEqual(['1 RUNNING', 'VENDOR_BAD_RESPONSE']);
    expect((readings[1] as VendorError).cause).toBeInstanceOf(TypeError);
  });
});

describe('any body of Hi Energy', () => {
  const anyExport = fc.record(
    {
      id: fc.oneof(fc.constantFrom(1, 2, '1', '2'), fc.anything()),
      report_type: fc.oneof(fc.string(), fc.anything()),
      status: fc.oneof(fc.constantFrom('pending', 'completed', 'failed'), fc.string(), fc.anything()),
      progress: fc.anything(),
      download_url: fc.anything(),
    },
    { requiredKeys: [] },
  );
  const bodies = fc.oneof(
    fc.anything(),
    fc.record({ export: anyExport }),
    fc.record({ exports: fc.oneof(fc.array(anyExport), fc.anything()) }),
    fc.record({ export: anyExport, exports: fc.array(anyExport) }),
  );

  it('gives one reading per key and never a throw', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom(['1'], ['1', '2'], ['2', '2', '1']), async (body, ids) => {
        const http = createStubHttp('hi-energy', 'hi', body);
        const loader = createLoader(createHiEnergyClient(http), http);

        const readings = await loader.readMany(ids.map(createKey));

        expect(readings).toHaveLength(ids.length);
        for (const [index, reading] of readings.entries()) {
          if (reading instanceof VendorError) expect(reading.code).toBe('VENDOR_BAD_RESPONSE');
          else expect(reading.key.ids.exportId).toBe(ids[index]);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Reads through this client as the account does. */
function createLoader(
  client: HiEnergyClient,
  http = createStubHttp('hi-energy', 'hi'),
  clock = createManualClock(),
) {
  const parts = { http, clock, vendorName: 'Hi Energy', timeoutMs: 100, onSnapshot: () => undefined };
  return createReads({ ...parts, ...createHiEnergyLoader(client, (ids) => createKey(ids.exportId)) });
}
