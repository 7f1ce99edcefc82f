import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { ExportSnapshot } from '../../../src/export/export.ts';
import type { FileAccess } from '../../../src/export/ports.ts';
import type { FakeAnswer, ReceivedRequest } from '../../support/fake-vendor.ts';
import { openShipped, toLines } from './shipped.ts';

const JOB = '9ed6f52a-6540-4060-a680-c7d077b5f78c';
const PATH = '/bulk/v1/leads/export';
const { definition, fixture, toKey, ...marketo } = openShipped({
  id: 'marketo',
  basePath: '/bulk/v1',
  settings: { munchkinId: '123-ABC-456' },
  ids: { exportId: JOB },
  credential: (tokenUrl) => ({ type: 'client-credentials', tokenUrl, clientId: 'me', clientSecret: 'hush' }),
  now: Date.UTC(2026, 4, 18, 9, 30),
});
const answer = (name: string, status = 200): FakeAnswer => ({ status, body: fixture(name) });
/** A recorded answer as if it were about the job that is asked about. */
const ours = (name: string): FakeAnswer => {
  const { result, ...envelope } = fixture(name) as { result: object[] };
  return { body: { ...envelope, result: [{ ...result[0], exportId: JOB }] } };
};

describe('Marketo, reading a job', () => {
  it.each([
    ['created', { status: 'QUEUED', rawStatus: 'Created', startedAt: null, details: { queuedAt: null } }],
    ['queued', { status: 'QUEUED', details: { queuedAt: Date.UTC(2026, 4, 18, 9, 0, 20) } }],
    ['processing', { status: 'RUNNING', progress: null, finishedAt: null, files: null }],
    ['completed', { status: 'SUCCEEDED', outcome: 'COMPLETE', details: { recordCount: 1776 } }],
    ['completed-empty', { status: 'SUCCEEDED', outcome: 'EMPTY', files: [{ name: `leads-${JOB}.csv` }] }],
    ['completed-without-file', { status: 'SUCCEEDED', outcome: 'EMPTY', files: [] }],
    [
      'failed',
      { status: 'FAILED', failure: { isRetryable: true, message: 'The export could not be completed' } },
    ],
    ['cancelled', { status: 'CANCELED', rawStatus: 'Cancelled', files: [] }],
    ['canceled', { status: 'CANCELED', rawStatus: 'Canceled' }],
  ])('reads %s', async (name, expected) => {
    expect((await marketo.read(ours(name))).result).toMatchObject(expected);
  });

  it('lists no file of no bytes', async () => {
    const { result } = fixture('completed-empty') as { result: object[] };
    const body = { success: true, result: [{ ...result[0], exportId: JOB, fileSize: 0 }] };

    expect((await marketo.read({ body })).result).toMatchObject({ outcome: 'EMPTY', files: [] });
  });

  it('tells when what happened, whatever the zone, and in spite of warnings', async () => {
    expect((await marketo.read(ours('completed-offset'))).result).toMatchObject({
      createdAt: Date.UTC(2026, 4, 18, 9),
      startedAt: Date.UTC(2026, 4, 18, 9, 3, 10),
      finishedAt: Date.UTC(2026, 4, 18, 9, 24, 40),
      details: { queuedAt: null, format: 'CSV', fileSizeBytes: 400_785 },
    });
  });

  it('asks with a token for which the secret was sent in the query of a POST', async () => {
    const { requests, tokenRequests } = await marketo.read(answer('processing'));

    expect(toLines(requests)).toEqual([`GET ${PATH}/${JOB}/status.json`]);
    expect(requests[0]?.headers.authorization).toBe('Bearer granted:int');
    const [asked] = tokenRequests;
    expect(asked?.method).toBe('POST');
    expect(asked?.body).toBe('');
    expect(Object.fromEntries(new URL(asked?.url ?? '', 'http://x').searchParams)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'me',
      client_secret: 'hush',
    });
  });

  it('writes the secret into no log and no error where the client is refused', async () => {
    const played = await marketo.play(
      answer('processing'),
      async (account) => (await account.readMany([toKey()]))[0],
      answer('token-unauthorized', 401),
    );

    expect(played.result).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED' });
    expect(`${played.result}${JSON.stringify(played.log)}`).not.toContain('hush');
  });

  it.each(['error-601', 'error-602'])('asks once more with a new token after %s', async (name) => {
    const { result, tokenRequests } = await marketo.read((_request, index) =>
      index === 0 ? answer(name) : answer('processing'),
    );

    expect(result).toMatchObject({ status: 'RUNNING' });
    expect(tokenRequests).toHaveLength(2);
  });

  it.each([
    ['error-603', { code: 'VENDOR_FORBIDDEN', vendorCode: '603' }],
    ['error-606', { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 20_000 }],
    ['error-607', { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 3_600_000 }],
    ['error-610', { code: 'EXPORT_NOT_FOUND' }],
    ['error-1003', { code: 'VENDOR_BAD_RESPONSE', vendorCode: '1003' }],
    ['error-1013', { code: 'EXPORT_NOT_FOUND' }],
    ['error-1029-quota', { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 3_600_000 }],
    ['error-1029-queue', { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 300_000 }],
    ['created-without-result', { code: 'VENDOR_BAD_RESPONSE' }],
    ['completed-empty', { code: 'VENDOR_BAD_RESPONSE' }], // another job's answer
  ])('says of %s, with HTTP 200, what it is', async (name, expected) => {
    expect((await marketo.read(answer(name))).result).toMatchObject(expected);
  });

  it.each([
    ['error-606', 20_000],
    ['error-615', 2_000],
  ])('waits after %s: nothing says for how long', async (name, waitMs) => {
    expect(await marketo.waitMs(answer(name))).toBe(waitMs);
  });

  it('takes a fault of the platform for one, although it comes with 200', async () => {
    const { result } = await marketo.read(answer('error-611'));

    expect(result).toMatchObject({ code: 'VENDOR_UNAVAILABLE', isRetryable: true });
  });

  it.each(['9ED6F52A-6540-4060-A680-C7D077B5F78C', '9ed6f52a', ''])('takes %j for no job', (exportId) => {
    expect(() => toKey({ exportId })).toThrow();
  });
});

