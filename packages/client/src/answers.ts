import { WaybillError } from './error.ts';
import { type Fields, toFields, toList, toNumberOrNull, toText } from './read.ts';

/** A GraphQL error as the client throws it; whether asking again may help, the gateway says. */
export function toError(wire: Fields, cause?: unknown): WaybillError {
  const extensions = toFields(wire.extensions);
  return new WaybillError(toText(wire.message) || 'The gateway gave no reason.', {
    code: toText(extensions.code) || 'UNKNOWN',
    retryable: extensions.retryable === true,
    retryAfterMs: toNumberOrNull(extensions.retryAfterMs) ?? undefined,
    requestId: toText(extensions.requestId) || undefined,
    extensions,
    cause,
  });
}

/** The first of an answer's errors; undefined where it has none. */
export function toFirstError(errors: unknown): WaybillError | undefined {
  const [first] = toList(errors);
  return first === undefined ? undefined : toError(first);
}

/** No connection, or one that broke. */
export function toNetworkError(message: string, cause?: unknown): WaybillError {
  return new WaybillError(message, { code: 'NETWORK', retryable: true, cause });
}

/** Whatever was thrown, as an error of ours. */
export function toWaybillError(cause: unknown): WaybillError {
  if (cause instanceof WaybillError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new WaybillError(message, { code: 'UNKNOWN', cause });
}

/** True where another token may mend it. */
export function isRefusal({ code }: WaybillError): boolean {
  return code === 'UNAUTHENTICATED' || code === 'SUBSCRIPTION_TOKEN_EXPIRED';
}
