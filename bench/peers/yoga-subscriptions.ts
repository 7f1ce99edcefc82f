import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';

export interface SubscriptionsSettings<Locator> {
  readonly typeDefs: string | string[];
  /** What a subscriber of one export is sent. */
  readonly follow: (locator: Locator) => AsyncGenerator<object | undefined>;
  readonly onListening: (port: number) => void;
}

/** Serves `exportEvents` with Yoga and graphql-ws, put together as Yoga's documentation does it; both benches of subscribers compare with it. */
export function serveSubscriptions<Locator>({
  typeDefs,
  follow,
  onListening,
}: SubscriptionsSettings<Locator>): void {
  const yoga = createYoga({
    schema: createSchema({
      typeDefs,
      resolvers: {
        Subscription: {
          exportEvents: {
            subscribe: (_root: unknown, { locators: [locator] }: { locators: readonly [Locator] }) =>
              follow(locator),
            resolve: (event: object) => event,
          },
        },
      },
    }),
  });
  const server = createServer(yoga);
  const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint });

  // From here on: https://the-guild.dev/graphql/yoga-server/docs/features/subscriptions (graphql-ws), read 2026-11.
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
  server.listen(0, '127.0.0.1', () => onListening((server.address() as AddressInfo).port));
}

interface EnvelopedRoot {
  execute(args: ExecutionArgs): never;
  subscribe(args: ExecutionArgs): never;
}
