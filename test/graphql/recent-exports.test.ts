import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import type { FakeHandler } from '../support/fake-vendor.ts';
import { type FakedGateway, startFakedGateway, toAccount } from './support.ts';

const RECENT_QUERY = /* GraphQL */ `
  query Recent($filter: ExportFilter, $first: Int, $after: String) {
    recentExports(filter: $filter, first: $first, after: $after) {
      edges { cursor node { id } }
      nodes { id status createdAt account { key } ...Ids }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      unavailable { account { key } code message }
    }
  }
  fragment Ids on Export {
    ... on HiEnergyExport { exportId }
    ... on TalkdeskExport { jobId }
    ... on WebAdmitExport { exportFileId }
  }
`;

interface ListedNode {
  readonly id: string;
  readonly status: string;
  readonly createdAt: string | null;
  readonly account: { readonly key: string };
  readonly exportId?: string;
  readonly jobId?: string;
  readonly exportFileId?: string;
}

/** What the vendors list at this moment. */
let listed: { hiEnergy: object[]; talkdesk: object[]; webAdmit: object[] };

beforeEach(() => {
  listed = {
    hiEnergy: [1, 2, 3, 4, 5].map((n) => toHiEnergy(n, n * 10, n === 5 ? 'processing' : 'completed')),
    talkdesk: [1, 2, 3].map((n) => toTalkdesk(n, n * 10 + 5)),
    webAdmit: [9, 10, 11].map((n) => ({ id: n, export_id: 86466, status: 'Available' })),
  };
});

const HANDLERS: Partial<Record<CodedVendorId, FakeHandler>> = {
  'hi-energy': () => ({ body: { exports: listed.hiEnergy } }),
  talkdesk: () => ({ body: { _embedded: { jobs: listed.talkdesk } } }),
  'web-admit': ({ url }) =>
    url.endsWith('/user_identities')
      ? { body: { user_identities: [{ id: 37442 }] } }
      : { body: { export_files: listed.webAdmit } },
};

const accounts = (urls: Readonly<Record<CodedVendorId, string>>) =>
  CODED_VENDOR_IDS.map((vendor) =>
    toAccount(vendor, urls[vendor], vendor === 'talkdesk' ? { reportTypes: ['calls'] } : {}),
  );

