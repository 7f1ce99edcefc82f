import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import type { VendorDeclaration } from '../vendor-file/declaration.ts';
import { SHIPPED_DECLARATIONS } from '../vendor-file/generated/shipped.ts';
import { declaredResolvers, withDeclared } from './declared-schema.ts';
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

export interface SchemaSettings {
  /** True where it is one of several that a gateway of Apollo Federation 2 stands in front of. */
  readonly isSubgraph?: boolean;
  /** The user's own vendors; those that come with Waybill are in it anyway. */
  readonly declarations?: readonly VendorDeclaration[];
}

/** The served schema, its resolvers bound. */
export function createSchema({ isSubgraph = false, declarations = [] }: SchemaSettings = {}): GraphQLSchema {
  const served = withDeclared(servedSchema, declarations);
  const subgraph = isSubgraph ? createSubgraph(served) : null;
  return makeExecutableSchema({
    typeDefs: subgraph === null ? served : [served, subgraph.typeDefs],
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
      ...declaredResolvers([...SHIPPED_DECLARATIONS, ...declarations]),
      ...scalars,
      ...subgraph?.resolvers.types,
    },
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
    // Not made a second time with the resolvers in it, and not validated at each start: a test does that.
    updateResolversInPlace: true,
    assumeValid: true,
  });
}
