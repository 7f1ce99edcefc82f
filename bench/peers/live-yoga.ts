import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { type Locator, toVendorPath } from '../harness/operations.ts';
import { announce, readByFetch, readSettings } from './read.ts';
import { typeDefs } from './schema.ts';
import { SharedPolls, type ShownEvent } from './shared-polls.ts';

/** Subscriptions with Yoga and graphql-ws: one poll loop per export, shared by its subscribers through Yoga's PubSub. */
const settings = readSettings();
const pubSub = createPubSub<{ [key: string]: [event: ShownEvent] }>();
const polls = new SharedPolls({
  read: readByFetch(settings),
  pollMs: settings.pollMs ?? 1_000,
  publish: (key, event) => pubSub.publish(key, event),
});

async function* follow(locator: Locator): AsyncGenerator<ShownEvent | undefined> {
  const key = toVendorPath(locator);
  const leave = polls.join(key, locator);
  try {
    const changes = pubSub.subscribe(key);
    yield await polls.snapshot(key);
    yield* changes;
  } finally {
    leave();
  }
}

const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: {
      Subscription: {
        exportEvents: {
          subscribe: (_root: unknown, { locators: [locator] }: { locators: readonly [Locator] }) =>
            follow(locator),
          resolve: (event: ShownEvent) => event,
        },
      },
    },
  }),
});
const server = createServer(yoga);
const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint });

// From here to the end: https://the-guild.dev/graphql/yoga-server/docs/features/subscriptions (graphql-ws), read 2026-11.
interface EnvelopedRoot {
  execute(args: ExecutionArgs): never;
  subscribe(args: ExecutionArgs): never;
}
useServer(
  {
    execute: (args) => (args.rootValue as EnvelopedRoot).execute(args),
    subscribe: (args) => (args.rootValue as EnvelopedRoot).subscribe(args),
    onSubscribe: async (context, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...context,
        req: context.extra.request,
        socket: context.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length > 0 ? errors : args;
    },
  },
  sockets,
);
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
