import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { readSettings } from './child.ts';
import { serveMeasurements } from './measured-server.ts';
import { PeerExports } from './peer-exports.ts';
import type { ServerSettings } from './server-settings.ts';

/**
 * The server to compare with: the same schema, Yoga, graphql-ws as Yoga's documentation sets it up, and one poll loop per
 * export shared by all its subscribers through Yoga's own PubSub. No access rules, limits, cursors or error handling.
 */
const { listingUrl, pollMs, schemaFolder } = readSettings<ServerSettings>();
const typeDefs = readdirSync(schemaFolder).map((file) => readFileSync(join(schemaFolder, file), 'utf8'));

const pubSub = createPubSub<{ [exportId: string]: [event: object] }>();
const watched = new PeerExports({ listingUrl, pollMs, publish: (id, event) => pubSub.publish(id, event) });

async function* follow(exportId: string): AsyncGenerator<object> {
  const leave = watched.join(exportId);
  try {
    const changes = pubSub.subscribe(exportId);
    yield await watched.snapshot(exportId);
    yield* changes;
  } finally {
    leave();
  }
}

interface FollowArguments {
  readonly locators: readonly { readonly hiEnergy: { readonly exportId: string } }[];
}

const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: {
      Subscription: {
        exportEvents: {
          subscribe: (_root: unknown, { locators }: FollowArguments) =>
            follow(locators[0]?.hiEnergy.exportId ?? ''),
          resolve: (event: object) => event,
        },
      },
    },
  }),
  logging: false,
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
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  serveMeasurements({ url: () => `ws://127.0.0.1:${port}` });
});
