/** The GraphQL documents of the board; it asks nothing else. */

const EXPORT_FIELDS = `
  fragment BoardExport on Export {
    __typename
    id
    name
    vendor { key name capabilities { canCancel } }
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
    estimate { finishAt }
    observation { observedAt throttledUntil isStale }
    ... on PowerBiExport { exportId }
    ... on HiEnergyExport { exportId }
    ... on TalkdeskExport { jobId }
    ... on WebAdmitExport { exportId exportFileId }
  }
`;

/** How an export is tracked; events do not ask for it, since it may have to be looked up. */
const TRACKED_FIELDS = `${EXPORT_FIELDS}
  fragment BoardTracked on Export {
    ...BoardExport
    tracking { label }
  }
`;

/** Without `files`: a list does not tell them, so that each would be one more vendor call. */
export const RECENT_EXPORTS = `${TRACKED_FIELDS}
  query BoardRecentExports($first: Int!) {
    recentExports(first: $first) {
      nodes { ...BoardTracked }
      pageInfo { hasNextPage }
      unavailable { account { key vendor { name } } code message }
    }
  }
`;

/** What somebody follows by the address; a live watch may answer. */
export const FOLLOWED_EXPORTS = `${TRACKED_FIELDS}
  query BoardFollowedExports($locators: [ExportLocator!]!) {
    exports(locators: $locators, maxAgeMs: 5000) { ...BoardTracked }
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

/** Where an export can be started. */
export const ACCOUNTS = `
  query BoardAccounts {
    accounts {
      key
      vendor { key name capabilities { canStart } }
    }
  }
`;

export const START_EXPORT = `${TRACKED_FIELDS}
  mutation BoardStartExport($input: StartExportInput!) {
    startExport(input: $input) {
      isExisting
      export { ...BoardTracked }
    }
  }
`;

export const CANCEL_EXPORT = `${EXPORT_FIELDS}
  mutation BoardCancelExport($locator: ExportLocator!) {
    cancelExport(locator: $locator) {
      export { ...BoardExport }
    }
  }
`;

export const TRACK_EXPORT = `
  mutation BoardTrackExport($locator: ExportLocator!, $label: String) {
    trackExport(locator: $locator, label: $label) {
      tracking { label }
    }
  }
`;

export const UNTRACK_EXPORT = `
  mutation BoardUntrackExport($locator: ExportLocator!) {
    untrackExport(locator: $locator) {
      wasTracked
    }
  }
`;
