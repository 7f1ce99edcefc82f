import { describe, expect, it } from 'vitest';
import { EXPORT_QUERY, type FakedGateway, startFakedGateway, toLocator } from './support.ts';

const hi = (n: number) => toLocator('hi-energy', n);

/** Exports of these numbers, the last one left out. */
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => hi(from + n));

/** How the global id of an export is made of the vendor's own, as one answer shows it. */
async function learnIds(gateway: FakedGateway): Promise<(n: number) => string> {
  const { data } = await gateway.query(EXPORT_QUERY, { locator: hi(1) });
  const parts = JSON.parse(Buffer.from(data.export.id, 'base64url').toString()) as string[];
  return (n) => Buffer.from(JSON.stringify([...parts.slice(0, -1), String(n)])).toString('base64url');
}

describe('the exports of one operation', () => {
  it('are at most 300, however many fields name them', async () => {
    await using gateway = await startFakedGateway();
    const names = Array.from({ length: 25 }, (_, n) => `f${n}`);
    const query = `query (${names.map((name) => `$${name}: [ID!]!`).join(' ')}) {
      ${names.map((name) => `${name}: nodes(ids: $${name}) { id }`).join('\n')}
    }`;
    const toId = await learnIds(gateway);
    const ids = (from: number) => Array.from({ length: 100 }, (_, n) => toId(from + n));
    const variables = Object.fromEntries(names.map((name, n) => [name, ids(1_000 + n * 100)]));
    const before = gateway.calls();

    const { data, errors } = await gateway.query(query, variables);

    const answered = Object.values(data as Record<string, unknown[]>).flat();
    expect(answered.filter((entry) => entry !== null)).toHaveLength(300);
    expect(answered).toHaveLength(2_500);
    expect(new Set(errors.map(({ message }) => message))).toEqual(
      new Set(['This operation names more than 300 exports over all its fields: ask in several operations.']),
    );
    expect(errors).toHaveLength(2_200);
    expect(new Set(errors.map(({ extensions }) => extensions?.code))).toEqual(new Set(['BAD_USER_INPUT']));
    const paths = gateway.paths('hi-energy').slice(before);
    expect(paths.filter((path) => !path.includes('?'))).toHaveLength(300);
  });

  it('are counted over export, exports, node and nodes together, each once', async () => {
    await using gateway = await startFakedGateway({ config: { limits: { locatorsPerOperation: 3 } } });
    const first = await gateway.query('query ($l: [ExportLocator!]!) { exports(locators: $l) { id } }', {
      l: range(1, 4),
    });
    const [a, b, c] = first.data.exports.map(({ id }: { id: string }) => id);

    const { data, errors } = await gateway.query(
      `query ($a: ID!, $b: ID!, $c: ID!, $one: ExportLocator!, $four: ExportLocator!) {
        node(id: $a) { id }
        nodes(ids: [$a, $b]) { id }
        exports(locators: [{ id: $c }, $one]) { id }
        export(locator: $four) { id }
        again: node(id: $b) { id }
      }`,
      { a, b, c, one: hi(1), four: hi(4) },
    );

    expect(data).toEqual({
      node: { id: a },
      nodes: [{ id: a }, { id: b }],
      exports: [{ id: c }, { id: a }],
      export: null,
      again: { id: b },
    });
    expect(errors.map(({ path, extensions }) => [path, extensions])).toEqual([
      [
        ['export'],
        { code: 'BAD_USER_INPUT', field: 'locator', retryable: false, requestId: expect.any(String) },
      ],
    ]);
    expect(gateway.paths('hi-energy').filter((path) => path.includes('4004'))).toEqual([]);
  });

  it('do not count where no vendor is asked for them', async () => {
    await using gateway = await startFakedGateway({ config: { limits: { locatorsPerOperation: 1 } } });
    const unknown = { hiEnergy: { account: 'nobodys', exportId: '1' } };

    const { data, errors } = await gateway.query(
      `query ($l: [ExportLocator!]!, $ids: [ID!]!) {
        exports(locators: $l) { status }
        nodes(ids: $ids) { id }
        recentExports { nodes { id } }
      }`,
      {
        l: [unknown, hi(1), unknown],
        ids: (await gateway.query('{ accounts { id } }')).data.accounts.map(({ id }: { id: string }) => id),
      },
    );

    expect(data.exports).toEqual([null, { status: 'RUNNING' }, null]);
    expect(data.nodes).toHaveLength(4);
    expect(errors.map(({ extensions }) => extensions?.code)).toEqual([
      'EXPORT_NOT_FOUND',
      'EXPORT_NOT_FOUND',
    ]);
  });

  it('of a subscription are as many as one field may name', async () => {
    await using gateway = await startFakedGateway({ config: { limits: { locatorsPerOperation: 1 } } });

    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: 'subscription ($l: [ExportLocator!]!) { exportEvents(locators: $l) { cursor } }',
        variables: { l: range(1, 3) },
      }),
    });

    expect(await response.text()).toContain('This operation names more than 1 exports');
    expect(gateway.calls()).toBe(0);
  });
});