let gateway: FakedGateway;
beforeAll(async () => {
  gateway = await startFakedGateway({ vendors: HANDLERS, accounts });
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function readPage(variables: object = {}) {
  const { data, errors } = await gateway.query(RECENT_QUERY, { first: 100, ...variables });
  expect(errors).toEqual([]);
  return data.recentExports as {
    edges: { cursor: string; node: { id: string } }[];
    nodes: ListedNode[];
    pageInfo: {
      hasNextPage: boolean;
      hasPreviousPage: boolean;
      startCursor: string | null;
      endCursor: string | null;
    };
    unavailable: { account: { key: string }; code: string; message: string }[];
  };
}

function toName(node: ListedNode): string {
  return `${node.account.key} ${node.exportId ?? node.jobId ?? node.exportFileId}`;
}

/** Every page, from the first to the last. */
async function readAll(first: number, between: () => void = () => undefined): Promise<readonly ListedNode[]> {
  const nodes: ListedNode[] = [];
  let after: string | null = null;
  for (let page = 0; page < 50; page += 1) {
    const { nodes: found, pageInfo } = await readPage({ first, after });
    nodes.push(...found);
    expect(found.length).toBeLessThanOrEqual(first);
    expect(pageInfo.hasPreviousPage).toBe(page > 0);
    if (!pageInfo.hasNextPage) return nodes;
    after = pageInfo.endCursor;
    between();
  }
  throw new Error('There is no end to these pages.');
}

describe('recentExports', () => {
  it('merges all accounts, newest first, those without a time last and higher ids first', async () => {
    const { nodes, edges } = await readPage();

    expect(nodes.map(toName)).toEqual([
      'hi 5',
      'hi 4',
      'desk job-3',
      'hi 3',
      'desk job-2',
      'hi 2',
      'desk job-1',
      'hi 1',
      'admit 11',
      'admit 10',
      'admit 9',
    ]);
    expect(edges.map(({ node }) => node.id)).toEqual(nodes.map(({ id }) => id));
  });

  it('names the accounts that cannot be listed', async () => {
    const { unavailable } = await readPage();

    expect(unavailable).toEqual([
      {
        account: { key: 'bi' },
        code: 'UNSUPPORTED_BY_VENDOR',
        message: 'Power BI has no call that lists exports.',
      },
    ]);
  });

  it('goes on without a vendor that is dead or refuses', async () => {
    await using own = await startFakedGateway({
      vendors: { ...HANDLERS, talkdesk: () => 'reset', 'web-admit': () => ({ status: 401, body: {} }) },
      accounts,
      tools: { random: { next: () => 0 } },
    });

    const { data, errors } = await own.query(RECENT_QUERY, {});

    expect(errors).toEqual([]);
    expect(data.recentExports.nodes.map(toName)).toEqual(['hi 5', 'hi 4', 'hi 3', 'hi 2', 'hi 1']);
    expect(
      data.recentExports.unavailable.map((problem: { account: { key: string }; code: string }) => [
        problem.account.key,
        problem.code,
      ]),
    ).toEqual([
      ['bi', 'UNSUPPORTED_BY_VENDOR'],
      ['desk', 'VENDOR_UNAVAILABLE'],
      ['admit', 'VENDOR_UNAUTHENTICATED'],
    ]);
  });

  it('gives ids with which each export can be read', async () => {
    const { nodes } = await readPage({ first: 3 });

    gateway.fakes.talkdesk.answer(() => ({ body: { job: { id: 'job-3', status: 'done' } } }));
    const { data } = await gateway.query('query ($id: ID!) { node(id: $id) { id } }', { id: nodes[2]?.id });

    expect(data.node.id).toBe(nodes[2]?.id);
    gateway.fakes.talkdesk.answer(HANDLERS.talkdesk as FakeHandler);
  });

  it('covers everything exactly once, whatever the page size', async () => {
    const all = (await readPage()).nodes.map(({ id }) => id);

    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: all.length + 1 }), async (first) => {
        expect((await readAll(first)).map(({ id }) => id)).toEqual(all);
      }),
      { numRuns: 12 },
    );
  });

  it('keeps its place while new exports appear in front', async () => {
    const all = (await readPage()).nodes.map(({ id }) => id);
    let n = 100;

    const paged = await readAll(2, () => {
      n += 1;
      listed.hiEnergy.unshift(toHiEnergy(n, n, 'pending'));
    });

    expect(paged.map(({ id }) => id)).toEqual(all);
  });

  it('keeps its place when the export at the cursor is gone', async () => {
    const { pageInfo } = await readPage({ first: 2 });

    listed.hiEnergy = listed.hiEnergy.filter((entry) => (entry as { id: number }).id !== 4);
    const { nodes } = await readPage({ after: pageInfo.endCursor });

    expect(nodes.map(toName).slice(0, 2)).toEqual(['desk job-3', 'hi 3']);
  });

  it('tells the page that ends exactly at the last export from one that has a next', async () => {
    const whole = await readPage({ first: 11 });
    const most = await readPage({ first: 10 });
    const beyond = await readPage({ after: whole.pageInfo.endCursor });

    expect(whole.pageInfo.hasNextPage).toBe(false);
    expect(most.pageInfo.hasNextPage).toBe(true);
    expect(beyond.nodes).toEqual([]);
    expect(beyond.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: null,
      endCursor: null,
    });
    expect(whole.pageInfo.startCursor).toBe(whole.edges[0]?.cursor);
    expect(whole.pageInfo.endCursor).toBe(whole.edges.at(-1)?.cursor);
  });

  it('gives 20 where nothing is said', async () => {
    listed.hiEnergy = Array.from({ length: 30 }, (_, index) => toHiEnergy(index + 1, index, 'completed'));

    const { data } = await gateway.query(RECENT_QUERY, {});

    expect(data.recentExports.nodes).toHaveLength(20);
  });
});

