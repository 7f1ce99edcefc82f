/** What went wrong, with the gateway's own word on whether asking again may help. */
export class WaybillError extends Error {
  override readonly name = 'WaybillError';
  /** Stable, for programs: those of the gateway, and `NETWORK`, `TIMEOUT`, `CLOSED`, `BAD_ANSWER` of the client's own. */
  declare readonly code: string;
  /** True where the same question may be answered a moment later. */
  declare readonly retryable: boolean;
  declare readonly retryAfterMs?: number;
  /** Under which the gateway's log tells more. */
  declare readonly requestId?: string;
  /** All that the gateway said beside, such as `vendor`, `account` and `field`. */
  declare readonly extensions: Readonly<Record<string, unknown>>;

  constructor(message: string, details: WaybillErrorDetails) {
    super(message);
    Object.assign(this, { retryable: false, extensions: {} }, details);
  }
}

/** What an error says beside its message. */
export interface WaybillErrorDetails {
  readonly code: string;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}
