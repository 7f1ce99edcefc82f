import { WaybillError } from './error.ts';
import { type Fields, toFields, toList, toText } from './read.ts';

/** A GraphQL error as the client throws it; whether asking again may help, the gateway says. */
export function toError({ message, extensions }: Fields, waitMs?: number): WaybillError {
  const { code, retryable, retryAfterMs, requestId } = toFields(extensions);
  return new WaybillError(toText(message) || 'The gateway gave no reason.', {
    code: toText(code) || 'UNKNOWN',
    retryable: retryable === true,
    retryAfterMs: (retryAfterMs as number) ?? waitMs,
    requestId: requestId as string,
    extensions: toFields(extensions),
  });
}

/** The first of an answer's errors; undefined where it has none. */
export function toFirstError(errors: unknown, waitMs?: number): WaybillError | undefined {
  const [first] = toList(errors);
  return first && toError(first, waitMs);
}

/** The error of one place in a list. */
export function toErrorAt(errors: readonly Fields[], place: number): WaybillError {
  return toError(errors.find(({ path }) => Object(path)[1] === place) ?? errors[0] ?? {});
}

/** No connection, or one that broke; what the gateway has said stays what it is. */
export function toNetworkError(cause?: unknown): WaybillError {
  if (cause instanceof WaybillError) return cause;
  return new WaybillError('The gateway cannot be reached.', { code: 'NETWORK', retryable: true, cause });
}

/** Whatever was thrown, as an error of ours. */
export function toWaybillError(cause: unknown): WaybillError {
  return cause instanceof WaybillError ? cause : new WaybillError(String(cause), { code: 'UNKNOWN', cause });
}

/** True where another token may mend it. */
export function isRefusal({ code }: WaybillError): boolean {
  return code === 'UNAUTHENTICATED' || code === 'SUBSCRIPTION_TOKEN_EXPIRED';
}
