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
