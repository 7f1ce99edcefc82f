import type { Clock } from '../runtime/clock.ts';
import { StreamClosedError } from '../watch/stream-closed-error.ts';
import type { Caller } from './caller.ts';

/** Makes the error a stream ends with from the cursor of the last event it handed out. */
export type ToStreamError = (cursor: string | null) => StreamClosedError;

/** What lives on a caller's access: a websocket with all its operations, or one SSE stream. */
export interface SessionListener {
  /** The access ends at `expiresAt` (epoch milliseconds) unless it is renewed; called once for each token. */
  onExpiring(expiresAt: number): void;
  /** The access has ended: all that lives on it ends with this error. @param renewableMs - how long a renewal still counts */
  onEnded(toError: ToStreamError, renewableMs: number): void;
}

/** A warning comes this long before the end, or half-way where less is left. */
const WARNING_MS = 60_000;
/** A token that comes this late still renews the session, without its streams. */
const LATE_RENEWAL_MS = 30_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

const EXPIRED = 'The access token has expired: renew it, or connect again and resume with the last cursor.';
const REVOKED = 'This key is not valid here any more.';

/** Everything that lives on a caller's access at this moment. */
export class AccessSessions {
  private readonly clock: Clock;
  private readonly live = new Set<AccessSession>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Begins a session; it must be closed when what lives on it is gone. */
  open(caller: Caller, listener: SessionListener): AccessSession {
    const session = new AccessSession(caller, this.clock, listener, () => this.live.delete(session));
    this.live.add(session);
    return session;
  }

  /** Ends the sessions of callers whose access was taken away. */
  revoke(isRevoked: (caller: Caller) => boolean): void {
    for (const session of this.live) if (isRevoked(session.caller)) session.revoke();
  }
}

/** One caller's access for as long as something lives on it: who, until when, and how it ends. */
export class AccessSession {
  caller: Caller;
  /** Non-null once it has ended; a renewal brings it back. */
  end: ToStreamError | null = null;
  /** True from the warning on. */
  isExpiring = false;
  private readonly clock: Clock;
  private readonly listener: SessionListener;
  private readonly forget: () => void;
  private cancelTimer: (() => void) | null = null;
  private isClosed = false;

  constructor(caller: Caller, clock: Clock, listener: SessionListener, forget: () => void) {
    this.caller = caller;
    this.clock = clock;
    this.listener = listener;
    this.forget = forget;
    this.awaitWarning();
  }

  /**
   * Goes on with the same caller's newer token.
   *
   * @returns false where it is another caller's, or too late: nothing has changed then
   */
  renew(caller: Caller): boolean {
    const isSame = caller.tenant === this.caller.tenant && caller.name === this.caller.name;
    if (!isSame || this.isClosed || this.end === toRevokedError) return false;
    this.cancelTimer?.();
    // Vendor tokens that are not sent again stay as they are.
    this.caller = { ...caller, vendorTokens: { ...this.caller.vendorTokens, ...caller.vendorTokens } };
    this.end = null;
    this.isExpiring = false;
    this.awaitWarning();
    return true;
  }

  revoke(): void {
    this.finish(toRevokedError, 0);
  }

  /** Nothing lives on it any more. */
  close(): void {
    this.isClosed = true;
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.forget();
  }

  private awaitWarning(): void {
    const { expiresAt } = this.caller;
    if (expiresAt === null) return;
    const leftMs = Math.max(0, expiresAt - this.clock.now());
    const warningMs = Math.min(WARNING_MS, leftMs / 2);
    this.setTimer(leftMs - warningMs, () => {
      this.isExpiring = true;
      this.setTimer(expiresAt - this.clock.now(), () => this.finish(toExpiredError, LATE_RENEWAL_MS));
      this.listener.onExpiring(expiresAt);
    });
  }

  private finish(toError: ToStreamError, renewableMs: number): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.end = toError;
    this.listener.onEnded(toError, renewableMs);
  }

  /** In steps where it is far away: a timer's delay is a signed 32-bit number. */
  private setTimer(delayMs: number, callback: () => void): void {
    const stepMs = Math.min(delayMs, MAX_TIMER_MS);
    this.cancelTimer = this.clock.setTimer(Math.max(0, stepMs), () => {
      if (stepMs < delayMs) this.setTimer(delayMs - stepMs, callback);
      else callback();
    });
  }
}

function toExpiredError(cursor: string | null): StreamClosedError {
  return new StreamClosedError('SUBSCRIPTION_TOKEN_EXPIRED', EXPIRED, cursor);
}

/** For a caller that has lost its access. */
export function toRevokedError(cursor: string | null): StreamClosedError {
  return new StreamClosedError('UNAUTHENTICATED', REVOKED, cursor);
}
