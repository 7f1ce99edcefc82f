import { makeExecutableSchema } from '@graphql-tools/schema';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.ts';
import { InputError } from '../../src/export/errors.ts';
import type { ExportEvent } from '../../src/export/events.ts';
import type { GatewayContext } from '../../src/graphql/context.ts';
import type { AnswerStream } from '../../src/operations/answer-stream.ts';
import { type Call, OperationEngine } from '../../src/operations/engine.ts';
import { createErrorMask } from '../../src/operations/errors.ts';
import { OperationReports } from '../../src/operations/reports.ts';
import { Turns } from '../../src/operations/turns.ts';
import type { EventSink } from '../../src/watch/channel.ts';
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

const LOOK = 'subscription ($which: [ID!]) { events(which: $which) { cursor secret } }';

/** One subscriber's stream, and the texts it was sent: the same object where they are shared. */
interface Joined {
  readonly stream: AnswerStream;
  readonly texts: Buffer[];
}

/** A schema of one root field whose events the test makes, and a count of how often they were resolved. */
function createStage() {
  const resolved: string[] = [];
  const sinks: EventSink[] = [];
  const schema = makeExecutableSchema({
    typeDefs: /* GraphQL */ `
      type Query { unused: ID }
      type Subscription { events(which: [ID!]): Event! }
      type Event { cursor: ID! secret(show: Boolean = true, as: ID): ID }
    `,
    resolvers: {
      Subscription: { events: { subscribe: () => toSource(sinks), resolve: (event: unknown) => event } },
      Event: {
        secret: ({ cursor }: ExportEvent, { as }: { as?: string }, { scope }: GatewayContext) => {
          resolved.push(cursor);
          if (cursor === 'broken') throw new InputError('This event is broken.');
          return as ?? `secret of ${scope.tenant}`;
        },
      },
    },
  });
  const tools = createTestTools();
  const ignore = () => undefined;
  const engine = new OperationEngine({
    schema,
    limits: { tokens: 1_000, depth: 10, aliases: 20, directives: 20, locators: 100 },
    mode: 'development',
    createContext: ({ scope }) => ({ scope }) as unknown as GatewayContext,
    hasLostAccess: () => false,
    admission: { operation: ignore, locators: ignore },
    trustedDocuments: null,
    maskError: createErrorMask(tools),
    reports: new OperationReports({ ...tools, onFinished: ignore, onRefused: ignore }),
    moment: () => 0,
    turns: new Turns(),
  });

  async function join(subscriber: Subscriber = {}, requestId = 'request-1'): Promise<Joined> {
    const { query = LOOK, variables, operationName, tenant = 'acme' } = subscriber;
    const caller = { ...ANONYMOUS, tenant };
    const call: Call = {
      origin: { caller, transport: 'websocket', clientAddress: '127.0.0.1' },
      requestId,
      isReadOnly: false,
      canStream: true,
      trace: null,
      signal: undefined,
      isGone: false,
    };
    const outcome = await engine.run(call, () => ({ query, variables, operationName }));
    if (outcome.type !== 'stream') throw new Error(`It is no stream: ${JSON.stringify(outcome)}`);
    const texts: Buffer[] = [];
    const { stream } = outcome;
    stream.pipe({ isReady: true, next: (text) => void texts.push(text), finish: ignore });
    return { stream, texts };
  }

  return {
    resolved,
    join,
    /** Sends one and the same event to all who have joined, and returns what each of them gets. */
    async tell(streams: readonly Joined[], cursor: string): Promise<readonly Buffer[]> {
      const event = { cursor } as ExportEvent;
      for (const sink of sinks) sink.take(event);
      await expect.poll(() => streams.every(({ texts }) => texts.length > 0)).toBe(true);
      return streams.map(({ texts }) => texts.shift() as Buffer);
    },
  };
}

/** Events as the watches hand them over: to a sink. */
function toSource(sinks: EventSink[]) {
  return {
    pipe: (sink: EventSink) => void sinks.push(sink),
    resume: () => undefined,
    warn: () => undefined,
    fail: () => undefined,
    next: async () => ({ done: true, value: undefined }),
    return: async () => ({ done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
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
    expect(String(results[0])).toBe('{"data":{"events":{"cursor":"one","secret":"secret of acme"}}}');
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
    const streams = await Promise.all([one, other, one, other].map((who) => stage.join(who)));

    const results = await stage.tell(streams, 'one');

    expect(results.map(String)).toEqual([...alone, ...alone]);
    expect(alone[0]).not.toBe(alone[1]);
    expect(results[0]).toBe(results[2]);
    expect(results[1]).toBe(results[3]);
  });

  it('tells errors without the request of whoever came first', async () => {
    const stage = createStage();
    const streams = await Promise.all(['first', 'second'].map((requestId) => stage.join({}, requestId)));

    const [first, second] = await stage.tell(streams, 'broken');

    expect(first).toBe(second);
    expect(JSON.parse(String(first))).toEqual({
      errors: [
        {
          message: 'This event is broken.',
          locations: expect.any(Array),
          path: ['events', 'secret'],
          extensions: { code: 'BAD_USER_INPUT', retryable: false },
        },
      ],
      data: { events: { cursor: 'broken', secret: null } },
    });
  });

  it('goes on after an event that could not be resolved', async () => {
    const stage = createStage();
    const streams = [await stage.join()];

    await stage.tell(streams, 'broken');
    const [next] = await stage.tell(streams, 'whole');

    expect(JSON.parse(String(next))).toMatchObject({ data: { events: { secret: 'secret of acme' } } });
  });

  async function answerAlone(subscriber: Subscriber): Promise<string> {
    const stage = createStage();
    const [result] = await stage.tell([await stage.join(subscriber)], 'one');
    return String(result);
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
