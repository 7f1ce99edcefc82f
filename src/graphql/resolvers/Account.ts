import { toAccountId, toVendorGlobalId } from '../../export/locator.ts';
import type { AccountResolvers, NodeResolvers, VendorResolvers } from '../generated/resolver-types.ts';
import { nodeType } from '../node.ts';

export const Node: Pick<NodeResolvers, '__resolveType'> = { __resolveType: (node) => nodeType(node) };

export const Account: AccountResolvers = {
  id: ({ key }) => toAccountId(key),
  vendor: (account, _arguments, { exports }) => exports.vendor(account),
  health: (account) => account.health(),
};

export const Vendor: VendorResolvers = { id: ({ id }) => toVendorGlobalId(id), key: ({ id }) => id };
