import { makeExecutableSchema } from '@graphql-tools/schema';
import { type ExecutionResult, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/export/errors.ts';
import type { ExportEvent } from '../../src/export/events.ts';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { createErrorMask } from '../../src/operations/errors.ts';
import { serialise } from '../../src/operations/shared-answers.ts';
import { createSharedSubscribe, type ResultStream } from '../../src/operations/shared-subscribe.ts';
import { inRequestScope } from '../../src/telemetry/scope.ts';
import { createTestTools } from '../support/tools.ts';
import { hi, startLiveGateway, toHiAccount } from './subscriptions/live-gateway.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import { type LiveStream, openSocketStream, openSseStream, TRANSPORTS } from './subscriptions/transports.ts';

expectQuiet();

interface Subscriber {
  readonly query?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly tenant?: string;
}

const LOOK = parse('subscription ($which: [ID!]) { events(which: $which) { cursor secret } }');

/** A schema of one root field whose events the test makes, and a count of how often they were resolved. */
function createStage() {
  const resolved: string[] = [];
  const queues: ((event: ExportEvent) => void)[] = [];
  const schema = makeExecutableSchema({
    typeDefs: /* GraphQL */ `
      type Query { unused: ID }
      type Subscription { events(which: [ID!]): Event! }
      type Event { cursor: ID! secret(show: Boolean = true, as: ID): ID }
    `,
    resolvers: {
      Subscription: { events: { subscribe: () => iterate(queues), resolve: (event: unknown) => event } },
      Event: {
        secret: ({ cursor }: ExportEvent, { as }: { as?: string }, { tenant }: GatewayContext) => {
          resolved.push(cursor);
          if (cursor === 'broken') throw new InputError('This event is broken.');
          return as ?? `secret of ${tenant}`;
        },
      },
    },
  });
  const maskError = createErrorMask(createTestTools());
  const subscribe = createSharedSubscribe({ maskError });

  async function join({
    query,
    variables,
    operationName,
    tenant = 'acme',
  }: Subscriber = {}): Promise<ResultStream> {
    const context = {
      tenant,
      forOneEvent: () => context,
      openSession: () => ({ close: () => undefined }),
    } as unknown as GatewayContext;
    const document = query === undefined ? LOOK : documentOf(query);
    const args = { schema, document, variableValues: variables, operationName, contextValue: context };
    return (await inRequestScope(() => subscribe(args))) as ResultStream;
  }

  return {
    resolved,
    join,
    /** Sends one and the same event to all who have joined, and returns what each of them gets. */
    async tell(streams: readonly ResultStream[], cursor: string): Promise<readonly ExecutionResult[]> {
      const event = { cursor } as ExportEvent;
      const results = streams.map((stream) => stream.next());
      await Promise.resolve();
      for (const push of queues) push(event);
      return (await Promise.all(results)).map(({ value }) => value as ExecutionResult);
    },
  };
}

const documents = new Map<string, ReturnType<typeof parse>>();

/** One document object for one text, as Yoga's cache gives it. */
function documentOf(query: string): ReturnType<typeof parse> {
  const known = documents.get(query) ?? parse(query);
  documents.set(query, known);
  return known;
}

async function* iterate(queues: ((event: ExportEvent) => void)[]): AsyncGenerator<ExportEvent> {
  const waiting: ExportEvent[] = [];
  let wake: () => void = () => undefined;
  queues.push((event) => {
    waiting.push(event);
    wake();
  });
  for (;;) {
    const event = waiting.shift();
    if (event !== undefined) yield event;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

describe('one event for many subscribers', () => {
  it('is resolved and serialised once where they look at it alike', async () => {
    const stage = createStage();
    const streams = await Promise.all(
      Array.from({ length: 100 }, (_, n) => stage.join({ variables: { which: [String(n)] } })),
    );

    const results = await stage.tell(streams, 'one');

    expect(stage.resolved).toEqual(['one']);
    expect(new Set(results).size).toBe(1);
    expect(serialise(results[0] as ExecutionResult)).toBe(
      '{"data":{"events":{"cursor":"one","secret":"secret of acme"}}}',
    );
    expect(new Set(results.map(serialise)).size).toBe(1);
  });

  it.each<readonly [what: string, one: Subscriber, other: Subscriber]>([
    ['tenants', {}, { tenant: 'other' }],
    ['documents', {}, { query: 'subscription { events { secret } }' }],
    ...differing(
      'values inside the selection',
      'subscription ($as: ID) { events { secret(as: $as) } }',
      'as',
    ),
    ...differing(
      'conditions inside the selection',
      'subscription ($if: Boolean!) { events { cursor secret @include(if: $if) } }',
      'if',
    ),
    ...differing(
      'conditions on fragments',
      'subscription ($if: Boolean!) { events { cursor ...More @include(if: $if) } } fragment More on Event { secret }',
      'if',
    ),
    ...differing(
      'values inside fragments',
      'subscription ($as: ID) { events { ...More } } fragment More on Event { secret(as: $as) }',
      'as',
    ),
    [
      'operations of one document',
      { query: TWO(), operationName: 'A' },
      { query: TWO(), operationName: 'B' },
    ],
  ])('is resolved anew for different %s', async (_what, one, other) => {
    const alone = await Promise.all([one, other].map(answerAlone));
    const stage = createStage();
    const streams = await Promise.all([one, other, one, other].map(stage.join));

    const results = await stage.tell(streams, 'one');

    expect(results.map(serialise)).toEqual([...alone, ...alone]);
    expect(alone[0]).not.toBe(alone[1]);
    expect(results[0]).toBe(results[2]);
    expect(results[1]).toBe(results[3]);
  });

  it('tells errors without the request of whoever came first', async () => {
    const stage = createStage();
    const requestIds: string[] = ['first', 'second'];
    const streams = await Promise.all(
      requestIds.map((requestId) => inRequestScope(() => stage.join(), requestId)),
    );

    const [first, second] = await inRequestScope(() => stage.tell(streams, 'broken'), 'first');

    expect(first).toBe(second);
    expect(first?.errors?.[0]?.toJSON()).toMatchObject({
      message: 'This event is broken.',
      path: ['events', 'secret'],
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(JSON.stringify(first)).not.toContain('"first"');
  });

  it('goes on after an event that could not be resolved', async () => {
    const stage = createStage();
    const streams = [await stage.join()];

    await stage.tell(streams, 'broken');
    const [next] = await stage.tell(streams, 'whole');

    expect(next).toMatchObject({ data: { events: { secret: 'secret of acme' } } });
  });

  async function answerAlone(subscriber: Subscriber): Promise<string> {
    const stage = createStage();
    const [result] = await stage.tell([await stage.join(subscriber)], 'one');
    return serialise(result as ExecutionResult);
  }
});

/** Two subscribers who differ in one variable only. */
function differing(
  what: string,
  query: string,
  name: string,
): readonly (readonly [string, Subscriber, Subscriber])[] {
  const [yes, no] = name === 'if' ? [true, false] : ['x', 'y'];
  return [[what, { query, variables: { [name]: yes } }, { query, variables: { [name]: no } }]];
}

function TWO(): string {
  return 'subscription A { events { cursor } } subscription B { events { secret } }';
}

/** Each event costs one call to the vendor for the parent, however many look. */
const WITH_PARENT = /* GraphQL */ `
  subscription Watch($locators: [ExportLocator!]!, $withParent: Boolean = true) {
    exportEvents(locators: $locators) {
      __typename
      cursor
      exportId
      export { status progress { percent } ... on HiEnergyExport { parent @include(if: $withParent) { status } } }
    }
  }
`;

describe('one event at the gateway', () => {
  it('is resolved once for all, over websockets and SSE together', async () => {
    await using gateway = await startLiveGateway({ speed: 1 });
    const chunk = { more: { parent_report_id: 9 } };
    gateway.say(1, { status: 'pending', ...chunk });
    const request = { query: WITH_PARENT, variables: { locators: [hi(1)] } };
    const openers = [...Array(10).fill(openSocketStream), ...Array(10).fill(openSseStream)];
    const streams: LiveStream[] = await Promise.all(openers.map((open) => open(gateway.url, request)));
    await Promise.all(streams.map((stream) => stream.until(({ length }) => length === 1)));
    gateway.say(9, { status: 'processing' });
    const before = gateway.vendor.requests.length;

    gateway.say(1, { status: 'completed', ...chunk });
    await Promise.all(streams.map((stream) => stream.ended));

    const ofParent = gateway.vendor.requests.slice(before).filter(({ url }) => url.endsWith('/9'));
    expect(ofParent).toHaveLength(1);
    for (const { data } of streams) {
      expect(data.at(-1)).toEqual(streams[0]?.data.at(-1));
      expect(data.at(-1)).toMatchObject({ exportEvents: { export: { parent: { status: 'RUNNING' } } } });
    }
  });

  it.each(TRANSPORTS)('leaves out over %s what a subscriber did not ask for', async (_name, open) => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', more: { parent_report_id: 9 } });
    gateway.say(9, { status: 'processing' });
    await using whole = await open(gateway.url, { query: WITH_PARENT, variables: { locators: [hi(1)] } });
    await using part = await open(gateway.url, {
      query: WITH_PARENT,
      variables: { locators: [hi(1)], withParent: false },
    });
    await Promise.all([whole, part].map((stream) => stream.until(({ length }) => length === 1)));

    gateway.say(1, { status: 'completed', more: { parent_report_id: 9 } });
    await Promise.all([whole.ended, part.ended]);

    expect(whole.data.at(-1)).toMatchObject({ exportEvents: { export: { parent: { status: 'RUNNING' } } } });
    expect(part.data.at(-1)).toMatchObject({ exportEvents: { export: { status: 'SUCCEEDED' } } });
    expect(JSON.stringify(part.data)).not.toContain('parent');
  });

  it.each(TRANSPORTS)('runs over %s the operation that is named', async (_name, open) => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'completed' });
    const root = 'exportEvents(locators: [{ hiEnergy: { exportId: "1" } }])';
    const query = `subscription A { ${root} { cursor } } subscription B { ${root} { __typename } }`;

    await using first = await open(gateway.url, { query, operationName: 'A' });
    await using second = await open(gateway.url, { query, operationName: 'B' });
    await Promise.all([first.ended, second.ended]);

    expect(first.data).toEqual([{ exportEvents: { cursor: expect.any(String) } }]);
    expect(second.data).toEqual([{ exportEvents: { __typename: 'ExportSnapshot' } }]);
  });

  it.each(TRANSPORTS)('tells over %s events however the operation names its exports', async (_name, open) => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'completed' });
    const shown = '{ __typename cursor @skip(if: $isShort) }';
    const variables = '$locators: [ExportLocator!]!, $after: String, $isShort: Boolean = true';
    const documents = [
      `subscription (${variables}) { shown: exportEvents(locators: $locators, after: $after) ${shown} }`,
      `subscription (${variables}) { ...Root } fragment Root on Subscription { shown: exportEvents(locators: $locators, after: $after) ${shown} }`,
      `subscription (${variables}) { ... on Subscription { shown: exportEvents(after: $after, locators: $locators) ${shown} } }`,
      `subscription ($isShort: Boolean = true) { shown: exportEvents(locators: [{ hiEnergy: { exportId: "1" } }]) ${shown} }`,
    ];

    for (const query of documents) {
      const { locators } = query.includes('$locators') ? { locators: [hi(1)] } : {};
      await using stream = await open(gateway.url, { query, variables: { locators } });
      await stream.ended;

      expect(stream.data).toEqual([{ shown: { __typename: 'ExportSnapshot' } }]);
    }
  });

  it.each(TRANSPORTS)('shows over %s each tenant what its own account saw', async (_name, open) => {
    await using gateway = await startLiveGateway({
      config: {
        access: {
          mode: 'keys',
          keys: ['default', 'acme'].map((tenant) => ({
            name: tenant,
            key: `key-of-${tenant}-0123456789`,
            tenant,
          })),
        },
      },
      accounts: (url) => [
        toHiAccount(url, {
          key: 'acme-hi',
          tenant: 'acme',
          credential: { type: 'api-key', apiKey: 'key-2' },
        }),
      ],
    });
    gateway.vendor.answer(({ headers }) => ({
      body: {
        export: {
          id: 1,
          report_type: 'deals_excel',
          status: 'completed',
          display_name: headers['x-api-key'],
        },
      },
    }));
    const query =
      'subscription { exportEvents(locators: [{ hiEnergy: { exportId: "1" } }]) { export { name account { key } } } }';
    const streams = await Promise.all(
      ['default', 'acme'].map((tenant) =>
        open(gateway.url, { query, headers: { authorization: `Bearer key-of-${tenant}-0123456789` } }),
      ),
    );
    await Promise.all(streams.map((stream) => stream.ended));

    expect(streams.map(({ data }) => data[0].exportEvents.export)).toEqual([
      { name: 'key-1', account: { key: 'hi' } },
      { name: 'key-2', account: { key: 'acme-hi' } },
    ]);
  });
});
