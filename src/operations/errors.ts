import { GraphQLError, type SourceLocation } from 'graphql';
import { RateLimitedError } from '../access/rate-limits.ts';
import {
  InputError,
  isAbort,
  StartError,
  StoreUnavailableError,
  TrackingError,
  VendorError,
} from '../export/errors.ts';
import type { Tools } from '../runtime/tools.ts';
import { StreamClosedError } from '../watch/stream-closed-error.ts';
import { UntrustedOperationError } from './trusted-documents.ts';

/** The code of everything that is our own fault; the message then says nothing. */
const INTERNAL_CODE = 'INTERNAL_SERVER_ERROR';

/** Of what GraphQL says; longer messages repeat something long that the client has sent itself. */
const MAX_MESSAGE_LENGTH = 1_000;

/** How GraphQL says what may have been meant, in validation and in the checks of variables alike; a message may have been cut inside. */
const SUGGESTION = /\s*Did you mean [^?]*(?:\?|$)/g;

/** Codes of one operation that are logged. */
const MAX_CODES = 5;

/** An error as a client reads it, on every transport. */
export interface FormattedError {
  readonly message: string;
  readonly locations?: readonly SourceLocation[] | undefined;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions: ErrorExtensions;
}

export interface ErrorExtensions {
  readonly code: string;
  /** True where the same question may be answered differently a moment later. */
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
  readonly [name: string]: unknown;
}

/** @param requestId - of the operation; null where there is none, such as for an event that many are shown */
export type MaskError = (error: unknown, requestId: string | null) => FormattedError;

export interface ErrorMaskSettings extends Pick<Tools, 'log' | 'secrets'> {
  /** True in production: what GraphQL says comes without "did you mean". */
  readonly hidesSuggestions?: boolean;
}

/**
 * What a client is shown of an error: a code, one sentence, whether asking again may help, and the id of the request, under which the log
 * tells the rest.
 *
 * An error that GraphQL itself made (syntax, validation, a bad variable) passes as it is, but for its length. One that is none of ours is
 * logged and shown as "Unexpected error.", so that no stack, host or library text ever leaves.
 */
export function createErrorMask({ log, secrets, hidesSuggestions = false }: ErrorMaskSettings): MaskError {
  return (error, requestId) => {
    const cause = originalOf(error);
    const own = toExtensions(cause);
    if (own !== undefined) return format(error, secrets.mask((cause as Error).message), own, requestId);
    if (cause === undefined && error instanceof GraphQLError && !isOfCompiled(error)) {
      const message = bound(error.message);
      return format(
        error,
        hidesSuggestions ? message.replace(SUGGESTION, '') : message,
        { code: codeOfGraphQL(error), retryable: false },
        requestId,
      );
    }
    // Whoever left does not read this, and to leave is nobody's fault.
    if (isAbort(cause ?? error))
      return format(error, 'The request was given up.', { code: INTERNAL_CODE, retryable: false }, requestId);
    log.error({ requestId, error: toLogged(cause ?? error) }, 'A resolver failed unexpectedly.');
    return format(error, 'Unexpected error.', { code: INTERNAL_CODE, retryable: false }, requestId);
  };
}

/** An error that the gateway finds itself before anything is run. */
export function toRefusal(
  code: string,
  message: string,
  requestId: string | null,
  further: Readonly<Record<string, unknown>> = {},
): FormattedError {
  return format(undefined, message, { code, retryable: false, ...further }, requestId);
}

/** The same error for another request: what is wrong with a document is found once. */
export function forRequest(error: FormattedError, requestId: string): FormattedError {
  return { ...error, extensions: { ...error.extensions, requestId } };
}

/** The codes of some errors, each once and sorted. */
export function codesOf(errors: readonly FormattedError[]): readonly string[] {
  if (errors.length === 1) return [(errors[0] as FormattedError).extensions.code];
  return [...new Set(errors.map(({ extensions }) => extensions.code))].sort().slice(0, MAX_CODES);
}

/** GraphQL gives errors of syntax and of variables no code. */
function codeOfGraphQL({ message, extensions }: GraphQLError): string {
  if (typeof extensions.code === 'string') return extensions.code;
  return message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : 'BAD_USER_INPUT';
}

/** GraphQL quotes what it was given, however long, in up to fifty errors. */
function bound(message: string): string {
  if (message.length <= MAX_MESSAGE_LENGTH) return message;
  return `${message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()} …`;
}

/**
 * True for an error that graphql-jit makes itself while it runs an operation: a field that cannot be shown as its type, or is null where it
 * must not be. graphql-js wraps what was thrown there; graphql-jit keeps its message alone, and gives the error no extensions.
 */
function isOfCompiled({ extensions }: { readonly extensions: unknown }): boolean {
  return extensions === undefined;
}

/** The thrown error behind what GraphQL wraps around it; undefined where GraphQL made the error itself. */
function originalOf(error: unknown): unknown {
  let current: unknown = error;
  while (current instanceof GraphQLError) {
    if (current.originalError === undefined) return undefined;
    current = current.originalError;
  }
  return current;
}

function toExtensions(cause: unknown): ErrorExtensions | undefined {
  if (cause instanceof VendorError) return vendorExtensions(cause);
  if (cause instanceof InputError)
    return {
      code: cause.code,
      retryable: false,
      ...(cause.field === undefined ? {} : { field: cause.field }),
    };
  if (cause instanceof StreamClosedError)
    return {
      code: cause.code,
      retryable: cause.isRetryable,
      ...(cause.cursor === null ? {} : { cursor: cause.cursor }),
    };
  if (cause instanceof StartError) return startExtensions(cause);
  if (cause instanceof TrackingError) return { code: cause.code, retryable: false };
  if (cause instanceof StoreUnavailableError) return { code: cause.code, retryable: true };
  if (cause instanceof UntrustedOperationError) return { code: cause.code, retryable: false };
  if (cause instanceof RateLimitedError) return rateLimitExtensions(cause);
  return undefined;
}

function rateLimitExtensions({ code, retryAfterMs }: RateLimitedError): ErrorExtensions {
  return retryAfterMs === undefined ? { code, retryable: false } : { code, retryable: true, retryAfterMs };
}

function vendorExtensions(error: VendorError): ErrorExtensions {
  const { code, vendor, account, httpStatus, vendorCode, isRetryable, retryAfterMs } = error;
  return {
    code,
    vendor,
    account,
    retryable: isRetryable,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(vendorCode === undefined ? {} : { vendorCode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function startExtensions(error: StartError): ErrorExtensions {
  const { code, vendor, account, httpStatus, vendorCode, vendorMessage, isRetryable } = error;
  return {
    code,
    vendor,
    account,
    retryable: isRetryable,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(vendorCode === undefined ? {} : { vendorCode }),
    ...(vendorMessage === undefined ? {} : { vendorMessage }),
  };
}

function format(
  error: unknown,
  message: string,
  extensions: ErrorExtensions,
  requestId: string | null,
): FormattedError {
  const named = requestId === null ? extensions : { ...extensions, requestId };
  if (!(error instanceof GraphQLError)) return { message, extensions: named };
  const { locations, path } = error;
  return {
    message,
    ...(locations === undefined || locations.length === 0 ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: named,
  };
}

function toLogged(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  return { name: error.name, message: error.message, stack: error.stack };
}
