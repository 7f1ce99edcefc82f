import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError, StartError, VendorError } from '../../../src/export/errors.ts';
import { webAdmit } from '../../../src/vendors/web-admit/index.ts';
import {
  type FakeAnswer,
  type FakeHandler,
  type FakeReply,
  type FakeVendor,
  startFakeVendor,
} from '../../support/fake-vendor.ts';
import { createRecordingLog, createTestTools } from '../../support/tools.ts';
import { API_KEY, createKey, openAccount, readFixture, toWord } from './support.ts';

const START = '/api/v1/user_identities/37442/exports/86466/export_files';
const LIST = '/api/v1/user_identities/37442/export_files';
const ORDER = { userIdentityId: '37442', exportId: '86466' };
const SENT_AT = 1_000;

type Account = ReturnType<typeof openAccount>;

function toRun(id: number | string, status: string, exportId: number | string = 86466) {
  return { id, href: `/api/v1/exports/${exportId}/export_files/${id}`, export_id: exportId, status };
}

/** A vendor that answers a start and a list as it is told. */
function vendorOf(start: FakeReply, list: FakeReply = { body: { export_files: [] } }): Promise<FakeVendor> {
  const handler: FakeHandler = ({ method, url }) => {
    if (method === 'POST') return start;
    return url === LIST ? list : { body: { export_files: toRun(url.split('/').at(-1) ?? '', 'Available') } };
  };
  return startFakeVendor(handler);
}

function start(account: Account, callbackUrl?: string) {
  if (account.start === undefined) throw new Error('nothing can be started');
  return account.start(ORDER, { callbackUrl });
}

async function findIds(account: Account, mark: string | null): Promise<readonly string[]> {
  const found = (await account.findStarted?.({ order: ORDER, sentAt: SENT_AT, mark })) ?? [];
  return found.map(({ key }) => key.ids.exportFileId ?? '');
}

const posts = (vendor: FakeVendor) => vendor.requests.filter(({ method }) => method === 'POST');

