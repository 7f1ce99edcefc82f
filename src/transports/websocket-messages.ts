import type { IncomingHttpHeaders } from 'node:http';
import { validateMessage } from 'graphql-ws';
import type { OperationRequest } from '../operations/request.ts';

/** What a text message says; undefined where it is no JSON object. */
export function parse(data: string): { readonly type?: unknown } | undefined {
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === 'object' && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}

/** The message where it is one of the protocol's. */
export function read(message: object): ReturnType<typeof validateMessage> | null {
  try {
    return validateMessage(message);
  } catch {
    return null;
  }
}

/** graphql-transport-ws demands a `query` of every `subscribe`: one that names its document by an id need not have any. */
export function withQuery(message: object): object {
  const { payload } = message as { readonly payload?: unknown };
  if (typeof payload !== 'object' || payload === null) return message;
  return { ...message, payload: { ...payload, query: (payload as OperationRequest).query ?? '' } };
}

/** What `connection_init` or a renewal says, as the headers that would say it over HTTP: browsers can send none with a socket. */
export function toHeaders(said: Readonly<Record<string, unknown>> = {}): IncomingHttpHeaders {
  const texts = Object.entries(said).filter(([, value]) => typeof value === 'string');
  const tokens = Object.entries(said.vendorTokens ?? {}).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries([
    ...texts.map(([name, value]) => [name.toLowerCase(), value]),
    ...tokens.map(([account, token]) => [`x-waybill-token-${account}`, token]),
  ]);
}
