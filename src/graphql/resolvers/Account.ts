import { toAccountId, toVendorGlobalId } from '../../export/locator.ts';
import { schemaNames } from '../../vendor-file/names.ts';
import type { AccountResolvers, NodeResolvers, VendorResolvers } from '../generated/resolver-types.ts';
import { nodeType } from '../node.ts';
import { toLocatorFields, toOrderFields } from '../vendor-fields.ts';

export const Node: Pick<NodeResolvers, '__resolveType'> = { __resolveType: (node) => nodeType(node) };

export const Account: AccountResolvers = {
  id: ({ key }) => toAccountId(key),
  vendor: (account, _arguments, { exports }) => exports.vendor(account),
  health: (account) => account.health(),
};

export const Vendor: VendorResolvers = {
  id: ({ id }) => toVendorGlobalId(id),
  key: ({ id }) => id,
  input: ({ id }) => schemaNames(id).locatorField,
  locator: (vendor, _arguments, _context, { schema }) => toLocatorFields(vendor, schema),
  order: (vendor, _arguments, _context, { schema }) => toOrderFields(vendor, schema),
};
