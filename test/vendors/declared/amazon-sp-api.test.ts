import { describe, expect, it } from 'vitest';
import type { ExportSnapshot } from '../../../src/export/export.ts';
import type { FakeAnswer, ReceivedRequest } from '../../support/fake-vendor.ts';
import { openShipped, toLines } from './shipped.ts';

const REPORT = '54517018502';
const PATH = '/reports/2021-06-30';
const { definition, fixture, toKey, ...amazon } = openShipped({
  id: 'amazon-sp-api',
  basePath: '',
  settings: { region: 'na', reportTypes: 'GET_MERCHANT_LISTINGS_ALL_DATA,GET_VENDOR_SALES_REPORT' },
  ids: { reportId: REPORT },
  credential: (tokenUrl) => ({
    ...{ type: 'refresh-token', tokenUrl, clientId: 'app', clientSecret: 'hush' },
    refreshToken: 'Atzr|kept',
  }),
});
const answer = (name: string, status = 200): FakeAnswer => ({ status, body: fixture(name) });
/** A recorded answer as if it were about the report that is asked about. */
const ours = (name: string): FakeAnswer => ({ body: { ...fixture(name), reportId: REPORT } });

describe('Amazon, reading a report', () => {
  it.each([
    ['in-queue', { status: 'QUEUED', startedAt: null, files: null }],
    ['in-progress', { status: 'RUNNING', startedAt: Date.UTC(2026, 4, 18, 9, 0, 8), progress: null }],
    ['done', { status: 'SUCCEEDED', outcome: 'COMPLETE', finishedAt: Date.UTC(2026, 4, 18, 9, 0, 40) }],
    ['cancelled', { status: 'CANCELED', outcome: null, startedAt: null, files: [] }],
    ['cancelled-no-data', { status: 'CANCELED', outcome: null, startedAt: Date.UTC(2026, 4, 18, 9, 0, 10) }],
    ['cancelled-with-document', { status: 'CANCELED', files: [] }],
    ['fatal', { status: 'FAILED', failure: { code: null }, files: [] }],
  ])('reads %s', async (name, expected) => {
    expect((await amazon.read(ours(name))).result).toMatchObject(expected);
  });

  it('tells which report of whose data', async () => {
    expect((await amazon.read(answer('done'))).result).toMatchObject({
      name: null,
      createdAt: Date.UTC(2026, 4, 18, 9),
      details: {
        reportType: 'GET_MERCHANT_LISTINGS_ALL_DATA',
        marketplaceIds: ['ATVPDKIKX0DER'],
        dataEndTime: Date.UTC(2026, 4, 18, 9),
        reportScheduleId: null,
      },
    });
  });

  it('asks with a token of its own header, got by form for the refresh token', async () => {
    const { requests, tokenRequests } = await amazon.read(answer('in-queue'));

    expect(toLines(requests)).toEqual([`GET ${PATH}/reports/${REPORT}`]);
    expect(requests[0]?.headers).toMatchObject({
      'x-amz-access-token': 'Atza|granted',
      'user-agent': 'Waybill (Language=JavaScript)',
    });
    expect(requests[0]?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(tokenRequests[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'Atzr|kept',
      client_id: 'app',
      client_secret: 'hush',
    });
  });

  it.each(['error-403-expired', 'error-403-malformed'])(
    'asks once more with a new token after %s',
    async (name) => {
      const { result, tokenRequests } = await amazon.read((_request, index) =>
        index === 0 ? answer(name, 403) : answer('in-queue'),
      );

      expect(result).toMatchObject({ status: 'QUEUED' });
      expect(tokenRequests).toHaveLength(2);
    },
  );

  it('spends no token on a 403 that is about rights', async () => {
    const { result, tokenRequests } = await amazon.read(answer('error-403-role', 403));

    expect(result).toMatchObject({ code: 'VENDOR_FORBIDDEN', vendorCode: 'Unauthorized' });
    expect(tokenRequests).toHaveLength(1);
  });

  it.each([
    ['error-400', 400, { code: 'VENDOR_BAD_RESPONSE', vendorCode: 'InvalidInput' }],
    ['error-400-id', 400, { code: 'EXPORT_NOT_FOUND' }],
    ['error-404', 404, { code: 'EXPORT_NOT_FOUND' }],
    ['error-429', 429, { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 60_000 }],
    ['fatal', 200, { code: 'VENDOR_BAD_RESPONSE' }], // another report's answer
    ['in-envelope', 200, { code: 'VENDOR_BAD_RESPONSE' }],
  ])('says of %s what it is', async (name, status, expected) => {
    expect((await amazon.read(answer(name, status))).result).toMatchObject(expected);
  });

  it('says that a refresh token was revoked', async () => {
    const { result } = await amazon.play(
      answer('in-queue'),
      async (account) => (await account.readMany([toKey()]))[0],
      answer('token-invalid-grant', 400),
    );

    expect(result).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED' });
  });

  it('never reads over the list, which is scarcer than single reads', async () => {
    const { requests } = await amazon.play(answer('in-queue'), (account) =>
      account.readMany([toKey(), toKey({ reportId: '1' }), toKey({ reportId: '2' })]),
    );

    expect(toLines(requests).filter((line) => line.includes('?'))).toEqual([]);
  });

  it('lists the types that the account names', async () => {
    const { reports } = fixture('list');
    const { result, requests } = await amazon.play({ body: { reports } }, (account) =>
      account.listRecent(25),
    );

    expect(result as readonly ExportSnapshot[]).toMatchObject([
      { status: 'RUNNING', key: { ids: { reportId: REPORT } } },
    ]);
    const { pathname, searchParams } = new URL(requests[0]?.url ?? '', 'http://x');
    expect(pathname).toBe(`${PATH}/reports`);
    expect(Object.fromEntries(searchParams)).toEqual({
      reportTypes: 'GET_MERCHANT_LISTINGS_ALL_DATA,GET_VENDOR_SALES_REPORT',
      pageSize: '25',
    });
    expect(requests).toHaveLength(1);
  });

  it('asks for a further page by its token and nothing else', async () => {
    const { result, requests } = await amazon.play(
      ({ url }: ReceivedRequest) => answer(url.includes('nextToken=') ? 'list-last' : 'list'),
      (account) => account.listRecent(25),
    );

    expect((result as readonly ExportSnapshot[]).map(({ status }) => status).sort()).toEqual([
      'RUNNING',
      'SUCCEEDED',
    ]);
    expect(requests).toHaveLength(2);
    expect([...new URL(requests[1]?.url ?? '', 'http://x').searchParams]).toEqual([
      ['nextToken', 'VGhpcyB0b2tlbiBpcyBvcGFxdWU='],
    ]);
  });

  it('asks for no further page where the first one is enough: lists are scarce', async () => {
    const { requests } = await amazon.play(answer('list'), (account) => account.listRecent(1));

    expect(requests).toHaveLength(1);
  });

  it.each(['..', '.', 'a/b', ''])('takes %j for no report', (reportId) => {
    expect(() => toKey({ reportId })).toThrow();
  });

  it('takes the ids of the sandbox', () => {
    expect(toKey({ reportId: 'ID323' }).ids).toEqual({ reportId: 'ID323' });
  });
});

describe('Amazon, starting a report', () => {
  const order = { reportType: 'GET_MERCHANT_LISTINGS_ALL_DATA', marketplaceIds: ['ATVPDKIKX0DER'] };

  it('is told the id alone by a 202, and asks for the rest later', async () => {
    const reportOptions = { reportPeriod: 'WEEK' };
    const { result, requests } = await amazon.start({ ...order, reportOptions }, answer('started', 202));

    expect(result).toMatchObject({ ids: { reportId: REPORT }, snapshot: { status: 'UNKNOWN' } });
    expect(toLines(requests)).toEqual([`POST ${PATH}/reports`]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ ...order, reportOptions });
  });

  it.each([
    ['error-400', 400, { code: 'VENDOR_REJECTED', vendorMessage: 'Invalid reportDocumentId' }],
    ['error-403-role', 403, { code: 'VENDOR_FORBIDDEN' }],
    ['error-429', 429, { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 60_000 }],
  ])('says of %s what it is', async (name, status, expected) => {
    expect((await amazon.start(order, answer(name, status))).result).toMatchObject(expected);
  });

  it.each([
    {},
    { reportType: 'get_x', marketplaceIds: ['A'] },
    { ...order, reportOptions: 'reportPeriod=WEEK' },
  ])('refuses %j', (input) => {
    expect(() => definition.parseOrder(input, 'input.order')).toThrow(/^input\.order\./);
  });
});

