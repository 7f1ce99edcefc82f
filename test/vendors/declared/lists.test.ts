import { describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/export/errors.ts';
import type { LocatorIds } from '../../../src/export/export.ts';
import type { Reading } from '../../../src/export/ports.ts';
import type {
  BodyNode,
  ListRule,
  NextRule,
  VendorDeclaration,
} from '../../../src/vendor-file/declaration.ts';
import { readLink } from '../../../src/vendors/declared/pages.ts';
import { toCapabilities } from '../../../src/vendors/declared/vendor.ts';
import { type FakeReply, type ReceivedRequest, startFakeVendor } from '../../support/fake-vendor.ts';
import { ACME, acme, at, keyOf, openAccount, request, row, template, value } from './support.ts';

interface Job {
  readonly id: string;
  readonly state: string;
}

function jobs(from: number, to: number, state = 'working'): readonly Job[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({ id: `j${from + index}`, state }));
}

function idsOf(from: number, to: number): readonly LocatorIds[] {
  return jobs(from, to).map(({ id }) => ({ jobId: id }));
}

/** Single answers for every job, and lists as a test says. */
function withLists(list: (url: URL) => object): (received: ReceivedRequest) => FakeReply {
  return (received) => {
    const url = new URL(received.url, 'http://vendor.example');
    const single = /\/jobs\/(\w+)$/.exec(url.pathname);
    return { body: single === null ? list(url) : { data: { id: single[1], state: 'queued' } } };
  };
}

/** What the vendor was asked, and what came of reading these exports at once. */
async function readMany(
  declaration: VendorDeclaration,
  ids: readonly LocatorIds[],
  answering: (received: ReceivedRequest, base: string) => FakeReply,
  basePath = '',
): Promise<{ readonly calls: readonly string[]; readonly told: readonly string[] }> {
  await using vendor = await startFakeVendor((received): FakeReply => answering(received, vendor.url));
  const account = openAccount(declaration, vendor.url + basePath);
  const readings = await account.readMany(ids.map((own) => keyOf(declaration, own)));
  await account.close();
  return {
    calls: vendor.requests.map(({ method, url }) => `${method} ${url}`),
    told: readings.map(describeReading),
  };
}

function describeReading(reading: Reading): string {
  return reading instanceof VendorError ? reading.code : `${reading.key.ids.jobId} ${reading.status}`;
}

function listing(rest: Partial<ListRule>): VendorDeclaration {
  return acme({ list: { ...(ACME.list as ListRule), ...rest } });
}

