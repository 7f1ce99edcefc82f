import { RESTDataSource } from '@apollo/datasource-rest';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { type Locator, toVendorHeaders, toVendorPath } from '../harness/operations.ts';
import { type Context, createExportLoader, resolvers } from './loader.ts';
import { announce, type PeerSettings, readSettings } from './read.ts';
import { typeDefs } from './schema.ts';

/** https://www.apollographql.com/docs/apollo-server/data/fetching-rest, read 2026-11: a data source for each operation. */
class VendorApi extends RESTDataSource {
  override baseURL: string;

  constructor({ vendorUrl }: PeerSettings) {
    super();
    this.baseURL = vendorUrl;
  }

  read(locator: Locator): Promise<unknown> {
    return this.get(toVendorPath(locator).slice(1), { headers: { ...toVendorHeaders(locator) } });
  }
}

const settings = readSettings();
const server = new ApolloServer<Context>({ typeDefs, resolvers });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async () => {
    const api = new VendorApi(settings);
    return { exports: createExportLoader((locator) => api.read(locator)) };
  },
});
announce(Number(new URL(url).port));
