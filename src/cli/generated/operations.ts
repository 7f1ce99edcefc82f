// Made by codegen.ts from schema/*.graphql. Never edited by hand: run `npm run codegen`.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Where a job stands, in the same words for every vendor. */
export type ExportStatus =
  /** Accepted, not started. */
  | 'QUEUED'
  /** Being worked on. */
  | 'RUNNING'
  /** A cancellation was asked for and is not done yet. */
  | 'CANCELING'
  /** Ended well; `outcome` says how well. */
  | 'SUCCEEDED'
  /** Ended badly; `failure` says why. */
  | 'FAILED'
  /** Ended because somebody asked for it. */
  | 'CANCELED'
  /** The vendor says that the job or its file is gone: deleted, or unknown after it had been seen. */
  | 'EXPIRED'
  /** The vendor said a word this gateway does not know, or that it does not know itself. Not terminal. */
  | 'UNKNOWN';

/** How well a job that succeeded ended. */
export type ExportOutcome =
  /** The whole file. */
  | 'COMPLETE'
  /** A file, but with errors or omissions in it. */
  | 'PARTIAL'
  /** Nothing matched: there is no file. */
  | 'EMPTY';

/** Where an export is. `account` may be left out where the caller has exactly one account of that vendor. */
export type ExportLocator =
  {   /** A global id from an earlier answer. */
  id: string; powerBi?: never; hiEnergy?: never; talkdesk?: never; webAdmit?: never; }
  |  { id?: never;   /** An export of a Power BI report. */
  powerBi: PowerBiLocator; hiEnergy?: never; talkdesk?: never; webAdmit?: never; }
  |  { id?: never; powerBi?: never;   /** An export report of Hi Energy. */
  hiEnergy: HiEnergyLocator; talkdesk?: never; webAdmit?: never; }
  |  { id?: never; powerBi?: never; hiEnergy?: never;   /** A report job of Talkdesk Explore. */
  talkdesk: TalkdeskLocator; webAdmit?: never; }
  |  { id?: never; powerBi?: never; hiEnergy?: never; talkdesk?: never;   /** A run of a WebAdMIT export. */
  webAdmit: WebAdmitLocator; };

/**
 * Why a vendor could not be read. Also the `extensions.code` of GraphQL errors about a vendor, beside `vendor` and `account` (their
 * keys), `httpStatus`, `vendorCode`, `retryable` and `retryAfterMs` where they are known.
 */
export type VendorErrorCode =
  /** The vendor knows no such export, or hides it from this account; or there is no such account for this caller. */
  | 'EXPORT_NOT_FOUND'
  /** The vendor refused the account's credential. */
  | 'VENDOR_UNAUTHENTICATED'
  /** The credential is good, but may not read this. */
  | 'VENDOR_FORBIDDEN'
  /** The vendor, or the account's own limit towards it, asks to wait; see `retryAfterMs`. */
  | 'VENDOR_RATE_LIMITED'
  /** No answer within the configured time. */
  | 'VENDOR_TIMEOUT'
  /** No connection, or the vendor is in trouble itself. */
  | 'VENDOR_UNAVAILABLE'
  /** An answer that cannot be read. */
  | 'VENDOR_BAD_RESPONSE'
  /** The vendor has no such call. */
  | 'UNSUPPORTED_BY_VENDOR';

/** Where an export report of Hi Energy is. */
export type HiEnergyLocator = {
  /** Account key; may be left out where the caller has exactly one Hi Energy account. */
  account?: string | null | undefined;
  /** A positive whole number of up to 19 digits. */
  exportId: string;
};

/** An export report of Hi Energy to start. An identical one that runs, or has just ended, is the answer instead. */
export type HiEnergyExportOrder = {
  /** Account key; may be left out where the caller has exactly one Hi Energy account. */
  account?: string | null | undefined;
  /** `advertisers_csv`, `deals_excel`, `hot_advertisers_excel`, `clicks_details_excel`, or a later one of the vendor's. */
  reportType: string;
  /** The vendor's own filters, checked to be an object and passed on. */
  searchParams?: unknown;
  /** The vendor's own sorting and columns, checked to be an object and passed on. */
  indexParams?: unknown;
};

