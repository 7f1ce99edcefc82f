import type { VendorError } from '../export/errors.ts';
import type { CancelSignal } from '../export/ports.ts';
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
  switch (credential.type) {
    case 'client-credentials':
      if (rules.tokenRequest === undefined) throw new TypeError('This vendor takes no client credentials.');
      checkText([credential.clientId, credential.clientSecret, credential.scope]);
      return;
    case 'refresh-token':
      if (rules.refreshRequest === undefined) throw new TypeError('This vendor takes no refresh tokens.');
      checkText([credential.clientId, credential.clientSecret, credential.refreshToken]);
      return;
    case 'api-key':
      checkHeader(credential.apiKey);
      return;
    case 'bearer':
      checkHeader(credential.token);
  }
}

function checkText(parts: readonly (string | undefined)[]): void {
  if (parts.some((part = '') => /\p{Cc}/u.test(part) || !part.isWellFormed())) {
    throw new TypeError('The client credentials hold a control character.');
  }
}

function checkHeader(value: string): void {
  if (HEADER_VALUE.test(value)) return;
  throw new TypeError('The credential is empty, or holds a character that no header can carry.');
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
  authorize(signal: CancelSignal | undefined): AuthHeaders | Promise<AuthHeaders>;
  /** False where a call that has not gone yet had better ask anew. */
  isCurrent(auth: AuthHeaders): boolean;
  /** Takes note of the answer. True where the credential had expired and a new one may help. */
  note(auth: AuthHeaders, response: AccountResponse, isThrottled: boolean): boolean;
  /**
   * There was no answer.
   *
   * @param isGivenUp - the call was given up, which tells nothing
   */
  release(auth: AuthHeaders, isGivenUp: boolean): void;
}

/** As many calls a credential that is refused costs before it is left alone. */
const MAX_REFUSALS = 3;

/** The last of them is made no earlier than this after the first was refused: a vendor may have a bad moment. */
const LASTING_REFUSAL_MS = 5_000;

/** How long a refused credential is left alone then. A reload of the configuration opens the account anew. */
const REFUSED_MS = 60_000;

/**
 * An API key or a bearer token that cannot be renewed.
 *
 * Until an answer has shown that it is good, so few calls go out that a wrong one costs the vendor three, however many exports are
 * asked about; the others wait for what becomes of them. After a refusal one call at a time finds out whether it was meant.
 */
export class FixedCredential implements CredentialProvider {
  private readonly clock: Clock;
  private readonly errors: ErrorMapper;
  private readonly headers: Readonly<Record<string, string>>;
  /** A new one whenever trust comes or goes: what an older call brings home tells nothing new. */
  private current: AuthHeaders;
  /** Calls need not wait for each other. */
  private isTrusted = false;
  private hasBeenGood = false;
  private refusals = 0;
  private firstRefusedAt = 0;
  private refusal: { readonly error: VendorError; readonly until: number } | undefined;
  /** Calls whose answers are waited for. */
  private trials = 0;
  private nextEnd: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(headers: Readonly<Record<string, string>>, clock: Clock, errors: ErrorMapper) {
    this.headers = headers;
    this.current = { headers };
    this.clock = clock;
    this.errors = errors;
  }

  authorize(): AuthHeaders | Promise<AuthHeaders> {
    if (this.isTrusted) return this.current;
    if (this.refusal !== undefined && this.clock.now() < this.refusal.until) throw this.refusal.error;
    if (this.trials >= this.maxTrials()) {
      this.nextEnd ??= createEnd();
      return this.nextEnd.promise.then(() => this.authorize());
    }
    this.trials += 1;
    return this.current;
  }

  isCurrent(auth: AuthHeaders): boolean {
    return this.isTrusted || auth === this.current;
  }