describe('WebAdMIT start', () => {
  it('posts to the template of the identity, with the key and without a body', async () => {
    await using vendor = await vendorOf({ status: 201, body: readFixture('queued') });
    await using account = openAccount(vendor.url);

    const { snapshot, isExisting } = await start(account);

    expect(vendor.requests).toHaveLength(1);
    expect(vendor.requests[0]).toMatchObject({ method: 'POST', url: START, body: '' });
    expect(vendor.requests[0]?.headers['x-api-key']).toBe(API_KEY);
    expect(snapshot).toMatchObject({
      key: createKey({ userIdentityId: '37442', exportFileId: '74781' }),
      status: 'QUEUED',
      rawStatus: 'Queued',
      files: null,
      details: { exportId: '86466', exportFileId: '74781', userIdentityId: '37442' },
    });
    expect(isExisting).toBe(false);
  });

  it('names where the end is to be told, where there is such a place', async () => {
    await using vendor = await vendorOf({ status: 201, body: readFixture('queued') });
    await using account = openAccount(vendor.url);

    await start(account, 'https://exports.example.com/callbacks/abc');

    expect(JSON.parse(vendor.requests[0]?.body ?? '')).toEqual({
      callback: 'https://exports.example.com/callbacks/abc',
    });
  });

  it.each<[string, FakeAnswer]>([
    ['an array of one', { status: 201, body: { href: LIST, export_files: [toRun(74781, 'Queued')] } }],
    ['an id as text', { status: 201, body: { export_files: toRun('74781', 'queued') } }],
    ['a 200', { status: 200, body: { export_files: toRun(74781, 'Queued') } }],
    [
      'a template of another number in the answer',
      { status: 201, body: { export_files: { ...toRun(74781, 'Queued'), export_id: 86446 } } },
    ],
  ])('reads %s', async (_, answer) => {
    await using vendor = await vendorOf(answer);
    await using account = openAccount(vendor.url);

    const { snapshot } = await start(account);

    expect(snapshot.key).toEqual(createKey({ userIdentityId: '37442', exportFileId: '74781' }));
    expect(snapshot.status).toBe('QUEUED');
  });

  it('keeps an id that no float can hold', async () => {
    await using vendor = await vendorOf({
      status: 201,
      body: '{"export_files":{"id":900719925474099301,"status":"Queued"}}',
    });
    await using account = openAccount(vendor.url);

    expect((await start(account)).snapshot.key.ids.exportFileId).toBe('900719925474099301');
  });

  it('has the running run as its answer, whichever word that has reached; its files are asked for later', async () => {
    await using vendor = await vendorOf({ status: 201, body: { export_files: toRun(74780, 'Available') } });
    await using account = openAccount(vendor.url);

    expect((await start(account)).snapshot).toMatchObject({ status: 'SUCCEEDED', files: undefined });
  });

  it('is of a template, which is the kind of its runs', async () => {
    await using vendor = await vendorOf({ status: 201, body: readFixture('queued') });
    await using account = openAccount(vendor.url);

    expect(webAdmit.kindOf((await start(account)).snapshot)).toBe('86466');
  });

  it('logs an unknown word like any other answer', async () => {
    const log = createRecordingLog();
    await using vendor = await vendorOf({ status: 201, body: { export_files: toRun(1, 'Archived') } });
    await using account = openAccount(vendor.url, { tools: createTestTools({ log }) });

    expect((await start(account)).snapshot.status).toBe('UNKNOWN');
    expect(log.lines.map(({ fields }) => fields.rawStatus)).toEqual(['Archived']);
  });

  it('is no lost answer where the run is named and nothing else is said of it', async () => {
    const log = createRecordingLog();
    await using vendor = await vendorOf({ status: 201, body: { export_files: { id: 74781 } } });
    await using account = openAccount(vendor.url, { tools: createTestTools({ log }) });

    expect((await start(account)).snapshot).toMatchObject({
      key: createKey({ userIdentityId: '37442', exportFileId: '74781' }),
      status: 'UNKNOWN',
    });
    expect(log.lines).toEqual([]);
  });
});

describe('WebAdMIT start that gives a run which was there', () => {
  it.each<[string, (account: Account) => Promise<unknown> | undefined]>([
    ['started here before', (account) => start(account)],
    ['read singly', (account) => account.readOne?.(createKey({ exportFileId: '74781' }))],
    ['listed as recent', (account) => account.listRecent(10)],
    ['in the list before the order', (account) => account.markStart?.(ORDER)],
    ['looked for', (account) => account.findStarted?.({ order: ORDER, sentAt: 0, mark: null })],
  ])('says so where the run has been seen in this account: %s', async (_, see) => {
    await using vendor = await startFakeVendor(({ method, url }) => {
      if (url === '/api/v1/user_identities') return { body: { user_identities: [{ id: 37442 }] } };
      if (url === LIST) return { body: { export_files: [toRun(74781, 'Queued')] } };
      return { status: method === 'POST' ? 201 : 200, body: readFixture('queued') };
    });
    await using account = openAccount(vendor.url);

    await see(account);

    expect((await start(account)).isExisting).toBe(true);
  });

  it('does not say so where only a caller has named the run', async () => {
    await using vendor = await startFakeVendor(({ method }) =>
      method === 'POST' ? { status: 201, body: readFixture('queued') } : { status: 404 },
    );
    await using account = openAccount(vendor.url);

    await account.readOne?.(createKey({ userIdentityId: '37442', exportFileId: '74781' }));

    expect((await start(account)).isExisting).toBe(false);
  });

  it('does not say so of a run that a list has shown while the order was under way', async () => {
    let answer: (reply: FakeAnswer) => void = () => undefined;
    const held = new Promise<FakeAnswer>((resolve) => {
      answer = resolve;
    });
    await using vendor = await startFakeVendor(({ method }) =>
      method === 'POST' ? held : { body: { export_files: [toRun(74781, 'Queued')] } },
    );
    await using account = openAccount(vendor.url);
    const starting = start(account);
    while (vendor.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));

    await account.findStarted?.({ order: ORDER, sentAt: 0, mark: null });
    answer({ status: 201, body: readFixture('queued') });

    expect((await starting).isExisting).toBe(false);
  });
});

