import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type Admission, RateLimitedError } from '../access/rate-limits.ts';
import { withHttpStatus } from './http-refusal.ts';
import type { OperationOrigin } from './yoga.ts';

/** Counts every operation that comes over HTTP, those that are then refused for another reason too; websockets count theirs alike. */
export function useAdmission(
  admission: Admission,
  maskError: (error: unknown) => GraphQLError,
): Plugin<object, OperationOrigin> {
  return {
    async onParams({ context }) {
      try {
        await admission.operation(context.caller);
      } catch (error) {
        throw withHttpStatus(maskError(error), 429, toHeaders(error));
      }
    },
  };
}

/** `Retry-After` in whole seconds, never too early. */
function toHeaders(error: unknown): Record<string, string> {
  if (!(error instanceof RateLimitedError) || error.retryAfterMs === undefined) return {};
  return { 'retry-after': String(Math.ceil(error.retryAfterMs / 1_000)) };
}
