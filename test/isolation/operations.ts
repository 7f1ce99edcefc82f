const FIELDS = /* GraphQL */ `
  fragment Fields on Export {
    __typename
    id
    name
    status
    rawStatus
    createdAt
    account { key }
    failure { message }
    progress { percent }
    observation { throttledUntil }
    tracking { label trackedBy startedHere }
    estimate { basedOn }
    ... on PowerBiExport { reportName resourceLocation }
    ... on HiEnergyExport { reportType statusDisplay parameters filename errorMessage }
    ... on TalkdeskExport { timezone }
    ... on WebAdmitExport { href }
  }
`;

/** One export, with the links of its files. */
export const EXPORT = `query One($locator: ExportLocator!, $maxAgeMs: Int) {
  export(locator: $locator, maxAgeMs: $maxAgeMs) { ...Fields files { name url } }
} ${FIELDS}`;

export const EXPORTS = `query Many($locators: [ExportLocator!]!, $maxAgeMs: Int) {
  exports(locators: $locators, maxAgeMs: $maxAgeMs) { ...Fields }
} ${FIELDS}`;

export const NODES = `query Nodes($ids: [ID!]!) {
  nodes(ids: $ids) { __typename id ... on Account { key } ...Fields }
} ${FIELDS}`;

export const RECENT = `query Recent($filter: ExportFilter, $after: String) {
  recentExports(filter: $filter, first: 10, after: $after) {
    nodes { ...Fields }
    pageInfo { endCursor }
    unavailable { account { key } code message }
  }
} ${FIELDS}`;

export const ALL_ACCOUNTS = `{ accounts { id key vendor { key } health { state throttledUntil lastError } } }`;

export const START = `mutation Start($input: StartExportInput!) {
  startExport(input: $input) { isExisting export { ...Fields files { name url } } }
} ${FIELDS}`;

export const CANCEL = `mutation Cancel($locator: ExportLocator!) {
  cancelExport(locator: $locator) { export { ...Fields } }
} ${FIELDS}`;

export const TRACK = `mutation Track($locator: ExportLocator!, $label: String) {
  trackExport(locator: $locator, label: $label) { export { ...Fields } tracking { label trackedBy } }
} ${FIELDS}`;

export const UNTRACK = `mutation Untrack($locator: ExportLocator!) {
  untrackExport(locator: $locator) { exportId wasTracked }
}`;

const DELIVERY = 'id endpoint type exportId status attempts lastResult';

export const DELIVERIES = `query Deliveries($endpoint: ID, $after: ID) {
  webhookDeliveries(endpoint: $endpoint, after: $after, first: 10) { ${DELIVERY} }
}`;

export const RETRY = `mutation Retry($id: ID!) { retryWebhookDelivery(id: $id) { ${DELIVERY} } }`;

export const SEND_TEST =
  'mutation Test($endpoint: ID!) { sendTestWebhook(endpoint: $endpoint) { isDelivered result } }';

/** What happens to the tracked exports of the tenant, with their files. */
export const LIST = `subscription List($filter: ExportFilter, $first: Int, $after: String) {
  trackedExportEvents(filter: $filter, first: $first, after: $after) {
    __typename cursor exportId export { ...Fields files { name url } }
    ... on ExportWatchInterrupted { code }
    ... on ExportWatchFailed { code message }
  }
} ${FIELDS}`;

/** The two ways to look at events: one asks for files, one does not. */
export const WATCHES = [
  `subscription Watch($locators: [ExportLocator!]!, $after: String) {
    exportEvents(locators: $locators, after: $after) {
      __typename cursor exportId export { ...Fields files { name url } }
      ... on ExportWatchInterrupted { code }
      ... on ExportWatchFailed { code message }
    }
  } ${FIELDS}`,
  `subscription Glance($locators: [ExportLocator!]!, $after: String) {
    exportEvents(locators: $locators, after: $after) {
      __typename cursor exportId export { id name rawStatus createdAt progress { percent } }
      ... on ExportWatchInterrupted { code }
      ... on ExportWatchFailed { code message }
    }
  }`,
] as const;
