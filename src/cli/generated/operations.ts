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

/** Where a report job of Talkdesk Explore is. */
export type TalkdeskLocator = {
  /** Account key; may be left out where the caller has exactly one Talkdesk account. */
  account?: string | null | undefined;
  /** The vendor's slug: lower-case letters, digits and underscores, at most 64. */
  reportType: string;
  /** As the vendor gave it when the job was created. */
  jobId: string;
};

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

export const WatchedExportFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WatchedExport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Export"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"rawStatus"}},{"kind":"Field","name":{"kind":"Name","value":"isTerminal"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"isRetryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"completedParts"}},{"kind":"Field","name":{"kind":"Name","value":"totalParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"isStale"}}]}}]}}]} as unknown as DocumentNode<WatchedExportFragment, unknown>;
export const WatchExportsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchExports"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"locators"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExportLocator"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"exportEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"locators"},"value":{"kind":"Variable","name":{"kind":"Name","value":"locators"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"exportId"}},{"kind":"Field","name":{"kind":"Name","value":"export"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WatchedExport"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ExportSnapshot"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isReplayGap"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ExportWatchInterrupted"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ExportWatchFailed"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ExportStalled"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SubscriptionTokenExpiring"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WatchedExport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Export"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"rawStatus"}},{"kind":"Field","name":{"kind":"Name","value":"isTerminal"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"isRetryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"completedParts"}},{"kind":"Field","name":{"kind":"Name","value":"totalParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"isStale"}}]}}]}}]} as unknown as DocumentNode<WatchExportsSubscription, WatchExportsSubscriptionVariables>;
export const DownloadableExportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DownloadableExport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"locator"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExportLocator"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"export"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"locator"},"value":{"kind":"Variable","name":{"kind":"Name","value":"locator"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"rawStatus"}},{"kind":"Field","name":{"kind":"Name","value":"isTerminal"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"files"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"mediaType"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"urlExpiresAt"}}]}}]}}]}}]} as unknown as DocumentNode<DownloadableExportQuery, DownloadableExportQueryVariables>;