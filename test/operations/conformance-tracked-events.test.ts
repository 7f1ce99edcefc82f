import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toLocator } from '../graphql/support.ts';
import { BEGUN, linesOf, readSum, SUBSCRIPTION_ENDED } from '../operating/support.ts';
import { STREAM_TRANSPORTS } from './conformance-stream-transports.ts';
import { EXECUTORS, type Executor, endings, normalise, type Question } from './conformance-support.ts';
import { type MutationGateway, startMutationGateway } from './mutation-gateway.ts';

/** A mutation that is made after so many results, and its variables. */
type Change = readonly [after: number, query: string, variables: object];

interface Case extends Question {
  readonly what: string;
  /** Each result fits. */
  readonly told: readonly object[];
  readonly changes?: readonly Change[];
  /** The codes of what is refused before it is a stream. */
  readonly codes?: readonly string[];
}

const LIST = /* GraphQL */ `
  subscription ($filter: ExportFilter, $first: Int = 50, $after: String) {
    trackedExportEvents(filter: $filter, first: $first, after: $after) {
      __typename
      export { status tracking { label } }
      ... on ExportSnapshot { isReplayGap }
    }
  }
`;
const TRACK =
  'mutation ($locator: ExportLocator!, $label: String) { trackExport(locator: $locator, label: $label) { tracking { label } } }';
const UNTRACK = 'mutation ($locator: ExportLocator!) { untrackExport(locator: $locator) { wasTracked } }';

const event = (type: string, status: string, label: string | null) => ({
  data: {
    trackedExportEvents: {
      __typename: type,
      export: { status, tracking: label === null ? null : { label } },
    },
  },
});
const refusal = (code: string) => ({
  errors: [expect.objectContaining({ extensions: expect.objectContaining({ code, retryable: false }) })],
});
const DONE = event('ExportSnapshot', 'SUCCEEDED', 'Done');
const NEW = toLocator('hi-energy', 5);

const CASES: readonly Case[] = [
  { what: 'what has ended', query: LIST, told: [DONE] },
  {
    what: 'who comes and goes',
    query: LIST,
    changes: [
      [1, TRACK, { locator: NEW, label: 'New' }],
      [2, UNTRACK, { locator: NEW }],
    ],
    told: [DONE, event('ExportTracked', 'QUEUED', 'New'), event('ExportUntracked', 'QUEUED', null)],
  },
  {
    what: 'newcomers that fit alone',
    query: LIST,
    variables: { filter: { text: 'NEW' }, first: 0 },
    changes: [[0, TRACK, { locator: NEW, label: 'New' }]],
    told: [event('ExportTracked', 'QUEUED', 'New')],
  },
  {
    what: 'a size that is too great',
    query: LIST,
    variables: { first: 101 },
    codes: ['BAD_USER_INPUT'],
    told: [refusal('BAD_USER_INPUT')],
  },
  {
    what: 'a cursor that is none',
    query: LIST,
    variables: { after: 'x' },
    codes: ['BAD_USER_INPUT'],
    told: [refusal('BAD_USER_INPUT')],
  },
  {
    what: 'a text that is too long',
    query: LIST,
    variables: { filter: { text: 'x'.repeat(201) } },
    codes: ['BAD_USER_INPUT'],
    told: [refusal('BAD_USER_INPUT')],
  },
  {
    what: 'a filter that has no such field',
    query: LIST,
    variables: { filter: { label: 'x' } },
    codes: ['BAD_USER_INPUT'],
    told: [refusal('BAD_USER_INPUT')],
  },
];

const gateways = new Map<Executor, MutationGateway>();
const references = new Map<string, string[]>();
beforeAll(async () => {
  for (const executor of EXECUTORS) {
    const gateway = await startMutationGateway(executor);
    gateways.set(executor, gateway);
    await gateway.query(TRACK, { locator: toLocator('hi-energy', 1), label: 'Done' });
  }
});
afterAll(async () => {
  for (const gateway of gateways.values()) await gateway[Symbol.asyncDispose]();
});

describe.each(EXECUTORS)('the list of tracked exports where events are %s', (executor) => {
  describe.each(STREAM_TRANSPORTS)('over $name', ({ label, follow }) => {
    it.each(CASES)('tells of $what', async ({ what, told, codes, changes = [], ...question }) => {
      const gateway = gateways.get(executor) as MutationGateway;
      const begun = linesOf(gateway, BEGUN).length;
      const ended = linesOf(gateway, SUBSCRIPTION_ENDED).length;
      const change = async (count: number): Promise<void> => {
        for (const [after, query, variables] of changes)
          if (after === count) await gateway.query(query, variables);
      };

      const followed = follow(gateway.url, question, told.length, (count) => void change(count));
      if (codes === undefined) await expect.poll(() => linesOf(gateway, BEGUN).length).toBe(begun + 1);
      await change(0);
      const { results } = await followed;
      await gateway.query(UNTRACK, { locator: NEW });

      expect(results.map((text) => JSON.parse(text))).toMatchObject(told);
      const normal = results.map(normalise);
      expect(normal).toEqual(references.get(what) ?? normal);
      references.set(what, normal);
      await expect.poll(() => linesOf(gateway, SUBSCRIPTION_ENDED).length).toBe(ended + 1);
      expect(linesOf(gateway, BEGUN)).toHaveLength(begun + (codes === undefined ? 1 : 0));
      expect(linesOf(gateway, SUBSCRIPTION_ENDED)[ended]).toMatchObject(
        codes === undefined ? { transport: label } : { outcome: 'errors', codes },
      );
    });
  });

  it('is counted once, whatever it came over', async () => {
    const gateway = gateways.get(executor) as MutationGateway;

    const all = linesOf(gateway, SUBSCRIPTION_ENDED).length + endings(gateway).length;

    expect(await readSum(gateway.url, 'waybill_operations_total')).toBe(all);
  });
});

describe.each(EXECUTORS)('the list of tracked exports while the store is away, %s', (executor) => {
  it.each(STREAM_TRANSPORTS)('ends with an error that may pass, over $name', async ({ follow }) => {
    const url = 'postgres://nobody:nothing-at-all@127.0.0.1:9/none';
    await using gateway = await startMutationGateway(executor, { store: { kind: 'postgres', url } });

    const { results } = await follow(gateway.url, { query: LIST });

    expect(results.map((text) => JSON.parse(text))).toMatchObject([
      { errors: [{ extensions: { code: 'STORE_UNAVAILABLE', retryable: true } }] },
    ]);
    expect(results.join()).not.toMatch(/nothing-at-all|127\.0\.0\.1/);
  });
});
