import type { MutationResolvers } from '../generated/resolver-types.ts';

export const Mutation: MutationResolvers = {
  startExport: (_root, { input }, { tracked }) => tracked.start(input),
  cancelExport: (_root, { locator }, { tracked }) => tracked.cancel(locator),
  trackExport: (_root, { locator, label }, { tracked }) => tracked.track(locator, label),
  untrackExport: (_root, { locator }, { tracked }) => tracked.untrack(locator),
  retryWebhookDelivery: (_root, { id }, { tracked }) => tracked.retryDelivery(id),
  sendTestWebhook: (_root, { endpoint }, { tracked }) => tracked.sendTest(endpoint),
};
