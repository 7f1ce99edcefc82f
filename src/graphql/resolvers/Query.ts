import type { QueryResolvers } from '../generated/resolver-types.ts';

export const Query: QueryResolvers = {
  node: (_root, { id }, { exports }) => exports.byId(id),
  nodes: (_root, { ids }, { exports }) => exports.byIds(ids),
  export: (_root, { locator, maxAgeMs }, { exports }) => exports.byLocator(locator, maxAgeMs ?? 0),
  exports: (_root, { locators, maxAgeMs }, { exports }) => exports.byLocators(locators, maxAgeMs ?? 0),
  recentExports: (_root, { filter, first, after }, { exports }) =>
    exports.recent({ filter, first: first ?? 20, after }),
  webhookDeliveries: (_root, { endpoint, status, first, after }, { tracked }) =>
    tracked.deliveries({ endpoint, status, first: first ?? 20, after }),
  vendors: (_root, _arguments, { exports }) => exports.vendors,
  accounts: (_root, _arguments, { exports }) => exports.accounts,
};
