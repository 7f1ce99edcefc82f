import { VendorError } from '../export/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import { onAbort } from '../runtime/on-abort.ts';
import { currentScope, type RequestScope } from '../telemetry/scope.ts';
import { type Context, currentContext, type OpenSpan, openSpan } from '../telemetry/spans.ts';
import { type Destination, reportAttempt, toSpanPlan } from './attempt-report.ts';
import { readText } from './body.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { AuthHeaders, CredentialProvider } from './credentials.ts';
import type { Deadlines, Timed } from './deadline.ts';
import type { ErrorMapper } from './errors.ts';
import { readJson } from './json.ts';
import type { Entrant, RateLimiter, Slot } from './rate-limiter.ts';
import { type AttemptEnd, decideRetryMs, type RetryBudget } from './retry.ts';
import type { ThrottleGate } from './throttle-gate.ts';
import { type BodySink, classifyFault, type Exchange, type ExchangeListener } from './transport.ts';
import type { AccountClientSettings, AccountResponse, ResponseHeaders, VendorCall } from './types.ts';

/** What is to be asked. */
export interface CallRequest {
  readonly destination: Destination;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** Path and query, encoded. */
  readonly target: string;
  /** Without the credential's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** `undefined` where the request shows by itself who asks. */
  readonly credentials: CredentialProvider | undefined;
  /** A GET that failed in a passing way is repeated. */
  readonly isRepeatable: boolean;
  /** When the call ends at the latest, epoch milliseconds. */
  readonly endsAt: number;
  readonly signal: AbortSignal | undefined;
}

/** Is told how a call ends: by exactly one of them. */
export interface CallEnd {
  onAnswer(response: AccountResponse, isThrottled: boolean): void;
  onError(error: unknown): void;
  /** Takes a good answer as soon as its head is there, body unread. Without it bodies are collected. */
  readonly onStream?: (status: number, headers: ResponseHeaders, exchange: Exchange) => BodySink;
}

/** What all calls of one account share. */
export interface CallParts {
  readonly settings: AccountClientSettings;
  readonly clock: Clock;
  readonly deadlines: Deadlines<Call>;
  readonly budget: RetryBudget;
  readonly gate: ThrottleGate;
  readonly limiter: RateLimiter;
  readonly errors: ErrorMapper;
}

/** How an attempt ended: with an answer, or without one that could be read. */
type Outcome =
  | { readonly type: 'answer'; readonly response: AccountResponse; readonly isThrottled: boolean }
  | { readonly type: 'fault'; readonly end: Exclude<AttemptEnd, number>; readonly error: unknown };

/** One attempt under way: from its slot to its answer. */
interface Attempt {
  readonly slot: Slot;
  readonly startedAt: number;
  readonly span: OpenSpan | undefined;
  exchange: Exchange | undefined;
  status: number;
  headers: ResponseHeaders;
}

const NO_HEADERS: ResponseHeaders = {};

/** Why an attempt is over whose time was up. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * One call to a vendor, in the order in which it runs: deadline → credentials → limiter and breaker → transport → what the answer
 * means for each of them → retry.
 *
 * Each step calls the next one, and only waits where something is in the way: a call that may go at once is written to its
 * connection before `start` returns.
 */
export class Call implements Timed, Entrant, ExchangeListener {
  dueAt = 0;
  readonly breaker: CircuitBreaker;
  readonly endsAt: number;
  readonly isUrgent: boolean;
  private readonly parts: CallParts;
  private readonly request: CallRequest;
  private readonly end: CallEnd;
  /** Whose request it is: answers come in the turn of a connection, which knows nothing of it. */
  private readonly scope: RequestScope | undefined = currentScope();
  private readonly context: Context | undefined = currentContext();
  private releaseSignal: (() => void) | undefined;
  private cancelWait: (() => void) | undefined;
  private auth: AuthHeaders | undefined;
  private isQueued = false;
  private attempt: Attempt | undefined;
  private attempts = 0;
  private retries = 0;
  /** The credential was renewed for this try. */
  private isRenewed = false;
  /** What the try before came to, while the next one has not got so far. */
  private last: Outcome | undefined;
  private isOver = false;

