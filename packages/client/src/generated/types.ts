// Made by codegen.ts from schema/*.graphql. Never edited by hand: run `npm run codegen`.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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

/** Where an export is. `account` may be left out where the caller has exactly one account of that vendor. */
export type ExportLocator =
  {   /** A global id from an earlier answer. */
  id: string; text?: never; powerBi?: never; hiEnergy?: never; talkdesk?: never; webAdmit?: never; }
  |  { id?: never;   /**
   * As people write it, for any vendor: `VENDOR:ID/ID`, such as `hi-energy:4213`, with `ACCOUNT@` in front where there are several accounts.
   * `Vendor.locator` says which ids, in which order; optional ones may be left out.
   */
  text: string; powerBi?: never; hiEnergy?: never; talkdesk?: never; webAdmit?: never; }
  |  { id?: never; text?: never;   /** An export of a Power BI report. */
  powerBi: PowerBiLocator; hiEnergy?: never; talkdesk?: never; webAdmit?: never; }
  |  { id?: never; text?: never; powerBi?: never;   /** An export report of Hi Energy. */
  hiEnergy: HiEnergyLocator; talkdesk?: never; webAdmit?: never; }
  |  { id?: never; text?: never; powerBi?: never; hiEnergy?: never;   /** A report job of Talkdesk Explore. */
  talkdesk: TalkdeskLocator; webAdmit?: never; }
  |  { id?: never; text?: never; powerBi?: never; hiEnergy?: never; talkdesk?: never;   /** A run of a WebAdMIT export. */
  webAdmit: WebAdmitLocator; };

/** Leaves out of a list what does not fit; what is left out or null lets everything through. */
export type ExportFilter = {
  /** Account keys. */
  accounts?: Array<string> | null | undefined;
  /** Vendor keys: `power-bi`, `hi-energy`, `talkdesk`, `web-admit`. */
  vendors?: Array<string> | null | undefined;
  /** Statuses. */
  statuses?: Array<ExportStatus> | null | undefined;
  /** True: only those that are tracked. False: only those that are not. */
  isTracked?: boolean | null | undefined;
  /** Part of the name or label, whatever its case. At most 200 characters. */
  text?: string | null | undefined;
  /** Only those that the vendor says were created at this instant or later. */
  createdAfter?: Date | string | null | undefined;
  /** Only those that the vendor says were created before this instant. */
  createdBefore?: Date | string | null | undefined;
};

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
  from: Date | string;
  /** The first instant after it; the vendor allows about a month. */
  to: Date | string;
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

export type WaybillExportsQueryVariables = Exact<{
  locators: Array<ExportLocator> | ExportLocator;
  maxAgeMs?: number | null | undefined;
}>;


export type WaybillExportsQuery = { exports: Array<
    | { __typename: 'HiEnergyExport' }
    | { __typename: 'PowerBiExport' }
    | { __typename: 'TalkdeskExport' }
    | { __typename: 'WebAdmitExport' }
   | null> };

export type WaybillRecentQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: ExportFilter | null | undefined;
}>;


export type WaybillRecentQuery = { recentExports: { __typename: 'ExportConnection' } };

export type WaybillAccountsQueryVariables = Exact<{ [key: string]: never; }>;


export type WaybillAccountsQuery = { accounts: Array<{ __typename: 'Account' }> };

export type WaybillVendorsQueryVariables = Exact<{ [key: string]: never; }>;


export type WaybillVendorsQuery = { vendors: Array<{ __typename: 'Vendor' }> };

export type WaybillWatchSubscriptionVariables = Exact<{
  locators: Array<ExportLocator> | ExportLocator;
  after?: string | null | undefined;
}>;


export type WaybillWatchSubscription = { exportEvents:
    | { __typename: 'ExportSnapshot' }
    | { __typename: 'ExportStatusChanged' }
    | { __typename: 'ExportProgressed' }
    | { __typename: 'ExportWatchInterrupted' }
    | { __typename: 'ExportWatchResumed' }
    | { __typename: 'ExportWatchFailed' }
    | { __typename: 'ExportStalled' }
    | { __typename: 'SubscriptionTokenExpiring' }
    | { __typename: 'ExportTracked' }
    | { __typename: 'ExportUntracked' }
   };

export type WaybillTrackedSubscriptionVariables = Exact<{
  filter?: ExportFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type WaybillTrackedSubscription = { trackedExportEvents:
    | { __typename: 'ExportSnapshot' }
    | { __typename: 'ExportStatusChanged' }
    | { __typename: 'ExportProgressed' }
    | { __typename: 'ExportWatchInterrupted' }
    | { __typename: 'ExportWatchResumed' }
    | { __typename: 'ExportWatchFailed' }
    | { __typename: 'ExportStalled' }
    | { __typename: 'SubscriptionTokenExpiring' }
    | { __typename: 'ExportTracked' }
    | { __typename: 'ExportUntracked' }
   };

export type WaybillStartMutationVariables = Exact<{
  input: StartExportInput;
}>;


export type WaybillStartMutation = { startExport: { __typename: 'StartExportPayload' } };

export type WaybillCancelMutationVariables = Exact<{
  locator: ExportLocator;
}>;


export type WaybillCancelMutation = { cancelExport: { __typename: 'CancelExportPayload' } };

export type WaybillTrackMutationVariables = Exact<{
  locator: ExportLocator;
  label?: string | null | undefined;
}>;


export type WaybillTrackMutation = { trackExport: { __typename: 'TrackExportPayload' } };

export type WaybillUntrackMutationVariables = Exact<{
  locator: ExportLocator;
}>;


export type WaybillUntrackMutation = { untrackExport: { __typename: 'UntrackExportPayload' } };
