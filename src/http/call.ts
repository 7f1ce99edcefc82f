import { VendorError } from '../export/errors.ts';
import type { CancelSignal, WorkScope } from '../export/ports.ts';
import { type AbortListener, addAbortListener, removeAbortListener } from '../runtime/cancellation.ts';
import { currentContext } from '../telemetry/spans.ts';
import { Attempt, type AttemptOwner, type AttemptParts, type Destination, type Outcome } from './attempt.ts';
import type { Breaker } from './circuit-breaker.ts';
import type { AuthHeaders, CredentialProvider } from './credentials.ts';
import type { Deadlines, Timed } from './deadline.ts';
import type { Entrant, RateLimiter, Slot } from './rate-limiter.ts';
import type { RetryPolicy } from './retry.ts';
import type { BodySink, Exchange, TransportRequest } from './transport.ts';
import type { AccountResponse, ResponseHeaders } from './types.ts';

/** What is to be asked. */
export interface CallRequest {
  readonly destination: Destination;
  readonly method: TransportRequest['method'];
  /** Path and query, encoded. */
  readonly target: string;
  /** Without the credential's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** `undefined` where the request shows by itself who asks. */
  readonly credentials: CredentialProvider | undefined;
  /** A read: it is repeated where it failed in a passing way. */
  readonly isRepeatable: boolean;
  /** Once it is sent, its answer is waited for as long as one request may take, however long it had waited for its turn. */
  readonly isOrder: boolean;
  /** When the call begins, and when it ends at the latest, epoch milliseconds. */
  readonly beginsAt: number;
  readonly endsAt: number;
  readonly signal: CancelSignal | undefined;
  /** Whom it is made for, for the log. */
  readonly scope: WorkScope | undefined;
}

/** Is told how a call ends: by exactly one of them. */
export interface CallEnd {
  onAnswer(response: AccountResponse, isThrottled: boolean): void;
  /** @param isUnanswered - the vendor may have the request, or a part of it, and has not answered */
  onError(error: unknown, isUnanswered: boolean): void;
  /** Takes a good answer as soon as its head is there, body unread. Without it bodies are collected. */
  readonly onStream?: (status: number, headers: ResponseHeaders, exchange: Exchange) => BodySink;
}

/** What all calls of one account share. */
export interface CallParts extends AttemptParts {
  readonly deadlines: Deadlines;
  readonly retries: RetryPolicy;
  readonly limiter: RateLimiter;
  readonly headers: JoinedHeaders;
}

/** A request's headers and those of its credential in one: nearly always the same two as last time. */
export class JoinedHeaders {
  private own: Headers | undefined;
  private auth: Headers | undefined;
  private joined: Headers = {};

  of(own: Headers, auth: Headers): Headers {
    if (own === this.own && auth === this.auth) return this.joined;
    this.own = own;
    this.auth = auth;
    this.joined = { ...own, ...auth };
    return this.joined;
  }
}

type Headers = Readonly<Record<string, string>>;

/**
 * One call to a vendor, in the order in which it runs: deadline → credentials → limiter and breaker → attempt (transport, and what
 * the answer means) → retry.
 *
 * Each step calls the next one, and only waits where something is in the way: a call that may go at once is written to its
 * connection before `start` returns.
 */
export class Call implements Timed, Entrant, AttemptOwner, AbortListener {
  dueAt = 0;
  deadline: Timed['deadline'] = null;
  readonly breaker: Breaker;
  readonly endsAt: number;
  readonly isUrgent: boolean;
  readonly scope: WorkScope | undefined;
  readonly context = currentContext();
  readonly onStream: AttemptOwner['onStream'];
  private readonly parts: CallParts;
  private readonly request: CallRequest;
  private readonly end: CallEnd;
  private cancelWait: (() => void) | undefined;
  private auth: AuthHeaders | undefined;
  private isQueued = false;
  private attempt: Attempt | undefined;
  private attempts = 0;
  private retries = 0;
  /** The credential was renewed for this try. */
  private isRenewed = false;
  private isWorthRenewing = false;
  /** The attempt under way was sent, and there is no answer yet. */
  private isUnanswered = false;
  /** What the try before came to, while the next one has not got so far. */
  private last: Outcome | undefined;
  private isOver = false;

