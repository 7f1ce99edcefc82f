import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { type Context, createExportLoader, resolvers } from './loader.ts';
import { announce, readByPool, readSettings } from './read.ts';
import { typeDefs } from './schema.ts';

declare module 'mercurius' {
  interface MercuriusContext extends Context {}
}

/** https://mercurius.dev, read 2026-11; `jit: 1` compiles a query once it has come for the second time. */
const read = readByPool(readSettings());
const app = Fastify();
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: {
    ...resolvers,
    Export: { resolveType: ({ __typename }: { __typename: string }) => __typename },
  },
  context: (): Context => ({ exports: createExportLoader(read) }),
  jit: 1,
});
await app.listen({ port: 0, host: '127.0.0.1' });
announce((app.server.address() as AddressInfo).port);
