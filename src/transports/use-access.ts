import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Caller } from '../access/caller.ts';
import { toRevokedError } from '../access/sessions.ts';
import { withHttpStatus } from './http-refusal.ts';
import type { OperationOrigin } from './yoga.ts';

/** Refuses an operation over HTTP with 401 whose caller has lost its access while the body was on its way. */
export function useAccess(
  hasLostAccess: (caller: Caller) => boolean,
  maskError: (error: unknown) => GraphQLError,
): Plugin<object, OperationOrigin> {
  return {
    onParams({ context: { caller } }) {
      if (!hasLostAccess(caller)) return;
      throw withHttpStatus(maskError(toRevokedError(null)), 401, { 'www-authenticate': 'Bearer' });
    },
  };
}
