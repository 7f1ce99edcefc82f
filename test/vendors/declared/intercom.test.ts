import { describe, expect, it } from 'vitest';
import type { ReceivedRequest } from '../../support/fake-vendor.ts';
import { openShipped, type ShippedChoices, toLines } from './shipped.ts';

const NOW = Date.UTC(2026, 4, 18, 9, 5);
const UNTIL = 1_779_267_600_000;

const CHOICES = {
  id: 'intercom',
  basePath: '',
  credential: () => ({ type: 'bearer', token: 'token-1' }),
  ids: { jobId: 'al9w983lwu88w1fd' },
} satisfies ShippedChoices;
const intercom = openShipped(CHOICES);
const { fixture } = intercom;

const STATUS = 'GET /export/content/data/al9w983lwu88w1fd';
const FILE = { name: 'content-data-al9w983lwu88w1fd', mediaType: null, availableUntil: UNTIL };

describe('a job of Intercom', () => {
  it.each([
    [200, 'pending', { status: 'QUEUED', rawStatus: 'pending', files: null }],
    [200, 'in-progress', { status: 'RUNNING', rawStatus: 'in_progress', files: null }],
    [200, 'misspelt', { status: 'RUNNING' }],
    [200, 'completed', { status: 'SUCCEEDED', outcome: 'COMPLETE', files: [FILE] }],
    [200, 'complete', { status: 'SUCCEEDED', outcome: 'COMPLETE', files: [FILE] }],
    [200, 'no-data', { status: 'SUCCEEDED', outcome: 'EMPTY', files: [], failure: null }],
    [200, 'canceled', { status: 'CANCELED', files: [] }],
    [200, 'failed', { status: 'FAILED', files: [] }],
    [504, 'failed', { status: 'FAILED', rawStatus: 'failed', files: [], failure: { code: null } }],
  ])('is read from %i with %s', async (status, name, expected) => {
    const { result, requests } = await intercom.read({ status, body: fixture(name) });

    expect(result).toMatchObject({
      key: intercom.toKey(),
      createdAt: null,
      finishedAt: null,
      progress: null,
      ...expected,
    });
    expect(toLines(requests)).toEqual([STATUS]);
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'intercom-version': '2.14',
    });
  });

  it.each([
    ['HTML', '<html>504 Gateway Time-out</html>'],
    ['nothing', ''],
    ['errors', fixture('error-504')],
  ])('is not told by a 504 with %s: Intercom is away', async (_what, body) => {
    const { result } = await intercom.read({ status: 504, body });

    expect(result).toMatchObject({ code: 'VENDOR_UNAVAILABLE', httpStatus: 504 });
  });

  it('has no end of its file where that is an empty text, which is nothing to complain of', async () => {
    const { result, log } = await intercom.read({
      body: { ...fixture('completed'), download_expires_at: '' },
    });

    expect(result).toMatchObject({ status: 'SUCCEEDED', files: [{ ...FILE, availableUntil: null }] });
    expect(log).toEqual([]);
  });

  it('is UNKNOWN with a word that Intercom adds', async () => {
    const { result } = await intercom.read({ body: { ...fixture('pending'), status: 'processing' } });

    expect(result).toMatchObject({ status: 'UNKNOWN', rawStatus: 'processing' });
  });

  it('is not another job', async () => {
    const { result } = await intercom.read({ body: { ...fixture('misspelt'), job_identfier: 'another1' } });

    expect(result).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });

  it.each([
    [400, 'error-400', 'VENDOR_BAD_RESPONSE', 'bad_request'],
    [401, 'error-401', 'VENDOR_UNAUTHENTICATED', 'unauthorized'],
    [403, 'error-403', 'VENDOR_FORBIDDEN', 'api_plan_restricted'],
    [404, 'error-404', 'EXPORT_NOT_FOUND', 'not_found'],
    [406, 'error-406', 'VENDOR_BAD_RESPONSE', 'not_acceptable'],
    [408, 'error-408', 'VENDOR_TIMEOUT', 'request_timeout'],
    [429, 'error-429', 'VENDOR_RATE_LIMITED', 'rate_limit_exceeded'],
    [503, 'error-503', 'VENDOR_UNAVAILABLE', 'service_unavailable'],
  ])('answers %i with %s as %s', async (status, name, code, vendorCode) => {
    const { result } = await intercom.read({
      status,
      headers: status < 500 ? { 'retry-after': '5' } : {},
      body: fixture(name),
    });

    expect(result).toMatchObject({ code, vendorCode, httpStatus: status });
  });

  it('waits until the instant that Intercom names', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1_000 + 8) };
    expect(await intercom.waitMs({ status: 429, headers, body: fixture('error-429') })).toBe(8_000);
  });

  it.each(['', 'abc', 'a b c d', 'a/../bcd', 'a'.repeat(65)])('has no id %j', (jobId) => {
    expect(() => intercom.toKey({ jobId })).toThrow('jobId');
  });
});

