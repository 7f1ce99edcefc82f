/** Questions over HTTP. */
import { credentials } from './access-key.js';
import { learnClock } from './time.js';

/** @typedef {import('./types.d.ts').GraphQLProblem} GraphQLProblem */

/** The gateway does not know who asks, or not any more. */
export class KeyNeededError extends Error {}

/** The gateway answered, and the answer is that this cannot be had. */
export class RefusedError extends Error {
  /** @param {GraphQLProblem} problem */
  constructor(problem) {
    super(problem.message);
    /** What is said beside the message; the code may be missing. */
    this.extensions = problem.extensions ?? {};
  }
}

/** A read with all its retries ends within 30 s. */
const TIMEOUT_MS = 35_000;

/**
 * Asks the gateway.
 *
 * @param {string} query
 * @param {object} variables
 * @param {number} [timeoutMs]
 * @returns {Promise<{ readonly data: any, readonly errors: readonly GraphQLProblem[] }>}
 * @throws KeyNeededError; RefusedError where the answer holds no data; another Error where no answer came
 */
export async function ask(query, variables, timeoutMs = TIMEOUT_MS) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...credentials() },
    body: JSON.stringify({ query, variables }),
    credentials: 'omit',
    cache: 'no-store',
    signal: AbortSignal.timeout(timeoutMs),
  });
  learnClock(response.headers.get('date'));
  if (response.status === 401) throw new KeyNeededError('The gateway asks for a key.');
  const { data = null, errors = [] } = await response.json();
  if (data === null)
    throw new RefusedError(errors[0] ?? { message: `The gateway answered ${response.status}.` });
  return { data, errors };
}
