import { VendorError } from '../export/errors.ts';
import type { CancelSignal } from '../export/ports.ts';
import type { Clock } from '../runtime/clock.ts';
import { SingleFlight } from '../runtime/single-flight.ts';
import { type ErrorMapper, toVendorCode } from './errors.ts';
import type { AccessToken, AccountResponse } from './types.ts';

/** How long a refusal is taken as final, so that a hundred reads with a wrong secret ask the token endpoint once. */
const REFUSAL_MS = 10_000;

/** How long a token that could not be renewed in time is used on before the next try. */
const RENEWAL_PAUSE_MS = 10_000;

export interface TokenSourceParts {
  readonly clock: Clock;
  /** See `VendorHttpRules.tokenRenewalMs`. */
  readonly renewalMs: number;
  /**
   * Asks the token endpoint, or finds a token that somebody else has got meanwhile.
   *
   * @throws VendorError, or the signal's reason
   */
  fetchToken(
    signal: CancelSignal | undefined,
    isWorthUsing: (token: AccessToken) => boolean,
  ): Promise<AccessToken>;
}

/**
 * One account's access token: fetched when first needed, shared by all calls that wait for it, renewed early, and
 * replaced when the vendor says that it has expired.
 */
export class TokenSource {
  private readonly parts: TokenSourceParts;
  private readonly flights = new SingleFlight<AccessToken>();
  private latest: AccessToken | undefined;
  private renewsAt = 0;
  /** The token that was dropped last. */
  private dropped: string | undefined;
  private refusal: { readonly error: VendorError; readonly until: number } | undefined;
  /** Set while the newest token came in place of a dropped one and no answer has yet shown that it is any better. */
  private unprovenUntil = 0;

  constructor(parts: TokenSourceParts) {
    this.parts = parts;
  }

  /** The token at hand; `undefined` where `get` has to be asked for one. */
  current(): AccessToken | undefined {
    return this.latest !== undefined && this.parts.clock.now() < this.renewsAt ? this.latest : undefined;
  }

  /** @throws VendorError where there is none to be had; the signal's reason when it aborts */
  async get(signal: CancelSignal | undefined): Promise<AccessToken> {
    const known = this.current();
    if (known !== undefined) return known;
    if (this.refusal !== undefined && this.parts.clock.now() < this.refusal.until) throw this.refusal.error;
    try {
      return await this.flights.join('token', (flight) => this.fetch(flight.signal), signal);
    } catch (error) {
      const { latest } = this;
      const later = this.parts.clock.now();
      if (signal?.aborted || latest === undefined || later >= latest.expiresAt) throw error;
      // The old one is still good: a token endpoint that is down for a minute stops no call.
      this.renewsAt = Math.min(latest.expiresAt, later + RENEWAL_PAUSE_MS);
      return latest;
    }
  }

  /**
   * Drops a token that the vendor calls expired; a newer one stays.
   *
   * @returns false where a new token would not help: the last one was new too, and was refused as well
   */
  drop(token: AccessToken): boolean {
    if (this.latest !== token) return true;
    const now = this.parts.clock.now();
    if (now < this.unprovenUntil) return false;
    this.latest = undefined;
    this.dropped = token.value;
    this.unprovenUntil = now + REFUSAL_MS;
    return true;
  }

  /** An answer has shown that this token is good. */
  prove(token: AccessToken): void {
    if (this.latest === token) this.unprovenUntil = 0;
  }

  private async fetch(signal: CancelSignal | undefined): Promise<AccessToken> {
    const { clock } = this.parts;
    try {
      const token = await this.parts.fetchToken(signal, (found) => this.isWorthUsing(found));
      this.latest = token;
      this.renewsAt = this.toRenewal(token);
      this.refusal = undefined;
      return token;
    } catch (error) {
      if (error instanceof VendorError && error.code === 'VENDOR_UNAUTHENTICATED') {
        this.refusal = { error, until: clock.now() + REFUSAL_MS };
      }
      throw error;
    }
  }

  private isWorthUsing(token: AccessToken): boolean {
    return token.value !== this.dropped && this.parts.clock.now() < this.toRenewal(token);
  }

  private toRenewal({ issuedAt, expiresAt }: AccessToken): number {
    return expiresAt - Math.min(this.parts.renewalMs, (expiresAt - issuedAt) / 2);
  }
}

/** The refresh token of an answer that `readToken` has read; `undefined` where the one that was used stays good. */
export function readRefreshToken(response: AccountResponse): string | undefined {
  const value = field(response, 'refresh_token');
  return typeof value === 'string' && TOKEN.test(value) ? value : undefined;
}

/** How long a token is taken to live whose answer does not say. */
const DEFAULT_LIFETIME_MS = 300_000;

/** Nobody gives tokens for longer; a larger number is a misread unit. */
const MAX_LIFETIME_MS = 86_400_000;

/** A token has to fit into a header, and into the bounds that servers set on one. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

/** OAuth's words for "not now" (RFC 6749, 4.1.2.1, read 2026-11), sent with any status. */
const PASSING: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error']);

const ASKED = 'an access token';

/**
 * Reads a token endpoint's answer.
 *
 * @throws VendorError; its text never holds the endpoint's own description, which names tenants and applications
 */
export function readToken(response: AccountResponse, errors: ErrorMapper): AccessToken {
  if (response.status !== 200 && response.status !== 201) throw toTokenError(response, errors);
  const value = field(response, 'access_token');
  if (typeof value !== 'string' || !TOKEN.test(value)) {
    throw errors.badResponse(response, ASKED, '"access_token" is missing or no token');
  }
  const issuedAt = response.receivedAt;
  return { value, issuedAt, expiresAt: issuedAt + lifetimeMs(field(response, 'expires_in')) };
}

/** Classified by OAuth's word before the status, since endpoints differ in the status they send it with. */
function toTokenError(response: AccountResponse, errors: ErrorMapper): VendorError {
  const { status } = response;
  const word = toVendorCode(field(response, 'error'));
  if (word !== undefined && PASSING.has(word)) {
    return errors.refusedToken('VENDOR_UNAVAILABLE', response, word);
  }
  if (status === 429 || status >= 500) return errors.fromResponse(response, ASKED);
  const isRefusal = status === 401 || status === 403 || (status === 400 && word !== undefined);
  return errors.refusedToken(isRefusal ? 'VENDOR_UNAUTHENTICATED' : 'VENDOR_BAD_RESPONSE', response, word);
}

function lifetimeMs(value: unknown): number {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return DEFAULT_LIFETIME_MS;
  return Math.min(MAX_LIFETIME_MS, seconds * 1_000);
}

function field(response: AccountResponse, name: string): unknown {
  const { json } = response;
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, name)) return undefined;
  return Reflect.get(json, name);
}
