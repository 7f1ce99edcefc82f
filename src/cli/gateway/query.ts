import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { request } from 'undici';
import { TryAgain } from '../command-error.ts';
import type { GatewayAccess } from './address.ts';
import { type AnswerError, toAnswerTrouble, toConnectionTrouble, toStatusTrouble } from './trouble.ts';

/** The gateway bounds its vendor calls itself; this is for a gateway that is gone. */
const ANSWER_TIMEOUT_MS = 120_000;

/**
 * Asks the gateway once, over HTTP.
 *
 * @throws CommandError where asking again is useless, TryAgain where it is not, the signal's reason where it aborts
 */
export async function queryGateway<Data, Variables>(
  access: GatewayAccess,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  signal: AbortSignal,
): Promise<Data> {
  const { status, text } = await post(access, JSON.stringify({ query: print(document), variables }), signal);
  const answer = parseAnswer<Data>(text);
  if (answer?.errors !== undefined && answer.errors.length > 0) throw toAnswerTrouble(answer.errors, access);
  if (status !== 200 || answer?.data === undefined || answer.data === null)
    throw toStatusTrouble(status, access);
  return answer.data;
}

async function post(
  access: GatewayAccess,
  body: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const answer = await request(access.graphqlUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(access.token === undefined ? {} : { authorization: `Bearer ${access.token}` }),
        ...toVendorHeaders(access.vendorTokens ?? {}),
      },
      body,
      signal,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof TryAgain ? error : toConnectionTrouble(error, access);
  }
}

function toVendorHeaders(tokens: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tokens).map(([key, token]) => [`x-waybill-token-${key}`, token]));
}

function parseAnswer<Data>(
  text: string,
): { readonly data?: Data | null; readonly errors?: readonly AnswerError[] } | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}
