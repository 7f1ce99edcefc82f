import type { CancelSignal } from '../export/ports.ts';
import type { Destination } from './attempt.ts';
import type { CallRequest } from './call.ts';
import type { ErrorMapper } from './errors.ts';
import { RotatingTokens, type TokenPair } from './rotating-tokens.ts';
import { readRefreshToken, readToken, type TokenSourceParts } from './tokens.ts';
import type { AccountClientSettings, AccountResponse, TokenRequest } from './types.ts';

/** Token requests are rare and shared; a second connection covers the one that is just being closed. */
export const TOKEN_CONNECTIONS = 2;

const TOKEN_HEADERS = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };

/** What a token endpoint is asked, and where it is. */
interface TokenQuestion extends TokenRequest {
  readonly tokenUrl: string;
}

type Ask = (question: TokenQuestion, signal: CancelSignal | undefined) => Promise<AccountResponse>;

/** Gets the tokens of an account. */
export interface TokenFetcher {
  readonly fetchToken: TokenSourceParts['fetchToken'];
  /** No token is asked for any more; resolves when none is on its way that would be lost. Left out where none ever is. */
  readonly close?: () => Promise<void>;
}

export interface FetcherParts {
  readonly errors: ErrorMapper;
  /** The longest that an answer is waited for. */
  readonly callMs: number;
  ask: Ask;
}

/** @throws TypeError for a credential that is sent as it is */
export function createTokenFetcher(settings: AccountClientSettings, parts: FetcherParts): TokenFetcher {
  const { credential, rules, tools } = settings;
  const exchange = async (question: TokenQuestion, signal: CancelSignal | undefined): Promise<TokenPair> => {
    const response = await parts.ask(question, signal);
    const access = readToken(response, parts.errors);
    tools.secrets.addPassing(access.value);
    return { access, refreshToken: readRefreshToken(response) };
  };
  if (credential.type === 'client-credentials') {
    const { tokenRequest } = rules;
    if (tokenRequest === undefined) throw new TypeError('This vendor takes no client credentials.');
    return {
      async fetchToken(signal) {
        const question = { ...tokenRequest(credential), tokenUrl: credential.tokenUrl };
        return (await exchange(question, signal)).access;
      },
    };
  }
  const { refreshRequest } = rules;
  if (credential.type !== 'refresh-token' || refreshRequest === undefined)
    throw new TypeError('This vendor takes no refresh tokens.');
  const refresh = (refreshToken: string, signal: CancelSignal | undefined) =>
    exchange({ ...refreshRequest(credential, refreshToken), tokenUrl: credential.tokenUrl }, signal);
  return rules.rotatesRefreshTokens === true
    ? rotating(settings, parts, credential.refreshToken, refresh)
    : { fetchToken: async (signal) => (await refresh(credential.refreshToken, signal)).access };
}

function rotating(
  { keptTokens, vendorName, tools }: AccountClientSettings,
  { errors, callMs }: FetcherParts,
  configured: string,
  refresh: (refreshToken: string, signal: undefined) => Promise<TokenPair>,
): TokenFetcher {
  if (keptTokens === undefined) {
    // Used without being kept, it would end the account's access.
    const message = `${vendorName} replaces a refresh token when it is used: only a gateway with a store uses this one.`;
    return { fetchToken: () => Promise.reject(errors.error('VENDOR_UNAUTHENTICATED', message)) };
  }
  const tokens = new RotatingTokens({
    ...{ kept: keptTokens, configured, exchangeMs: callMs, errors },
    ...{ clock: tools.clock, secrets: tools.secrets },
    exchange: (refreshToken) => refresh(refreshToken, undefined),
  });
  return {
    // Who leaves is let go by TokenSource; the exchange goes on.
    fetchToken: (_signal, isWorthUsing) => tokens.fetch(isWorthUsing),
    close: () => tokens.close(),
  };
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
