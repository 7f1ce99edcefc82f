/** What the board's documents ask of an export; `files` is there only where it was asked for. */
export interface BoardExport {
  readonly __typename: string;
  readonly id: string;
  readonly name: string | null;
  readonly vendor: {
    readonly key: string;
    readonly name: string;
    readonly capabilities: { readonly canCancel: boolean };
  };
  readonly account: { readonly key: string };
  readonly status: string;
  readonly rawStatus: string;
  readonly isTerminal: boolean;
  readonly outcome: string | null;
  readonly failure: { readonly message: string } | null;
  readonly progress: {
    readonly percent: number | null;
    readonly completedParts: number | null;
    readonly totalParts: number | null;
  } | null;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly updatedAt: string | null;
  readonly finishedAt: string | null;
  readonly estimate: { readonly finishAt: string } | null;
  readonly observation: {
    readonly observedAt: string;
    readonly throttledUntil: string | null;
    readonly isStale: boolean;
  };
  readonly files?: readonly BoardFile[] | null;
  /** Only there where it was asked for. */
  readonly tracking?: BoardTracking | null;
  /** The vendor's own ids, as its type has them. */
  readonly exportId?: string;
  readonly exportFileId?: string;
  readonly jobId?: string;
}

/** How an export is tracked. */
export interface BoardTracking {
  readonly label: string | null;
}

export interface BoardFile {
  readonly name: string;
  readonly url: string;
  readonly urlExpiresAt: string;
}

export interface BoardEvent {
  readonly __typename: string;
  readonly cursor: string;
  readonly exportId: string;
  readonly export: BoardExport | null;
  readonly code?: string;
  readonly message?: string;
  readonly since?: string;
}

/** One line of the board. Instants are epoch milliseconds on the gateway's clock. */
export interface Row {
  readonly key: string;
  /** Null while the export has never been read. */
  export: BoardExport | null;
  files: readonly BoardFile[];
  /** Null where it is not tracked. */
  tracking: BoardTracking | null;
  /** Told by the live stream at least once: what a list says is not newer. */
  isLive: boolean;
  /** Among the newest exports of the last list. */
  isListed: boolean;
  /** The words in the address under which somebody follows it, or null. */
  followedAs: string | null;
  /** The code of the vendor trouble that keeps it from being read now. */
  interruption: string | null;
  stalledSince: number | null;
  /** Why it cannot be read, for good. */
  problem: string | null;
  /** When the board first saw it. */
  readonly seenAt: number;
  /** When the board saw it end; null where it had ended before. */
  endSeenAt: number | null;
}

export interface AccountProblem {
  readonly account: { readonly key: string; readonly vendor: { readonly name: string } };
  readonly code: string;
  readonly message: string;
}

export interface GraphQLProblem {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: {
    readonly code?: string;
    readonly field?: string;
    readonly retryable?: boolean;
    readonly retryAfterMs?: number;
    readonly vendorMessage?: string;
  };
}

/** Where the live connection stands. */
export type ConnectionState = 'asking' | 'live' | 'reconnecting' | 'locked';

/** What somebody can do to the export of a row; each resolves with what went wrong, null where nothing did. */
export interface RowCommands {
  /** Somebody no longer wants to follow it here. */
  unfollow(row: Row): void;
  /** False where its account's exports cannot be tracked. */
  canTrack(row: Row): boolean;
  track(row: Row, label: string): Promise<string | null>;
  untrack(row: Row): Promise<string | null>;
  cancel(row: Row): Promise<string | null>;
}

/** An account through which exports can be started. */
export interface StartableAccount {
  readonly key: string;
  readonly vendor: { readonly key: string; readonly name: string };
}
