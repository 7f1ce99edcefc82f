import type { Example } from './examples.ts';

const DELIVERIES = '{ webhookDeliveries(first: 1) { id endpoint type status attempts } }';

/** An endpoint that nothing listens at, so that what is sent there waits for another attempt. */
const WEBHOOKS = {
  webhooks: [
    {
      key: 'ops',
      url: 'http://127.0.0.1:9/waybill',
      allowPrivate: true,
      secret: `whsec_${Buffer.alloc(32, 'a secret of the examples').toString('base64')}`,
    },
  ],
};

/** One for each root field. */
export const FIELD_EXAMPLES: readonly Example[] = [
  {
    of: 'Query.accounts',
    operation: '{ accounts { key vendor { name } health { state lastError throttledUntil } } }',
  },
  {
    of: 'Query.export',
    operation: `query One($locator: ExportLocator!) {
  export(locator: $locator, maxAgeMs: 5000) {
    id
    name
    status
    rawStatus
    outcome
    files { name mediaType url urlExpiresAt }
  }
}`,
    variables: { locator: { hiEnergy: { exportId: '4213' } } },
  },
  {
    of: 'Query.exports',
    given: 'Of two vendors at once; the second is one that its vendor does not know.',
    operation: `{
  exports(locators: [
    { webAdmit: { exportId: "90277", exportFileId: "74783" } }
    { hiEnergy: { exportId: "999999" } }
  ]) { name status outcome }
}`,
  },
  {
    of: 'Query.node',
    operation: `{
  node(id: "WyJleHBvcnQiLCJoaS1lbmVyZ3kiLCJoaSIsIjQyMTMiXQ") {
    __typename
    ... on Export { name status }
  }
}`,
  },
  {
    of: 'Query.nodes',
    operation: `{
  nodes(ids: ["WyJleHBvcnQiLCJoaS1lbmVyZ3kiLCJoaSIsIjQyMTMiXQ", "WyJleHBvcnQiLCJoaS1lbmVyZ3kiLCJoaSIsIjQyMTQiXQ"]) {
    ... on Export { name status failure { message isRetryable } }
  }
}`,
  },
  {
    of: 'Query.recentExports',
    operation: `{
  recentExports(first: 2, filter: { vendors: ["hi-energy", "power-bi"], statuses: [SUCCEEDED] }) {
    nodes { name status vendor { key } }
    pageInfo { hasNextPage endCursor }
    unavailable { account { key } code message }
  }
}`,
  },
  {
    of: 'Query.vendors',
    operation: '{ vendors { key name capabilities { canList canStart canCancel reportsProgress } } }',
  },
  {
    of: 'Query.webhookDeliveries',
    given: 'An export has ended, and its endpoint did not answer.',
    config: WEBHOOKS,
    operation: DELIVERIES,
  },
  {
    of: 'Mutation.startExport',
    operation: `mutation Start($input: StartExportInput!) {
  startExport(input: $input) {
    isExisting
    export { name status tracking { label startedHere } }
  }
}`,
    variables: {
      input: {
        order: { hiEnergy: { reportType: 'deals_excel', searchParams: { q: 'boots' } } },
        idempotencyKey: 'deals of Monday',
        label: 'Deals, for Ann',
      },
    },
  },
  {
    of: 'Mutation.trackExport',
    operation: `mutation {
  trackExport(locator: { hiEnergy: { exportId: "4225" } }, label: "For Ann") {
    tracking { label startedHere }
    export { name }
  }
}`,
  },
  {
    of: 'Mutation.untrackExport',
    before: 'mutation { trackExport(locator: { hiEnergy: { exportId: "4211" } }) { tracking { label } } }',
    operation:
      'mutation { untrackExport(locator: { hiEnergy: { exportId: "4211" } }) { exportId wasTracked } }',
  },
  {
    of: 'Mutation.cancelExport',
    given: 'A job of Talkdesk that is under way; the vendor has not confirmed it yet.',
    operation: `mutation {
  cancelExport(locator: { talkdesk: { reportType: "calls", jobId: "6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e06" } }) {
    export { name status rawStatus }
  }
}`,
  },
  {
    of: 'Mutation.sendTestWebhook',
    given: 'Nothing listens at the endpoint.',
    config: WEBHOOKS,
    operation: 'mutation { sendTestWebhook(endpoint: "ops") { result } }',
  },
  {
    of: 'Mutation.retryWebhookDelivery',
    given: 'With the `id` that `webhookDeliveries` gave.',
    config: WEBHOOKS,
    before: DELIVERIES,
    operation: 'mutation Retry($id: ID!) { retryWebhookDelivery(id: $id) { id status } }',
  },
  {
    of: 'Subscription.exportEvents',
    operation: `subscription {
  exportEvents(locators: [{ hiEnergy: { exportId: "4213" } }]) {
    __typename
    cursor
    export { name status progress { percent } }
    ... on ExportStatusChanged { from to }
    ... on ExportWatchFailed { code message }
  }
}`,
  },
  {
    of: 'Subscription.trackedExportEvents',
    before:
      'mutation { trackExport(locator: { hiEnergy: { exportId: "4213" } }, label: "For Ann") { tracking { label } } }',
    operation: `subscription {
  trackedExportEvents(first: 1) {
    __typename
    cursor
    export { name status tracking { label } }
    ... on ExportSnapshot { isReplayGap }
  }
}`,
  },
];