describe('reading many exports of a declared vendor', () => {
  it('takes them from one list call, and asks for the rest singly', async () => {
    const { calls, told } = await readMany(
      ACME,
      idsOf(1, 4),
      withLists(() => ({ data: [...jobs(1, 3), { id: 'j9' }, null, { state: 'working' }] })),
    );

    expect(calls).toEqual(['GET /v2/jobs?limit=100', 'GET /v2/jobs/j4?expand=files']);
    expect(told).toEqual(['j1 RUNNING', 'j2 RUNNING', 'j3 RUNNING', 'j4 QUEUED']);
  });

  it('asks the list of each project', async () => {
    const ids = ['7', '8'].flatMap((projectId) => idsOf(1, 2).map((own) => ({ ...own, projectId })));
    const { calls } = await readMany(
      ACME,
      ids,
      withLists(() => ({ data: jobs(1, 2) })),
    );

    expect(calls).toEqual(['GET /v2/projects/7/jobs?limit=100', 'GET /v2/projects/8/jobs?limit=100']);
  });

  it('leaves a list alone that is there for the newest ones only', async () => {
    const { calls } = await readMany(
      listing({ asBatch: false }),
      idsOf(1, 2),
      withLists(() => ({ data: jobs(1, 2) })),
    );

    expect(calls).toEqual(['GET /v2/jobs/j1?expand=files', 'GET /v2/jobs/j2?expand=files']);
  });

  it('asks singly for what has ended, where the list lacks what an export ends with', async () => {
    const { calls, told } = await readMany(
      listing({ asBatch: 'unfinished' }),
      idsOf(1, 2),
      withLists(() => ({ data: [...jobs(1, 1), ...jobs(2, 2, 'ready')] })),
    );

    expect(calls).toEqual(['GET /v2/jobs?limit=100', 'GET /v2/jobs/j2?expand=files']);
    expect(told).toEqual(['j1 RUNNING', 'j2 QUEUED']);
  });

  it('tells of no export by the error of its list', async () => {
    const { told } = await readMany(
      ACME,
      idsOf(1, 2),
      withLists(() => ({ error: 'busy' })),
    );

    expect(told).toEqual(['j1 QUEUED', 'j2 QUEUED']);
  });

  it.each<[string, Partial<ListRule>, (received: ReceivedRequest) => FakeReply, readonly string[]]>([
    [
      'a cursor',
      { next: { kind: 'cursor', at: [at('/next')], query: 'after' } },
      withLists((url) =>
        url.searchParams.get('after') === 'p 2' ? { data: jobs(3, 4) } : { data: jobs(1, 2), next: 'p 2' },
      ),
      ['GET /v2/jobs?limit=100', 'GET /v2/jobs?limit=100&after=p%202'],
    ],
    [
      'a cursor that stands alone',
      { next: { kind: 'cursor', at: [at('/next')], query: 'token', isAlone: true } },
      withLists((url) =>
        url.searchParams.has('token') ? { data: jobs(3, 4) } : { data: jobs(1, 2), next: 'a/b=' },
      ),
      ['GET /v2/jobs?limit=100', 'GET /v2/jobs?token=a%2Fb%3D'],
    ],
    [
      'the last id, while there is more',
      { next: { kind: 'last', query: 'starting_after', more: [at('/has_more')] } },
      withLists((url) =>
        url.searchParams.has('starting_after')
          ? { data: jobs(3, 4), has_more: false }
          : { data: jobs(1, 2), has_more: true },
      ),
      ['GET /v2/jobs?limit=100', 'GET /v2/jobs?limit=100&starting_after=j2'],
    ],
    [
      'an address in the answer',
      { next: { kind: 'url', at: [at('/next')] } },
      withLists((url) =>
        url.searchParams.has('page')
          ? { data: jobs(3, 4) }
          : { data: jobs(1, 2), next: '/v2/jobs?page=2&x=a%2Fb' },
      ),
      ['GET /v2/jobs?limit=100', 'GET /v2/jobs?page=2&x=a%2Fb'],
    ],
    [
      'an offset',
      { request: request('GET /v2/jobs'), next: { kind: 'offset', offset: 'from', size: 'size' } },
      withLists((url) => ({ data: url.searchParams.get('from') === '0' ? jobs(101, 200) : jobs(1, 4) })),
      ['GET /v2/jobs?from=0&size=100', 'GET /v2/jobs?from=100&size=100'],
    ],
  ])('goes from page to page by %s', async (_what, rest, handler, calls) => {
    const reading = await readMany(listing(rest), idsOf(1, 4), handler);

    expect(reading.calls).toEqual(calls);
    expect(reading.told).toEqual(idsOf(1, 4).map(({ jobId }) => `${jobId} RUNNING`));
  });

  it.each<[string, Partial<NextRule>, readonly (string | undefined)[]]>([
    ['as long as there is a cursor', {}, [undefined, 'p 2', 'p 3']],
    ['as long as the answer says that there are more', { more: [at('/has_more')] }, [undefined, 'p 2']],
  ])('lays a cursor into the body of a call, %s', async (_what, rest, cursors) => {
    const body: BodyNode = {
      members: { page: { members: { size: { template: template('{limit}') } } }, sort: { value: 'new' } },
    };
    const pages = [
      { data: jobs(1, 2), has_more: true, next: 'p 2' },
      { data: jobs(3, 3), has_more: false, next: 'p 3' },
      { data: [], has_more: false, next: 'p 3' },
    ];
    const declaration = listing({
      request: request('POST /v2/jobs/query', { body }),
      next: { kind: 'body-cursor', at: [at('/next')], body: at('/page/after'), ...rest } as NextRule,
    });
    await using vendor = await startFakeVendor(() => ({ body: pages.shift() ?? {} }));
    const account = openAccount(declaration, vendor.url);

    const recent = await account.listRecent(10);

    expect(recent.map(describeReading)).toEqual(['j1 RUNNING', 'j2 RUNNING', 'j3 RUNNING']);
    expect(vendor.requests.map(({ body: sent }) => JSON.parse(sent))).toEqual(
      cursors.map((after) => ({ page: { size: 10, ...(after && { after }) }, sort: 'new' })),
    );
    await account.close();
  });

  it.each([{ a: 1 }, ['p2'], true, '', 'a\u0000b', '\ud800', 'p'.repeat(5_000)])(
    'does not lay %j into a body',
    async (next) => {
      const declaration = listing({
        request: request('POST /v2/jobs/query', { body: { members: {} } }),
        next: { kind: 'body-cursor', at: [at('/next')], body: at('/after') },
      });
      await using vendor = await startFakeVendor(() => ({ body: { data: jobs(1, 1), next } }));
      const account = openAccount(declaration, vendor.url);

      expect(await account.listRecent(10)).toHaveLength(1);
      expect(vendor.requests).toHaveLength(1);
      await account.close();
    },
  );

  it('goes on by the Link header, on the same origin', async () => {
    const declaration = listing({ next: { kind: 'link', relation: 'next' } });
    const { calls } = await readMany(declaration, idsOf(1, 4), (received, base) => {
      const isSecond = received.url.includes('page=2');
      if (/\/jobs\/\w/.test(received.url)) return { status: 404 };
      return {
        headers: {
          link: `<${base}/v2/jobs?page=1>; rel="first prev", <${base}/v2/jobs?page=2>; title="a, b"; rel=next`,
        },
        body: { data: isSecond ? jobs(3, 4) : jobs(1, 2) },
      };
    });

    expect(calls).toEqual(['GET /v2/jobs?limit=100', 'GET /v2/jobs?page=2']);
  });

  it.each([
    'https://evil.example/api/v2/jobs?page=2',
    '//evil.example/api/v2/jobs?page=2',
    'http://user@127.0.0.1/api/v2/jobs',
    '/other/v2/jobs?page=2',
    '/api/../other?page=2',
    '/api/v2/%2e%2e/%2e%2e/jobs?page=2',
    '/api/v2%2Fjobs?page=2',
    '/api/v2/jobs?page=2&page=3',
    'javascript:alert(1)',
    '/api/v2/jobs?limit=100',
    `/api/v2/jobs?page=${'2'.repeat(5_000)}`,
    7,
    null,
  ])('does not follow %j', async (next) => {
    const declaration = listing({ next: { kind: 'url', at: [at('/next')] } });
    const { calls } = await readMany(
      declaration,
      idsOf(1, 3),
      withLists(() => ({ data: [], next })),
      '/api',
    );

    expect(calls).toEqual([
      'GET /api/v2/jobs?limit=100',
      ...[1, 2, 3].map((n) => `GET /api/v2/jobs/j${n}?expand=files`),
    ]);
  });

  it('reads no further than it has to, and no more than five pages', async () => {
    let page = 0;
    const endless = withLists(() => {
      page += 1;
      return { data: [], next_cursor: `p${page}` };
    });
    const { calls } = await readMany(ACME, idsOf(1, 3), endless);
    const first = await readMany(
      ACME,
      idsOf(1, 2),
      withLists(() => ({ data: jobs(1, 2), next_cursor: 'p' })),
    );

    expect(calls.filter((call) => call.includes('limit='))).toHaveLength(5);
    expect(first.calls).toEqual(['GET /v2/jobs?limit=100']);
  });

  it('does not go round in circles', async () => {
    const { calls } = await readMany(
      ACME,
      idsOf(1, 3),
      withLists(() => ({ data: [], next_cursor: 'same' })),
    );

    expect(calls.filter((call) => call.includes('limit='))).toHaveLength(2);
  });

  it('asks for many by their ids in one call, as many at once as the file says', async () => {
    const declaration = acme({
      status: {
        id: { at: [at('/id')], prefix: 'gid://acme/Job/' },
        batch: {
          request: request('POST /graphql', { body: { members: { ids: { template: template('{ids}') } } } }),
          items: [at('/nodes')],
          id: null,
          max: 2,
        },
      },
    });
    await using vendor = await startFakeVendor(({ url, body }) => {
      if (url !== '/graphql') return { status: 404, body: {} };
      const ids: readonly string[] = JSON.parse(body).ids;
      return { body: { nodes: ids.map((id) => (id.endsWith('/j2') ? null : { id, state: 'working' })) } };
    });
    const account = openAccount(declaration, vendor.url);

    const readings = await account.readMany(idsOf(1, 3).map((own) => keyOf(declaration, own)));

    expect(readings.map(describeReading)).toEqual(['j1 RUNNING', 'EXPORT_NOT_FOUND', 'j3 RUNNING']);
    expect(
      vendor.requests.map(({ method, url, body }) => [method, url, body && JSON.parse(body).ids]),
    ).toEqual([
      ['POST', '/graphql', ['gid://acme/Job/j1', 'gid://acme/Job/j2']],
      ['POST', '/graphql', ['gid://acme/Job/j3']],
      ['GET', '/v2/jobs/j2?expand=files', ''],
    ]);
    await account.close();
  });
});

