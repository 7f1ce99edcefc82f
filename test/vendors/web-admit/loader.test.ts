import { describe, expect, it } from 'vitest';
import { VendorError, type VendorErrorCode } from '../../../src/export/errors.ts';
import type { Reading } from '../../../src/export/ports.ts';
import { createReads } from '../../../src/vendors/shared/reads.ts';
import type { WebAdmitClient } from '../../../src/vendors/web-admit/client.ts';
import { createWebAdmitLoader, RunMemory } from '../../../src/vendors/web-admit/loader.ts';
import type { WebAdmitDetails } from '../../../src/vendors/web-admit/types.ts';
import {
  type FakeAnswer,
  type FakeHandler,
  type FakeReply,
  startFakeVendor,
} from '../../support/fake-vendor.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createStubHttp } from '../stub-http.ts';
import { vendorTakes } from '../vendor-takes.ts';
import { createKey, openAccount, readFixture, readFixtureRun, toWord } from './support.ts';

const LIST = '/api/v1/user_identities/37442/export_files';

function toRunBody(id: number, status = 'In Progress', exportId = 86466): object {
  return { id, href: `/api/v1/exports/${exportId}/export_files/${id}`, export_id: exportId, status };
}

function toError(code: VendorErrorCode): VendorError {
  return new VendorError({ code, message: 'As the test says.', vendor: 'web-admit', account: 'admit' });
}

/** Keys of runs 1 … count of one identity. */
function createKeys(count: number, userIdentityId: string | undefined = '37442') {
  return Array.from({ length: count }, (_, index) =>
    createKey({ userIdentityId, exportFileId: String(index + 1) }),
  );
}

/** A vendor that knows every run singly, and whose list answers as it is told. */
function answering(list: FakeHandler): FakeHandler {
  return (request) => {
    if (request.url.startsWith('/api/v1/user_identities/')) return list(request);
    const id = Number(request.url.split('/').at(-1));
    return { body: { export_files: toRunBody(id, 'Queued') } };
  };
}

function listing(...runs: readonly unknown[]): FakeAnswer {
  return { body: { href: LIST, export_files: runs } };
}