  constructor(parts: CallParts, request: CallRequest, end: CallEnd) {
    this.parts = parts;
    this.request = request;
    this.end = end;
    this.breaker = request.destination.breaker;
    this.endsAt = request.endsAt;
    this.scope = request.scope;
    this.isUrgent = request.destination.purpose === 'token';
    this.onStream = end.onStream && ((status, headers, exchange) => this.handOut(status, headers, exchange));
  }

  start(): void {
    const { signal } = this.request;
    if (signal?.aborted) {
      this.fail(signal.reason);
      return;
    }
    if (this.endsAt <= this.request.beginsAt) {
      this.fail(this.parts.errors.overdue(0));
      return;
    }
    if (signal !== undefined) addAbortListener(signal, this);
    if (this.request.isRepeatable) this.parts.retries.begin();
    this.authorize();
  }

  /** Deadline: of the attempt under way, or of the whole call. */
  onDue(): void {
    const { attempt } = this;
    if (attempt === undefined) {
      if (this.isQueued) this.refuse(this.parts.errors.crowded(undefined));
      else this.fail(this.parts.errors.overdue(this.endsAt - this.request.beginsAt));
    } else if (this.isOrderSent || attempt.startedAt + this.parts.settings.limits.timeoutMs <= this.endsAt) {
      attempt.expire();
    } else {
      attempt.giveUp('timeout');
      this.fail(this.parts.errors.overdue(this.endsAt - this.request.beginsAt));
    }
  }

  /** The caller left. */
  onAbort(): void {
    this.abandon(this.request.signal?.reason);
  }

  /** The caller left, or the account is closed. */
  abandon(reason: unknown): void {
    if (this.isOver) return;
    this.attempt?.giveUp('aborted');
    this.fail(reason);
  }

  /** Credentials: at hand, or to be waited for. */
  private authorize(): void {
    const { credentials, signal } = this.request;
    let auth: AuthHeaders | Promise<AuthHeaders> | undefined;
    try {
      auth = credentials?.authorize(signal);
    } catch (error) {
      this.failStep(error);
      return;
    }
    if (auth instanceof Promise) this.awaitAuthorization(auth);
    else this.enter(auth);
  }

  private awaitAuthorization(promise: Promise<AuthHeaders>): void {
    this.waitUntilEnd();
    promise.then(
      (auth) => {
        if (this.isOver) this.request.credentials?.release(auth, true);
        else this.enter(auth);
      },
      (error: unknown) => {
        if (!this.isOver) this.failStep(error);
      },
    );
  }

  /** Limiter and breaker: admit at once, later, or refuse. */
  private enter(auth: AuthHeaders | undefined): void {
    this.auth = auth;
    this.isQueued = true;
    this.parts.limiter.enter(this);
    if (this.isQueued) this.waitUntilEnd();
  }

  /** False where the credential was refused while this call waited: it asks for one anew. */
  isReady(): boolean {
    const { auth } = this;
    if (auth === undefined || this.request.credentials?.isCurrent(auth) !== false) return true;
    this.isQueued = false;
    this.auth = undefined;
    this.authorize();
    return false;
  }

  refuse(error: VendorError): void {
    this.failStep(error);
  }

  /** Attempt. */
  admit(slot: Slot): void {
    const { deadlines, settings } = this.parts;
    const { destination, headers, method, target, body } = this.request;
    this.isQueued = false;
    this.attempts += 1;
    this.isUnanswered = false;
    const attempt = new Attempt(this.parts, this, destination, slot, this.attempts);
    this.attempt = attempt;
    const { startedAt } = attempt;
    deadlines.set(this, Math.min(startedAt + settings.limits.timeoutMs, this.endsAt), startedAt);
    const joined = this.auth === undefined ? headers : this.parts.headers.of(headers, this.auth.headers);
    attempt.send({ method, path: target, headers: joined, body: body || null, blocking: false });
  }

