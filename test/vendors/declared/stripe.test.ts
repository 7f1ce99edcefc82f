import { describe, expect, it } from 'vitest';
import type { ReceivedRequest } from '../../support/fake-vendor.ts';
import { openShipped, type ShippedChoices, toLines } from './shipped.ts';

/** A minute after the recorded run succeeded. */
const NOW = 1_779_094_981_000;

const CHOICES = {
  id: 'stripe',
  basePath: '/v1',
  credential: () => ({ type: 'api-key', apiKey: 'rk_test_1' }),
  ids: { reportRunId: 'frr_1PgcA' },
  now: NOW,
} satisfies ShippedChoices;
const stripe = openShipped(CHOICES);
const { fixture } = stripe;

const STATUS = 'GET /v1/reporting/report_runs/frr_1PgcA';

describe('a report run of Stripe', () => {
  it.each([
    ['pending', { status: 'RUNNING', rawStatus: 'pending', finishedAt: null, files: null, failure: null }],
    [
      'succeeded',
      {
        status: 'SUCCEEDED',
        outcome: 'COMPLETE',
        finishedAt: 1_779_094_921_000,
        files: [{ name: 'frr_1PgcA.csv', mediaType: 'text/csv', availableUntil: 1_810_630_920_000 }],
      },
    ],
    // A file that an older run has made is this run's all the same.
    ['succeeded-old-file', { status: 'SUCCEEDED', files: [{ name: 'frr_1Older.csv' }] }],
    ['succeeded-without-file', { status: 'SUCCEEDED', outcome: 'COMPLETE', files: [] }],
    ['succeeded-nameless', { status: 'SUCCEEDED', files: [{ mediaType: 'text/csv', availableUntil: null }] }],
    [
      'failed',
      {
        status: 'FAILED',
        outcome: null,
        finishedAt: null,
        files: [],
        failure: { code: null, message: 'An error occurred while generating the report', isRetryable: true },
      },
    ],
  ])('is read from %s', async (name, expected) => {
    const { result, requests } = await stripe.read({ body: fixture(name) });

    expect(result).toMatchObject({
      key: stripe.toKey(),
      name: 'balance.summary.1',
      createdAt: 1_779_094_800_000,
      startedAt: null,
      progress: null,
      details: { reportType: 'balance.summary.1', isLive: true },
      ...expected,
    });
    expect(toLines(requests)).toEqual([STATUS]);
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer rk_test_1',
      'stripe-version': '2026-08-26.dahlia',
    });
    expect(requests[0]?.headers).not.toHaveProperty('stripe-account');
  });

  it('is asked for on behalf of the account that is configured, in the version that is', async () => {
    const connected = openShipped({
      ...CHOICES,
      settings: { apiVersion: '2026-01-28.clover', connectedAccount: 'acct_1' },
    });
    const { requests } = await connected.read({ body: fixture('pending') });

    expect(requests[0]?.headers).toMatchObject({
      'stripe-account': 'acct_1',
      'stripe-version': '2026-01-28.clover',
    });
  });

  it('is UNKNOWN with a word that Stripe adds', async () => {
    const { result } = await stripe.read({ body: { ...fixture('pending'), status: 'canceled' } });

    expect(result).toMatchObject({ status: 'UNKNOWN', rawStatus: 'canceled', outcome: null });
  });

  it.each([
    [400, 'error-400', 'VENDOR_BAD_RESPONSE', 'invalid_request_error'],
    [401, 'error-401', 'VENDOR_UNAUTHENTICATED', 'invalid_request_error'],
    [403, 'error-403', 'VENDOR_FORBIDDEN', 'invalid_request_error'],
    [404, 'error-404', 'EXPORT_NOT_FOUND', 'resource_missing'],
    [404, 'error-404-bare', 'EXPORT_NOT_FOUND', 'invalid_request_error'],
    [429, 'error-429', 'VENDOR_RATE_LIMITED', 'rate_limit'],
    [429, 'error-429-lock', 'VENDOR_RATE_LIMITED', 'lock_timeout'],
    [500, 'error-500', 'VENDOR_UNAVAILABLE', 'api_error'],
  ])('answers %i with %s as %s', async (status, name, code, vendorCode) => {
    const { result } = await stripe.read({
      status,
      headers: status < 500 ? { 'retry-after': '5' } : {},
      body: fixture(name),
    });

    expect(result).toMatchObject({ code, vendorCode, httpStatus: status });
    expect(String(result)).not.toMatch(/sk_test|rk_live|acct_1/);
  });

  it.each(['frr_', 'frr-1', 'file_1', 'reprun_1', `frr_${'a'.repeat(256)}`, 'frr_1/..'])(
    'has no id %j',
    (reportRunId) => {
      expect(() => stripe.toKey({ reportRunId })).toThrow('reportRunId');
    },
  );

  it.each([`frr_${'a'.repeat(255)}`, 'frr_a_1'])('may have the id %s', (reportRunId) => {
    expect(stripe.toKey({ reportRunId }).ids).toEqual({ reportRunId });
  });
});