describe('WebAdMIT start that comes to nothing', () => {
  it.each<[string, FakeAnswer, string]>([
    ['a 401', { status: 401 }, 'VENDOR_UNAUTHENTICATED'],
    ['a 403', { status: 403, body: readFixture('forbidden') }, 'VENDOR_FORBIDDEN'],
    [
      'a 403 with none left',
      { status: 403, headers: { 'x-ratelimit-remaining': '0' } },
      'VENDOR_RATE_LIMITED',
    ],
    ['a 404 for the identity', { status: 404, body: readFixture('not-found-identity') }, 'EXPORT_NOT_FOUND'],
    ['a legacy 404', { status: 404, body: readFixture('not-found-legacy') }, 'EXPORT_NOT_FOUND'],
    ['a 429', { status: 429, body: 'slow down' }, 'VENDOR_RATE_LIMITED'],
  ])('is a VendorError after %s, and is not sent again', async (_, answer, code) => {
    await using vendor = await vendorOf(answer);
    await using account = openAccount(vendor.url);

    const error = await start(account).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code, httpStatus: answer.status });
    expect(String(error)).not.toMatch(/999|127\.0\.0\.1/);
    expect(posts(vendor)).toHaveLength(1);
  });

  it.each<[string, FakeAnswer, string | undefined]>([
    [
      'errors.schema',
      { status: 422, body: { errors: { schema: ["The property '#/callback' must be a valid URI."] } } },
      "The property '#/callback' must be a valid URI.",
    ],
    ['several', { status: 422, body: { errors: { schema: ['One.', 'Two.'] } } }, 'One. - Two.'],
    ['a message', { status: 400, body: { message: 'Not <b>this</b> way.' } }, 'Not this way.'],
    ['no words', { status: 422, body: '' }, undefined],
    ['a page', { status: 400, body: '<html>no</html>' }, undefined],
    ['words of another type', { status: 422, body: { errors: { schema: 7 }, message: null } }, undefined],
  ])('is VENDOR_REJECTED with the words of the vendor where they are %s', async (_, answer, words) => {
    await using vendor = await vendorOf(answer);
    await using account = openAccount(vendor.url);

    const error = await start(account).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ code: 'VENDOR_REJECTED', vendorMessage: words, httpStatus: answer.status });
    expect(posts(vendor)).toHaveLength(1);
  });

  it('tells no callback link in the words of a refusal', async () => {
    const callback = 'https://exports.example.com/callbacks/secret-token-of-a-callback';
    await using vendor = await vendorOf({
      status: 422,
      body: { errors: { schema: [`'${callback}' cannot be reached`] } },
    });
    await using account = openAccount(vendor.url);

    const error = await start(account, callback).catch((thrown: unknown) => thrown);

    expect((error as StartError).vendorMessage).toContain('cannot be reached');
    expect((error as StartError).vendorMessage).not.toContain('secret-token');
  });

  it.each<[string, FakeReply]>([
    ['a 500', { status: 500, body: '<html>' }],
    ['a 503', { status: 503 }],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
    ['a 201 without a body', { status: 201 }],
    ['a 201 that is a page', { status: 201, body: '<html>' }],
    ['a 201 without an id', { status: 201, body: { export_files: { status: 'Queued' } } }],
    ['a 201 whose id is none', { status: 201, body: { export_files: { id: '../1', status: 'Queued' } } }],
    ['a 201 of two runs', { status: 201, body: { export_files: [toRun(1, 'Queued'), toRun(2, 'Queued')] } }],
    ['a cut body', { status: 201, body: '{"export_files":{"id":74781,' }],
    ['a broken connection', 'reset'],
    ['silence', 'hang'],
  ])('is START_OUTCOME_UNKNOWN after %s, and is not sent again', async (_, reply) => {
    await using vendor = await vendorOf(reply);
    await using account = openAccount(vendor.url, {
      limits: { requestsPerSecond: 1_000, maxConcurrent: 8, timeoutMs: 300 },
    });

    const error = await start(account).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', vendor: 'web-admit', account: 'admit' });
    expect(posts(vendor)).toHaveLength(1);
  });

  it('is VENDOR_UNAVAILABLE where nothing listens', async () => {
    const vendor = await vendorOf({ status: 201 });
    await using account = openAccount(vendor.url);
    await vendor[Symbol.asyncDispose]();

    await expect(start(account)).rejects.toMatchObject({ name: 'VendorError', code: 'VENDOR_UNAVAILABLE' });
  });
});