  onSent(): void {
    this.isUnanswered = true;
    if (!this.isOrderSent) return;
    const { clock, deadlines, settings } = this.parts;
    const now = clock.now();
    deadlines.set(this, now + settings.limits.timeoutMs, now);
  }

  /** Credentials again: what the answer means for them. */
  onAnswered(response: AccountResponse, isThrottled: boolean): void {
    const { auth } = this;
    this.auth = undefined;
    this.isUnanswered = false;
    this.isWorthRenewing =
      auth !== undefined && this.request.credentials?.note(auth, response, isThrottled) === true;
  }

  onOutcome(outcome: Outcome): void {
    this.attempt = undefined;
    this.releaseAuth(false);
    if (outcome.type === 'fault' || !this.isWorthRenewing || this.isRenewed) {
      this.conclude(outcome);
      return;
    }
    this.isRenewed = true;
    this.waitUntilEnd();
    this.authorize();
  }

  onMistake(error: unknown): void {
    this.fail(error);
  }

  private handOut(status: number, headers: ResponseHeaders, exchange: Exchange): BodySink | undefined {
    this.settle();
    return this.end.onStream?.(status, headers, exchange);
  }

  /** Retry, or the end of the call. */
  private conclude(outcome: Outcome): void {
    const waitMs = this.retryWaitMs(outcome);
    if (waitMs === undefined) {
      this.finish(outcome);
      return;
    }
    this.last = outcome;
    this.retries += 1;
    this.attempts = this.retries;
    this.isRenewed = false;
    this.waitUntilEnd();
    this.cancelWait = this.parts.clock.setTimer(waitMs, () => {
      this.cancelWait = undefined;
      this.authorize();
    });
  }

  private retryWaitMs(outcome: Outcome): number | undefined {
    const { isRepeatable } = this.request;
    if (!isRepeatable) return undefined;
    const isAnswer = outcome.type === 'answer';
    const end = isAnswer ? outcome.response.status : outcome.end;
    const isThrottled = isAnswer && outcome.isThrottled;
    if (isAnswer && !isThrottled && !outcome.isFault) return undefined;
    const remainingMs = this.endsAt - this.parts.clock.now();
    return this.parts.retries.nextMs({
      isRepeatable,
      end,
      isThrottled,
      retriesSoFar: this.retries,
      remainingMs,
    });
  }

  private waitUntilEnd(): void {
    this.parts.deadlines.set(this, this.endsAt, this.parts.clock.now());
  }

  private finish(outcome: Outcome): void {
    if (outcome.type === 'fault') {
      this.fail(this.parts.errors.fault(outcome.end, outcome.error));
      return;
    }
    this.settle();
    this.end.onAnswer(outcome.response, outcome.isThrottled);
  }

  /** A try got no leave to go: what the vendor said before is the better answer. */
  private failStep(error: unknown): void {
    if (this.last === undefined || !(error instanceof VendorError)) this.fail(error);
    else this.finish(this.last);
  }

  private fail(error: unknown): void {
    this.settle();
    this.end.onError(error, this.isUnanswered);
  }

  private get isOrderSent(): boolean {
    return this.request.isOrder && this.isUnanswered;
  }

  private settle(): void {
    this.isOver = true;
    this.parts.deadlines.delete(this);
    if (this.request.signal !== undefined) removeAbortListener(this.request.signal, this);
    this.cancelWait?.();
    if (this.isQueued) {
      this.isQueued = false;
      this.parts.limiter.remove(this);
    }
    this.releaseAuth(true);
  }

  private releaseAuth(isGivenUp: boolean): void {
    const { auth } = this;
    if (auth === undefined) return;
    this.auth = undefined;
    this.request.credentials?.release(auth, isGivenUp);
  }
}