describe('Amazon, cancelling a report', () => {
  const cancel = (reply: FakeAnswer) =>
    amazon.play(reply, (account) => Promise.resolve(account.cancel?.(toKey())));

  it('asks once', async () => {
    const { result, requests } = await cancel({ status: 200 });

    expect(result).toBeUndefined();
    expect(toLines(requests)).toEqual([`DELETE ${PATH}/reports/${REPORT}`]);
  });

  it.each([
    ['error-400-cancel', 400],
    ['error-404', 404],
  ])('finds nothing left to stop after %s: its state is looked at then', async (name, status) => {
    expect((await cancel(answer(name, status))).result).toMatchObject({ code: 'EXPORT_NOT_FOUND' });
  });
});

describe("Amazon, a report's file", () => {
  const document = `${PATH}/documents/${fixture('done').reportDocumentId}`;
  const locate = (name: string, minted: FakeAnswer) =>
    amazon.locate(({ url }: ReceivedRequest) => (url.startsWith(`${PATH}/documents`) ? minted : ours(name)));

  it.each(['document', 'document-plain'])('is minted when it is opened, byte for byte: %s', async (name) => {
    const { result, requests } = await locate('done', answer(name));

    expect(result).toMatchObject({
      type: 'link',
      url: fixture(name).url,
      file: { availableUntil: Date.UTC(2026, 7, 16, 9) },
    });
    expect(toLines(requests)).toEqual([`GET ${PATH}/reports/${REPORT}`, `GET ${document}`]);
  });

  it('works for 300 s from when it was signed', async () => {
    const { result } = await locate('done', answer('document'));

    expect(result).toMatchObject({ expiresAt: Date.UTC(2026, 4, 18, 9, 6) });
  });

  it('says by a field that its bytes are compressed', async () => {
    expect((await locate('done', answer('document'))).result).toMatchObject({
      file: { name: `${REPORT}.txt.gz`, mediaType: 'application/gzip' },
    });
    expect((await locate('done', answer('document-plain'))).result).toMatchObject({
      file: { name: `${REPORT}.txt`, mediaType: 'text/plain' },
    });
  });

  it('costs no minting until then', async () => {
    const { result, requests } = await amazon.read(answer('done'));

    expect(result).toMatchObject({ files: [{ availableUntil: Date.UTC(2026, 7, 16, 9) }] });
    expect(requests).toHaveLength(1);
  });

  it('lets the caller know how long to wait where no link is to be had now', async () => {
    expect((await locate('done', answer('error-429', 429))).result).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      retryAfterMs: 60_000,
    });
  });

  it.each([
    ['in-progress', { type: 'unfinished' }],
    ['fatal', { type: 'gone' }],
    ['cancelled-with-document', { type: 'gone' }],
  ])('is never asked for at %s', async (name, expected) => {
    const { result, requests } = await locate(name, answer('document'));

    expect(result).toEqual(expected);
    expect(requests).toHaveLength(1);
  });
});
