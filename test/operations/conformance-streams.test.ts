import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toLocator } from '../graphql/support.ts';
import { BEGUN, linesOf, readSum, SUBSCRIPTION_ENDED } from '../operating/support.ts';
import { STREAM_TRANSPORTS } from './conformance-stream-transports.ts';
import {
  type ConformanceGateway,
  EXECUTORS,
  type Executor,
  endings,
  normalise,
  type Question,
  startConformanceGateway,
} from './conformance-support.ts';

interface Case extends Question {
  readonly what: string;
  /** Each result fits. */
  readonly told: readonly object[];
  /** False where it is refused before it is a stream. */
  readonly isStream: boolean;
  readonly codes?: readonly string[];
}

const DONE = toLocator('hi-energy', 1);
const ROOT = 'exportEvents(locators: $locators)';
const failure = (code: string) =>
  expect.objectContaining({ extensions: expect.objectContaining({ code, retryable: expect.any(Boolean) }) });

const CASES: readonly Case[] = [
  {
    what: 'an export that has ended',
    query: `subscription ($locators: [ExportLocator!]!) { ${ROOT} { __typename export { status vendor { key } } ... on ExportSnapshot { isReplayGap } } }`,
    variables: { locators: [DONE] },
    isStream: true,
    told: [
      {
        data: {
          exportEvents: {
            __typename: 'ExportSnapshot',
            export: { status: 'SUCCEEDED', vendor: { key: 'hi-energy' } },
            isReplayGap: false,
          },
        },
      },
    ],
  },
  {
    what: 'an error inside an event',
    query: `subscription ($locators: [ExportLocator!]!) { ${ROOT} { export { status ... on HiEnergyExport { parent { id } } } } }`,
    variables: { locators: [DONE] },
    isStream: true,
    told: [
      {
        data: { exportEvents: { export: { status: 'SUCCEEDED', parent: null } } },
        errors: [failure('EXPORT_NOT_FOUND')],
      },
    ],
  },
  {
    what: 'aliases, fragments, conditions and names that every object has',
    query: `subscription ($locators: [ExportLocator!]!, $is: Boolean = true) { constructor: ${ROOT} { ...E hasOwnProperty: __typename @include(if: $is) cursor @skip(if: $is) } }
      fragment E on ExportEvent { toString: export { valueOf: status } }`,
    variables: { locators: [DONE] },
    isStream: true,
    told: [
      { data: { constructor: { toString: { valueOf: 'SUCCEEDED' }, hasOwnProperty: 'ExportSnapshot' } } },
    ],
  },
  {
    what: 'an account that nobody has',
    query: `subscription ($locators: [ExportLocator!]!) { ${ROOT} { __typename ... on ExportWatchFailed { code } } }`,
    variables: { locators: [toLocator('hi-energy', 1, { account: 'nobody' })] },
    isStream: true,
    told: [{ data: { exportEvents: { __typename: 'ExportWatchFailed', code: 'EXPORT_NOT_FOUND' } } }],
  },
  {
    what: 'a locator that is none',
    query: `subscription ($locators: [ExportLocator!]!) { ${ROOT} { __typename } }`,
    variables: { locators: [toLocator('hi-energy', { exportId: '../7' })] },
    isStream: false,
    codes: ['BAD_USER_INPUT'],
    told: [{ errors: [failure('BAD_USER_INPUT')] }],
  },
  {
    what: 'a cursor that is none',
    query:
      'subscription ($locators: [ExportLocator!]!) { exportEvents(locators: $locators, after: "x") { __typename } }',
    variables: { locators: [DONE] },
    isStream: false,
    codes: ['BAD_USER_INPUT'],
    told: [{ errors: [failure('BAD_USER_INPUT')] }],
  },
  {
    what: 'a variable that is missing',
    query: `subscription ($locators: [ExportLocator!]!) { ${ROOT} { __typename } }`,
    isStream: false,
    codes: ['BAD_USER_INPUT'],
    told: [{ errors: [failure('BAD_USER_INPUT')] }],
  },
  {
    what: 'two root fields',
    query: `subscription ($locators: [ExportLocator!]!) { a: ${ROOT} { __typename } b: ${ROOT} { __typename } }`,
    variables: { locators: [DONE] },
    isStream: false,
    codes: ['GRAPHQL_VALIDATION_FAILED'],
    told: [{ errors: [failure('GRAPHQL_VALIDATION_FAILED')] }],
  },
];

const gateways = new Map<Executor, ConformanceGateway>();
const references = new Map<string, string[]>();
beforeAll(async () => {
  for (const executor of EXECUTORS) gateways.set(executor, await startConformanceGateway(executor));
});
afterAll(async () => {
  for (const gateway of gateways.values()) await gateway[Symbol.asyncDispose]();
});

describe.each(EXECUTORS)('a subscription whose events are %s', (executor) => {
  describe.each(STREAM_TRANSPORTS)('over $name', ({ label, follow }) => {
    it.each(CASES)('tells of $what', async ({ what, told, isStream, codes = [], ...question }) => {
      const gateway = gateways.get(executor) as ConformanceGateway;
      const begun = linesOf(gateway, BEGUN).length;
      const ended = linesOf(gateway, SUBSCRIPTION_ENDED).length;
      const others = endings(gateway).length;

      const { results, requestId } = await follow(gateway.url, question);

      expect(results.map((text) => JSON.parse(text))).toMatchObject(told);
      const normal = results.map(normalise);
      expect(normal).toEqual(references.get(what) ?? normal);
      references.set(what, normal);

      const isOver = () => linesOf(gateway, SUBSCRIPTION_ENDED).length + endings(gateway).length;
      await expect.poll(isOver).toBe(ended + others + 1);
      expect(linesOf(gateway, BEGUN)).toHaveLength(begun + (isStream ? 1 : 0));
      const line = linesOf(gateway, SUBSCRIPTION_ENDED)[ended] ?? endings(gateway)[others];
      if (requestId !== null) expect(line?.requestId).toBe(requestId);
      expect(line).toMatchObject(
        isStream ? { outcome: 'ok', why: 'completed', transport: label } : { outcome: 'errors', codes },
      );
    });
  });

  it('is counted once, whatever it came over', async () => {
    const gateway = gateways.get(executor) as ConformanceGateway;

    expect(await readSum(gateway.url, 'waybill_operations_total')).toBe(
      CASES.length * STREAM_TRANSPORTS.length,
    );
  });
});
