import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
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

/** The served schema, its resolvers bound. */
export function createSchema(): GraphQLSchema {
  return makeExecutableSchema({
    typeDefs: servedSchema,
    resolvers: {
      Query,
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
    },
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
    // Not made a second time with the resolvers in it, and not validated at each start: a test does that.
    updateResolversInPlace: true,
    assumeValid: true,
  });
}