describe('WebAdMIT order', () => {
  const parse = (input: object) => webAdmit.parseOrder({ ...input }, 'input.order.webAdmit');

  it('is the identity and the template, and nothing else that came with them', () => {
    expect(parse({ account: 'admit', ...ORDER, callback: 'https://example.com' })).toEqual(ORDER);
  });

  it.each([
    [{ exportId: '1' }, 'userIdentityId'],
    [{ userIdentityId: '1' }, 'exportId'],
    [{ userIdentityId: null, exportId: '1' }, 'userIdentityId'],
    [{ userIdentityId: '1', exportId: '0' }, 'exportId'],
    [{ userIdentityId: '1', exportId: '..' }, 'exportId'],
    [{ userIdentityId: '1'.repeat(19), exportId: '1' }, 'userIdentityId'],
  ])('%j is refused and says where', (input, field) => {
    expect(() => parse(input)).toThrow(InputError);
    expect(() => parse(input)).toThrow(expect.objectContaining({ field: `input.order.webAdmit.${field}` }));
  });
});

describe('WebAdMIT mark before an order', () => {
  it.each<[string, readonly object[], string]>([
    [
      'the newest run of the template that has ended',
      [toRun(9, 'Failed'), toRun(100, 'Available'), toRun(20, 'Available')],
      '100',
    ],
    ['of no other template', [toRun(9, 'Available'), toRun(100, 'Available', 5)], '9'],
    [
      'below a run that is going on, which would be the answer',
      [toRun(101, 'In Progress'), toRun(100, 'Available')],
      '100',
    ],
    ['nothing where the template has never run', [toRun(100, 'Available', 5)], '0'],
    ['nothing where no list holds anything', [], '0'],
  ])('is %s', async (_, runs, mark) => {
    await using vendor = await vendorOf('hang', { body: { export_files: runs } });
    await using account = openAccount(vendor.url);

    expect(await account.markStart?.(ORDER)).toBe(mark);
    expect(vendor.requests.map(({ method, url }) => [method, url])).toEqual([['GET', LIST]]);
  });

  it.each<[string, FakeReply]>([
    ['401', { status: 401 }],
    ['403', { status: 403 }],
    ['404', { status: 404 }],
    ['429', { status: 429, headers: { 'retry-after': '600' } }],
    ['500', { status: 500 }],
    ['a page', { body: '<html>' }],
    ['a broken connection', 'reset'],
  ])('is none where the list is answered with %s', async (_, reply) => {
    await using vendor = await vendorOf('hang', reply);
    await using account = openAccount(vendor.url);

    expect(await account.markStart?.(ORDER)).toBeNull();
  });
});

