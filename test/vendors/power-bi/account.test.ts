import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/export/errors.ts';
import type { Reading } from '../../../src/export/ports.ts';
import { powerBi } from '../../../src/vendors/power-bi/index.ts';
import { type FakeAnswer, type FakeReply, startFakeVendor } from '../../support/fake-vendor.ts';
import { createRecordingLog } from '../../support/tools.ts';
import { EXPORT_ID, GROUP_ID, openAccount, REPORT_ID, readFixture, toKey } from './support.ts';

/** What one read gives where the vendor answers so. */
async function readAnswer(reply: FakeReply): Promise<Reading | undefined> {
  await using vendor = await startFakeVendor(() => reply);
  await using opened = openAccount({ url: vendor.url });
  const [reading] = await opened.account.readMany([toKey()]);
  return reading;
}

describe('Power BI account, reading', () => {
  it('asks in My workspace and in a workspace, the id encoded once, with the bearer token', async () => {
    await using vendor = await startFakeVendor(() => ({ body: readFixture('export-running') }));
    await using opened = openAccount({ url: vendor.url });

    await opened.account.readMany([toKey(), toKey({ groupId: GROUP_ID })]);

    const path = `/reports/${REPORT_ID}/exports/${EXPORT_ID.replaceAll('=', '%3D')}`;
    expect(vendor.requests.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
      `GET /v1.0/myorg/groups/${GROUP_ID}${path}`,
      `GET /v1.0/myorg${path}`,
    ]);
    expect(vendor.requests[0]?.headers.authorization).toBe('Bearer test-token');
  });

  it.each([200, 202])('takes %i for an answer whatever the status word', async (status) => {
    for (const [name, expected] of [
      ['export-not-started', 'QUEUED'],
      ['export-running', 'RUNNING'],
      ['export-succeeded-workspace', 'SUCCEEDED'],
      ['export-undefined', 'UNKNOWN'],
    ] as const)
      expect(await readAnswer({ status, body: readFixture(name) })).toMatchObject({ status: expected });
  });

  it('obeys Retry-After on an unfinished export and reads it as "busy" on a failed one', async () => {
    const headers = { 'retry-after': '60' };
    const failed = { ...readFixture('export-failed'), id: EXPORT_ID };

    expect(await readAnswer({ status: 202, headers, body: readFixture('export-running') })).toMatchObject({
      pollAfterMs: 60_000,
    });
    expect(await readAnswer({ headers, body: failed })).toMatchObject({
      pollAfterMs: null,
      failure: { isRetryable: true, retryAfterMs: 60_000 },
    });
  });

  it('leaves the account open after a failed export with Retry-After', async () => {
    const headers = { 'retry-after': '60' };
    await using vendor = await startFakeVendor(() => ({
      headers,
      body: { ...readFixture('export-failed'), id: EXPORT_ID },
    }));
    await using opened = openAccount({ url: vendor.url });

    await opened.account.readMany([toKey()]);

    expect(opened.account.health()).toMatchObject({ state: 'HEALTHY', throttledUntil: null });
  });

  it.each<[string, FakeAnswer, RegExp]>([
    ['no status', { body: { id: EXPORT_ID } }, /"status" is missing/],
    ['a null status', { body: { id: EXPORT_ID, status: null } }, /"status" is missing/],
    [
      'a status that is a number',
      { body: { id: EXPORT_ID, status: 3 } },
      /"status" is not of the documented type/,
    ],
    ['another export', { body: { ...readFixture('export-running'), id: 'other' } }, /"id" names another/],
    [
      'the id in another case',
      { body: { ...readFixture('export-running'), id: EXPORT_ID.toLowerCase() } },
      /"id" names another/,
    ],
    ['an id that is no text', { body: { id: 5, status: 'Running' } }, /"id" is not of the documented type/],
    ['an error envelope with 200', { body: readFixture('error-standard') }, /"status" is missing/],
    ['an array', { body: [] }, /not a JSON object/],
    ['null', { body: 'null' }, /not a JSON object/],
    ['a number', { body: '5' }, /not a JSON object/],
    ['HTML', { body: '<html></html>' }, /not a JSON object/],
    ['nothing', { body: '' }, /not a JSON object/],
    ['half a body', { body: '{"id":"' }, /not a JSON object/],
    ['204', { status: 204 }, /HTTP 204/],
    ['307 to another host', { status: 307, headers: { location: 'https://wabi.example.com/' } }, /HTTP 307/],
    ['302', { status: 302, headers: { location: '/elsewhere' } }, /HTTP 302/],
  ])('cannot read an answer with %s', async (_name, answer, problem) => {
    const error = await readAnswer(answer);

    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      message: expect.stringMatching(problem),
      vendor: 'power-bi',
      account: 'bi',
    });
  });

  it.each([undefined, null])('accepts an answer whose id is %j', async (id) => {
    expect(await readAnswer({ body: { ...readFixture('export-running'), id } })).toMatchObject({
      status: 'RUNNING',
    });
  });

  it('does not follow a redirect', async () => {
    await using elsewhere = await startFakeVendor(() => ({ body: readFixture('export-running') }));
    await using vendor = await startFakeVendor(() => ({
      status: 307,
      headers: { location: `${elsewhere.url}/x` },
    }));
    await using opened = openAccount({ url: vendor.url });

    await opened.account.readMany([toKey()]);

    expect(elsewhere.requests).toHaveLength(0);
  });

  it.each([
    [400, 'error-with-targets', 'VENDOR_BAD_RESPONSE', 'InvalidRequest'],
    [400, 'error-rich', 'VENDOR_BAD_RESPONSE', 'DM_ExampleError'],
    [401, 'error-not-authorized', 'VENDOR_UNAUTHENTICATED', 'PowerBINotAuthorizedException'],
    [403, 'error-not-authorized', 'VENDOR_FORBIDDEN', 'PowerBINotAuthorizedException'],
    [403, 'error-token-expired', 'VENDOR_UNAUTHENTICATED', 'TokenExpired'],
    [404, 'error-standard', 'EXPORT_NOT_FOUND', 'PowerBIEntityNotFound'],
    [410, 'error-standard', 'EXPORT_NOT_FOUND', 'PowerBIEntityNotFound'],
    [429, 'error-too-many-requests', 'VENDOR_RATE_LIMITED', 'TooManyRequests'],
  ] as const)('turns a %i with %s into %s', async (status, fixture, code, vendorCode) => {
    const headers: Record<string, string> = status === 429 ? { 'retry-after': '30' } : {};
    const error = await readAnswer({ status, headers, body: readFixture(fixture) });

    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code, vendorCode, httpStatus: status });
  });

  it.each<[number, FakeAnswer]>([
    [500, { status: 500, body: readFixture('error-legacy') }],
    [502, { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' }],
    [503, { status: 503 }],
  ])('turns a lasting %i into VENDOR_UNAVAILABLE', async (httpStatus, answer) => {
    expect(await readAnswer(answer)).toMatchObject({ code: 'VENDOR_UNAVAILABLE', httpStatus });
  });

  it('gives one entry per key in the order asked, and lets no bad one spoil another', async () => {
    await using vendor = await startFakeVendor(({ url }) => {
      if (url.includes('missing')) return { status: 404, body: readFixture('error-standard') };
      if (url.includes('broken')) return { body: '<html>' };
      return {
        body: { ...readFixture('export-running'), id: decodeURIComponent(url.split('/').at(-1) ?? '') },
      };
    });
    await using opened = openAccount({ url: vendor.url });

    const readings = await opened.account.readMany(
      ['good-1', 'missing', 'broken', 'good-2'].map((exportId) => toKey({ exportId })),
    );

    expect(
      readings.map((reading) => (reading instanceof VendorError ? reading.code : reading.status)),
    ).toEqual(['RUNNING', 'EXPORT_NOT_FOUND', 'VENDOR_BAD_RESPONSE', 'RUNNING']);
    expect(readings[3]).toMatchObject({ key: toKey({ exportId: 'good-2' }) });
  });

  it('reads many at once, but no more than the account allows', async () => {
    let arrived = 0;
    let openGate = () => {};
    const threeArrived = new Promise<void>((resolve) => {
      openGate = resolve;
    });
    await using vendor = await startFakeVendor(async ({ url }) => {
      arrived += 1;
      if (arrived === 3) openGate();
      await threeArrived;
      const id = decodeURIComponent(url.split('/').at(-1) ?? '');
      return { body: { ...readFixture('export-running'), id } };
    });
    await using opened = openAccount({ url: vendor.url, maxConcurrent: 3 });

    const keys = Array.from({ length: 20 }, (_, n) => toKey({ exportId: `export-${n}` }));
    const readings = await opened.account.readMany(keys);

    expect(readings.every((reading) => !(reading instanceof VendorError))).toBe(true);
    expect(vendor.requests).toHaveLength(20);
    expect(vendor.concurrency.most).toBe(3);
  });

  it('ends with the reason of the signal when nobody waits any more', async () => {
    await using vendor = await startFakeVendor(() => 'hang');
    await using opened = openAccount({ url: vendor.url });
    const controller = new AbortController();

    const reading = opened.account.readMany([toKey()], { signal: controller.signal });
    controller.abort(new DOMException('nobody waits', 'AbortError'));

    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('logs an unlisted status word once, and a listed one never', async () => {
    const log = createRecordingLog();
    await using vendor = await startFakeVendor(({ url }) => ({
      body: { status: url.endsWith('odd') ? 'Paused' : 'Undefined' },
    }));
    await using opened = openAccount({ url: vendor.url, tools: { log } });

    const keys = [toKey({ exportId: 'odd' }), toKey({ exportId: 'even' })];
    await opened.account.readMany(keys);
    await opened.account.readMany(keys);

    expect(log.lines).toEqual([
      {
        level: 'warn',
        fields: { vendor: 'power-bi', account: 'bi', rawStatus: 'Paused' },
        message: 'Power BI sent an unlisted status word',
      },
    ]);
  });

  it('never throws and never invents an end, whatever the body', async () => {
    let body = '';
    await using vendor = await startFakeVendor(() => ({ body }));
    await using opened = openAccount({ url: vendor.url });
    const whole = JSON.stringify({ ...readFixture('export-running'), id: EXPORT_ID });
    const mutated = fc
      .record({ at: fc.nat(whole.length), cut: fc.nat(5), put: fc.string({ maxLength: 5 }) })
      .map(({ at, cut, put }) => whole.slice(0, at) + put + whole.slice(at + cut));

    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.json(), fc.string()), async (text) => {
        body = text;
        const [reading] = await opened.account.readMany([toKey()]);

        if (reading instanceof VendorError) expect(reading.code).toBe('VENDOR_BAD_RESPONSE');
        else expect(['RUNNING', 'UNKNOWN']).toContain(reading?.status);
      }),
      { numRuns: 150 },
    );
  });
});

