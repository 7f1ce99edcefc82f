import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import { type Context, createExportLoader, resolvers } from './loader.ts';
import { announce, readByPool, readSettings } from './read.ts';
import { typeDefs } from './schema.ts';

/** https://the-guild.dev/graphql/yoga-server/docs, read 2026-11. */
const read = readByPool(readSettings());
const yoga = createYoga({
  schema: createSchema<Context>({ typeDefs, resolvers }),
  context: (): Context => ({ exports: createExportLoader(read) }),
});
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
