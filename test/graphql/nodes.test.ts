import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { VENDOR_KEYS } from '../support/vendors.ts';
import {
  ACCOUNT_KEYS,
  EXPORTS_QUERY,
  type FakedGateway,
  startFakedGateway,
  toAccount,
  toLocator,
} from './support.ts';

const NODE_QUERY =
  'query ($id: ID!) { node(id: $id) { __typename id ... on Export { status } ... on Account { key } } }';
const NODES_QUERY = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';

let gateway: FakedGateway;
/** The global id of one export of each vendor, and of one that its vendor does not have. */
let ids: Readonly<Record<CodedVendorId | 'gone', string>>;
let accountIds: readonly { readonly id: string; readonly key: string }[];

beforeAll(async () => {
  gateway = await startFakedGateway({
    accounts: (urls) => [
      ...CODED_VENDOR_IDS.map((vendor) => toAccount(vendor, urls[vendor])),
      toAccount('talkdesk', urls.talkdesk, { key: 'foreign', tenant: 'acme' }),
    ],
  });
  const { data } = await gateway.query(EXPORTS_QUERY, {
    locators: [...CODED_VENDOR_IDS.map((vendor) => toLocator(vendor, 1)), toLocator('talkdesk', 404)],
  });
  const [powerBi, hiEnergy, talkdesk, webAdmit, gone] = data.exports.map(({ id }: { id: string }) => id);
  ids = { 'power-bi': powerBi, 'hi-energy': hiEnergy, talkdesk, 'web-admit': webAdmit, gone };
  accountIds = (await gateway.query('{ accounts { id key } }')).data.accounts;
  const runs = gateway.fakes.talkdesk;
  runs.answer(({ url }) =>
    url.endsWith('/job-404')
      ? { status: 404, body: {} }
      : { body: { job: { id: url.split('/').at(-1) ?? '', status: 'processing' } } },
  );
});
afterAll(() => gateway[Symbol.asyncDispose]());

describe('node and nodes', () => {
  it.each(CODED_VENDOR_IDS)('read an export of %s by its global id', async (vendor) => {
    const { data, errors } = await gateway.query(NODE_QUERY, { id: ids[vendor] });

    expect(errors).toEqual([]);
    expect(data.node).toMatchObject({ id: ids[vendor], status: 'RUNNING' });
  });

  it('find a vendor by its global id, without asking it', async () => {
    const before = gateway.calls();
    const { data: listed } = await gateway.query('{ vendors { id key } }');
    const vendors: readonly { readonly id: string; readonly key: string }[] = listed.vendors;

    const { data, errors } = await gateway.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Vendor { key name } } }',
      { ids: vendors.map(({ id }) => id) },
    );

    expect(errors).toEqual([]);
    expect(data.nodes).toEqual(
      vendors.map(({ id, key }) => ({ __typename: 'Vendor', id, key, name: expect.any(String) })),
    );
    expect(new Set(vendors.map(({ id }) => id)).size).toBe(VENDOR_KEYS.length);
    expect(gateway.calls()).toBe(before);
  });

  it('find an account by its global id, without asking its vendor', async () => {
    const before = gateway.calls();

    const { data, errors } = await gateway.query(NODES_QUERY, { ids: accountIds.map(({ id }) => id) });

    expect(errors).toEqual([]);
    expect(data.nodes).toEqual(accountIds.map(({ id }) => ({ __typename: 'Account', id })));
    expect(accountIds.map(({ key }) => key)).toEqual(CODED_VENDOR_IDS.map((vendor) => ACCOUNT_KEYS[vendor]));
    expect(gateway.calls()).toBe(before);
  });

  it('answer in the order of the ids, null for what does not exist', async () => {
    const { data, errors } = await gateway.query(NODES_QUERY, {
      ids: [
        ids['web-admit'],
        ids.gone,
        accountIds[0]?.id,
        encode('export', 'talkdesk', 'foreign', 'calls', 'job-1'),
        ids.talkdesk,
      ],
    });

    expect(errors).toEqual([]);
    expect(data.nodes.map((node: { __typename: string } | null) => node?.__typename ?? null)).toEqual([
      'WebAdmitExport',
      null,
      'Account',
      null,
      'TalkdeskExport',
    ]);
  });

  it('tell an export that cannot be read now from one that does not exist', async () => {
    await using own = await startFakedGateway({ vendors: { talkdesk: () => ({ status: 403, body: {} }) } });

    const { data, errors } = await own.query(NODE_QUERY, { id: ids.talkdesk });

    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([{ path: ['node'], extensions: { code: 'VENDOR_FORBIDDEN' } }]);
  });

  it('refuse more than 100 ids', async () => {
    const { data, errors } = await gateway.query(NODES_QUERY, {
      ids: Array.from({ length: 101 }, () => ids.talkdesk),
    });

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['nodes'], extensions: { code: 'BAD_USER_INPUT', field: 'ids' } }]);
  });

  it('keep an id over a restart', async () => {
    await using later = await startFakedGateway();

    const { data } = await later.query(EXPORTS_QUERY, {
      locators: CODED_VENDOR_IDS.map((vendor) => toLocator(vendor, 1)),
    });

    expect(data.exports.map(({ id }: { id: string }) => id)).toEqual(
      CODED_VENDOR_IDS.map((vendor) => ids[vendor]),
    );
  });
});

