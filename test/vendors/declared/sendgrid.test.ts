import { describe, expect, it } from 'vitest';
import type { ReceivedRequest } from '../../support/fake-vendor.ts';
import { openShipped, type ShippedChoices, toLines } from './shipped.ts';

const ID = '7b1f2a3c-4d5e-478f-9012-3456789abcde';
const NOW = Date.UTC(2026, 4, 18, 9, 5);

const CHOICES = {
  id: 'sendgrid',
  basePath: '',
  credential: () => ({ type: 'api-key', apiKey: 'SG.x.y' }),
  ids: { exportId: ID },
} satisfies ShippedChoices;
const sendgrid = openShipped(CHOICES);
const { fixture } = sendgrid;

const EXPORTS = '/v3/marketing/contacts/exports';
const UNTIL = Date.UTC(2026, 4, 21, 9);
const FILES = ['7b1f2a3c_1.csv.gzip', '7b1f2a3c_2.csv.gzip'].map((name) => ({
  name,
  mediaType: 'application/octet-stream',
  availableUntil: UNTIL,
}));

/** The n-th export of the recorded lists. */
function toListed(n: number): string {
  return `0f000000-0000-4000-8000-00000000000${n}`;
}

describe('an export of Twilio SendGrid', () => {
  it.each([
    [
      'pending',
      {
        status: 'RUNNING',
        rawStatus: 'pending',
        finishedAt: null,
        files: null,
        details: { contactCount: null },
      },
    ],
    ['pending-null', { status: 'RUNNING', finishedAt: null, files: null }],
    [
      'ready',
      {
        status: 'SUCCEEDED',
        outcome: 'COMPLETE',
        finishedAt: Date.UTC(2026, 4, 18, 9, 0, 41),
        files: FILES,
        details: { contactCount: 81_234 },
      },
    ],
    ['empty', { status: 'SUCCEEDED', outcome: 'EMPTY', files: [], details: { contactCount: 0 } }],
    ['empty-with-file', { status: 'SUCCEEDED', outcome: 'EMPTY', files: FILES.slice(0, 1) }],
    ['ready-without-urls', { status: 'SUCCEEDED', outcome: 'EMPTY', files: [] }],
    [
      'failure',
      { status: 'FAILED', outcome: null, failure: { code: null, message: 'export failed' }, files: [] },
    ],
  ])('is read from %s', async (name, expected) => {
    const { result, requests } = await sendgrid.read({ body: fixture(name) });

    expect(result).toMatchObject({
      key: sendgrid.toKey(),
      createdAt: Date.UTC(2026, 4, 18, 9),
      startedAt: null,
      progress: null,
      ...expected,
    });
    expect(toLines(requests)).toEqual([`GET ${EXPORTS}/${ID}`]);
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer SG.x.y',
      accept: 'application/json',
    });
    expect(requests[0]?.headers).not.toHaveProperty('on-behalf-of');
  });

  it('is asked for on behalf of a subuser where one is configured', async () => {
    const parent = openShipped({ ...CHOICES, settings: { onBehalfOf: 'account-id AC1' } });
    const { requests } = await parent.read({ body: fixture('pending') });

    expect(requests[0]?.headers).toMatchObject({ 'on-behalf-of': 'account-id AC1' });
  });

  it('is read from 202 too', async () => {
    const { result } = await sendgrid.read({ status: 202, body: fixture('pending') });

    expect(result).toMatchObject({ status: 'RUNNING' });
  });

  it.each(['failed', 'completed', 'processing'])(
    'is UNKNOWN with %s, which is none of its words',
    async (status) => {
      const { result } = await sendgrid.read({ body: { ...fixture('pending'), status } });

      expect(result).toMatchObject({ status: 'UNKNOWN', rawStatus: status });
    },
  );

  it.each([
    [400, 'error-400', 'VENDOR_BAD_RESPONSE'],
    [401, 'error-401', 'VENDOR_UNAUTHENTICATED'],
    [403, 'error-403', 'VENDOR_FORBIDDEN'],
    [404, 'error-404', 'EXPORT_NOT_FOUND'],
    [406, 'error-406', 'VENDOR_BAD_RESPONSE'],
    [429, 'error-429', 'VENDOR_RATE_LIMITED'],
    [451, 'error-451', 'VENDOR_FORBIDDEN'],
    [500, 'error-500', 'VENDOR_UNAVAILABLE'],
  ])('answers %i with %s as %s', async (status, name, code) => {
    const { result } = await sendgrid.read({
      status,
      headers: status < 500 ? { 'retry-after': '5' } : {},
      body: fixture(name),
    });

    expect(result).toMatchObject({ code, httpStatus: status });
  });

  it.each([
    ['the instant that Twilio SendGrid names', { 'x-ratelimit-reset': String(NOW / 1_000 + 20) }, 20_000],
    ['Retry-After before it', { 'x-ratelimit-reset': String(NOW / 1_000 + 20), 'retry-after': '4' }, 4_000],
  ])('waits until %s', async (_what, headers, waitMs) => {
    expect(await sendgrid.waitMs({ status: 429, headers, body: fixture('error-429') })).toBe(waitMs);
  });

  it.each(['', 'a/b', 'a b', 'a'.repeat(65), '..'])('has no id %j', (exportId) => {
    expect(() => sendgrid.toKey({ exportId })).toThrow('exportId');
  });
});

