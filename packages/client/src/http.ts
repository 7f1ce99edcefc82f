import { type Access, toHeaders } from './access.ts';
import { isRefusal, toError, toFirstError, toNetworkError } from './answers.ts';
import type { Clock } from './clock.ts';
import { WaybillError } from './error.ts';
import { type Fields, toFields, toList } from './read.ts';
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
      const isRenewable = error instanceof WaybillError && isRefusal(error) && access.isRenewable;
      if (!isRenewable) throw error;
      return post(settings, await access.renew('refused'), operation, signal);
    }
  };
}

async function post(
  settings: HttpSettings,
  credentials: Credentials,
  operation: Operation,
  outer?: AbortSignal,
): Promise<Answer> {
  outer?.throwIfAborted();
  const end = new AbortController();
  const onAbort = (): void => end.abort(outer?.reason);
  outer?.addEventListener('abort', onAbort);
  const cancelTimer = settings.clock.setTimer(ANSWER_TIMEOUT_MS, () => {
    end.abort(new WaybillError('The gateway gave no answer in time.', { code: 'TIMEOUT', retryable: true }));
  });
  try {
    const response = await send(settings, credentials, operation, 'application/json', end.signal);
    return toAnswer(response, await response.text());
  } catch (error) {
    if (end.signal.aborted) throw end.signal.reason;
    throw error instanceof WaybillError ? error : toNetworkError('The gateway cannot be reached.', error);
  } finally {
    cancelTimer();
    outer?.removeEventListener('abort', onAbort);
  }
}

/** One request to the gateway. */
export function send(
  { url, fetch }: HttpSettings,
  credentials: Credentials,
  { name, text, variables }: Operation,
  accept: string,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...toHeaders(credentials) },
    body: JSON.stringify({ query: text, operationName: name, variables }),
    signal,
  });
}

function toAnswer(response: Response, text: string): Answer {
  const body = parse(text);
  if (response.ok && body.data != null) return { data: toFields(body.data), errors: toList(body.errors) };
  throw toRefusal(response, text);
}

/** What stands in place of an answer. */
export function toRefusal(response: Response, text: string): WaybillError {
  const error = toFirstError(parse(text).errors);
  const waitMs = toWaitMs(response.headers.get('retry-after'));
  if (error !== undefined) {
    const { message, code, retryable, requestId, extensions } = error;
    const retryAfterMs = error.retryAfterMs ?? waitMs;
    return new WaybillError(message, { code, retryable, retryAfterMs, requestId, extensions });
  }
  const { status } = response;
  // Not the gateway's own words: something on the way speaks.
  return new WaybillError(`The gateway's address answers with HTTP ${status}.`, {
    code: status === 401 ? 'UNAUTHENTICATED' : 'BAD_ANSWER',
    retryable: status >= 500 || status === 429 || status === 408,
    retryAfterMs: waitMs,
  });
}

function toWaitMs(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

function parse(text: string): Fields {
  try {
    return toFields(JSON.parse(text));
  } catch {
    return {};
  }
}

/** What a field's answer is, or its error. @throws WaybillError */
export function take({ data, errors }: Answer, field: string): unknown {
  const value = data[field];
  const [error] = errors;
  if (value == null && error !== undefined) throw toError(error);
  return value;
}
