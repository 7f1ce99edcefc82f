/** The GraphQL documents of the board; it asks nothing else. */

const EXPORT_FIELDS = `
  fragment BoardExport on Export {
    __typename
    id
    name
    vendor { key name }
    account { key }
    status
    rawStatus
    isTerminal
    outcome
    failure { message }
    progress { percent completedParts totalParts }
    createdAt
    startedAt
    updatedAt
    finishedAt
    observation { observedAt throttledUntil isStale }
    ... on PowerBiExport { exportId }
    ... on HiEnergyExport { exportId }
    ... on TalkdeskExport { jobId }
    ... on WebAdmitExport { exportId exportFileId }
  }
`;

/** Without `files`: a list does not tell them, so that each would be one more vendor call. */
export const RECENT_EXPORTS = `${EXPORT_FIELDS}
  query BoardRecentExports($first: Int!) {
    recentExports(first: $first) {
      nodes { ...BoardExport }
      pageInfo { hasNextPage }
      unavailable { account { key vendor { name } } code message }
    }
  }
`;

/** What somebody follows by the address; a live watch may answer. */
export const FOLLOWED_EXPORTS = `${EXPORT_FIELDS}
  query BoardFollowedExports($locators: [ExportLocator!]!) {
    exports(locators: $locators, maxAgeMs: 5000) { ...BoardExport }
  }
`;

/** Links to finished files. */
export const EXPORT_FILES = `
  query BoardExportFiles($locators: [ExportLocator!]!) {
    exports(locators: $locators, maxAgeMs: 600000) {
      id
      files { name url urlExpiresAt }
    }
  }
`;

/** An event is resolved once for all who watch, so the files cost one call for everybody. */
export const EXPORT_EVENTS = `${EXPORT_FIELDS}
  subscription BoardExportEvents($locators: [ExportLocator!]!, $after: String) {
    exportEvents(locators: $locators, after: $after) {
      __typename
      cursor
      exportId
      export {
        ...BoardExport
        files { name url urlExpiresAt }
      }
      ... on ExportWatchInterrupted { code }
      ... on ExportWatchFailed { code message }
      ... on ExportStalled { since }
    }
  }
`;