describe('WebAdMIT: many runs of one identity', () => {
  it('reads forty of them in one list call', async () => {
    const keys = createKeys(40);
    await using vendor = await startFakeVendor(
      answering(() => listing(...keys.map((_, index) => toRunBody(index + 1)))),
    );
    await using account = openAccount(vendor.url);

    const readings = await account.readMany(keys);

    expect(vendor.requests.map(({ url }) => url)).toEqual([LIST]);
    expect(readings.map(toWord)).toEqual(keys.map(() => 'RUNNING'));
    expect(readings.map((reading) => !(reading instanceof VendorError) && reading.key.id)).toEqual(
      keys.map(({ id }) => id),
    );
  });

  it('matches by the run id alone, whatever export_id and href say', async () => {
    const keys = [
      createKey({ userIdentityId: '37442', exportId: '86466', exportFileId: '74780' }),
      createKey({ userIdentityId: '37442', exportFileId: '74781' }),
    ];
    await using vendor = await startFakeVendor(answering(() => ({ body: readFixture('batch') })));
    await using account = openAccount(vendor.url);

    const readings = await account.readMany(keys);

    expect(readings.map(toWord)).toEqual(['SUCCEEDED', 'RUNNING']);
    expect(vendor.requests).toHaveLength(1);
    expect(readings[0]).toMatchObject({
      name: null,
      files: undefined,
      details: { exportId: '86466', exportFileId: '74780', userIdentityId: '37442' },
    });
  });

  it('never carries an id through a float', async () => {
    const ids = ['900719925474099301', '900719925474099302'];
    const runs = ids.map((id) => `{"id":${id},"status":"${id.endsWith('1') ? 'Failed' : 'Queued'}"}`);
    await using vendor = await startFakeVendor(
      answering(() => ({ body: `{"export_files":[${runs.join(',')}]}` })),
    );
    await using account = openAccount(vendor.url);

    const readings = await account.readMany(
      ids.map((id) => createKey({ userIdentityId: '37442', exportFileId: id })),
    );

    expect(readings.map(toWord)).toEqual(['FAILED', 'QUEUED']);
    expect(vendor.requests).toHaveLength(1);
  });

  it('asks singly for what the list lacks, cannot say or says twice', async () => {
    const list = listing(toRunBody(1), { id: 3 }, null, toRunBody(4, 'Failed'), toRunBody(4, 'Available'));
    await using vendor = await startFakeVendor(answering(() => list));
    await using account = openAccount(vendor.url);

    const readings = await account.readMany(createKeys(4));

    expect(readings.map(toWord)).toEqual(['RUNNING', 'QUEUED', 'QUEUED', 'QUEUED']);
    expect(vendor.requests.map(({ url }) => url).sort()).toEqual([
      '/api/v1/exports/86466/export_files/2',
      '/api/v1/exports/86466/export_files/3',
      '/api/v1/exports/86466/export_files/4',
      LIST,
    ]);
  });

  it.each<[string, FakeReply]>([
    ['404', { status: 404, body: { message: "User identity '37442' not found." } }],
    [
      '403',
      {
        status: 403,
        headers: { 'x-ratelimit-remaining': '12' },
        body: { message: 'Feature not available.' },
      },
    ],
    ['500', { status: 500, body: '<html>' }],
    ['a page', { body: '<html>' }],
    ['an object', { body: { export_files: { id: 1 } } }],
    ['nothing', { body: '' }],
    ['a broken connection', 'reset'],
    ['a redirect', { status: 302, headers: { location: 'https://example.com/' } }],
  ])('asks singly when the list is answered with %s', async (_, reply) => {
    await using vendor = await startFakeVendor(answering(() => reply));
    await using account = openAccount(vendor.url);

    const readings = await account.readMany(createKeys(3));

    expect(readings.map(toWord)).toEqual(['QUEUED', 'QUEUED', 'QUEUED']);
  });

  it('asks singly when the list does not answer in time', async () => {
    await using vendor = await startFakeVendor(answering(() => 'hang'));
    await using account = openAccount(vendor.url, {
      limits: { requestsPerSecond: 1_000, maxConcurrent: 8, timeoutMs: 150 },
    });

    const readings = await account.readMany(createKeys(2));

    expect(readings.map(toWord)).toEqual(['QUEUED', 'QUEUED']);
  });

  it('ends when its time is up, list and single calls together', async () => {
    const clock = createManualClock();
    const client: WebAdmitClient = {
      async listRuns(_, options) {
        await vendorTakes(clock, 25_000, options);
        throw toError('VENDOR_UNAVAILABLE');
      },
      async readRun(_, exportFileId, options) {
        await vendorTakes(clock, exportFileId === '1' ? 4_000 : 25_000, options);
        return { value: readFixtureRun('queued'), receivedAt: clock.now() };
      },
      startRun: () => Promise.reject(toError('VENDOR_UNAVAILABLE')),
      listIdentities: () => Promise.reject(toError('VENDOR_UNAVAILABLE')),
    };
    const reads = createReads({
      http: createStubHttp('web-admit', 'admit'),
      clock,
      vendorName: 'WebAdMIT',
      timeoutMs: 10_000,
      onSnapshot: () => undefined,
      ...createWebAdmitLoader({ client, toKey: createKey, memory: new RunMemory() }),
    });

    const reading = reads.readMany(createKeys(2));
    await clock.advance(30_000);

    expect((await reading).map(toWord)).toEqual(['QUEUED', 'VENDOR_TIMEOUT']);
    expect(clock.pending).toBe(0);
  });

  it.each<[string, FakeAnswer, string]>([
    ['429', { status: 429, headers: { 'retry-after': '60' } }, 'VENDOR_RATE_LIMITED'],
    [
      '403 with nothing remaining',
      { status: 403, headers: { 'x-ratelimit-remaining': '0' } },
      'VENDOR_RATE_LIMITED',
    ],
    ['401', { status: 401 }, 'VENDOR_UNAUTHENTICATED'],
  ])('presses no further when the list is answered with %s', async (_, reply, code) => {
    await using vendor = await startFakeVendor(answering(() => reply));
    await using account = openAccount(vendor.url);

    const readings = await account.readMany(createKeys(3));

    expect(readings.map(toWord)).toEqual([code, code, code]);
    expect(vendor.requests.filter(({ url }) => url !== LIST)).toEqual([]);
  });
});