describe('Power BI account, what it cannot do', () => {
  it('says that there is no list call', async () => {
    await using vendor = await startFakeVendor(() => ({ status: 500 }));
    await using opened = openAccount({ url: vendor.url });

    await expect(opened.account.listRecent(10)).rejects.toMatchObject({ code: 'UNSUPPORTED_BY_VENDOR' });
    expect(vendor.requests).toHaveLength(0);
    expect(powerBi.capabilities).toEqual({
      canList: false,
      reportsProgress: true,
      reportsTimes: true,
      canStart: true,
      canCancel: false,
    });
  });
});

describe('Power BI account, tokens', () => {
  const credential = (url: string, path: string) => ({
    type: 'client-credentials' as const,
    tokenUrl: `${url}${path}`,
    clientId: 'app',
    clientSecret: 'secret',
  });

  it.each([
    ['token', '/tenant/oauth2/v2.0/token'],
    ['token-v1', '/tenant/oauth2/token'],
  ] as const)('reads with one token for many exports (%s)', async (fixture, path) => {
    await using vendor = await startFakeVendor(({ method, url }) =>
      method === 'POST'
        ? { body: readFixture(fixture) }
        : { body: { status: 'Running', id: decodeURIComponent(url.split('/').at(-1) ?? '') } },
    );
    await using opened = openAccount({ url: vendor.url, credential: credential(vendor.url, path) });

    await opened.account.readMany([toKey({ exportId: 'a' }), toKey({ exportId: 'b' })]);
    await opened.account.readMany([toKey({ exportId: 'c' })]);

    const posts = vendor.requests.filter(({ method }) => method === 'POST');
    expect(posts.map(({ url }) => url)).toEqual([path]);
    expect(vendor.requests.filter(({ method }) => method === 'GET')).toHaveLength(3);
    expect(vendor.requests.at(-1)?.headers.authorization).toBe('Bearer eyJ0eXAi.test.token');
  });

  it.each([
    [403, 'error-token-expired'],
    [401, 'error-not-authorized'],
  ] as const)(
    'gets a new token once when a %i says that the old one has expired',
    async (status, fixture) => {
      let tokens = 0;
      await using vendor = await startFakeVendor(({ method, headers }) => {
        if (method === 'POST') {
          tokens += 1;
          return { body: { ...readFixture('token'), access_token: `token-${tokens}` } };
        }
        return headers.authorization === 'Bearer token-1'
          ? { status, body: readFixture(fixture) }
          : { body: readFixture('export-running') };
      });
      await using opened = openAccount({
        url: vendor.url,
        credential: credential(vendor.url, '/t/oauth2/v2.0/token'),
      });

      const [reading] = await opened.account.readMany([toKey()]);

      expect(reading).toMatchObject({ status: 'RUNNING' });
      expect(tokens).toBe(2);
    },
  );

  it('does not ask for a new token when rights are missing', async () => {
    await using vendor = await startFakeVendor(({ method }) =>
      method === 'POST'
        ? { body: readFixture('token') }
        : { status: 403, body: readFixture('error-not-authorized') },
    );
    await using opened = openAccount({
      url: vendor.url,
      credential: credential(vendor.url, '/t/oauth2/v2.0/token'),
    });

    const [reading] = await opened.account.readMany([toKey()]);

    expect(reading).toMatchObject({ code: 'VENDOR_FORBIDDEN', vendorCode: 'PowerBINotAuthorizedException' });
    expect(vendor.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('says nothing of the tenant when the secret is wrong', async () => {
    await using vendor = await startFakeVendor(() => ({
      status: 401,
      body: readFixture('token-invalid-client'),
    }));
    await using opened = openAccount({
      url: vendor.url,
      credential: credential(vendor.url, '/t/oauth2/v2.0/token'),
    });

    const [reading] = await opened.account.readMany([toKey()]);

    expect(reading).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED', vendorCode: 'invalid_client' });
    expect((reading as VendorError).message).not.toMatch(/AADSTS|Trace|Correlation|secret/);
  });
});