describe('the list of Stripe', () => {
  it('goes on behind the last run, and holds the same as single answers', async () => {
    const { result, requests } = await stripe.play(
      ({ url }: ReceivedRequest) => ({ body: fixture(url.includes('starting_after') ? 'list-2' : 'list-1') }),
      (account) => account.listRecent(3),
    );

    expect(result).toMatchObject([
      { key: stripe.toKey({ reportRunId: 'frr_1PgcE' }), status: 'RUNNING' },
      {
        key: stripe.toKey(),
        status: 'SUCCEEDED',
        finishedAt: 1_779_094_921_000,
        files: [{ name: 'frr_1PgcA.csv' }],
      },
      { key: stripe.toKey({ reportRunId: 'frr_1PgcC' }), status: 'FAILED' },
    ]);
    expect(toLines(requests)).toEqual([
      'GET /v1/reporting/report_runs?limit=3',
      expect.stringMatching(/^GET \/v1\/reporting\/report_runs\?limit=\d+&starting_after=frr_1PgcA$/),
    ]);
  });

  it('never asks for more than a hundred at once', async () => {
    const { requests } = await stripe.play({ body: fixture('list-2') }, (account) => account.listRecent(500));

    expect(toLines(requests)).toEqual(['GET /v1/reporting/report_runs?limit=100']);
  });

  it('spares calls, and what it does not hold is asked for singly', async () => {
    const ids = ['frr_1PgcE', 'frr_1PgcA', 'frr_1PgcC', 'frr_old'];
    const { result, requests } = await stripe.play(
      ({ url }: ReceivedRequest) => {
        if (url.includes('starting_after')) return { body: fixture('list-2') };
        if (url.includes('?')) return { body: fixture('list-1') };
        return { body: { ...fixture('pending'), id: 'frr_old' } };
      },
      (account) => account.readMany(ids.map((reportRunId) => stripe.toKey({ reportRunId }))),
    );

    expect(result).toMatchObject([
      { status: 'RUNNING' },
      { status: 'SUCCEEDED' },
      { status: 'FAILED' },
      { status: 'RUNNING' },
    ]);
    expect(toLines(requests).filter((line) => !line.includes('?'))).toEqual([
      'GET /v1/reporting/report_runs/frr_old',
    ]);
  });
});