/** Where an export of a Power BI report is. */
export type PowerBiLocator = {
  /** Account key; may be left out where the caller has exactly one Power BI account. */
  account?: string | null | undefined;
  /** Workspace, a UUID; left out for My workspace. */
  groupId?: string | null | undefined;
  /** A UUID. */
  reportId: string;
  /** As the vendor gave it when the export was started: base64 with its padding. */
  exportId: string;
};

/** A Power BI report to export to a file. */
export type PowerBiExportOrder = {
  /** Account key; may be left out where the caller has exactly one Power BI account. */
  account?: string | null | undefined;
  /** Workspace, a UUID; left out for My workspace. */
  groupId?: string | null | undefined;
  /** A UUID. */
  reportId: string;
  /** PPTX, PDF, PNG; for paginated reports also XLSX, DOCX, CSV, XML, MHTML, IMAGE, ACCESSIBLEPDF. */
  format: string;
  /** The vendor's own `powerBIReportConfiguration`, checked to be an object and passed on. */
  reportConfiguration?: unknown;
  /** The vendor's own `paginatedReportConfiguration`, checked to be an object and passed on. */
  paginatedReportConfiguration?: unknown;
};

/** Where a report job of Talkdesk Explore is. */
export type TalkdeskLocator = {
  /** Account key; may be left out where the caller has exactly one Talkdesk account. */
  account?: string | null | undefined;
  /** The vendor's slug: lower-case letters, digits and underscores, at most 64. */
  reportType: string;
  /** As the vendor gave it when the job was created. */
  jobId: string;
};

/** A report job of Talkdesk Explore to start. */
export type TalkdeskExportOrder = {
  /** Account key; may be left out where the caller has exactly one Talkdesk account. */
  account?: string | null | undefined;
  /** The vendor's slug: lower-case letters, digits and underscores, at most 64. */
  reportType: string;
  /** What the vendor calls the report. */
  name?: string | null | undefined;
  /** IANA zone the timespan is meant in. */
  timezone?: string | null | undefined;
  /** `csv`, `json` or `json_bulk`. */
  format?: string | null | undefined;
  /** The first instant that the report covers. */
  from: string;
  /** The first instant after it; the vendor allows about a month. */
  to: string;
  /** Further parameters of the vendor's own, merged into the order's body; the fields above win. */
  parameters?: unknown;
};

/** An export to start. */
export type StartExportInput = {
  /** What to export, where. */
  order: ExportOrder;
  /** 1 to 200 characters. Makes asking twice safe. */
  idempotencyKey?: string | null | undefined;
  /** What people will call it; at most 200 characters. The vendor does not see it. */
  label?: string | null | undefined;
};

/** What to export, where. `account` may be left out where the caller has exactly one account of that vendor. */
export type ExportOrder =
  {   /** A report of Power BI, exported to a file. */
  powerBi: PowerBiExportOrder; hiEnergy?: never; talkdesk?: never; webAdmit?: never; }
  |  { powerBi?: never;   /** An export report of Hi Energy. */
  hiEnergy: HiEnergyExportOrder; talkdesk?: never; webAdmit?: never; }
  |  { powerBi?: never; hiEnergy?: never;   /** A report job of Talkdesk Explore. */
  talkdesk: TalkdeskExportOrder; webAdmit?: never; }
  |  { powerBi?: never; hiEnergy?: never; talkdesk?: never;   /** A run of a WebAdMIT export. */
  webAdmit: WebAdmitExportOrder; };

/** Where a webhook stands. */
export type WebhookDeliveryStatus =
  /** To be sent, or to be sent again. */
  | 'OWED'
  /** The endpoint answered 2xx. */
  | 'DELIVERED'
  /** No attempt is made any more: the last one failed, or the endpoint is gone from the configuration. */
  | 'GIVEN_UP';

/** Where a run of a WebAdMIT export is. */
export type WebAdmitLocator = {
  /** Account key; may be left out where the caller has exactly one WebAdMIT account. */
  account?: string | null | undefined;
  /** The template: a positive whole number. */
  exportId: string;
  /** The run: a positive whole number. */
  exportFileId: string;
  /** Lets many runs of one identity be read in one call. */
  userIdentityId?: string | null | undefined;
};