describe('the filter of recentExports', () => {
  it('asks only the vendors and accounts that fit', async () => {
    const before = CODED_VENDOR_IDS.map((vendor) => gateway.fakes[vendor].requests.length);

    const byVendor = await readPage({ filter: { vendors: ['talkdesk'] } });
    const byAccount = await readPage({ filter: { accounts: ['desk'] } });
    const byBoth = await readPage({ filter: { accounts: ['desk'], vendors: ['hi-energy'] } });

    expect(byVendor.nodes.map(toName)).toEqual(['desk job-3', 'desk job-2', 'desk job-1']);
    expect(byAccount).toEqual(byVendor);
    expect(byVendor.unavailable).toEqual([]);
    expect(byBoth.nodes).toEqual([]);
    const after = CODED_VENDOR_IDS.map((vendor) => gateway.fakes[vendor].requests.length);
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([0, 0, 2, 0]);
  });

  it('leaves out other statuses, and pages over what is left', async () => {
    const filter = { statuses: ['SUCCEEDED'], accounts: ['hi'] };

    const first = await readPage({ filter, first: 3 });
    const second = await readPage({ filter, first: 3, after: first.pageInfo.endCursor });

    expect([...first.nodes, ...second.nodes].map(toName)).toEqual(['hi 4', 'hi 3', 'hi 2', 'hi 1']);
  });

  it.each([{ vendors: [] }, { accounts: ['nobody'] }, { vendors: ['constructor'] }, { statuses: [] }])(
    'may leave nothing: %j',
    async (filter) => {
      const { nodes } = await readPage({ filter });

      expect(nodes).toEqual([]);
    },
  );

  it('means nothing where it is null or empty', async () => {
    const all = await readPage();

    expect(await readPage({ filter: null })).toEqual(all);
    expect(await readPage({ filter: {} })).toEqual(all);
    expect(await readPage({ filter: { vendors: null, accounts: null, statuses: null } })).toEqual(all);
  });
});

describe('what recentExports refuses', () => {
  it.each([0, -1, 101, 2_147_483_647])('first: %i', async (first) => {
    const before = gateway.calls();

    const { data, errors } = await gateway.query(RECENT_QUERY, { first });

    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { path: ['recentExports'], extensions: { code: 'BAD_USER_INPUT', field: 'first' } },
    ]);
    expect(gateway.calls()).toBe(before);
  });

  it.each([
    ['empty', ''],
    ['text', 'page 2'],
    ['no JSON', toCursor('[1')],
    ['an object', toCursor('{"0":null}')],
    ['a number alone', toCursor('1')],
    ['one entry', toCursor('[null]')],
    ['three entries', toCursor('[null,"a","b"]')],
    ['a fraction of a millisecond', toCursor('[1.5,"a"]')],
    ['a number no float holds', toCursor('[9007199254740993,"a"]')],
    ['a text for the time', toCursor('["1","a"]')],
    ['another spelling', toCursor('[null, "a"]')],
    ['padding', `${toCursor('[null,"ab"]')}==`],
    ['a cursor of the event stream', toCursor('["event",1]')],
    ['very long', toCursor(`[null,"${'a'.repeat(10_000)}"]`)],
    ['very deep', toCursor('['.repeat(1_500))],
  ])('a cursor that is none: %s', async (_case, after) => {
    const before = gateway.calls();

    const { data, errors } = await gateway.query(RECENT_QUERY, { after });

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'after' } }]);
    expect(gateway.calls()).toBe(before);
  });
});

function toHiEnergy(n: number, minute: number, status: string): object {
  return {
    id: n,
    report_type: 'deals_excel',
    status,
    created_at: new Date(Date.UTC(2026, 4, 18, 9, minute)).toISOString(),
  };
}

function toTalkdesk(n: number, minute: number): object {
  const createdAt = new Date(Date.UTC(2026, 4, 18, 9, minute)).toISOString();
  return { id: `job-${n}`, status: 'done', created_at: createdAt };
}

function toCursor(text: string): string {
  return Buffer.from(text).toString('base64url');
}