describe("Marketo, the account's jobs", () => {
  it('follows the token from page to page', async () => {
    const { result, requests } = await marketo.play(
      ({ url }: ReceivedRequest) => answer(url.includes('nextPageToken=') ? 'list-last' : 'list'),
      (account) => account.listRecent(50),
    );

    expect((result as readonly ExportSnapshot[]).map(({ status }) => status).sort()).toEqual([
      'FAILED',
      'RUNNING',
      'SUCCEEDED',
    ]);
    expect(toLines(requests)[0]).toBe(`GET ${PATH}.json?batchSize=50`);
    expect(new URL(requests[1]?.url ?? '', 'http://x').searchParams.get('nextPageToken')).toBe(
      fixture('list').nextPageToken,
    );
  });

  it('asks for many at once, and singly for what the list does not name', async () => {
    const older = '00000000-6540-4060-a680-c7d077b5f78c';
    const third = '1f0c6d5e-0f9b-4f83-9a61-6c2d0e3b7a10';

    const { result, requests } = await marketo.play(
      ({ url }: ReceivedRequest) => {
        if (url.startsWith(`${PATH}.json`))
          return answer(url.includes('nextPageToken=') ? 'list-last' : 'list');
        return url.includes(older) ? answer('error-1013') : answer('processing');
      },
      (account) => account.readMany([toKey(), toKey({ exportId: third }), toKey({ exportId: older })]),
    );

    expect(result).toMatchObject([
      { status: 'RUNNING' },
      { status: 'SUCCEEDED' },
      { code: 'EXPORT_NOT_FOUND' },
    ]);
    expect(toLines(requests).filter((line) => line.endsWith('status.json'))).toEqual([
      `GET ${PATH}/${older}/status.json`,
    ]);
  });
});

