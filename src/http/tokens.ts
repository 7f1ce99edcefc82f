import { VendorError } from '../export/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import { untilAborted } from './scope.ts';
import type { AccessToken } from './types.ts';

/** How long a refusal is taken as final, so that a hundred reads with a wrong secret ask the token endpoint once. */
const REFUSAL_MS = 10_000;

/** How long a token that could not be renewed in time is used on before the next try. */
const RENEWAL_PAUSE_MS = 10_000;

export interface TokenSourceParts {
  readonly clock: Clock;
  /** See `VendorHttpRules.tokenRenewalMs`. */
  readonly renewalMs: number;
  /** Asks the token endpoint. @throws VendorError, or the signal's reason */
  fetchToken(signal: AbortSignal): Promise<AccessToken>;
}

interface Flight {
  readonly promise: Promise<AccessToken>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * One account's access token: fetched when first needed, shared by everybody who waits for it, renewed early, and
 * replaced when the vendor says that it has expired.
 */
export class TokenSource {
  private readonly parts: TokenSourceParts;
  private current: AccessToken | undefined;
  private renewsAt = 0;
  private flight: Flight | undefined;
  private refusal: { readonly error: VendorError; readonly until: number } | undefined;
  /** Set while the newest token came in place of a dropped one and no answer has yet shown that it is any better. */
  private unprovenUntil = 0;

  constructor(parts: TokenSourceParts) {
    this.parts = parts;
  }

  /** @throws VendorError where there is none to be had; the signal's reason when it aborts */
  async get(signal: AbortSignal): Promise<AccessToken> {
    const now = this.parts.clock.now();
    if (this.current !== undefined && now < this.renewsAt) return this.current;
    if (this.refusal !== undefined && now < this.refusal.until) throw this.refusal.error;
    try {
      return await this.join(signal);
    } catch (error) {
      const { current } = this;
      const later = this.parts.clock.now();
      if (signal.aborted || current === undefined || later >= current.expiresAt) throw error;
      // The old one is still good: a token endpoint that is down for a minute stops nobody.
      this.renewsAt = Math.min(current.expiresAt, later + RENEWAL_PAUSE_MS);
      return current;
    }
  }

  /**
   * Drops a token that the vendor calls expired; a newer one stays.
   *
   * @returns false where a new token would not help: the last one was new too, and was refused as well
   */
  drop(token: AccessToken): boolean {
    if (this.current !== token) return true;
    const now = this.parts.clock.now();
    if (now < this.unprovenUntil) return false;
    this.current = undefined;
    this.unprovenUntil = now + REFUSAL_MS;
    return true;
  }

  /** An answer has shown that this token is good. */
  prove(token: AccessToken): void {
    if (this.current === token) this.unprovenUntil = 0;
  }

  private async join(signal: AbortSignal): Promise<AccessToken> {
    this.flight ??= this.takeOff();
    const { flight } = this;
    flight.waiting += 1;
    try {
      return await untilAborted(flight.promise, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        if (this.flight === flight) this.flight = undefined;
        flight.controller.abort();
      }
    }
  }

  private takeOff(): Flight {
    const controller = new AbortController();
    const promise = this.fetch(controller.signal).finally(() => {
      if (this.flight === flight) this.flight = undefined;
    });
    // Everybody may have left by the time it fails.
    promise.catch(() => undefined);
    const flight: Flight = { promise, controller, waiting: 0 };
    return flight;
  }

  private async fetch(signal: AbortSignal): Promise<AccessToken> {
    const { clock, renewalMs, fetchToken } = this.parts;
    try {
      const token = await fetchToken(signal);
      this.current = token;
      this.renewsAt = token.expiresAt - Math.min(renewalMs, (token.expiresAt - token.issuedAt) / 2);
      this.refusal = undefined;
      return token;
    } catch (error) {
      if (error instanceof VendorError && error.code === 'VENDOR_UNAUTHENTICATED') {
        this.refusal = { error, until: clock.now() + REFUSAL_MS };
      }
      throw error;
    }
  }
}
