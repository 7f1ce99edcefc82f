/** Why a stream of events ended before its exports did. */
export type StreamClosedCode =
  | 'SLOW_CONSUMER' // this subscriber stopped reading and its queue is full
  | 'SERVER_DRAINING' // the gateway is going down, or restarting
  | 'SUBSCRIPTION_TOKEN_EXPIRED' // the caller's token has, and was not renewed
  | 'UNAUTHENTICATED'; // the caller's access was taken away

/** The gateway ended a stream; the exports themselves may be fine. Resume with the last cursor. */
export class StreamClosedError extends Error {
  override readonly name = 'StreamClosedError';
  readonly code: StreamClosedCode;
  /** Of the last event that was handed out; null where there was none. */
  readonly cursor: string | null;

  /** True where subscribing again may go well: with a newer token, where the old one has expired. */
  get isRetryable(): boolean {
    return this.code !== 'UNAUTHENTICATED';
  }

  constructor(code: StreamClosedCode, message: string, cursor: string | null) {
    super(message);
    this.code = code;
    this.cursor = cursor;
  }
}

/** The gateway goes down: the stream is to be resumed at another one, or at its next start. */
export function toDraining(reason: string, cursor: string | null): StreamClosedError {
  return new StreamClosedError('SERVER_DRAINING', reason, cursor);
}