describe('Marketo, starting a job', () => {
  const order = {
    fields: ['id', 'email'],
    filter: { createdAt: { startAt: '2026-05-01T00:00:00Z', endAt: '2026-05-18T00:00:00Z' } },
    format: 'CSV',
  };
  const reply =
    (enqueued: FakeAnswer, created = answer('created')) =>
    ({ url }: ReceivedRequest) =>
      url.endsWith('create.json') ? created : enqueued;

  it('creates it, then enqueues it: it does not run by itself', async () => {
    const { result, requests } = await marketo.start(order, reply(answer('queued')));

    expect(result).toMatchObject({ ids: { exportId: JOB }, snapshot: { status: 'QUEUED' } });
    expect(toLines(requests)).toEqual([`POST ${PATH}/create.json`, `POST ${PATH}/${JOB}/enqueue.json`]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual(order);
  });

  it.each([
    [
      'refuses what the vendor refuses',
      answer('error-1003'),
      answer('queued'),
      { code: 'VENDOR_REJECTED', vendorCode: '1003' },
    ],
    [
      'knows nothing after a first call that the platform took too long for',
      answer('error-611'),
      answer('queued'),
      { code: 'START_OUTCOME_UNKNOWN', vendorCode: '611' },
    ],
    [
      'waits where a day is spent',
      answer('error-1029-quota'),
      answer('queued'),
      { code: 'VENDOR_RATE_LIMITED' },
    ],
    [
      'knows nothing after a success without a job',
      answer('created-without-result'),
      answer('queued'),
      { code: 'START_OUTCOME_UNKNOWN' },
    ],
    [
      'leaves a job behind, by its id, where the queue is full',
      answer('created'),
      answer('error-1029-queue'),
      { code: 'START_OUTCOME_UNKNOWN', vendorCode: '1029', message: expect.stringContaining(JOB) },
    ],
    [
      'goes on where the job is in the queue already',
      answer('created'),
      answer('error-1029-queued'),
      { ids: { exportId: JOB }, snapshot: { status: 'QUEUED' } },
    ],
    [
      'knows nothing after a second call that the platform took too long for',
      answer('created'),
      answer('error-611'),
      { code: 'START_OUTCOME_UNKNOWN' },
    ],
    [
      'knows nothing after a second answer that was lost',
      answer('created'),
      { status: 502 },
      { code: 'START_OUTCOME_UNKNOWN' },
    ],
  ])('%s', async (_name, created, enqueued, expected) => {
    expect((await marketo.start(order, reply(enqueued, created))).result).toMatchObject(expected);
  });

  it.each([{}, { fields: ['id'] }, { ...order, format: 'XLSX' }])('refuses %j', (input) => {
    expect(() => definition.parseOrder(input, 'input.order')).toThrow(/^input\.order\./);
  });
});

describe('Marketo, cancelling a job', () => {
  it('asks once, by POST', async () => {
    const { result, requests } = await marketo.play(answer('cancelled'), (account) =>
      Promise.resolve(account.cancel?.(toKey())),
    );

    expect(result).toBeUndefined();
    expect(toLines(requests)).toEqual([`POST ${PATH}/${JOB}/cancel.json`]);
  });
});

describe("Marketo, a job's file", () => {
  const open = (file: FakeAnswer, headers: Record<string, string> = {}) =>
    marketo.play(
      ({ url }: ReceivedRequest) => (url.endsWith('/file.json') ? file : answer('completed')),
      async (account) => {
        const access = (await account.locateFile(toKey(), 0)) as Extract<FileAccess, { type: 'stream' }>;
        const stream = await access.open({ method: 'GET', headers });
        return { file: access.file, status: stream.status, content: await text(stream.body) };
      },
    );

  it('is a stream behind the token, in parts where that is asked for, for seven days', async () => {
    const { result, requests } = await open({ status: 206, body: 'id,e' }, { range: 'bytes=0-3' });

    expect(result).toEqual({
      file: {
        name: `leads-${JOB}.csv`,
        mediaType: 'text/csv',
        availableUntil: Date.UTC(2026, 4, 25, 9, 24, 40),
      },
      status: 206,
      content: 'id,e',
    });
    expect(toLines(requests)).toEqual([`GET ${PATH}/${JOB}/status.json`, `GET ${PATH}/${JOB}/file.json`]);
    expect(requests[1]?.headers).toMatchObject({ authorization: 'Bearer granted:int', range: 'bytes=0-3' });
  });

  it('is gone where a 404 in plain text says so', async () => {
    const gone = await open({
      status: 404,
      headers: { 'content-type': 'text/plain' },
      body: 'File not found',
    });

    expect(gone.result).toMatchObject({ status: 404, content: '' });
  });

  it('breaks off before its end where its bytes are not those that Marketo told of', async () => {
    const { result } = await open({ body: 'id,email\n' });

    expect(result).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });

  it('is no file where it is an error with HTTP 200', async () => {
    const { result } = await open(answer('error-606'));

    expect(result).toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
  });

  it.each([
    ['completed-without-file', { type: 'gone' }],
    ['failed', { type: 'gone' }],
    ['created', { type: 'unfinished' }],
  ])('is not to be had at %s', async (name, expected) => {
    expect((await marketo.locate(ours(name))).result).toEqual(expected);
  });
});