/** A WebAdMIT export to run. Where it is running already, that run is the answer. */
export type WebAdmitExportOrder = {
  /** Account key; may be left out where the caller has exactly one WebAdMIT account. */
  account?: string | null | undefined;
  /** The role to start it under: a positive whole number. */
  userIdentityId: string;
  /** The template: a positive whole number. */
  exportId: string;
};

type WatchedExport_HiEnergyExport_Fragment = { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } };

type WatchedExport_PowerBiExport_Fragment = { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } };

type WatchedExport_TalkdeskExport_Fragment = { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } };

type WatchedExport_WebAdmitExport_Fragment = { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } };

export type WatchedExportFragment =
  | WatchedExport_HiEnergyExport_Fragment
  | WatchedExport_PowerBiExport_Fragment
  | WatchedExport_TalkdeskExport_Fragment
  | WatchedExport_WebAdmitExport_Fragment
;

export type WatchExportsSubscriptionVariables = Exact<{
  locators: Array<ExportLocator> | ExportLocator;
  after?: string | null | undefined;
}>;


export type WatchExportsSubscription = { exportEvents:
    | { __typename: 'ExportSnapshot', isReplayGap: boolean, cursor: string, at: string, exportId: string, export:
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
       | null }
    | { __typename: 'ExportStatusChanged', cursor: string, at: string, exportId: string, export:
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
       | null }
    | { __typename: 'ExportProgressed', cursor: string, at: string, exportId: string, export:
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
       | null }
    | { __typename: 'ExportWatchInterrupted', code: VendorErrorCode, retryAt: string | null, cursor: string, at: string, exportId: string, export:
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
       | null }
    | { __typename: 'ExportWatchResumed', cursor: string, at: string, exportId: string, export:
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
       | null }
    | { __typename: 'ExportWatchFailed', code: VendorErrorCode, message: string, cursor: string, at: string, exportId: string, export:
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
       | null }
    | { __typename: 'ExportStalled', since: string, cursor: string, at: string, exportId: string, export:
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
       | null }
    | { __typename: 'SubscriptionTokenExpiring', expiresAt: string, cursor: string, at: string, exportId: string, export:
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
       | null }
    | { __typename: 'ExportTracked', cursor: string, at: string, exportId: string, export:
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
       | null }
    | { __typename: 'ExportUntracked', cursor: string, at: string, exportId: string, export:
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
        | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, vendor: { key: string, name: string }, failure: { message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, observation: { nextPollAt: string | null, isStale: boolean } }
       | null }
   };

export type DownloadableExportQueryVariables = Exact<{
  locator: ExportLocator;
}>;


export type DownloadableExportQuery = { export:
    | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, failure: { message: string } | null, files: Array<{ name: string, mediaType: string | null, url: string, urlExpiresAt: string }> | null }
    | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, failure: { message: string } | null, files: Array<{ name: string, mediaType: string | null, url: string, urlExpiresAt: string }> | null }
    | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, failure: { message: string } | null, files: Array<{ name: string, mediaType: string | null, url: string, urlExpiresAt: string }> | null }
    | { id: string, name: string | null, status: ExportStatus, rawStatus: string, isTerminal: boolean, outcome: ExportOutcome | null, failure: { message: string } | null, files: Array<{ name: string, mediaType: string | null, url: string, urlExpiresAt: string }> | null }
   | null };

type ChangedExport_HiEnergyExport_Fragment = { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null };

type ChangedExport_PowerBiExport_Fragment = { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null };

type ChangedExport_TalkdeskExport_Fragment = { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null };

type ChangedExport_WebAdmitExport_Fragment = { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null };

export type ChangedExportFragment =
  | ChangedExport_HiEnergyExport_Fragment
  | ChangedExport_PowerBiExport_Fragment
  | ChangedExport_TalkdeskExport_Fragment
  | ChangedExport_WebAdmitExport_Fragment
;

export type StartExportMutationVariables = Exact<{
  input: StartExportInput;
}>;


export type StartExportMutation = { startExport: { isExisting: boolean, export:
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
     } };

