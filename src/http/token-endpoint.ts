import type { CancelSignal } from '../export/ports.ts';
import type { Destination } from './attempt.ts';
import type { CallRequest } from './call.ts';
import type { ErrorMapper } from './errors.ts';
import { readToken } from './tokens.ts';
import type { AccessToken, AccountClientSettings, AccountResponse, TokenRequest } from './types.ts';

/** Token requests are rare and shared; a second connection covers the one that is just being closed. */
export const TOKEN_CONNECTIONS = 2;

const TOKEN_HEADERS = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };

/** What a token endpoint is asked, and where it is. */
interface TokenQuestion extends TokenRequest {
  readonly tokenUrl: string;
}

type Ask = (question: TokenQuestion, signal: CancelSignal | undefined) => Promise<AccountResponse>;

/**
 * Exchanges an account's credential for a token.
 *
 * @throws TypeError for a credential that is sent as it is
 */
export function createTokenFetcher(
  { credential, rules, tools }: AccountClientSettings,
  errors: ErrorMapper,
  ask: Ask,
): (signal: CancelSignal | undefined) => Promise<AccessToken> {
  return async (signal) => {
    const token = readToken(await ask(toQuestion(credential, rules), signal), errors);
    tools.secrets.addPassing(token.value);
    return token;
  };
}

function toQuestion(
  credential: AccountClientSettings['credential'],
  { tokenRequest, refreshRequest }: AccountClientSettings['rules'],
): TokenQuestion {
  if (credential.type === 'client-credentials' && tokenRequest !== undefined)
    return { ...tokenRequest(credential), tokenUrl: credential.tokenUrl };
  if (credential.type === 'refresh-token' && refreshRequest !== undefined)
    return { ...refreshRequest(credential, credential.refreshToken), tokenUrl: credential.tokenUrl };
  throw new TypeError('This credential is not exchanged for a token.');
}

/** The call of a question. It shows by itself who asks, and is not repeated: another call does that, if it is still wanted. */
export function toTokenCall(
  destination: Destination,
  { tokenUrl, headers, body, query }: TokenQuestion,
  { beginsAt, endsAt, signal }: Pick<CallRequest, 'beginsAt' | 'endsAt' | 'signal'>,
): CallRequest {
  const { pathname, search } = new URL(tokenUrl);
  return {
    destination,
    method: 'POST',
    target: pathname + withQuery(search, query),
    headers: { ...TOKEN_HEADERS, ...headers },
    body,
    credentials: undefined,
    isRepeatable: false,
    isOrder: false,
    beginsAt,
    endsAt,
    signal,
    scope: undefined,
  };
}

function withQuery(search: string, query: string | undefined): string {
  if (query === undefined) return search;
  return search === '' ? `?${query}` : `${search}&${query}`;
}

/** @throws TypeError where the URL is none that tokens may be asked of */
export function toTokenOrigin(tokenUrl: string): string {
  const { protocol, origin } = new URL(tokenUrl);
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError('A token URL is http(s).');
  return origin;
}
