import { describe, expect, it } from 'vitest';
import { startSimulated } from '../../../simulator/conformance/simulated-stage.ts';
import { toSimulatorMount } from '../../../simulator/declared/mount.ts';
import type { FakeAnswer, ReceivedRequest } from '../../support/fake-vendor.ts';
import { openShipped, readShipped, toLines } from './shipped.ts';

const hubspot = openShipped({
  id: 'hubspot',
  basePath: '',
  credential: () => ({ type: 'bearer', token: 'pat-na1-1' }),
  ids: { exportId: '478408617' },
});
const { fixture } = hubspot;

/** When the answers of these tests come. */
const NOW = Date.UTC(2026, 4, 18, 9, 5);
const PREFIX = '/crm/v3/exports/export';
const STATUS = `GET ${PREFIX}/async/tasks/478408617/status`;

const DETAILS = `GET ${PREFIX}/478408617`;

describe('an export of HubSpot', () => {
  it.each([
    ['pending', { status: 'QUEUED', rawStatus: 'PENDING', outcome: null, finishedAt: null, files: null }],
    [
      'processing',
      { status: 'RUNNING', rawStatus: 'PROCESSING', outcome: null, finishedAt: null, files: null },
    ],
    ['complete', { status: 'SUCCEEDED', outcome: 'COMPLETE', failure: null, details: { errorCount: 0 } }],
    [
      'complete-with-errors',
      { status: 'SUCCEEDED', outcome: 'PARTIAL', failure: null, details: { errorCount: 3 } },
    ],
    ['complete-without-result', { status: 'SUCCEEDED', outcome: 'COMPLETE', files: [] }],
    ['canceled', { status: 'CANCELED', outcome: null, failure: null, files: [] }],
    [
      'failed',
      { status: 'FAILED', failure: { code: 'INTERNAL_ERROR', message: 'The export could not be written' } },
    ],
  ])('is read from %s', async (name, expected) => {
    const { result, requests } = await hubspot.read({ body: fixture(name) });

    expect(result).toMatchObject(expected);
    // What is complete or canceled may have ended another way: its details tell, where they can be read.
    expect(toLines(requests)).toEqual(/^(?:complete|canceled)/.test(name) ? [STATUS, DETAILS] : [STATUS]);
    for (const { headers } of requests) expect(headers).toMatchObject({ authorization: 'Bearer pat-na1-1' });
  });

  /** The status call answers with the one, the details with the other. */
  const readBoth = (task: string, details: FakeAnswer, changes: object = {}) =>
    hubspot.read(({ url }: ReceivedRequest, _index: number) =>
      url.endsWith('/status') ? { body: { ...fixture(task), ...changes } } : details,
    );

  it.each([
    ['complete', 'details-done', { outcome: 'COMPLETE', details: { recordCount: 1776, objectType: '0-1' } }],
    ['complete', 'details-empty', { outcome: 'EMPTY', rawStatus: 'COMPLETE', details: { recordCount: 0 } }],
    ['complete-with-errors', 'details-done', { outcome: 'PARTIAL', details: { errorCount: 3 } }],
    [
      'canceled',
      'details-failed',
      { status: 'FAILED', rawStatus: 'FAILED', name: 'All contacts', files: [] },
    ],
    ['canceled', 'details-done', { status: 'SUCCEEDED', rawStatus: 'DONE' }],
  ])('is read from %s and %s', async (task, details, expected) => {
    const { result, requests } = await readBoth(task, { body: fixture(details) });

    expect(result).toMatchObject(expected);
    expect(toLines(requests)).toEqual([STATUS, DETAILS]);
  });

  it('has failed where its task goes on past the stall limit and its details say so', async () => {
    const early = await readBoth('processing', { body: fixture('details-failed') });
    const late = await readBoth(
      'processing',
      { body: fixture('details-failed') },
      { requestedAt: '2026-05-18T07:00:00Z', startedAt: '2026-05-18T07:00:04Z' },
    );

    expect([early.result, toLines(early.requests)]).toEqual([
      expect.objectContaining({ status: 'RUNNING' }),
      [STATUS],
    ]);
    expect([late.result, toLines(late.requests)]).toEqual([
      expect.objectContaining({ status: 'FAILED', name: 'All contacts' }),
      [STATUS, DETAILS],
    ]);
  });

  it.each(['ENQUEUED', 'PENDING_APPROVAL', 'DEFERRED', 'PROCESSING', 'CONFLICT'])(
    'stays as it ended where its details say %s',
    async (exportState) => {
      const { result, log } = await readBoth('complete', {
        body: { ...fixture('details-done'), exportState },
      });

      expect(result).toMatchObject({ status: 'SUCCEEDED', outcome: 'COMPLETE', rawStatus: 'COMPLETE' });
      expect(log).toEqual([]);
    },
  );

  it('is expired where its details say that it was deleted', async () => {
    const { result } = await readBoth('complete', {
      body: { ...fixture('details-done'), exportState: 'DELETED' },
    });

    expect(result).toMatchObject({ status: 'EXPIRED', rawStatus: 'DELETED', files: [] });
  });

  it('is what its task says where the token may not read its details', async () => {
    const { result } = await readBoth('complete', { status: 403, body: fixture('error-403-scopes') });

    expect(result).toMatchObject({ status: 'SUCCEEDED', files: [{ name: '478408617.zip' }] });
  });

  it('has times in UTC, and its own id although the answer names none', async () => {
    const { result } = await hubspot.read({ body: fixture('complete') });

    expect(result).toMatchObject({
      key: hubspot.toKey(),
      createdAt: Date.parse('2026-05-18T09:00:00.120Z'),
      startedAt: Date.parse('2026-05-18T09:00:04.003Z'),
      finishedAt: Date.parse('2026-05-18T09:02:10.550Z'),
      files: [{ name: '478408617.zip', mediaType: 'application/zip', availableUntil: null }],
    });
  });

  it.each([
    ['ENQUEUED', 'QUEUED'],
    ['PENDING_APPROVAL', 'QUEUED'],
    ['DEFERRED', 'QUEUED'],
    ['DONE', 'SUCCEEDED'],
    ['DELETED', 'EXPIRED'],
    ['CONFLICT', 'UNKNOWN'],
    ['CANCELLED', 'UNKNOWN'],
    ['complete', 'UNKNOWN'],
  ])('reads %s as %s', async (word, status) => {
    const { result } = await hubspot.read({ body: { ...fixture('processing'), status: word } });

    expect(result).toMatchObject({ status, rawStatus: word });
  });

  it.each([
    [400, 'error-400', 'VENDOR_BAD_RESPONSE', undefined],
    [401, 'error-401', 'VENDOR_UNAUTHENTICATED', 'INVALID_AUTHENTICATION'],
    [403, 'error-403-scopes', 'VENDOR_FORBIDDEN', 'MISSING_SCOPES'],
    // An id that the account does not have.
    [403, 'error-403-unknown-id', 'EXPORT_NOT_FOUND', undefined],
    [429, 'error-429', 'VENDOR_RATE_LIMITED', 'RATE_LIMIT'],
    [423, 'error-423', 'VENDOR_RATE_LIMITED', undefined],
    [200, 'details-failed', 'VENDOR_BAD_RESPONSE', undefined],
  ])('answers %i with %s as %s', async (status, name, code, vendorCode) => {
    const { result } = await hubspot.read({
      status,
      headers: status < 500 ? { 'retry-after': '5' } : {},
      body: fixture(name),
    });

    expect(result).toMatchObject({ code, vendorCode, httpStatus: status });
  });

  it('of nothing is EMPTY in front of the simulator, and one of something tells how much', async () => {
    const declaration = readShipped('hubspot');
    const mount = toSimulatorMount(declaration);
    await using stage = await startSimulated({ definition: hubspot.definition, mount });
    const outcomes = [];

    for (const words of ['instant', 'instant,empty', 'instant,partial', 'instant,failed']) {
      const { snapshot } = await stage.start(words);
      const { status, outcome, rawStatus, details } = await stage.read(snapshot.key);
      outcomes.push([status, outcome, rawStatus, (details as { recordCount: number | null }).recordCount]);
    }

    expect(outcomes).toEqual([
      ['SUCCEEDED', 'COMPLETE', 'COMPLETE', 1776],
      ['SUCCEEDED', 'EMPTY', 'COMPLETE', 0],
      ['SUCCEEDED', 'PARTIAL', 'COMPLETE', 1776],
      ['FAILED', null, 'FAILED', null],
    ]);
  });

  it('is not found where HubSpot has no such page', async () => {
    const { result } = await hubspot.read({ status: 404, body: '<html>Not found</html>' });

    expect(result).toMatchObject({ code: 'EXPORT_NOT_FOUND' });
  });

  it.each([
    ['the interval', 429, 'error-429', { 'x-hubspot-ratelimit-interval-milliseconds': '10000' }, 10_000],
    [
      'Retry-After before it',
      429,
      'error-429',
      { 'x-hubspot-ratelimit-interval-milliseconds': '10000', 'retry-after': '3' },
      3_000,
    ],
    ['ten seconds where nothing is said', 429, 'error-429', {}, 10_000],
    ['an hour at the end of a day’s calls', 429, 'error-429-daily', {}, 3_600_000],
    ['an hour where the policy alone says so', 429, 'error-429-daily-policy', {}, 3_600_000],
    ['two seconds where it is locked', 423, 'error-423', {}, 2_000],
    ['as long as a move takes', 477, 'error-423', { 'retry-after': '7200' }, 7_200_000],
  ])('waits %s', async (_what, status, name, headers, waitMs) => {
    expect(await hubspot.waitMs({ status, headers, body: fixture(name) })).toBe(waitMs);
  });

  it.each(['0', '01', '-1', 'frr_1', '1'.repeat(20), '..'])('has no id %j', (exportId) => {
    expect(() => hubspot.toKey({ exportId })).toThrow('exportId');
  });

  it('may be asked for at a dated version', async () => {
    const dated = openShipped({
      id: 'hubspot',
      basePath: '',
      settings: { family: 'exports', version: '2026-03' },
      credential: () => ({ type: 'api-key', apiKey: 'key-1' }),
      ids: { exportId: '478408617' },
    });
    const { requests } = await dated.read({ body: fixture('pending') });

    expect(toLines(requests)).toEqual(['GET /crm/exports/2026-03/export/async/tasks/478408617/status']);
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer key-1' });
  });
});

