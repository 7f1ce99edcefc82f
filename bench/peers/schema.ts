const COMMON = /* GraphQL */ `
  id: ID!
  name: String
  status: ExportStatus!
  rawStatus: String!
  isTerminal: Boolean!
  outcome: ExportOutcome
  failure: ExportFailure
  progress: ExportProgress
  createdAt: String
  updatedAt: String
  files: [ExportFile!]
  observation: ExportObservation!
`;

/** The part of Waybill's schema that is measured. */
export const typeDefs = /* GraphQL */ `
  type Query {
    export(locator: ExportLocator!, maxAgeMs: Int = 0): Export
    exports(locators: [ExportLocator!]!, maxAgeMs: Int = 0): [Export]!
  }

  type Subscription {
    exportEvents(locators: [ExportLocator!]!): ExportEvent!
  }
  interface ExportEvent { cursor: String! at: String! exportId: ID! export: Export }
  type ExportSnapshot implements ExportEvent { cursor: String! at: String! exportId: ID! export: Export }
  type ExportStatusChanged implements ExportEvent { cursor: String! at: String! exportId: ID! export: Export }

  interface Export { ${COMMON} }
  type PowerBiExport implements Export { ${COMMON} }
  type HiEnergyExport implements Export { ${COMMON} }
  type TalkdeskExport implements Export { ${COMMON} }
  type WebAdmitExport implements Export { ${COMMON} }

  enum ExportStatus { QUEUED RUNNING CANCELING SUCCEEDED FAILED CANCELED EXPIRED UNKNOWN }
  enum ExportOutcome { COMPLETE PARTIAL EMPTY }
  type ExportFailure { code: String message: String! isRetryable: Boolean! }
  type ExportProgress { percent: Float completedParts: Int totalParts: Int }
  type ExportFile { name: String! mediaType: String }
  type ExportObservation { observedAt: String! isStale: Boolean! }

  input ExportLocator @oneOf {
    powerBi: PowerBiLocator
    hiEnergy: HiEnergyLocator
    talkdesk: TalkdeskLocator
    webAdmit: WebAdmitLocator
  }
  input PowerBiLocator { reportId: ID! exportId: ID! }
  input HiEnergyLocator { exportId: ID! }
  input TalkdeskLocator { reportType: String! jobId: ID! }
  input WebAdmitLocator { exportId: ID! exportFileId: ID! userIdentityId: ID }
`;