export type CancelExportMutationVariables = Exact<{
  locator: ExportLocator;
}>;


export type CancelExportMutation = { cancelExport: { export:
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
     } };

export type TrackExportMutationVariables = Exact<{
  locator: ExportLocator;
  label?: string | null | undefined;
}>;


export type TrackExportMutation = { trackExport: { export:
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
      | { id: string, name: string | null, status: ExportStatus, rawStatus: string, outcome: ExportOutcome | null, createdAt: string | null, finishedAt: string | null, vendor: { key: string }, account: { key: string }, failure: { code: string | null, message: string, isRetryable: boolean } | null, progress: { percent: number | null, completedParts: number | null, totalParts: number | null } | null, tracking: { label: string | null } | null }
     | null, tracking: { label: string | null, startedHere: boolean, trackedBy: string | null, trackedAt: string, keptUntil: string | null } } };

export type UntrackExportMutationVariables = Exact<{
  locator: ExportLocator;
}>;


export type UntrackExportMutation = { untrackExport: { exportId: string, wasTracked: boolean } };

export type ListedDeliveryFragment = { id: string, endpoint: string, type: string, at: string, exportId: string, status: WebhookDeliveryStatus, attempts: number, nextAttemptAt: string | null, lastResult: string | null, lastAttemptAt: string | null };