describe('WebAdMIT: the identity of a run', () => {
  const single = (id: string) => `/api/v1/exports/86466/export_files/${id}`;
  const bare = ['1', '2'].map((exportFileId) => createKey({ exportFileId }));
  const identitiesOf = (readings: readonly Reading[]) =>
    readings.map((reading) =>
      'details' in reading ? (reading.details as WebAdmitDetails).userIdentityId : reading.code,
    );

  it('is remembered from a list, so that later keys without one are read together and show it', async () => {
    await using vendor = await startFakeVendor(
      answering(() => listing(toRunBody(1), toRunBody(2), toRunBody(3))),
    );
    await using account = openAccount(vendor.url);
    await account.readMany([createKey({ userIdentityId: '37442', exportFileId: '3' }), ...createKeys(1)]);

    const readings = await account.readMany(bare);

    expect(vendor.requests.map(({ url }) => url)).toEqual([LIST, LIST]);
    expect(identitiesOf(readings)).toEqual(['37442', '37442']);
    expect(readings.map((reading) => 'key' in reading && reading.key)).toEqual(
      ['1', '2'].map((exportFileId) => createKey({ userIdentityId: '37442', exportFileId })),
    );
  });

  it('is remembered from the listing of all recent runs', async () => {
    await using vendor = await startFakeVendor(({ url }) =>
      url === '/api/v1/user_identities'
        ? { body: { user_identities: [{ id: 37442 }] } }
        : listing(toRunBody(1), toRunBody(2)),
    );
    await using account = openAccount(vendor.url);
    await account.listRecent(10);

    const readings = await account.readMany(bare);

    expect(vendor.requests.map(({ url }) => url)).toEqual(['/api/v1/user_identities', LIST, LIST]);
    expect(identitiesOf(readings)).toEqual(['37442', '37442']);
  });

  it('is remembered from a key that named it, whoever gave that', async () => {
    await using vendor = await startFakeVendor(answering(() => listing(toRunBody(1), toRunBody(2))));
    await using account = openAccount(vendor.url);
    for (const key of createKeys(2)) await account.readOne?.(key);

    const readings = await account.readMany(bare);

    expect(vendor.requests.map(({ url }) => url)).toEqual([single('1'), single('2'), LIST]);
    expect(identitiesOf(readings)).toEqual(['37442', '37442']);
  });

  it("is what WebAdMIT's own list says, whatever a caller says after that", async () => {
    await using vendor = await startFakeVendor(answering(() => listing(toRunBody(1), toRunBody(2))));
    await using account = openAccount(vendor.url);
    await account.readMany(createKeys(2));

    const readings = await account.readMany(createKeys(2, '999'));

    expect(vendor.requests.map(({ url }) => url)).toEqual([LIST, LIST]);
    expect(identitiesOf(readings)).toEqual(['37442', '37442']);
  });

  it('that a caller has made up is given up once a list says otherwise', async () => {
    await using vendor = await startFakeVendor(
      answering(({ url }) => (url === LIST ? listing(toRunBody(1), toRunBody(2)) : listing())),
    );
    await using account = openAccount(vendor.url);
    await account.readMany(createKeys(2, '999'));
    await account.readMany(createKeys(2));

    const readings = await account.readMany(bare);

    expect(vendor.requests.at(-1)?.url).toBe(LIST);
    expect(identitiesOf(readings)).toEqual(['37442', '37442']);
  });

  it('is shown as the caller gave it where nothing else is known', async () => {
    await using vendor = await startFakeVendor(answering(() => listing()));
    await using account = openAccount(vendor.url);

    expect(identitiesOf(await account.readMany(createKeys(1)))).toEqual(['37442']);
    expect(identitiesOf(await account.readMany([createKey({ exportFileId: '9' })]))).toEqual([null]);
  });
});

