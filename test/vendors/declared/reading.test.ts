import { describe, expect, it } from 'vitest';
import type { VendorError } from '../../../src/export/errors.ts';
import type { ExportSnapshot } from '../../../src/export/export.ts';
import { parseIds } from '../../../src/export/locator.ts';
import type { VendorDeclaration } from '../../../src/vendor-file/declaration.ts';
import { toVendorDefinition } from '../../../src/vendors/declared/vendor.ts';
import { type FakeAnswer, type FakeReply, startFakeVendor } from '../../support/fake-vendor.ts';
import { createRecordingLog } from '../../support/tools.ts';
import {
  ACME,
  acme,
  answerFrom,
  at,
  detail,
  keyOf,
  openAccount,
  readFrom,
  request,
  row,
  template,
  value,
} from './support.ts';

const PATH = '/v2/jobs/j1?expand=files';
const RECEIVED = { status: 'RUNNING', rawStatus: 'working' };

/** What one read of the export `j1` comes to. */
async function readOne(
  declaration: VendorDeclaration,
  reply: FakeReply,
  path = PATH,
  log = createRecordingLog(),
): Promise<Partial<ExportSnapshot & VendorError>> {
  await using vendor = await startFakeVendor(answerFrom({ [path]: reply }));
  const account = openAccount(declaration, vendor.url, { tools: { log } });
  try {
    return (await readFrom(account, keyOf(declaration, { jobId: 'j1' }))) as Partial<
      ExportSnapshot & VendorError
    >;
  } finally {
    await account.close();
  }
}

function answer(data: object): FakeAnswer {
  return { body: { data: { id: 'j1', state: 'working', ...data } } };
}

