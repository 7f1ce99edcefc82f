import type { Plugin } from 'graphql-yoga';
import type { Log } from '../runtime/tools.ts';
import { currentRequestId } from '../telemetry/scope.ts';

/**
 * The last net below a request: what fails outside of any operation is answered with one sentence.
 *
 * Yoga's server would answer with the error's stack.
 */
export function useSafeFailure(log: Log): Plugin {
  return {
    onRequest({ requestHandler, setRequestHandler, fetchAPI }) {
      setRequestHandler(async (request, context) => {
        try {
          return await requestHandler(request, context);
        } catch (error) {
          tell(log, error);
          const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: currentRequestId() };
          return new fetchAPI.Response(
            JSON.stringify({ errors: [{ message: 'Unexpected error.', extensions }] }),
            { status: 500, headers: { 'content-type': 'application/json; charset=utf-8' } },
          );
        }
      });
    },
  };
}

/** The log may be what failed. */
function tell(log: Log, error: unknown): void {
  try {
    const stack = error instanceof Error ? error.stack : typeof error;
    log.error({ requestId: currentRequestId(), error: stack }, 'A request failed unexpectedly.');
  } catch {
    // There is nobody left to tell.
  }
}