describe('WebAdMIT: runs that no list call serves', () => {
  it('reads runs without an identity singly', async () => {
    await using vendor = await startFakeVendor(answering(() => ({ status: 500 })));
    await using account = openAccount(vendor.url);
    const keys = [createKey({ exportFileId: '1' }), createKey({ exportFileId: '2' })];

    const readings = await account.readMany(keys);

    expect(readings.map(toWord)).toEqual(['QUEUED', 'QUEUED']);
    expect(vendor.requests.map(({ url }) => url).sort()).toEqual([
      '/api/v1/exports/86466/export_files/1',
      '/api/v1/exports/86466/export_files/2',
    ]);
  });

  it('spends no list call on one run, however many keys name it', async () => {
    await using vendor = await startFakeVendor(answering(() => ({ status: 500 })));
    await using account = openAccount(vendor.url);
    const key = createKey({ userIdentityId: '37442' });

    const readings = await account.readMany([key, key, createKey(), createKey({ userIdentityId: '37518' })]);

    expect(readings.map(toWord)).toEqual(['QUEUED', 'QUEUED', 'QUEUED', 'QUEUED']);
    expect(vendor.requests.map(({ url }) => url)).toEqual(['/api/v1/exports/86466/export_files/74780']);
  });

  it('lists two identities side by side, and one that hangs holds up no other key', async () => {
    const list: FakeHandler = (request) =>
      request.url.includes('37518') ? 'hang' : listing(toRunBody(1), toRunBody(2));
    await using vendor = await startFakeVendor(answering(list));
    await using account = openAccount(vendor.url, {
      limits: { requestsPerSecond: 1_000, maxConcurrent: 8, timeoutMs: 300 },
    });
    const others = createKeys(2, '37518').map(({ ids }) => createKey({ ...ids, exportId: '9' }));

    const readings = await account.readMany([...createKeys(2), ...others, createKey()]);

    expect(readings.map(toWord)).toEqual(['RUNNING', 'RUNNING', 'QUEUED', 'QUEUED', 'QUEUED']);
    const order = vendor.requests.map(({ url }) => url);
    expect(order.indexOf('/api/v1/exports/86466/export_files/74780')).toBeLessThan(3);
  });

  it('gives every key its own answer or its own error', async () => {
    await using vendor = await startFakeVendor(({ url }) => {
      const id = Number(url.split('/').at(-1));
      if (id === 2) return { status: 404, body: readFixture('not-found-legacy') };
      if (id === 3) return { body: { export_files: { id: 3 } } };
      return { body: { export_files: toRunBody(id, 'Available') } };
    });
    await using account = openAccount(vendor.url);

    const readings = await account.readMany(
      createKeys(4, undefined).map(({ ids }) => createKey({ exportFileId: ids.exportFileId })),
    );

    expect(readings.map(toWord)).toEqual([
      'SUCCEEDED',
      'EXPORT_NOT_FOUND',
      'VENDOR_BAD_RESPONSE',
      'SUCCEEDED',
    ]);
  });

  it('asks nobody for nothing', async () => {
    await using vendor = await startFakeVendor(() => ({ status: 500 }));
    await using account = openAccount(vendor.url);

    expect(await account.readMany([])).toEqual([]);
    expect(vendor.requests).toEqual([]);
  });

  it('gives up with the caller, and breaks its call off', async () => {
    await using vendor = await startFakeVendor(() => 'hang');
    await using account = openAccount(vendor.url);
    const controller = new AbortController();
    const reading = account.readMany(createKeys(2), { signal: controller.signal });
    while (vendor.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));

    controller.abort(new DOMException('nobody waits', 'AbortError'));

    await expect(reading).rejects.toThrow('nobody waits');
    while (vendor.aborted.count === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(vendor.requests.map(({ url }) => url)).toEqual([LIST]);
  });
});
