/** What the board's documents ask of an export; `files` is there only where it was asked for. */
export interface BoardExport {
  readonly __typename: string;
  readonly id: string;
  readonly name: string | null;
  readonly vendor: { readonly key: string; readonly name: string };
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
  readonly observation: {
    readonly observedAt: string;
    readonly throttledUntil: string | null;
    readonly isStale: boolean;
  };
  readonly files?: readonly BoardFile[] | null;
  /** The vendor's own ids, as its type has them. */
  readonly exportId?: string;
  readonly exportFileId?: string;
  readonly jobId?: string;
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
  readonly extensions?: { readonly code?: string };
}

/** Where the live connection stands. */
export type ConnectionState = 'asking' | 'live' | 'reconnecting' | 'locked';