describe('the list of Twilio SendGrid', () => {
  const page = (n: number, next: string) =>
    JSON.parse(JSON.stringify(fixture(`list-${n}`)).replace('NEXT', next)) as object;

  it('goes on at the address that the answer names, on its own host', async () => {
    const { result, requests } = await sendgrid.play(
      ({ url, headers }: ReceivedRequest) => ({
        body: url.includes('?') ? page(2, '') : page(1, `http://${headers.host}${EXPORTS}?page=2`),
      }),
      (account) => account.listRecent(10),
    );

    expect(result).toMatchObject([
      { key: sendgrid.toKey({ exportId: toListed(1) }), status: 'RUNNING', files: null },
      { key: sendgrid.toKey({ exportId: toListed(2) }), status: 'SUCCEEDED' },
      { key: sendgrid.toKey({ exportId: toListed(3) }), status: 'FAILED' },
    ]);
    expect(toLines(requests)).toEqual([`GET ${EXPORTS}`, `GET ${EXPORTS}?page=2`]);
  });

  it('goes to no other host, whatever the answer names', async () => {
    const { result, requests } = await sendgrid.play(
      { body: page(1, 'https://api.sendgrid.com.example/v3') },
      (account) => account.listRecent(10),
    );

    expect(result).toHaveLength(2);
    expect(requests).toHaveLength(1);
  });

  it('spares calls for those that run; one that has ended is read by itself, since an item lacks what it ended with', async () => {
    const { result, requests } = await sendgrid.play(
      ({ url }: ReceivedRequest) => {
        if (url === EXPORTS)
          return {
            body: {
              result: [
                ...(page(1, '') as { result: object[] }).result,
                ...(page(2, '') as { result: object[] }).result,
              ],
            },
          };
        if (url.endsWith('2')) return { body: { ...fixture('empty-with-file'), id: toListed(2) } };
        return { body: { ...fixture('failure'), id: toListed(3) } };
      },
      (account) => account.readMany([1, 2, 3].map((n) => sendgrid.toKey({ exportId: toListed(n) }))),
    );

    expect(result).toMatchObject([
      { status: 'RUNNING' },
      { status: 'SUCCEEDED', outcome: 'EMPTY' },
      { status: 'FAILED', failure: { message: 'export failed' } },
    ]);
    expect(toLines(requests)).toEqual([
      `GET ${EXPORTS}`,
      `GET ${EXPORTS}/${toListed(2)}`,
      `GET ${EXPORTS}/${toListed(3)}`,
    ]);
  });
});

describe('a start at Twilio SendGrid', () => {
  it('sends what was ordered as JSON', async () => {
    const order = { listIds: ['9a8b'], fileType: 'json', maxFileSize: 10, notifyByEmail: false };
    const { result, requests } = await sendgrid.start(order, { status: 202, body: fixture('started') });

    expect(result).toMatchObject({ ids: { exportId: ID }, isExisting: false });
    expect(toLines(requests)).toEqual([`POST ${EXPORTS}`]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      list_ids: ['9a8b'],
      file_type: 'json',
      max_file_size: 10,
      notifications: { email: false },
    });
  });

  it('exports all contacts where nothing is ordered', async () => {
    const { result, requests } = await sendgrid.start({}, { status: 202, body: fixture('started') });

    expect(result).toMatchObject({ ids: { exportId: ID } });
    expect(requests[0]).toMatchObject({ body: '{}', headers: { 'content-type': 'application/json' } });
  });

  it('is of unknown outcome where its answer holds no id', async () => {
    const { result } = await sendgrid.start({}, { status: 202, body: { _metadata: {} } });

    expect(result).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
  });

  it('is refused with the vendor’s words, or by us', async () => {
    const refused = await sendgrid.start({ listIds: ['x'] }, { status: 400, body: fixture('error-400') });
    const ours = await sendgrid.start({ fileType: 'xml' }, { status: 202, body: fixture('started') });

    expect(refused.result).toMatchObject({ code: 'VENDOR_REJECTED', vendorMessage: 'list id is not valid' });
    expect(ours.result).toMatchObject({ name: 'InputError' });
    expect(ours.requests).toEqual([]);
  });
});

describe('files of Twilio SendGrid', () => {
  it.each([0, 1])('are links of the newest answer: %i', async (index) => {
    const { result, requests } = await sendgrid.locate({ body: fixture('ready') }, index);

    expect(result).toMatchObject({
      type: 'link',
      url: (fixture('ready').urls as string[])[index],
      file: FILES[index],
    });
    expect(toLines(requests)).toEqual([`GET ${EXPORTS}/${ID}`]);
  });

  it.each([
    ['pending', 0, 'unfinished'],
    ['ready', 2, 'gone'],
    ['empty', 0, 'gone'],
    ['failure', 0, 'gone'],
  ])('of an export that is %s: number %i is %s', async (name, index, type) => {
    const { result } = await sendgrid.locate({ body: fixture(name) }, index);

    expect(result).toEqual({ type });
  });

  it('are gone past their end, while the export is still a success', async () => {
    const later = openShipped({ ...CHOICES, now: UNTIL + 1 });

    expect((await later.read({ body: fixture('ready') })).result).toMatchObject({
      status: 'SUCCEEDED',
      files: FILES,
    });
    expect((await later.locate({ body: fixture('ready') })).result).toEqual({ type: 'gone' });
  });
});
