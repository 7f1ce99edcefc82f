import { CommandError } from '../command-error.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';

export const DEFAULT_GATEWAY_URL = 'http://127.0.0.1:4000';

/** A gateway, and what to prove oneself with there. */
export interface GatewayAccess {
  /** For people: the base URL, safe to print. */
  readonly name: string;
  /** `http://127.0.0.1:4000/graphql` */
  readonly graphqlUrl: string;
  /** `ws://127.0.0.1:4000/graphql` */
  readonly socketUrl: string;
  /** A secret; undefined for a gateway that asks for none. */
  readonly token: string | undefined;
  /** Secrets too: what a caller brings for accounts of type `caller`, by their keys. */
  readonly vendorTokens?: Readonly<Record<string, string>> | undefined;
}

/** What a header can carry. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

/**
 * Reads where the gateway is.
 *
 * @param url - its base URL, or that of its GraphQL endpoint
 * @throws CommandError that says what is allowed, and never the token
 */
export function parseGatewayAccess(url: string, token: string | undefined): GatewayAccess {
  if (token !== undefined && !TOKEN.test(token)) {
    throw new CommandError(
      EXIT.usage,
      'The token holds blanks or characters that no header can carry. Give it as it was handed out, without "Bearer".',
    );
  }
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw refuse(url, 'an http or https URL, such as http://127.0.0.1:4000');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw refuse(parsed.host, 'a URL without a user name; a token goes into --token or WAYBILL_TOKEN');
  }
  if (parsed.search !== '' || parsed.hash !== '') throw refuse(url, 'a URL without ? and #');

  const base = `${parsed.origin}${parsed.pathname.replace(/\/+$/, '').replace(/\/graphql$/, '')}`;
  const graphqlUrl = `${base}/graphql`;
  return { name: base, graphqlUrl, socketUrl: graphqlUrl.replace(/^http/, 'ws'), token };
}

function refuse(url: string, allowed: string): CommandError {
  return new CommandError(
    EXIT.usage,
    `The gateway's address "${toTerminalText(url.slice(0, 200))}" cannot be used: it must be ${allowed}.`,
  );
}