  constructor(parts: CallParts, request: CallRequest, end: CallEnd) {
    this.parts = parts;
    this.request = request;
    this.end = end;
    this.breaker = request.destination.breaker;
    this.endsAt = request.endsAt;
    this.isUrgent = request.destination.purpose === 'token';
  }

  start(): void {
    const { signal } = this.request;
    if (signal?.aborted) {
      this.fail(signal.reason);
      return;
    }
    if (signal !== undefined) this.releaseSignal = onAbort(signal, () => this.abandon(signal.reason));
    if (this.request.isRepeatable) this.parts.budget.earn();
    this.authorize();
  }

  /** Deadline: of the attempt under way, or of the whole call. */
  onDue(): void {
    const { attempt } = this;
    if (attempt === undefined) {
      if (this.isQueued) this.refuse(this.parts.errors.crowded(undefined));
      else this.fail(this.parts.errors.overdue());
    } else if (attempt.startedAt + this.parts.settings.limits.timeoutMs <= this.endsAt) {
      this.onFault(new TimeoutError('The time for this attempt is up.'));
    } else {
      this.giveUp(attempt, 'timeout');
      this.fail(this.parts.errors.overdue());
    }
  }

  /** The caller left, or the account is closed. */
  abandon(reason: unknown): void {
    if (this.isOver) return;
    if (this.attempt !== undefined) this.giveUp(this.attempt, 'aborted');
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

  refuse(error: VendorError): void {
    this.failStep(error);
  }

  /** Transport. */
  admit(slot: Slot): void {
    const { clock, deadlines, settings } = this.parts;
    const { destination, headers, method, target, body } = this.request;
    this.isQueued = false;
    this.attempts += 1;
    const startedAt = clock.now();
    const span = openSpan(() =>
      toSpanPlan(settings, destination, { method, attempt: this.attempts, parent: this.context }),
    );
    const attempt = { slot, startedAt, span, exchange: undefined, status: 0, headers: NO_HEADERS } as Attempt;
    this.attempt = attempt;
    deadlines.set(this, Math.min(startedAt + settings.limits.timeoutMs, this.endsAt), startedAt);
    const request = { method, target, headers: { ...headers, ...this.auth?.headers }, body };
    const send = (): Exchange => destination.transport.send(request, this);
    attempt.exchange = span === undefined ? send() : span.run(send);
  }

  onSent(): void {
    this.attempt?.slot.sent();
  }

  onHead(status: number, headers: ResponseHeaders, exchange: Exchange): BodySink | undefined {
    const { attempt } = this;
    if (attempt === undefined) return undefined;
    attempt.status = status;
    attempt.headers = headers;
    attempt.slot.answered();
    if (this.end.onStream === undefined || status >= 300) return undefined;
    this.noteAnswer(attempt, this.toResponse(attempt, '', undefined));
    this.settle();
    return this.end.onStream(status, headers, exchange);
  }

  onBody(bytes: Buffer): void {
    const { attempt } = this;
    if (attempt === undefined) return;
    try {
      const text = readText(bytes, attempt.headers['content-encoding']);
      const json = typeof text === 'string' ? readJson(text) : text.then(readJson);
      if (typeof text === 'string' && !(json instanceof Promise)) this.answer(attempt, text, json);
      else this.awaitBody(attempt, Promise.all([text, json]));
    } catch (error) {
      this.onFault(error);
    }
  }

  private awaitBody(attempt: Attempt, body: Promise<[string, unknown]>): void {
    body.then(
      ([text, json]) => {
        if (this.attempt === attempt) this.answer(attempt, text, json);
      },
      (error: unknown) => {
        if (this.attempt === attempt) this.onFault(error);
      },
    );
  }

  onFault(error: unknown): void {
    const { attempt } = this;
    if (attempt === undefined) return;
    const end = error instanceof TimeoutError ? 'timeout' : classifyFault(error);
    if (end === 'unreadable' && attempt.status >= 300) {
      // Beside a good status the body is the answer; beside any other the status says enough.
      this.answer(attempt, '', undefined);
      return;
    }
    attempt.exchange?.cancel();
    const { permit } = attempt.slot;
    if (end === undefined) {
      permit.leave();
      this.leaveAttempt(attempt);
      this.fail(error);
      return;
    }
    // A body that cannot be read is an answer all the same: the vendor is there.
    if (end === 'unreadable') permit.succeed();
    else permit.fail();
    this.report(attempt, end, error);
    this.leaveAttempt(attempt);
    this.releaseAuth(false);
    this.conclude({ type: 'fault', end, error });
  }

  private answer(attempt: Attempt, text: string, json: unknown): void {
    const response = this.toResponse(attempt, text, json);
    const { isThrottled, isWorthRenewing } = this.noteAnswer(attempt, response);
    if (isWorthRenewing && !this.isRenewed) {
      this.isRenewed = true;
      this.waitUntilEnd();
      this.authorize();
      return;
    }
    this.conclude({ type: 'answer', response, isThrottled });
  }

  /** What an answer means for gate, breaker and credentials. */
  private noteAnswer(attempt: Attempt, response: AccountResponse) {
    const { gate, errors } = this.parts;
    const { permit } = attempt.slot;
    const isThrottled = errors.isThrottled(response);
    gate.observe(response, isThrottled);
    if (response.status >= 500) permit.fail();
    else permit.succeed();
    this.report(attempt, response.status);
    this.leaveAttempt(attempt);
    const { auth } = this;
    this.auth = undefined;
    const isWorthRenewing =
      auth !== undefined && this.request.credentials?.note(auth, response, isThrottled) === true;
    return { isThrottled, isWorthRenewing };
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
    if (!this.request.isRepeatable) return undefined;
    const { gate, budget, clock, settings } = this.parts;
    const end = outcome.type === 'answer' ? outcome.response.status : outcome.end;
    const isThrottled = outcome.type === 'answer' && outcome.isThrottled;
    if (!isThrottled && typeof end === 'number' && end < 500) return undefined;
    const waitMs = decideRetryMs({
      method: this.request.method,
      end,
      isThrottled,
      retriesSoFar: this.retries,
      gateMs: gate.remainingMs(),
      remainingMs: this.endsAt - clock.now(),
      dice: settings.tools.random.next(),
    });
    return waitMs !== undefined && budget.spend() ? waitMs : undefined;
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
    this.end.onError(error);
  }

  private settle(): void {
    this.isOver = true;
    this.parts.deadlines.delete(this);
    this.releaseSignal?.();
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

  /** The caller left, or the whole call's time was cut short: neither is proof against the vendor. */
  private giveUp(attempt: Attempt, outcome: 'aborted' | 'timeout'): void {
    attempt.exchange?.cancel();
    attempt.slot.permit.leave();
    this.report(attempt, outcome);
    this.leaveAttempt(attempt);
  }

  private leaveAttempt(attempt: Attempt): void {
    this.attempt = undefined;
    attempt.span?.span.end();
    attempt.slot.leave();
  }

  private toResponse({ status, headers }: Attempt, text: string, json: unknown): AccountResponse {
    return { status, headers, text, json, receivedAt: this.parts.clock.now() };
  }

  private report({ startedAt, slot, span }: Attempt, outcome: VendorCall['outcome'], error?: unknown): void {
    const { settings, clock } = this.parts;
    const { purpose } = this.request.destination;
    reportAttempt(settings, this.scope, {
      purpose,
      outcome,
      error,
      attempt: this.attempts,
      durationMs: clock.now() - startedAt,
      waits: slot.waits,
      span: span?.span,
    });
  }
}