export type WebhookDeliveriesQueryVariables = Exact<{
  endpoint?: string | null | undefined;
  status?: WebhookDeliveryStatus | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type WebhookDeliveriesQuery = { webhookDeliveries: Array<{ id: string, endpoint: string, type: string, at: string, exportId: string, status: WebhookDeliveryStatus, attempts: number, nextAttemptAt: string | null, lastResult: string | null, lastAttemptAt: string | null }> };

export type RetryWebhookDeliveryMutationVariables = Exact<{
  id: string;
}>;


export type RetryWebhookDeliveryMutation = { retryWebhookDelivery: { id: string, endpoint: string, type: string, at: string, exportId: string, status: WebhookDeliveryStatus, attempts: number, nextAttemptAt: string | null, lastResult: string | null, lastAttemptAt: string | null } };

export type SendTestWebhookMutationVariables = Exact<{
  endpoint: string;
}>;


export type SendTestWebhookMutation = { sendTestWebhook: { isDelivered: boolean, result: string } };

export const WatchedExportFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WatchedExport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Export"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"rawStatus"}},{"kind":"Field","name":{"kind":"Name","value":"isTerminal"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"isRetryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"completedParts"}},{"kind":"Field","name":{"kind":"Name","value":"totalParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"isStale"}}]}}]}}]} as unknown as DocumentNode<WatchedExportFragment, unknown>;
export const ChangedExportFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ChangedExport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Export"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"rawStatus"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"isRetryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"completedParts"}},{"kind":"Field","name":{"kind":"Name","value":"totalParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tracking"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"label"}}]}}]}}]} as unknown as DocumentNode<ChangedExportFragment, unknown>;
export const ListedDeliveryFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedDelivery"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookDelivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"endpoint"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"exportId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"nextAttemptAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastResult"}},{"kind":"Field","name":{"kind":"Name","value":"lastAttemptAt"}}]}}]} as unknown as DocumentNode<ListedDeliveryFragment, unknown>;
export const WatchExportsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchExports"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"locators"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExportLocator"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"exportEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"locators"},"value":{"kind":"Variable","name":{"kind":"Name","value":"locators"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"exportId"}},{"kind":"Field","name":{"kind":"Name","value":"export"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WatchedExport"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ExportSnapshot"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isReplayGap"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ExportWatchInterrupted"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ExportWatchFailed"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ExportStalled"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SubscriptionTokenExpiring"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WatchedExport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Export"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"rawStatus"}},{"kind":"Field","name":{"kind":"Name","value":"isTerminal"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"isRetryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"completedParts"}},{"kind":"Field","name":{"kind":"Name","value":"totalParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"isStale"}}]}}]}}]} as unknown as DocumentNode<WatchExportsSubscription, WatchExportsSubscriptionVariables>;
export const DownloadableExportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DownloadableExport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"locator"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExportLocator"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"export"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"locator"},"value":{"kind":"Variable","name":{"kind":"Name","value":"locator"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"rawStatus"}},{"kind":"Field","name":{"kind":"Name","value":"isTerminal"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"files"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"mediaType"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"urlExpiresAt"}}]}}]}}]}}]} as unknown as DocumentNode<DownloadableExportQuery, DownloadableExportQueryVariables>;
export const StartExportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartExport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StartExportInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startExport"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isExisting"}},{"kind":"Field","name":{"kind":"Name","value":"export"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ChangedExport"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ChangedExport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Export"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"rawStatus"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"isRetryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"completedParts"}},{"kind":"Field","name":{"kind":"Name","value":"totalParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tracking"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"label"}}]}}]}}]} as unknown as DocumentNode<StartExportMutation, StartExportMutationVariables>;
export const CancelExportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelExport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"locator"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExportLocator"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelExport"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"locator"},"value":{"kind":"Variable","name":{"kind":"Name","value":"locator"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"export"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ChangedExport"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ChangedExport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Export"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"rawStatus"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"isRetryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"completedParts"}},{"kind":"Field","name":{"kind":"Name","value":"totalParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tracking"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"label"}}]}}]}}]} as unknown as DocumentNode<CancelExportMutation, CancelExportMutationVariables>;
export const TrackExportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"TrackExport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"locator"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExportLocator"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"label"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"trackExport"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"locator"},"value":{"kind":"Variable","name":{"kind":"Name","value":"locator"}}},{"kind":"Argument","name":{"kind":"Name","value":"label"},"value":{"kind":"Variable","name":{"kind":"Name","value":"label"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"export"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ChangedExport"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tracking"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"startedHere"}},{"kind":"Field","name":{"kind":"Name","value":"trackedBy"}},{"kind":"Field","name":{"kind":"Name","value":"trackedAt"}},{"kind":"Field","name":{"kind":"Name","value":"keptUntil"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ChangedExport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Export"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"rawStatus"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"isRetryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"completedParts"}},{"kind":"Field","name":{"kind":"Name","value":"totalParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tracking"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"label"}}]}}]}}]} as unknown as DocumentNode<TrackExportMutation, TrackExportMutationVariables>;
export const UntrackExportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UntrackExport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"locator"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExportLocator"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"untrackExport"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"locator"},"value":{"kind":"Variable","name":{"kind":"Name","value":"locator"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"exportId"}},{"kind":"Field","name":{"kind":"Name","value":"wasTracked"}}]}}]}}]} as unknown as DocumentNode<UntrackExportMutation, UntrackExportMutationVariables>;
export const WebhookDeliveriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WebhookDeliveries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"endpoint"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"status"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookDeliveryStatus"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhookDeliveries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"endpoint"},"value":{"kind":"Variable","name":{"kind":"Name","value":"endpoint"}}},{"kind":"Argument","name":{"kind":"Name","value":"status"},"value":{"kind":"Variable","name":{"kind":"Name","value":"status"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ListedDelivery"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedDelivery"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookDelivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"endpoint"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"exportId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"nextAttemptAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastResult"}},{"kind":"Field","name":{"kind":"Name","value":"lastAttemptAt"}}]}}]} as unknown as DocumentNode<WebhookDeliveriesQuery, WebhookDeliveriesQueryVariables>;
export const RetryWebhookDeliveryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RetryWebhookDelivery"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryWebhookDelivery"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ListedDelivery"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedDelivery"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookDelivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"endpoint"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"exportId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"nextAttemptAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastResult"}},{"kind":"Field","name":{"kind":"Name","value":"lastAttemptAt"}}]}}]} as unknown as DocumentNode<RetryWebhookDeliveryMutation, RetryWebhookDeliveryMutationVariables>;
export const SendTestWebhookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SendTestWebhook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"endpoint"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sendTestWebhook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"endpoint"},"value":{"kind":"Variable","name":{"kind":"Name","value":"endpoint"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isDelivered"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}}]}}]} as unknown as DocumentNode<SendTestWebhookMutation, SendTestWebhookMutationVariables>;