describe('a start at Stripe', () => {
  const ORDER = {
    reportType: 'balance.summary.1',
    intervalStart: 1_776_384_000,
    intervalEnd: 1_778_976_000,
    timezone: 'Europe/Berlin',
    columns: ['created', 'net'],
  };

  it('is a form with brackets, under a key of its own', async () => {
    const { result, requests } = await stripe.start(ORDER, { body: fixture('pending') });

    expect(result).toMatchObject({
      ids: { reportRunId: 'frr_1PgcA' },
      isExisting: false,
      snapshot: { status: 'RUNNING', rawStatus: 'pending' },
    });
    expect(toLines(requests)).toEqual(['POST /v1/reporting/report_runs']);
    expect(requests[0]?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': expect.stringMatching(/^.{8,255}$/),
    });
    expect([...new URLSearchParams(requests[0]?.body)]).toEqual([
      ['report_type', 'balance.summary.1'],
      ['parameters[interval_start]', '1776384000'],
      ['parameters[interval_end]', '1778976000'],
      ['parameters[timezone]', 'Europe/Berlin'],
      ['parameters[columns][]', 'created'],
      ['parameters[columns][]', 'net'],
    ]);
  });

  it('is sent once more under the same key where its answer is lost', async () => {
    const { result, requests } = await stripe.start(ORDER, (_request, index) =>
      index === 0 ? 'reset' : { body: fixture('succeeded-old-file') },
    );

    expect(result).toMatchObject({ ids: { reportRunId: 'frr_1PgcA' }, snapshot: { status: 'SUCCEEDED' } });
    const [first, second] = requests.map(({ headers }) => headers['idempotency-key']);
    expect([requests.length, second]).toEqual([2, first]);
  });

  it.each([
    [400, 'error-400', 'VENDOR_REJECTED', 'invalid_request_error'],
    [400, 'error-400-idempotency', 'VENDOR_REJECTED', 'idempotency_error'],
    [409, 'error-409', 'VENDOR_REJECTED', 'idempotency_key_in_use'],
  ])('answers %i with %s as %s', async (status, name, code, vendorCode) => {
    const { result, requests } = await stripe.start(ORDER, { status, body: fixture(name) });

    expect(result).toMatchObject({ code, vendorCode });
    expect(requests).toHaveLength(1);
  });

  it.each([{}, { reportType: 'Balance Summary' }, { reportType: 'x.1', connectedAccount: '1' }])(
    'is refused by us with %j',
    async (order) => {
      const { result, requests } = await stripe.start(order, { body: fixture('pending') });

      expect(result).toMatchObject({ name: 'InputError' });
      expect(requests).toEqual([]);
    },
  );
});

describe('a file of Stripe', () => {
  it('stands on its other host, behind the key', async () => {
    const { result, requests } = await stripe.locate({ body: fixture('succeeded') });

    expect(result).toMatchObject({
      type: 'stream',
      file: { name: 'frr_1PgcA.csv', mediaType: 'text/csv', availableUntil: 1_810_630_920_000 },
    });
    expect(toLines(requests)).toEqual([STATUS]);
  });

  it('is opened with the key and whatever goes with every call', async () => {
    const { result, requests } = await stripe.play(
      ({ url, headers }: ReceivedRequest) => {
        if (url.endsWith('/contents')) return { body: 'a,b\n' };
        const { result: file } = fixture('succeeded') as { result: object };
        return {
          body: {
            ...fixture('succeeded'),
            result: { ...file, size: 4, url: `http://${headers.host}/v1/files/file_1PgcB/contents` },
          },
        };
      },
      async (account) => {
        const access = await account.locateFile(stripe.toKey(), 0);
        if (access.type !== 'stream') return access;
        const { status, body } = await access.open({ method: 'GET', headers: {} });
        return [status, (await body.toArray()).join('')];
      },
    );

    expect(result).toEqual([200, 'a,b\n']);
    expect(requests[1]).toMatchObject({
      method: 'GET',
      url: '/v1/files/file_1PgcB/contents',
      headers: { authorization: 'Bearer rk_test_1', 'stripe-version': '2026-08-26.dahlia' },
    });
  });

  it('is never asked for at a host that only looks like Stripe’s', async () => {
    const { result, requests } = await stripe.play(
      { body: fixture('succeeded-elsewhere') },
      async (account) => {
        const access = await account.locateFile(stripe.toKey(), 0);
        return access.type === 'stream' ? access.open({ method: 'GET', headers: {} }) : access;
      },
    );

    expect(result).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      message: expect.stringContaining('may not go'),
    });
    expect(requests).toHaveLength(1);
    expect(String(result)).not.toContain('example');
  });

  it.each([
    ['pending', 'unfinished'],
    ['failed', 'gone'],
    ['succeeded-without-file', 'gone'],
  ])('of a run that is %s is %s', async (name, type) => {
    const { result } = await stripe.locate({ body: fixture(name) });

    expect(result).toEqual({ type });
  });

  it('is gone a year later, while the run is still a success', async () => {
    const later = openShipped({ ...CHOICES, now: 1_810_630_921_000 });

    expect((await later.read({ body: fixture('succeeded') })).result).toMatchObject({
      status: 'SUCCEEDED',
      files: [{ name: 'frr_1PgcA.csv' }],
    });
    expect((await later.locate({ body: fixture('succeeded') })).result).toEqual({ type: 'gone' });
  });
});