describe('reading an export of a declared vendor', () => {
  it('asks as the file says, and shows all that the answer tells', async () => {
    await using vendor = await startFakeVendor(
      answerFrom({
        '/v2/projects/7/jobs/j1?expand=files': {
          headers: { 'retry-after': '30' },
          ...answer({
            title: 'Sales\n2026',
            created: '2026-05-18T09:00:00Z',
            started: '2026-05-18T11:00:01+02:00',
            updated: null,
            finished: 1_779_095_000,
            progress: 0.25,
            parts: { done: 1, all: 4 },
            row_count: 12,
            region: 'eu',
            tags: ['a', 7, 'b'],
            filters: { deep: [{ text: 'x\u0000y\nz' }] },
          }),
        },
      }),
    );
    const account = openAccount(ACME, vendor.url, { settings: { region: 'us' } });
    const key = keyOf(ACME, { projectId: '7', jobId: 'j1' });

    const [reading] = await account.readMany([key]);

    expect(reading).toEqual({
      key,
      name: 'Sales 2026',
      status: 'RUNNING',
      rawStatus: 'working',
      outcome: null,
      failure: null,
      progress: { percent: 25, completedParts: 1, totalParts: 4 },
      createdAt: Date.UTC(2026, 4, 18, 9),
      startedAt: Date.UTC(2026, 4, 18, 9, 0, 1),
      updatedAt: null,
      // Not before the end, whatever the answer says.
      finishedAt: null,
      files: null,
      pollAfterMs: 30_000,
      observedAt: expect.any(Number),
      details: {
        projectId: '7',
        jobId: 'j1',
        rowCount: 12,
        region: 'eu',
        tags: ['a', 'b'],
        filters: { deep: [{ text: 'xy\nz' }] },
      },
    });
    expect(vendor.requests[0]?.headers).toMatchObject({ 'x-acme-key': 'key-1', 'x-acme-region': 'us' });
    expect(vendor.requests[0]?.headers).not.toHaveProperty('authorization');
    await account.close();
  });

  it.each([
    [{ state: 'ready', row_count: 12 }, 'SUCCEEDED', 'COMPLETE'],
    [{ state: 'ready', row_count: 0 }, 'SUCCEEDED', 'EMPTY'],
    [{ state: 'ready_partial', row_count: 0 }, 'SUCCEEDED', 'PARTIAL'],
    [{ state: 'error' }, 'FAILED', null],
    [{ state: 'deleted' }, 'EXPIRED', null],
    [{ state: 'constructor' }, 'UNKNOWN', null],
    [{ state: 'Ready' }, 'UNKNOWN', null],
  ])('reads %j as %s, %s', async (data, status, outcome) => {
    expect(await readOne(ACME, answer(data))).toMatchObject({ status, outcome, rawStatus: data.state });
  });

  it('compares words without regard to case where the file says so', async () => {
    const declaration = acme({ status: { caseless: true } });

    expect(await readOne(declaration, answer({ state: 'WORKING' }))).toMatchObject({
      status: 'RUNNING',
      rawStatus: 'WORKING',
    });
  });

  it('tells why an export failed, in words without links, and never invents a reason', async () => {
    const told = await readOne(
      ACME,
      answer({
        state: 'error',
        error: { code: 17, message: 'Out of <b>disk</b>, see https://acme.example/x?sig=1' },
      }),
    );
    const silent = await readOne(ACME, answer({ state: 'error', error: {} }));

    expect(told.failure).toEqual({
      code: '17',
      message: 'Out of disk, see [link]',
      isRetryable: false,
      retryAfterMs: null,
    });
    expect(silent.failure?.message).toBe('Acme Reports reports that the export failed, without saying why.');
  });

  it('has no progress where the answer tells none, and a share only of parts that it counts', async () => {
    expect((await readOne(ACME, answer({ state: 'ready' }))).progress).toBeNull();
    expect((await readOne(ACME, answer({ parts: { done: 9, all: 4 } }))).progress).toEqual({
      percent: 100,
      completedParts: 9,
      totalParts: 4,
    });
  });

  it('says once what does not fit its type, and reads it as null', async () => {
    const log = createRecordingLog();
    await using vendor = await startFakeVendor(() => answer({ row_count: 'many', created: 7, region: 'eu' }));
    const account = openAccount(ACME, vendor.url, { tools: { log } });
    const key = keyOf(ACME, { jobId: 'j1' });

    await readFrom(account, key);
    const reading = await readFrom(account, key);

    expect(reading).toMatchObject({ createdAt: null, details: { rowCount: null, region: 'eu' } });
    expect(log.lines.map(({ fields, message }) => [fields.field, message])).toEqual([
      ['createdAt', 'Acme Reports sent a value that is not what its file says'],
      ['rowCount', 'Acme Reports sent a value that is not what its file says'],
    ]);
    await account.close();
  });

  it('logs an unlisted word, but none that the file itself calls UNKNOWN', async () => {
    const log = createRecordingLog();

    await readOne(ACME, answer({ state: 'archived' }), PATH, log);
    await readOne(ACME, answer({ state: 'unknown' }), PATH, log);

    expect(log.lines.map(({ fields }) => fields.rawStatus)).toEqual(['archived']);
  });

  it('computes an instant from another one', async () => {
    const fields = {
      ...ACME.status.fields,
      updatedAt: { from: 'finishedAt', plusMs: 7_000 },
      startedAt: { from: 'startedAt', plusMs: 1 },
    } as const;
    const goesAt = {
      type: 'DateTime',
      isList: false,
      description: null,
      from: 'finishedAt',
      plusMs: 9_000,
    } as const;
    const declaration = acme({ status: { fields, details: { goesAt } } });

    const reading = await readOne(declaration, answer({ state: 'ready', finished: 100 }));
    const running = await readOne(declaration, answer({}));

    expect(reading).toMatchObject({ finishedAt: 100_000, updatedAt: 107_000, startedAt: null });
    expect([reading.details, running.details]).toMatchObject([{ goesAt: 109_000 }, { goesAt: null }]);
  });

  it.each<[string, FakeReply, string, string]>([
    ['another id', answer({ id: 'j2' }), 'VENDOR_BAD_RESPONSE', '"/data/id" names another export'],
    ['an id that is none', answer({ id: {} }), 'VENDOR_BAD_RESPONSE', '"/data/id" is no id'],
    ['no word', answer({ state: null }), 'VENDOR_BAD_RESPONSE', '"/data/state" is missing'],
    ['no export', { body: { data: [] } }, 'VENDOR_BAD_RESPONSE', '"/data/state" is missing'],
    ['no JSON', { body: '<html>' }, 'VENDOR_BAD_RESPONSE', '"/data/state" is missing'],
    ['404', { status: 404, body: {} }, 'EXPORT_NOT_FOUND', '404'],
    [
      'a code that means not found',
      { status: 400, body: { code: 'UNKNOWN_JOB' } },
      'EXPORT_NOT_FOUND',
      'UNKNOWN_JOB',
    ],
    ['a code that means away', { body: { code: 'AWAY' } }, 'VENDOR_UNAVAILABLE', '200 (AWAY)'],
    ['another 400', { status: 400, body: { code: 'OTHER' } }, 'VENDOR_BAD_RESPONSE', '400 (OTHER)'],
    ['403', { status: 403, body: {} }, 'VENDOR_FORBIDDEN', '403'],
  ])('with %s in its answer is an error that says so', async (_what, reply, code, words) => {
    const error = await readOne(ACME, reply);

    expect(error).toMatchObject({ name: 'VendorError', code });
    expect(error.message).toContain(words);
  });

  it('takes an id with what the vendor writes before it, and none where the answer holds none', async () => {
    const prefixed = acme({ status: { id: { at: [at('/id')], prefix: 'gid://acme/Job/' } } });

    expect(await readOne(prefixed, answer({ id: 'gid://acme/Job/j1' }))).toMatchObject(RECEIVED);
    expect(await readOne(prefixed, answer({ id: 'j1' }))).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
    expect(await readOne(acme({ status: { id: null } }), answer({ id: 'j2' }))).toMatchObject(RECEIVED);
    expect(await readOne(ACME, answer({ id: null }))).toMatchObject(RECEIVED);
  });

  it('compares UUIDs without regard to case', async () => {
    const uuid = '9ed6f52a-6540-4060-a680-c7d077b5f78c';
    await using vendor = await startFakeVendor(() => answer({ id: uuid.toUpperCase() }));
    const account = openAccount(ACME, vendor.url);

    expect(await readFrom(account, keyOf(ACME, { jobId: uuid }))).toMatchObject(RECEIVED);
    await account.close();
  });

  it('believes a 504 that holds a word where the file says so, and takes any other for an outage', async () => {
    const declaration = acme({ status: { answers: [200, 504] } });

    const failed = await readOne(declaration, { ...answer({ state: 'error' }), status: 504 });
    const outage = await readOne(declaration, { status: 504, body: '<html>Gateway Timeout</html>' });

    expect(failed).toMatchObject({ status: 'FAILED' });
    expect(outage).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect(await readOne(ACME, { ...answer({ state: 'error' }), status: 504 })).toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
    });
  });

  it('takes success from the body where the file says so', async () => {
    const declaration = acme({
      status: { success: { at: at('/success'), is: true } },
      errors: { code: [at('/errors/0/code')], notFound: [row({ code: '1013' })] },
    });
    const data = { id: 'j1', state: 'working' };

    expect(await readOne(declaration, { body: { success: true, data } })).toMatchObject(RECEIVED);
    expect(await readOne(declaration, { body: { success: false, data } })).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
    });
    expect(await readOne(declaration, { body: { success: false, errors: [{ code: 1013 }] } })).toMatchObject({
      code: 'EXPORT_NOT_FOUND',
    });
  });

  it('takes null for "not there" where a row says so, and for nothing else', async () => {
    const isNull = row({ status: 200, where: [{ at: at('/data'), test: { is: null } }] });
    const declaration = acme({ errors: { notFound: [isNull] } });

    expect(await readOne(declaration, { body: { data: null } })).toMatchObject({ code: 'EXPORT_NOT_FOUND' });
    expect(await readOne(ACME, { body: { data: null } })).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });

  it('waits as long as a throttled answer says, whatever its status', async () => {
    const busy = await readOne(ACME, { body: { error: { code: 'THROTTLED', wait: 3_600 } } });

    expect(busy).toMatchObject({ code: 'VENDOR_RATE_LIMITED', retryAfterMs: expect.closeTo(3_600_000, -4) });
  });

  it('tells by its words what a status alone would tell another way', async () => {
    const declaration = acme({
      errors: {
        forbidden: [row({ status: 403 })],
        notFound: [row({ status: 403, message: 'No export' })],
      },
    });

    expect(
      await readOne(declaration, { status: 403, body: { error: { message: 'No export 9' } } }),
    ).toMatchObject({
      code: 'EXPORT_NOT_FOUND',
    });
    expect(await readOne(declaration, { status: 403, body: {} })).toMatchObject({ code: 'VENDOR_FORBIDDEN' });
  });

  it('reads by POST, with the id in the body', async () => {
    const declaration = acme({
      status: {
        request: request('POST /graphql', {
          body: {
            members: {
              query: { value: 'query($id: ID!) { job(id: $id) { state } }' },
              variables: { members: { id: { template: template('gid://acme/Job/{jobId}') } } },
            },
          },
        }),
      },
    });
    await using vendor = await startFakeVendor(() => answer({}));
    const account = openAccount(declaration, vendor.url);

    const reading = await readFrom(account, keyOf(declaration, { jobId: 'j1' }));

    expect(reading).toMatchObject(RECEIVED);
    expect(vendor.requests).toMatchObject([{ method: 'POST', url: '/graphql' }]);
    expect(JSON.parse(vendor.requests[0]?.body ?? '')).toMatchObject({
      variables: { id: 'gid://acme/Job/j1' },
    });
    await account.close();
  });

  it.each([
    [{ basic: 'username' }, { authorization: `Basic ${Buffer.from('key-1:').toString('base64')}` }],
    [{ basic: 'password' }, { authorization: `Basic ${Buffer.from(':key-1').toString('base64')}` }],
    [{ header: 'Authorization', prefix: 'Bearer ' }, { authorization: 'Bearer key-1' }],
  ] as const)('sends the key as %j', async (rule, headers) => {
    await using vendor = await startFakeVendor(() => answer({}));
    const declaration = acme({ credentials: { 'api-key': rule } });
    const account = openAccount(declaration, vendor.url);

    await readFrom(account, keyOf(declaration, { jobId: 'j1' }));

    expect(vendor.requests[0]?.headers).toMatchObject(headers);
    await account.close();
  });

  it('refuses a locator without an id that the path needs, though the file calls it optional', () => {
    const declaration = acme({ status: { request: request('GET /v2/projects/{projectId}/jobs/{jobId}') } });
    const { locator } = toVendorDefinition(declaration);

    expect(() => parseIds(locator, { jobId: 'j1' }, 'locator')).toThrow(
      'locator.projectId is missing: give text that fits [0-9]{1,19}.',
    );
    expect(parseIds(toVendorDefinition(ACME).locator, { jobId: 'j1' }, 'locator')).toEqual({ jobId: 'j1' });
  });

  it('tells clients the grammar of its ids, with an example', () => {
    const { jobId } = toVendorDefinition(ACME).locator;

    expect(jobId).toMatchObject({ pattern: '^(?:[A-Za-z0-9_-]{1,64})$', example: 'j1', isOptional: false });
    expect([jobId?.test('j_1'), jobId?.test('j 1'), jobId?.test('')]).toEqual([true, false, false]);
    expect(toVendorDefinition(ACME).orderHints).toBeUndefined();
  });

  it('asks for a token as the file says, and sends it so', async () => {
    const tokens = {
      tokenUrl: template('https://id.acme.example/token'),
      scope: 'exports:read',
      client: 'body',
      request: 'query',
      send: { header: 'X-Acme-Token', prefix: '' },
    } as const;
    const declaration = acme({ credentials: { 'client-credentials': tokens } });
    await using vendor = await startFakeVendor(({ url }) =>
      url.startsWith('/token') ? { body: { access_token: 't-1', expires_in: 60 } } : answer({}),
    );
    const tokenUrl = `${vendor.url}/token`;
    const credential = { type: 'client-credentials', tokenUrl, clientId: 'c', clientSecret: 's' } as const;
    const account = openAccount(declaration, vendor.url, { credential });

    const reading = await readFrom(account, keyOf(declaration, { jobId: 'j1' }));

    expect(reading).toMatchObject(RECEIVED);
    expect(vendor.requests[0]?.url).toBe(
      '/token?grant_type=client_credentials&scope=exports%3Aread&client_id=c&client_secret=s',
    );
    expect(vendor.requests[1]?.headers).toMatchObject({ 'x-acme-token': 't-1' });
    await account.close();
  });

  it('bounds what a detail may hold', async () => {
    const declaration = acme({
      status: {
        details: {
          filters: detail('JSON', '/filters'),
          link: detail('URL', '/link'),
          at: detail('DateTime', '/at', { as: 'epoch-seconds' }),
          rows: detail('Int', '/rows', { as: 'integer-text' }),
          id: detail('ID', '/other'),
          share: detail('Float', '/share', value('/share', { as: 'fraction' })),
          flag: detail('Boolean', '/flag'),
        },
      },
    });
    const nested = JSON.parse('['.repeat(30) + ']'.repeat(30));

    const good = await readOne(
      declaration,
      answer({
        filters: [1],
        link: 'https://a.example/x',
        at: 9,
        rows: '12',
        other: 5,
        share: 0.5,
        flag: false,
      }),
    );
    const bad = await readOne(
      declaration,
      answer({ filters: nested, link: 'javascript:x', at: '9', rows: 12, other: 0.5, share: '1', flag: 1 }),
    );

    expect(good.details).toEqual({
      ...{ projectId: null, jobId: 'j1', filters: [1], link: 'https://a.example/x' },
      ...{ at: 9_000, rows: 12, id: '5', share: 50, flag: false },
    });
    expect(bad.details).toEqual({
      ...{ projectId: null, jobId: 'j1', filters: null, link: null },
      ...{ at: null, rows: null, id: null, share: null, flag: null },
    });
  });
});
