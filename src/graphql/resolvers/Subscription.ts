import type { SubscriptionResolvers } from '../generated/resolver-types.ts';

export const Subscription: SubscriptionResolvers = {
  exportEvents: {
    subscribe: (_root, { locators, after }, { exports }) => exports.events(locators, after),
    resolve: (event: unknown) => event as never,
  },
  trackedExportEvents: {
    subscribe: (_root, { filter, first, after }, { tracked }) => tracked.events(filter, first ?? 50, after),
    resolve: (event: unknown) => event as never,
  },
};