describe('the newest exports of a declared vendor', () => {
  it('are as many as are wanted, over several pages, without what nobody could ask about', async () => {
    await using vendor = await startFakeVendor(
      withLists((url) => ({
        data: url.searchParams.has('cursor')
          ? jobs(3, 5)
          : [...jobs(1, 2), { id: 'no id!', state: 'working' }],
        next_cursor: 'p2',
      })),
    );
    const account = openAccount(ACME, vendor.url);

    const recent = await account.listRecent(4);

    expect(recent.map(describeReading)).toEqual(['j1 RUNNING', 'j2 RUNNING', 'j3 RUNNING', 'j4 RUNNING']);
    expect(vendor.requests.map(({ url }) => url)).toEqual(['/v2/jobs?limit=4', '/v2/jobs?limit=4&cursor=p2']);
    await account.close();
  });

  it('cannot be had where the list lies below an id, or the vendor has none', () => {
    expect(toCapabilities(ACME).canList).toBe(true);
    expect(toCapabilities(listing({ request: request('GET /v2/projects/{projectId}/jobs') })).canList).toBe(
      false,
    );
    expect(toCapabilities(acme({ list: null })).canList).toBe(false);
  });

  it('are told by an error where the vendor refuses', async () => {
    const declaration = acme({ errors: { forbidden: [row({ status: 200, code: 'NOT_YOURS' })] } });
    await using vendor = await startFakeVendor(() => ({ body: { error: { code: 'NOT_YOURS' } } }));
    const account = openAccount(declaration, vendor.url);

    await expect(account.listRecent(4)).rejects.toMatchObject({
      code: 'VENDOR_FORBIDDEN',
      vendorCode: 'NOT_YOURS',
    });
    await account.close();
  });
});

describe('a Link header', () => {
  it.each([
    ['<https://a.example/?p=2>; rel="next"', 'https://a.example/?p=2'],
    ['<a>; rel=prev, <b>; REL=NEXT', 'b'],
    ['<a,b;c>; rel="x next"', 'a,b;c'],
    ['<a>; rel="nextish"', undefined],
    ['<a>; title="rel=next"', undefined],
    ['rel="next"', undefined],
    ['<'.repeat(4_000), undefined],
  ])('%j leads to %j', (header, target) => {
    expect(readLink(header, 'next')).toBe(target);
  });
});

describe('a value of an entry', () => {
  it('is read as in a single answer', async () => {
    const declaration = acme({ status: { fields: { name: value('/title') } } });
    await using vendor = await startFakeVendor(() => ({
      body: { data: [{ id: 'j1', state: 'ready', title: 'T' }] },
    }));
    const account = openAccount(declaration, vendor.url);

    const [snapshot] = await account.listRecent(1);

    expect(snapshot).toMatchObject({ name: 'T', status: 'SUCCEEDED', outcome: 'COMPLETE' });
    await account.close();
  });
});
