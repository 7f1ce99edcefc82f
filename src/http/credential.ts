import type { TokenSource } from './tokens.ts';
import type {
  AccessToken,
  AccountClientSettings,
  AccountResponse,
  Credential,
  VendorHttpRules,
} from './types.ts';

/** What can stand in a header; anything else would be refused by HTTP, or smuggle a header in. */
const HEADER_VALUE = /^[\x20-\x7e]+$/;

/**
 * @throws TypeError where a credential cannot be sent as it is, or the vendor takes none of this kind; the message
 * holds nothing of it
 */
export function checkCredential({ credential, rules }: AccountClientSettings): void {
  if (credential.type === 'client-credentials') {
    if (rules.tokenRequest === undefined) throw new TypeError('This vendor takes no client credentials.');
    const parts = [credential.clientId, credential.clientSecret, credential.scope ?? ''];
    if (parts.some((part) => /\p{Cc}/u.test(part) || !part.isWellFormed())) {
      throw new TypeError('The client credentials hold a control character.');
    }
    return;
  }
  if (!HEADER_VALUE.test(credential.type === 'api-key' ? credential.apiKey : credential.token)) {
    throw new TypeError('The credential is empty, or holds a character that no header can carry.');
  }
}

/** The headers that prove who asks, and the token in them where it is one that can be renewed. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  readonly token: AccessToken | undefined;
}

/** Proves an account to its vendor, whatever kind of credential it has. */
export class Prover {
  private readonly rules: VendorHttpRules;
  private readonly fixed: Proof | undefined;
  private readonly tokens: TokenSource | undefined;

  /** @param tokens - only for client credentials */
  constructor(credential: Credential, rules: VendorHttpRules, tokens: TokenSource | undefined) {
    this.rules = rules;
    this.tokens = tokens;
    this.fixed = toFixedProof(credential, rules);
  }

  /** @throws VendorError where no token is to be had; the signal's reason when it aborts */
  async prove(signal: AbortSignal): Promise<Proof> {
    if (this.fixed !== undefined) return this.fixed;
    if (this.tokens === undefined) throw new TypeError('Client credentials need a token source.');
    const token = await this.tokens.get(signal);
    return { headers: this.rules.authHeaders({ type: 'bearer', value: token.value }), token };
  }

  /** Takes note of the answer to a proof. True where the token had expired and a new one may help. */
  isWorthRenewing(response: AccountResponse, { token }: Proof): boolean {
    if (token === undefined || this.tokens === undefined) return false;
    if (this.rules.isTokenExpired(response, token, response.receivedAt)) return this.tokens.drop(token);
    if (response.status < 400) this.tokens.prove(token);
    return false;
  }
}

function toFixedProof(credential: Credential, rules: VendorHttpRules): Proof | undefined {
  if (credential.type === 'client-credentials') return undefined;
  const value = credential.type === 'api-key' ? credential.apiKey : credential.token;
  return { headers: rules.authHeaders({ type: credential.type, value }), token: undefined };
}
