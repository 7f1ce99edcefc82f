import type { Credential, TokenRequest } from './types.ts';

/** How a vendor's token endpoint wants to be asked. Source: RFC 6749, 2.3.1, 4.4.2 and 6; read 2026-11. */
export interface TokenAsking {
  /** How the client shows who it is: HTTP Basic, or among the parameters. */
  readonly client: 'basic' | 'body';
  /** Where the parameters stand: in a form, or in the URL's query. */
  readonly request: 'form' | 'query';
  /** What is asked for unless the account says otherwise; null: nothing is said. */
  readonly scope: string | null;
}

type ClientCredentials = Extract<Credential, { type: 'client-credentials' }>;
type RefreshCredential = Extract<Credential, { type: 'refresh-token' }>;

/** The client credentials grant, as `VendorHttpRules.tokenRequest`. */
export function createTokenRequest(asking: TokenAsking): (credential: ClientCredentials) => TokenRequest {
  return (credential) =>
    toRequest(asking, credential, {
      grant_type: 'client_credentials',
      ...toScope(credential.scope ?? asking.scope),
    });
}

/** The refresh token grant, as `VendorHttpRules.refreshRequest`. */
export function createRefreshRequest(
  asking: TokenAsking,
): (credential: RefreshCredential, refreshToken: string) => TokenRequest {
  return (credential, refreshToken) =>
    toRequest(asking, credential, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      ...toScope(asking.scope),
    });
}

function toScope(scope: string | null): { readonly scope?: string } {
  return scope === null ? {} : { scope };
}

function toRequest(
  { client, request }: TokenAsking,
  { clientId, clientSecret }: Pick<RefreshCredential, 'clientId' | 'clientSecret'>,
  grant: Readonly<Record<string, string>>,
): TokenRequest {
  const isBasic = client === 'basic' && clientSecret !== undefined;
  const parameters = new URLSearchParams({
    ...grant,
    ...(isBasic ? {} : { client_id: clientId }),
    ...(isBasic || clientSecret === undefined ? {} : { client_secret: clientSecret }),
  }).toString();
  return {
    headers: isBasic ? { authorization: toBasic(clientId, clientSecret) } : {},
    ...(request === 'form' ? { body: parameters } : { body: '', query: parameters }),
  };
}

/** The two as they are: hardly a vendor undoes the form-encoding that RFC 6749 would have before it. */
function toBasic(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}
