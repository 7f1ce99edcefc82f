import { type Access, toHeaders } from './access.ts';
import { isRefusal, toError, toFirstError, toNetworkError } from './answers.ts';
import type { Clock } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { WaybillError } from './error.ts';
import { type Fields, parse, toFields, toList } from './read.ts';
import type { Credentials, Operation } from './transport.ts';

/** The gateway bounds its vendor calls itself; this is for one that is gone. */
const ANSWER_TIMEOUT_MS = 60_000;

/** An answer: what there is of it, and what could not be answered. */
export interface Answer {
  readonly data: Fields;
  readonly errors: readonly Fields[];
}

/** Asks the gateway a question. */
export type Ask = (operation: Operation, signal?: AbortSignal) => Promise<Answer>;

export interface HttpSettings {
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/** Questions over HTTP, each asked once, and once more with a newer token where the first was refused. */
export function createAsk(settings: HttpSettings, access: Access): Ask {
  return async (operation, signal) => {
    try {
      return await post(settings, await access.current(), operation, signal);
    } catch (error) {
      if (!(error instanceof WaybillError && isRefusal(error) && access.isRenewable)) throw error;
      return post(settings, await access.renew('refused'), operation, signal);
    }
  };
}

function post(
  settings: HttpSettings,
  credentials: Credentials,
  operation: Operation,
  outer?: AbortSignal,
): Promise<Answer> {
  return withDeadline(settings.clock, ANSWER_TIMEOUT_MS, outer, async (signal) => {
    const response = await send(settings, credentials, operation, 'application/json', signal);
    const text = await response.text().catch(toBroken);
    const { data, errors } = parse(text);
    if (response.ok && data != null) return { data: toFields(data), errors: toList(errors) };
    throw toRefusal(response, text);
  });
}

/** One request to the gateway. */
export function send(
  { url, fetch }: HttpSettings,
  credentials: Credentials,
  { text, variables }: Operation,
  accept: string,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...toHeaders(credentials) },
    body: JSON.stringify({ query: text, variables }),
    signal,
  }).catch(toBroken);
}

function toBroken(cause: unknown): never {
  throw toNetworkError(cause);
}

/** What stands in place of an answer. */
export function toRefusal({ status, headers }: Response, text: string): WaybillError {
  const asked = headers.get('retry-after') ?? '';
  // Seconds, or an instant.
  const retryAfterMs = Number(asked) * 1_000 || Date.parse(asked) - Date.now() || undefined;
  return (
    toFirstError(parse(text).errors, retryAfterMs) ??
    // Not the gateway's own words: something on the way speaks.
    new WaybillError(`The gateway's address answers with HTTP ${status}.`, {
      code: status === 401 ? 'UNAUTHENTICATED' : 'BAD_ANSWER',
      retryable: status >= 500 || status === 429 || status === 408,
      retryAfterMs,
    })
  );
}

/** What a field's answer is, or its error. @throws WaybillError */
export function take({ data, errors }: Answer, field: string): Fields {
  const value = data[field];
  const [error] = errors;
  if (value == null && error !== undefined) throw toError(error);
  return toFields(value);
}