describe('an id that no answer ever held', () => {
  let before: number;
  beforeEach(() => {
    before = gateway.calls();
  });
  afterEach(() => {
    expect(gateway.calls()).toBe(before);
  });

  it.each([
    ['an account that does not exist', encode('account', 'nobody')],
    ["another tenant's account", encode('account', 'foreign')],
    ["an export of another tenant's account", encode('export', 'talkdesk', 'foreign', 'calls', 'job-1')],
    ['an export of an account that does not exist', encode('export', 'talkdesk', 'nobody', 'calls', 'job-1')],
    [
      "ids of one vendor under another vendor's account",
      encode('export', 'talkdesk', 'hi', 'calls', 'job-1'),
    ],
  ])('is null: %s', async (_case, id) => {
    const { data, errors } = await gateway.query(NODE_QUERY, { id });

    expect({ data, errors }).toEqual({ data: { node: null }, errors: [] });
  });

  it.each([
    ['empty', ''],
    ['text', 'not an id'],
    ['standard base64 with padding', Buffer.from('["account","bi"]').toString('base64')],
    ['spaces inside the JSON', encodeText('["account", "bi"]')],
    ['an escaped letter inside the JSON', encodeText('["account","b\\u0069"]')],
    ['a trailing newline inside the JSON', encodeText('["account","bi"]\n')],
    ['no array', encodeText('{"0":"account","1":"bi"}')],
    ['a number among the texts', encodeText('["export","hi-energy","hi",4001]')],
    ['an unknown kind of object', encode('gateway', 'talkdesk')],
    ['an unknown vendor', encode('vendor', 'constructor')],
    ['a vendor and more', encode('vendor', 'talkdesk', 'x')],
    ['an unknown vendor', encode('export', 'fedex', 'bi', '1')],
    ['a vendor that every object knows', encode('export', 'constructor', 'bi', '1')],
    ['no ids', encode('export', 'hi-energy', 'hi')],
    ['one id too many', encode('export', 'hi-energy', 'hi', '4001', '4001')],
    ['one id too few', encode('export', 'talkdesk', 'desk', 'calls')],
    ['a required id left out', encode('export', 'hi-energy', 'hi', null)],
    ['an id that its vendor does not give', encode('export', 'hi-energy', 'hi', '..')],
    ['an id of another vendor', encode('export', 'hi-energy', 'hi', 'job-1')],
    ['an account with something behind it', encode('account', 'bi', 'more')],
    ['half of a character', encodeText('["export","talkdesk","desk","calls","\\ud800"]')],
    ['two thousand brackets', encodeText('['.repeat(1_500))],
    ['ten thousand letters', 'A'.repeat(10_000)],
  ])('is refused: %s', async (_case, id) => {
    const { data, errors } = await gateway.query(NODE_QUERY, { id });

    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([{ path: ['node'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('is refused as a locator too, and an account id is no export', async () => {
    for (const id of ['x', encode('export', 'hi-energy', 'hi', '..'), encode('account', 'bi')]) {
      const { data, errors } = await gateway.query(EXPORTS_QUERY, { locators: [{ id }] });

      expect(data).toEqual({ exports: [null] });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  it('is never taken for another one after any one letter was changed', async () => {
    // Only a canonical spelling is an id, so a changed letter is refused, or names other ids: never the same export.
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. ';
    const id = ids['hi-energy'];
    const runs = gateway.calls();

    await fc.assert(
      fc.asyncProperty(fc.nat(id.length - 1), fc.constantFrom(...letters), async (place, letter) => {
        fc.pre(id[place] !== letter);
        const forged = id.slice(0, place) + letter + id.slice(place + 1);

        const { data, errors } = await gateway.query(NODE_QUERY, { id: forged });

        if (data.node === null)
          return errors.every(({ extensions }) => extensions?.code === 'BAD_USER_INPUT');
        return data.node.id === forged && gateway.paths('hi-energy').at(-1) !== '/api/v1/exports/4001';
      }),
      { numRuns: 150 },
    );
    // Digits that still are an id were asked for: they are somebody's export, if not this one.
    before += gateway.calls() - runs;
  });
});

function encode(...parts: readonly (string | null)[]): string {
  return encodeText(JSON.stringify(parts));
}

function encodeText(text: string): string {
  return Buffer.from(text).toString('base64url');
}
