import type { VendorError } from '../export/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ErrorMapper } from './errors.ts';
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

/** What one attempt carries to show who asks. Every one that was handed out is given back, by `note` or `release`. */
export interface AuthHeaders {
  readonly headers: Readonly<Record<string, string>>;
}

/** Gives the headers that show a vendor who asks, whatever kind of credential an account has. */
export interface CredentialProvider {
  /**
   * The headers at hand, or a promise of them where they have to be got first.
   *
   * @throws VendorError where there are none to be had; the signal's reason when it aborts
   */
  authorize(signal: AbortSignal | undefined): AuthHeaders | Promise<AuthHeaders>;
  /** Takes note of the answer. True where the credential had expired and a new one may help. */
  note(auth: AuthHeaders, response: AccountResponse, isThrottled: boolean): boolean;
  /**
   * There was no answer.
   *
   * @param isGivenUp - the call was given up, which tells nothing
   */
  release(auth: AuthHeaders, isGivenUp: boolean): void;
}

/** Refusals in a row after which a fixed credential is left alone for long. */
const LASTING_REFUSALS = 3;

/** The last of them is asked for no earlier than this after the first: a vendor may have a bad moment. */
const LASTING_REFUSAL_MS = 5_000;

/** How long a credential that was refused so often is left alone. A reload of the configuration opens the account anew. */
const REFUSED_MS = 300_000;

/**
 * An API key or a bearer token that cannot be renewed.
 *
 * Until an answer has shown that it is good, one call at a time goes out and the others wait for what becomes of it: a wrong key
 * costs the vendor three calls, however many exports are asked about.
 */
export class FixedCredential implements CredentialProvider {
  private readonly clock: Clock;
  private readonly errors: ErrorMapper;
  private readonly headers: Readonly<Record<string, string>>;
  /** A new one with each refusal: what an older call brings home tells nothing new. */
  private current: AuthHeaders;
  /** Calls need not wait for each other. */
  private isTrusted = false;
  /** The call whose answer is waited for, and who waits. */
  private trial: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  private refusals = 0;
  private firstRefusedAt = 0;
  private refusal: { readonly error: VendorError; readonly until: number } | undefined;

  constructor(headers: Readonly<Record<string, string>>, clock: Clock, errors: ErrorMapper) {
    this.headers = headers;
    this.current = { headers };
    this.clock = clock;
    this.errors = errors;
  }

  authorize(): AuthHeaders | Promise<AuthHeaders> {
    if (this.isTrusted) return this.current;
    if (this.refusal !== undefined && this.clock.now() < this.refusal.until) throw this.refusal.error;
    if (this.trial !== undefined) return this.trial.over.then(() => this.authorize());
    this.trial = createTrial();
    return this.current;
  }

  note(auth: AuthHeaders, response: AccountResponse, isThrottled: boolean): boolean {
    if (auth !== this.current) return false;
    if (response.status === 401 && !isThrottled) {
      this.refuse(response);
      return false;
    }
    // A vendor that looks at what was asked for knows who asks.
    if (!isThrottled && response.status < 500 && response.status !== 403) this.refusals = 0;
    if (!this.isTrusted) this.trust();
    return false;
  }

  release(auth: AuthHeaders, isGivenUp: boolean): void {
    if (auth !== this.current || this.isTrusted) return;
    // A vendor that does not answer is the breaker's affair.
    if (!isGivenUp) this.isTrusted = true;
    this.endTrial();
  }

  private refuse(response: AccountResponse): void {
    const now = this.clock.now();
    this.refusals += 1;
    if (this.refusals === 1) this.firstRefusedAt = now;
    this.current = { headers: this.headers };
    this.isTrusted = false;
    const until = this.refusedUntil(now);
    this.refusal = until > now ? { error: this.errors.refusedCredential(response), until } : undefined;
    this.endTrial();
  }

  private refusedUntil(now: number): number {
    // The first may be about what was asked for, rather than about who asks.
    if (this.refusals < LASTING_REFUSALS - 1) return now;
    return this.refusals < LASTING_REFUSALS ? this.firstRefusedAt + LASTING_REFUSAL_MS : now + REFUSED_MS;
  }

  private trust(): void {
    this.isTrusted = true;
    this.refusal = undefined;
    this.endTrial();
  }

  private endTrial(): void {
    const { trial } = this;
    this.trial = undefined;
    trial?.end();
  }
}

function createTrial() {
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end };
}

interface TokenHeaders extends AuthHeaders {
  readonly token: AccessToken;
}

/** Client credentials, exchanged for tokens that expire. */
export class TokenCredential implements CredentialProvider {
  private readonly rules: VendorHttpRules;
  private readonly tokens: TokenSource;
  private latest: TokenHeaders | undefined;

  constructor(rules: VendorHttpRules, tokens: TokenSource) {
    this.rules = rules;
    this.tokens = tokens;
  }

  authorize(signal: AbortSignal | undefined): AuthHeaders | Promise<AuthHeaders> {
    const token = this.tokens.current();
    if (token !== undefined) return this.toHeaders(token);
    return this.tokens.get(signal).then((fetched) => this.toHeaders(fetched));
  }

  note(auth: AuthHeaders, response: AccountResponse): boolean {
    const { token } = auth as TokenHeaders;
    if (this.rules.isTokenExpired(response, token, response.receivedAt)) return this.tokens.drop(token);
    if (response.status < 400) this.tokens.prove(token);
    return false;
  }

  release(): void {
    // A token is shared by calls that know nothing of each other.
  }

  private toHeaders(token: AccessToken): TokenHeaders {
    if (this.latest?.token !== token) {
      this.latest = { headers: this.rules.authHeaders({ type: 'bearer', value: token.value }), token };
    }
    return this.latest;
  }
}

/** The headers of a credential that is sent as it is. */
export function toFixedHeaders(
  credential: Exclude<Credential, { type: 'client-credentials' }>,
  rules: VendorHttpRules,
): Readonly<Record<string, string>> {
  const value = credential.type === 'api-key' ? credential.apiKey : credential.token;
  return rules.authHeaders({ type: credential.type, value });
}