describe('WebAdMIT runs that an order whose answer was lost may have started', () => {
  const found = async (runs: readonly object[], mark: string | null) => {
    await using vendor = await vendorOf('hang', { body: { export_files: runs } });
    await using account = openAccount(vendor.url);
    return await findIds(account, mark);
  };

  it('are those of the template after the mark, the first of them the likeliest', async () => {
    const runs = [
      toRun(99, 'Available'),
      toRun(100, 'Available'),
      toRun(101, 'Queued'),
      toRun(1_000, 'Queued'),
      toRun(500, 'Queued', 5),
    ];

    expect(await found(runs, '99')).toEqual(['100', '101', '1000']);
    expect(await found(runs, '1000')).toEqual([]);
  });

  it('are all of them where nothing had ended before', async () => {
    expect(await found([toRun(1, 'Available'), toRun(2, 'Queued')], '0')).toEqual(['1', '2']);
  });

  it('are without a mark only those that are still going on', async () => {
    const runs = [
      toRun(99, 'Available'),
      toRun(100, 'In Progress'),
      toRun(101, 'Failed'),
      toRun(102, 'Archived'),
    ];

    expect(await found(runs, null)).toEqual(['102', '100']);
  });

  it('compare as whole numbers of any length, never as floats', async () => {
    const id = fc.bigInt({ min: 1n, max: 999_999_999_999_999_999n });
    await using vendor = await vendorOf('hang');
    await using account = openAccount(vendor.url, {
      limits: { requestsPerSecond: 10_000, maxConcurrent: 8, timeoutMs: 2_000 },
    });

    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(id, { maxLength: 8 }),
        fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n }),
        async (ids, mark) => {
          const runs = ids.map((run) => toRun(String(run), 'Available'));
          vendor.answer(() => ({ body: { export_files: runs } }));

          const newer = ids.filter((run) => run > mark).sort((a, b) => (a < b ? -1 : 1));
          expect(await findIds(account, String(mark))).toEqual(newer.map(String));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('include the run that was under way when the order was sent, also where it has ended since', async () => {
    let status = 'In Progress';
    await using vendor = await startFakeVendor(() => ({
      body: { export_files: [toRun(99, 'Available'), toRun(100, status)] },
    }));
    await using account = openAccount(vendor.url);

    const mark = (await account.markStart?.(ORDER)) ?? null;
    status = 'Available';

    expect(mark).toBe('99');
    expect(await findIds(account, mark)).toEqual(['100']);
  });

  it('are errors where the list cannot be read', async () => {
    await using vendor = await vendorOf('hang', { status: 401 });
    await using account = openAccount(vendor.url);

    await expect(findIds(account, null)).rejects.toMatchObject({ code: 'VENDOR_UNAUTHENTICATED' });
  });

  it('are told with their identity, and are read together from then on', async () => {
    await using vendor = await vendorOf('hang', {
      body: { export_files: [toRun(1, 'Queued'), toRun(2, 'Queued')] },
    });
    await using account = openAccount(vendor.url);

    await findIds(account, null);
    const readings = await account.readMany(['1', '2'].map((exportFileId) => createKey({ exportFileId })));

    expect(readings.map(toWord)).toEqual(['QUEUED', 'QUEUED']);
    expect(vendor.requests.map(({ url }) => url)).toEqual([LIST, LIST]);
  });
});

describe('WebAdMIT callback', () => {
  it.each<[string, string, object]>([
    [
      'the documented form',
      'export_file%5Bid%5D=99752&export_file%5Bexport_id%5D=123316&export_file%5Bstatus%5D=Available',
      { exportFileId: '99752' },
    ],
    ['a form with plain brackets', 'export_file[id]=99752', { exportFileId: '99752' }],
    ['a form without an id', 'export_file[status]=Available', {}],
    ['an id that is none', 'export_file[id]=../1', {}],
    ['nothing', '', {}],
    ['JSON', '{"export_file":{"id":1}}', {}],
    ['nonsense', '%00%ff%zz&&==[[', {}],
  ])('names a run in %s, or none', (_, body, ids) => {
    expect(webAdmit.readCallback?.(body)).toEqual(ids);
  });

  it('never throws, and names nothing that is no id', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((id) => `export_file[id]=${id}`),
        ),
        (body) => {
          const { exportFileId } = webAdmit.readCallback?.(body) ?? {};

          if (exportFileId !== undefined) expect(exportFileId).toMatch(/^[1-9]\d{0,17}$/);
        },
      ),
    );
  });
});
