import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { RateLimitedError } from '../access/rate-limits.ts';
import { InputError, isAbort, VendorError } from '../export/errors.ts';
import type { Tools } from '../runtime/tools.ts';
import { currentRequestId } from '../telemetry/scope.ts';
import { StreamClosedError } from '../watch/stream-closed-error.ts';
import { withoutSuggestions } from './no-suggestions.ts';
import { UntrustedOperationError } from './trusted-documents.ts';

/** The code of everything that is our own fault; the message then says nothing. */
const INTERNAL_CODE = 'INTERNAL_SERVER_ERROR';

/** Of what GraphQL says; longer messages repeat something long that the client has sent itself. */
const MAX_MESSAGE_LENGTH = 1_000;

export interface ErrorMaskSettings extends Pick<Tools, 'log' | 'secrets'> {
  /** True in production: what GraphQL says about a bad variable comes without "did you mean". */
  readonly isReticent?: boolean;
}

/**
 * What a client is shown of an error: a code, one sentence, and the id of the request, under which the log tells the rest.
 *
 * An error that GraphQL itself made (syntax, validation, a bad variable) passes as it is, but for its length, with a code and the
 * request's id. One that is none of ours is logged and shown as "Unexpected error.", so that no stack, host or library text ever leaves.
 */
export function createErrorMask({
  log,
  secrets,
  isReticent = false,
}: ErrorMaskSettings): (error: unknown) => GraphQLError {
  return (error) => {
    const cause = originalOf(error);
    const extensions = toExtensions(cause);
    if (extensions !== undefined) return rebuild(error, secrets.mask((cause as Error).message), extensions);
    if (cause === undefined && error instanceof GraphQLError) {
      const short = withRequestId(withCode(withoutEchoes(error)));
      return isReticent ? withoutSuggestions(short) : short;
    }
    // Whoever left does not read this, and to leave is nobody's fault.
    if (isAbort(cause ?? error)) return rebuild(error, 'The request was given up.', { code: INTERNAL_CODE });
    log.error(
      { requestId: currentRequestId(), error: toLogged(cause ?? error) },
      'A resolver failed unexpectedly.',
    );
    return rebuild(error, 'Unexpected error.', { code: INTERNAL_CODE });
  };
}

/** The same error without what only repeats the client: GraphQL quotes what it was given, however long, in up to fifty errors; Yoga adds what the JSON parser said. */
export function withoutEchoes(error: GraphQLError): GraphQLError {
  const { message, extensions } = error;
  // Yoga still asks whether it is there, to find the HTTP status.
  if ('originalError' in extensions)
    Object.defineProperty(extensions, 'originalError', { enumerable: false });
  if (message.length <= MAX_MESSAGE_LENGTH) return error;
  return copyOf(error, `${message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()} …`);
}

/** An error that was found for another request, perhaps: once more for the one under way. */
export function forThisRequest(error: GraphQLError): GraphQLError {
  const copy = copyOf(error);
  copy.extensions.requestId = currentRequestId();
  return copy;
}

/** An error of GraphQL's own once more, with extensions that nobody else has. */
export function copyOf(error: GraphQLError, message = error.message): GraphQLError {
  const { nodes, source, positions, path } = error;
  const extensions = Object.defineProperties({}, Object.getOwnPropertyDescriptors(error.extensions));
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

/** GraphQL gives errors of syntax and of variables no code, and Yoga only some of them, over HTTP. */
function withCode(error: GraphQLError): GraphQLError {
  const { message, extensions } = error;
  extensions.code ??= message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : 'BAD_USER_INPUT';
  return error;
}

/**
 * The same error, which names the request under way where it names none.
 *
 * @param error - one that is made anew for each request, as GraphQL does its own
 */
function withRequestId(error: GraphQLError): GraphQLError {
  error.extensions.requestId ??= currentRequestId();
  return error;
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

function toExtensions(cause: unknown): GraphQLErrorExtensions | undefined {
  if (cause instanceof InputError)
    return { code: cause.code, ...(cause.field === undefined ? {} : { field: cause.field }) };
  if (cause instanceof StreamClosedError)
    return { code: cause.code, ...(cause.cursor === null ? {} : { cursor: cause.cursor }) };
  if (cause instanceof UntrustedOperationError) return { code: cause.code };
  if (cause instanceof RateLimitedError) return rateLimitExtensions(cause);
  if (cause instanceof VendorError) return vendorExtensions(cause);
  return undefined;
}

function rateLimitExtensions({ code, retryAfterMs }: RateLimitedError): GraphQLErrorExtensions {
  return retryAfterMs === undefined ? { code, retryable: false } : { code, retryable: true, retryAfterMs };
}

function vendorExtensions(error: VendorError): GraphQLErrorExtensions {
  const { code, vendor, account, httpStatus, vendorCode, isRetryable, retryAfterMs } = error;
  const known = Object.entries({ httpStatus, vendorCode, retryAfterMs }).filter(
    ([, value]) => value !== undefined,
  );
  return { code, vendor, account, retryable: isRetryable, ...Object.fromEntries(known) };
}

function rebuild(error: unknown, message: string, extensions: GraphQLErrorExtensions): GraphQLError {
  const requestId = currentRequestId();
  const place = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {};
  return new GraphQLError(message, {
    ...place,
    extensions: { ...extensions, ...(requestId === undefined ? {} : { requestId }) },
  });
}

function toLogged(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  return { name: error.name, message: error.message, stack: error.stack };
}
