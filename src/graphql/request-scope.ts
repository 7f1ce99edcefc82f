import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** What belongs to one request or one websocket operation. */
export interface RequestScope {
  /** Stands in the answer's errors and in the log lines about it. */
  readonly requestId: string;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** A new id in one piece: `randomUUID` gives a tree of eighteen, half a kilobyte for as long as somebody holds it. */
export function createRequestId(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}

/** Runs work that belongs to one request; everything it awaits can ask `currentRequestId`. */
export function inRequestScope<Result>(work: () => Result, requestId: string = randomUUID()): Result {
  return scopes.run({ requestId }, work);
}

/** The request under way, or `undefined` outside of one. */
export function currentRequestId(): string | undefined {
  return scopes.getStore()?.requestId;
}
