/** Questions over HTTP. */
import { credentials } from './access-key.js';
import { learnClock } from './time.js';

/** The gateway does not know who asks, or not any more. */
export class KeyNeededError extends Error {}

/** A read with all its retries ends within 30 s. */
const TIMEOUT_MS = 35_000;

/**
 * Asks the gateway.
 *
 * @param {string} query
 * @param {object} variables
 * @returns {Promise<{ readonly data: any, readonly errors: readonly import('./types.d.ts').GraphQLProblem[] }>}
 * @throws KeyNeededError; another Error where no answer came
 */
export async function ask(query, variables) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...credentials() },
    body: JSON.stringify({ query, variables }),
    credentials: 'omit',
    cache: 'no-store',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  learnClock(response.headers.get('date'));
  if (response.status === 401) throw new KeyNeededError('The gateway asks for a key.');
  const { data = null, errors = [] } = await response.json();
  if (data === null) throw new Error(errors[0]?.message ?? `The gateway answered ${response.status}.`);
  return { data, errors };
}
