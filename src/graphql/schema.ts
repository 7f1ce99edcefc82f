import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { createSubgraph } from './federation.ts';
import { servedSchema } from './generated/served-schema.ts';
import { Account, Node, Vendor } from './resolvers/Account.ts';
import { Export, ExportFile } from './resolvers/Export.ts';
import { ExportEvent } from './resolvers/ExportEvent.ts';
import { Mutation } from './resolvers/Mutation.ts';
import { Query } from './resolvers/Query.ts';
import { Subscription } from './resolvers/Subscription.ts';
import { vendorExports } from './resolvers/vendor-exports.ts';
import { WebhookDelivery } from './resolvers/WebhookDelivery.ts';
import { scalars } from './scalars.ts';

/**
 * The served schema, its resolvers bound.
 *
 * @param isSubgraph - true where it is one of several that a gateway of Apollo Federation 2 stands in front of
 */
export function createSchema({ isSubgraph = false }: { readonly isSubgraph?: boolean } = {}): GraphQLSchema {
  const subgraph = isSubgraph ? createSubgraph(servedSchema) : null;
  return makeExecutableSchema({
    typeDefs: subgraph === null ? servedSchema : [servedSchema, subgraph.typeDefs],
    resolvers: {
      Query: { ...Query, ...subgraph?.resolvers.query },
      Mutation,
      Subscription,
      Node,
      Account,
      Vendor,
      Export,
      ExportFile,
      ExportEvent,
      WebhookDelivery,
      ...vendorExports,
      ...scalars,
      ...subgraph?.resolvers.types,
    },
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
    // Not made a second time with the resolvers in it, and not validated at each start: a test does that.
    updateResolversInPlace: true,
    assumeValid: true,
  });
}
