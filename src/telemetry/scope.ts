import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** What belongs to one request or one websocket operation; every log line about it carries these. */
export interface RequestScope {
  /** Stands in the answer's errors and in the log lines about it; null where work belongs to no request, such as a poll. */
  readonly requestId: string | null;
  /** Null before anyone has said who asks. */
  readonly tenant: string | null;
  /** The caller's name: a key's name, a token's subject. Null where nobody in particular asks. */
  readonly caller: string | null;
}

const scopes = new AsyncLocalStorage<RequestScope | undefined>();

/** A new id in one piece: `randomUUID` gives a tree of eighteen, half a kilobyte for as long as somebody holds it. */
export function createRequestId(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}

/**
 * Runs work that belongs to one request; everything it awaits can ask `currentScope`.
 *
 * @param scope - what is left out is unknown; a request id that is left out is made. A text is the request id alone
 */
export function inRequestScope<Result>(
  work: () => Result,
  scope: Partial<RequestScope> | string = {},
): Result {
  const known: Partial<RequestScope> = typeof scope === 'string' ? { requestId: scope } : scope;
  const { requestId = createRequestId(), tenant = null, caller = null } = known;
  return scopes.run({ requestId, tenant, caller }, work);
}

/** Runs work that outlives the request which happens to begin it: timers, and what they do. */
export function outsideRequests<Result>(work: () => Result): Result {
  return scopes.run(undefined, work);
}

/** What is known of the request under way; `undefined` outside of one. */
export function currentScope(): RequestScope | undefined {
  return scopes.getStore();
}

/** The request under way, or `undefined` outside of one. */
export function currentRequestId(): string | undefined {
  return scopes.getStore()?.requestId ?? undefined;
}