describe('a start at Intercom', () => {
  const ORDER = { createdAtAfter: 1_778_976_000, createdAtBefore: 1_779_062_400 };

  it.each([
    ['pending', 'QUEUED'],
    ['misspelt', 'RUNNING'],
  ])('sends both ends and nothing else; answered with %s', async (name, status) => {
    const { result, requests } = await intercom.start(ORDER, { body: fixture(name) });

    expect(result).toMatchObject({
      ids: { jobId: 'al9w983lwu88w1fd' },
      isExisting: false,
      snapshot: { status },
    });
    expect(toLines(requests)).toEqual(['POST /export/content/data']);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      created_at_after: 1_778_976_000,
      created_at_before: 1_779_062_400,
    });
  });

  it('beside an active job is refused, and the account does not wait for it', async () => {
    const { result, requests } = await intercom.play(
      { status: 429, body: fixture('error-429-active-job') },
      async (account) => {
        const order = intercom.definition.parseOrder(ORDER, 'input.order');
        return [await account.start?.(order).catch((error: unknown) => error), account.health()];
      },
    );

    expect(result).toMatchObject([
      {
        code: 'VENDOR_REJECTED',
        httpStatus: 429,
        vendorCode: 'rate_limit_exceeded',
        vendorMessage: 'Exceeded rate limit of 1 pending message data export jobs',
        isRetryable: false,
      },
      { state: 'HEALTHY', throttledUntil: null },
    ]);
    expect(requests).toHaveLength(1);
  });

  it('too many at once is a wait like any other', async () => {
    const { result } = await intercom.start(ORDER, { status: 429, body: fixture('error-429') });

    expect(result).toMatchObject({ name: 'VendorError', code: 'VENDOR_RATE_LIMITED' });
  });

  it('is refused with the vendor’s words, or by us', async () => {
    const refused = await intercom.start(ORDER, { status: 400, body: fixture('error-400-order') });
    const ours = await intercom.start({ createdAtAfter: 1 }, { body: fixture('pending') });

    expect(refused.result).toMatchObject({
      code: 'VENDOR_REJECTED',
      vendorMessage: 'created_at_after is greater than created_at_before',
    });
    expect(ours.result).toMatchObject({ name: 'InputError' });
    expect(ours.requests).toEqual([]);
  });

  it('is of unknown outcome where its answer is lost, a 504 included', async () => {
    const { result, requests } = await intercom.start(ORDER, { status: 504, body: fixture('failed') });

    expect(result).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
    expect(requests).toHaveLength(1);
  });
});

describe('a cancel at Intercom', () => {
  it.each([
    ['is done', 200, 'canceled', undefined],
    ['is done, whatever the answer says: the status tells', 200, 'completed', undefined],
    ['finds nothing left to stop', 400, 'error-400', 'EXPORT_NOT_FOUND'],
    ['finds nothing left to stop', 404, 'error-404', 'EXPORT_NOT_FOUND'],
    ['finds nothing left to stop', 409, 'error-400', 'EXPORT_NOT_FOUND'],
    ['finds nothing left to stop', 422, 'error-400', 'EXPORT_NOT_FOUND'],
  ])('goes to a path of its own, without a body, and %s with %i and %s', async (_end, status, name, code) => {
    const { result, requests } = await intercom.play({ status, body: fixture(name) }, async (account) =>
      account.cancel?.(intercom.toKey()),
    );

    expect((result as { readonly code?: string } | undefined)?.code).toBe(code);
    expect(toLines(requests)).toEqual(['POST /export/cancel/al9w983lwu88w1fd']);
    expect(requests[0]?.body).toBe('');
  });

  it('fails where it is not allowed', async () => {
    const { result } = await intercom.play({ status: 403, body: fixture('error-403') }, async (account) =>
      account.cancel?.(intercom.toKey()),
    );

    expect(result).toMatchObject({ code: 'VENDOR_FORBIDDEN' });
  });
});

describe('a file of Intercom', () => {
  const bytes = Buffer.from('504b0304', 'hex');

  it.each([
    ['on the account’s own host is opened', 'completed', '/download/content/data/al9w983lwu88w1fd', true],
    [
      'whose last part is not the job’s id is opened',
      'complete',
      '/download/messages/data/message-data-export.a.b.csv',
      true,
    ],
    [
      'on another host is not followed: the job’s id leads to the file',
      'complete',
      '/download/messages/data/message-data-export.a.b.csv',
      false,
    ],
  ])('with a link %s', async (_what, name, path, isOwn) => {
    const { result, requests } = await intercom.play(
      ({ url, headers }: ReceivedRequest) =>
        url.startsWith('/download/')
          ? { headers: { 'content-type': 'application/octet-stream' }, body: bytes }
          : {
              body: {
                ...fixture(name),
                download_url: `${isOwn ? `http://${headers.host}` : 'https://api.intercom.io'}${path}`,
              },
            },
      async (account) => {
        const access = await account.locateFile(intercom.toKey(), 0);
        if (access.type !== 'stream') return access;
        const { status, body } = await access.open({ method: 'GET', headers: {} });
        return [status, Buffer.concat(await body.toArray()), access.file];
      },
    );

    expect(result).toEqual([200, bytes, FILE]);
    expect(toLines(requests)).toEqual([
      STATUS,
      `GET ${isOwn ? path : '/download/content/data/al9w983lwu88w1fd'}`,
    ]);
    expect(requests[1]?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      accept: 'application/octet-stream',
      'intercom-version': '2.14',
    });
  });

  it.each([
    [200, 'in-progress', 'unfinished'],
    [200, 'no-data', 'gone'],
    [200, 'canceled', 'gone'],
    [504, 'failed', 'gone'],
    [404, 'error-404', 'gone'],
  ])('of a job read from %i with %s is %s', async (status, name, type) => {
    const { result } = await intercom.locate({ status, body: fixture(name) });

    expect(result).toEqual({ type });
  });

  it('is gone after two days, while the job is still a success', async () => {
    const later = openShipped({ ...CHOICES, now: UNTIL + 1 });

    expect((await later.read({ body: fixture('completed') })).result).toMatchObject({
      status: 'SUCCEEDED',
      files: [FILE],
    });
    expect((await later.locate({ body: fixture('completed') })).result).toEqual({ type: 'gone' });
  });
});