describe('a token of HubSpot', () => {
  const oauth = openShipped({
    id: 'hubspot',
    basePath: '',
    credential: (tokenUrl) => ({
      type: 'refresh-token',
      tokenUrl,
      clientId: 'client-1',
      clientSecret: 'secret-1',
      refreshToken: 'refresh-1',
    }),
    ids: { exportId: '478408617' },
  });

  it('is asked for by a form with the client in it', async () => {
    const { requests, tokenRequests } = await oauth.read({ body: fixture('pending') });

    expect(
      tokenRequests.map(({ method, body }) => [method, Object.fromEntries(new URLSearchParams(body))]),
    ).toEqual([
      [
        'POST',
        {
          grant_type: 'refresh_token',
          client_id: 'client-1',
          client_secret: 'secret-1',
          refresh_token: 'refresh-1',
        },
      ],
    ]);
    expect(tokenRequests[0]?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer access-2' });
  });

  it('is renewed once where HubSpot says that it has expired', async () => {
    const { result, requests, tokenRequests } = await oauth.read((_request, index) =>
      index === 0 ? { status: 401, body: fixture('error-401-expired') } : { body: fixture('pending') },
    );

    expect(result).toMatchObject({ status: 'QUEUED' });
    expect([requests.length, tokenRequests.length]).toEqual([2, 2]);
  });
});

describe('a start at HubSpot', () => {
  const ORDER = {
    exportType: 'VIEW',
    format: 'CSV',
    exportName: 'All',
    objectType: '0-1',
    objectProperties: ['email'],
    associatedObjectType: ['COMPANY'],
    publicCrmSearchRequest: { query: 'a' },
  };

  it('sends the order as JSON and takes the id, a text', async () => {
    const { result, requests } = await hubspot.start(ORDER, { status: 202, body: fixture('started') });

    expect(result).toMatchObject({ ids: { exportId: '478408617' }, isExisting: false });
    expect(toLines(requests)).toEqual([`POST ${PREFIX}/async`]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual(ORDER);
  });

  it.each([
    { format: 'CSV' },
    { exportType: 'view' },
    { exportType: 'VIEW', format: 'xlsx' },
    { exportType: 'VIEW', associatedObjectType: 'COMPANY' },
  ])('is refused by us with %j', async (order) => {
    const { result, requests } = await hubspot.start(order, { status: 202, body: fixture('started') });

    expect(result).toMatchObject({ name: 'InputError' });
    expect(requests).toEqual([]);
  });

  it('hands on what HubSpot says to one export too many, and asks no second time', async () => {
    const { result, requests } = await hubspot.start(ORDER, {
      status: 400,
      body: fixture('error-start-31st'),
    });

    expect(result).toMatchObject({
      code: 'VENDOR_REJECTED',
      vendorCode: 'VALIDATION_ERROR',
      vendorMessage: 'You have reached the limit of 30 exports in 24 hours',
      isRetryable: false,
    });
    expect(requests).toHaveLength(1);
  });

  it('is of unknown outcome where its answer is lost', async () => {
    const { result, requests } = await hubspot.start(ORDER, 'reset');

    expect(result).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
    expect(requests).toHaveLength(1);
  });
});

describe('a file of HubSpot', () => {
  it('is the link in the answer, which works for five minutes', async () => {
    const { result, requests } = await hubspot.locate({ body: fixture('complete') });

    expect(result).toEqual({
      type: 'link',
      url: fixture('complete').result,
      expiresAt: NOW + 300_000,
      file: { name: '478408617.zip', mediaType: 'application/zip', availableUntil: null },
    });
    expect(toLines(requests)).toEqual([STATUS]);
  });

  it.each([
    ['processing', { type: 'unfinished' }],
    ['complete-without-result', { type: 'gone' }],
    ['canceled', { type: 'gone' }],
  ])('of an export that is %s is %j', async (name, access) => {
    const { result } = await hubspot.locate({ body: fixture(name) });

    expect(result).toEqual(access);
  });

  it('of an export that the account does not have is gone', async () => {
    const { result } = await hubspot.locate({ status: 403, body: fixture('error-403-unknown-id') });

    expect(result).toEqual({ type: 'gone' });
  });
});

describe('what HubSpot can do', () => {
  it('is to start, and neither to list nor to cancel', async () => {
    expect(hubspot.definition.capabilities).toMatchObject({
      canStart: true,
      canList: false,
      canCancel: false,
    });
  });
});
