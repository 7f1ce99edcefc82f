/** What went wrong, with the gateway's own word on whether asking again may help. */
export class WaybillError extends Error {
  override readonly name = 'WaybillError';
  /** Stable, for programs: those of the gateway, and `NETWORK`, `TIMEOUT`, `CLOSED`, `BAD_ANSWER` of the client's own. */
  readonly code: string;
  /** True where the same question may be answered a moment later. */
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  /** Under which the gateway's log tells more. */
  readonly requestId?: string;
  /** All that the gateway said beside, such as `vendor`, `account` and `field`. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    message: string,
    details: {
      readonly code: string;
      readonly retryable?: boolean;
      readonly retryAfterMs?: number;
      readonly requestId?: string;
      readonly extensions?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    },
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId;
    this.extensions = details.extensions ?? {};
  }
}