  note(auth: AuthHeaders, response: AccountResponse, isThrottled: boolean): boolean {
    if (auth !== this.current) return false;
    const { status } = response;
    if (!isThrottled && this.errors.isUnauthenticated(response)) {
      this.refuse(response);
      return false;
    }
    // A vendor that looks at what was asked for knows who asks.
    if (!isThrottled && status < 500 && status !== 403) {
      this.refusals = 0;
      this.hasBeenGood = true;
    }
    if (!this.isTrusted) this.setTrusted(true);
    return false;
  }

  release(auth: AuthHeaders, isGivenUp: boolean): void {
    if (auth !== this.current || this.isTrusted) return;
    // A vendor that does not answer is the breaker's affair.
    if (!isGivenUp) this.setTrusted(true);
    else this.endTrial();
  }

  private maxTrials(): number {
    return this.hasBeenGood ? 1 : Math.max(1, MAX_REFUSALS - this.refusals);
  }

  private refuse(response: AccountResponse): void {
    const now = this.clock.now();
    this.refusals += 1;
    if (this.refusals === 1) this.firstRefusedAt = now;
    const until = this.refusedUntil(now);
    if (until > now) this.refusal = { error: this.errors.refusedCredential(response), until };
    if (this.isTrusted) this.setTrusted(false);
    else this.endTrial();
  }

  private refusedUntil(now: number): number {
    // The first may be about what was asked for, rather than about who asks.
    if (this.refusals < MAX_REFUSALS - 1) return now;
    return this.refusals < MAX_REFUSALS ? this.firstRefusedAt + LASTING_REFUSAL_MS : now + REFUSED_MS;
  }

  private setTrusted(isTrusted: boolean): void {
    this.isTrusted = isTrusted;
    this.current = { headers: this.headers };
    if (isTrusted) this.refusal = undefined;
    this.trials = 1;
    this.endTrial();
  }

  private endTrial(): void {
    this.trials -= 1;
    const { nextEnd } = this;
    this.nextEnd = undefined;
    nextEnd?.resolve();
  }
}

function createEnd() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

interface TokenHeaders extends AuthHeaders {
  readonly token: AccessToken;
}

/** Client credentials or a refresh token, exchanged for tokens that expire. */
export class TokenCredential implements CredentialProvider {
  private readonly type: Credential['type'];
  private readonly rules: VendorHttpRules;
  private readonly tokens: TokenSource;
  private latest: TokenHeaders | undefined;

  constructor(type: Credential['type'], rules: VendorHttpRules, tokens: TokenSource) {
    this.type = type;
    this.rules = rules;
    this.tokens = tokens;
  }

  authorize(signal: CancelSignal | undefined): AuthHeaders | Promise<AuthHeaders> {
    const token = this.tokens.current();
    if (token !== undefined) return this.toHeaders(token);
    return this.tokens.get(signal).then((fetched) => this.toHeaders(fetched));
  }

  isCurrent(): boolean {
    return true;
  }

  note(auth: AuthHeaders, response: AccountResponse): boolean {
    const { token } = auth as TokenHeaders;
    if (this.rules.isTokenExpired(response, token, response.receivedAt)) return this.tokens.drop(token);
    if (response.status < 400 && this.rules.errorCode?.(response) === undefined) this.tokens.prove(token);
    return false;
  }

  release(): void {
    // A token is shared by calls that know nothing of each other.
  }

  private toHeaders(token: AccessToken): TokenHeaders {
    if (this.latest?.token !== token) {
      this.latest = { headers: this.rules.authHeaders({ type: this.type, value: token.value }), token };
    }
    return this.latest;
  }
}

/**
 * The headers of a credential that is sent as it is.
 *
 * @throws TypeError for one that tokens are got for
 */
export function toFixedHeaders(
  credential: Credential,
  rules: VendorHttpRules,
): Readonly<Record<string, string>> {
  if ('tokenUrl' in credential) throw new TypeError('This credential is never sent itself.');
  const value = credential.type === 'api-key' ? credential.apiKey : credential.token;
  return rules.authHeaders({ type: credential.type, value });
}
