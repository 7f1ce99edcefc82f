import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { FileAccess } from '../../../src/export/ports.ts';
import type { FakeAnswer, ReceivedRequest } from '../../support/fake-vendor.ts';
import { openShipped, toLines } from './shipped.ts';

const SURVEY = 'SV_0aB1cD2eF3gH4iJ';
const JOB = 'ES_4kTq8Wn2bLmXc9d';
const PATH = `/API/v3/surveys/${SURVEY}/export-responses`;
const FILE = '5b0d7b1c-2b4f-4b0e-9a55-0e6f2d1c7a34-def';
const choices = {
  id: 'qualtrics',
  basePath: '/API/v3',
  settings: { dataCenter: 'fra1' },
  ids: { surveyId: SURVEY, progressId: JOB },
} as const;
const { definition, fixture, toKey, ...qualtrics } = openShipped({
  ...choices,
  credential: () => ({ type: 'api-key', apiKey: 'key-1' }),
});
const byClient = openShipped({
  ...choices,
  credential: (tokenUrl) => ({ type: 'client-credentials', tokenUrl, clientId: 'me', clientSecret: 'hush' }),
});
const answer = (name: string, status = 200): FakeAnswer => ({ status, body: fixture(name) });

describe('Qualtrics, reading a job', () => {
  it.each([
    ['in-progress', { status: 'RUNNING', rawStatus: 'inProgress', progress: { percent: 45 }, files: null }],
    ['in-progress-at-100', { status: 'RUNNING', progress: { percent: 100 }, files: null }],
    ['proxied', { status: 'RUNNING', progress: { percent: 10 } }],
    ['queued', { status: 'UNKNOWN', rawStatus: 'queued', files: null }],
    ['complete', { status: 'SUCCEEDED', outcome: 'COMPLETE', createdAt: null, finishedAt: null }],
    ['complete-without-file', { status: 'SUCCEEDED', outcome: 'COMPLETE', files: [] }],
    ['failed', { status: 'FAILED', failure: { code: null, isRetryable: true }, files: [] }],
  ])('reads %s', async (name, expected) => {
    expect((await qualtrics.read(answer(name))).result).toMatchObject(expected);
  });

  it.each(['failed-with-reason', 'failed-with-plain-reason'])('reads the reason of %s', async (name) => {
    expect((await qualtrics.read(answer(name))).result).toMatchObject({
      failure: { code: 'EXPORT_TOO_LARGE', message: 'The export exceeds the size limit.' },
    });
  });

  it('shows no continuation token', async () => {
    expect(JSON.stringify((await qualtrics.read(answer('complete'))).result)).not.toContain('UQhcCBAIGwgG');
  });

  it('asks with the key in its header, and with nothing else', async () => {
    const { requests } = await qualtrics.read(answer('in-progress'));

    expect(toLines(requests)).toEqual([`GET ${PATH}/${JOB}`]);
    expect(requests[0]?.headers).toMatchObject({ 'x-api-token': 'key-1' });
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  it('asks with a token that the client asked for by Basic', async () => {
    const { requests, tokenRequests } = await byClient.read(answer('in-progress'));

    expect(requests[0]?.headers.authorization).toBe('Bearer granted');
    expect(tokenRequests[0]?.headers.authorization).toBe(`Basic ${btoa('me:hush')}`);
    expect(Object.fromEntries(new URLSearchParams(tokenRequests[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'read:survey_responses',
    });
  });

  it.each([
    ['error-400-credential', 400, { code: 'VENDOR_UNAUTHENTICATED', vendorCode: 'ATP_2' }],
    ['error-400-body', 400, { code: 'VENDOR_BAD_RESPONSE', vendorCode: 'RPT_1' }],
    ['error-401', 401, { code: 'VENDOR_UNAUTHENTICATED', vendorCode: 'DCD_7' }],
    ['error-404', 404, { code: 'EXPORT_NOT_FOUND' }],
    ['error-429', 429, { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 7_000 }],
  ])('says of %s what it is', async (name, status, expected) => {
    const reply = { ...answer(name, status), headers: { 'retry-after': '7' } };

    expect((await qualtrics.read(reply)).result).toMatchObject(expected);
  });

  it('asks once more after a 401 where the token can be renewed', async () => {
    const { result, tokenRequests } = await byClient.read((_request, index) =>
      index === 0 ? answer('error-401', 401) : answer('in-progress'),
    );

    expect(result).toMatchObject({ status: 'RUNNING' });
    expect(tokenRequests).toHaveLength(2);
  });

  it('has neither list nor cancel', () => {
    expect(definition.capabilities).toMatchObject({ canList: false, canStart: true, canCancel: false });
  });

  it.each<Readonly<Record<string, string>>>([
    { surveyId: 'SV_1' },
    { surveyId: 'ES_0aB1cD2eF3gH4iJ' },
    { progressId: 'null' },
    { progressId: 'R_0d2n60qVHB9jSLz' }, // of the older family
    { progressId: '' },
  ])('takes %j for no job', (ids) => {
    expect(() => toKey(ids)).toThrow();
  });
});

describe('Qualtrics, starting a job', () => {
  it('says what was ordered, in its own spelling', async () => {
    const order = {
      surveyId: SURVEY,
      format: 'csv',
      compress: false,
      startDate: Date.UTC(2026, 4, 1),
      limit: 10,
    };

    const { result, requests } = await qualtrics.start(order, answer('started'));

    expect(result).toMatchObject({
      ids: { surveyId: SURVEY, progressId: JOB },
      snapshot: { status: 'RUNNING', progress: { percent: 0 } },
    });
    expect(toLines(requests)).toEqual([`POST ${PATH}`]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      format: 'csv',
      compress: false,
      startDate: '2026-05-01T00:00:00.000Z',
      limit: 10,
    });
  });

  it('never asks about a job that it was given no id of', async () => {
    const { result } = await qualtrics.start(
      { surveyId: SURVEY, format: 'csv' },
      answer('started-without-id'),
    );

    expect(result).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
  });

  it('hands on why it was refused', async () => {
    const { result } = await qualtrics.start(
      { surveyId: SURVEY, format: 'csv' },
      answer('error-400-body', 400),
    );

    expect(result).toMatchObject({ code: 'VENDOR_REJECTED', vendorMessage: 'Invalid format.' });
  });

  it('does not know what came of it after a 504, and sends it once', async () => {
    const { result, requests } = await qualtrics.start({ surveyId: SURVEY, format: 'csv' }, { status: 504 });

    expect(result).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
    expect(requests).toHaveLength(1);
  });

  it.each([{ surveyId: SURVEY }, { format: 'csv' }, { surveyId: SURVEY, format: 'CSV' }])(
    'refuses %j',
    (order) => {
      expect(() => definition.parseOrder(order, 'input.order')).toThrow(/^input\.order\./);
    },
  );
});

describe("Qualtrics, a job's file", () => {
  const reply =
    (file: FakeAnswer, status = answer('complete')) =>
    ({ url }: ReceivedRequest) =>
      url.endsWith('/file') ? file : status;
  const open = (file: FakeAnswer) =>
    qualtrics.play(reply(file), async (account) => {
      const access = (await account.locateFile(toKey(), 0)) as Extract<FileAccess, { type: 'stream' }>;
      const stream = await access.open({ method: 'GET', headers: { range: 'bytes=0-3' } });
      return { file: access.file, status: stream.status, content: await text(stream.body) };
    });

  it("stands under the file's own id, behind the same key, and ends nobody knows when", async () => {
    const { result, requests } = await open({ status: 206, body: 'PK..' });

    expect(result).toEqual({
      file: { name: `${JOB}.zip`, mediaType: 'application/zip', availableUntil: null },
      status: 206,
      content: 'PK..',
    });
    expect(toLines(requests)).toEqual([`GET ${PATH}/${JOB}`, `GET ${PATH}/${FILE}/file`]);
    expect(requests[1]?.headers).toMatchObject({ 'x-api-token': 'key-1', range: 'bytes=0-3' });
  });

  it.each([
    [404, answer('error-404', 404)],
    [302, { status: 302, headers: { location: 'http://127.0.0.1:1/x' } }],
  ])('hands on nothing of a %i, and follows it nowhere: the key stays here', async (status, file) => {
    const { result, requests } = await open(file);

    expect(result).toMatchObject({ status, content: '' });
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['in-progress-at-100', { type: 'unfinished' }],
    ['complete-without-file', { type: 'gone' }],
    ['failed', { type: 'gone' }],
  ])('is not to be had at %s', async (name, expected) => {
    expect((await qualtrics.locate(answer(name))).result).toEqual(expected);
  });

  it.each(['../../x', '..', ''])('is not looked for under the id %j', async (fileId) => {
    const body = { ...fixture('complete'), result: { status: 'complete', fileId } };

    const { requests } = await qualtrics.play({ body }, async (account) => {
      const access = await account.locateFile(toKey(), 0);
      if (access.type === 'stream') await access.open({ method: 'GET', headers: {} });
    });

    expect(requests.every(({ url }: ReceivedRequest) => url.startsWith(PATH))).toBe(true);
  });
});
