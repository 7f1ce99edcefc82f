/** What the panel's server and its scripts share. */

/** What the panel shows, asked for again every second. */
export interface PanelState {
  /** Null where no board is known. */
  readonly boardUrl: string | null;
  readonly mounts: readonly PanelMount[];
}

/** One vendor, or the file store. */
export interface PanelMount {
  readonly id: string;
  /** Requests that reached it, broken ones too. */
  readonly calls: number;
  /** Null for the file store, where nothing is ordered; the newest as the command line names them. */
  readonly orders: { readonly count: number; readonly newest: readonly string[] } | null;
  readonly faults: readonly PanelFault[];
}

/** A fault still to come. */
export interface PanelFault {
  readonly kind: string;
  readonly times?: number | undefined;
  /** Null where only its `times` end it. */
  readonly leftMs: number | null;
  readonly call?: string | undefined;
  readonly pathPrefix?: string | undefined;
  readonly pathIncludes?: string | undefined;
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly delayMs?: number | undefined;
  readonly words?: string | undefined;
}

/** What a person has chosen for the next order. */
export interface Choice {
  /** Null: the next call alone. */
  readonly forSeconds: number | null;
  readonly retryAfterSeconds: number;
}

/** A fault that there is a button for. */
export interface FaultButton {
  readonly label: string;
  /** What the gateway does about it, for a person who looks at the board. */
  readonly effect: string;
  /** Which mounts have it. */
  readonly on: 'vendors' | 'files' | 'all';
  /** True where it is meant for one call, however long others are ordered for. */
  readonly isOnce?: true;
  order(choice: Choice): Readonly<Record<string, string | number>>;
}
