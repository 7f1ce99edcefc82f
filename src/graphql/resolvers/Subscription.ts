import type { SubscriptionResolvers } from '../generated/resolver-types.ts';

export const Subscription: SubscriptionResolvers = {
  exportEvents: {
    subscribe: (_root, { locators, after }, { exports }) => exports.events(locators, after),
    resolve: (event: unknown) => event as never,
  },
};
