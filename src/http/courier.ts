import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/tools.ts';
import { inSpan, markFailed, type Span } from '../telemetry/spans.ts';
import { readBody } from './body.ts';
import type { CircuitBreaker } from './breaker.ts';
import { readJson } from './json.ts';
import type { Problems } from './problems.ts';
import { describeError } from './redaction.ts';
import type { AttemptEnd } from './retry.ts';
import { openScope, type Scope } from './scope.ts';
import type { ThrottleGate } from './throttle-gate.ts';
import type { Turn, Turnstile } from './turnstile.ts';
import type { AccountClientSettings, AccountResponse, VendorCall } from './types.ts';
import { classifyFault, type Wire, type WireAnswer, type WireRequest } from './wire.ts';

/** An address that an account speaks to: its API, or its token endpoint. */
export interface Destination {
  readonly purpose: VendorCall['purpose'];
  readonly wire: Wire;
  readonly breaker: CircuitBreaker;
}

export interface Errand {
  readonly destination: Destination;
  /** Made anew for every attempt, since a token may have been renewed meanwhile. */
  readonly request: Omit<WireRequest, 'signal' | 'onSent'>;
  /** Of the whole call. */
  readonly scope: Scope;
  /** Counted from 1. */
  readonly attempt: number;
}

/** There was no answer, or none that could be read. */
export interface Fault {
  readonly type: 'fault';
  readonly end: 'timeout' | 'connection' | 'unreadable';
  readonly error: unknown;
}

/** How an attempt ended. */
export type Outcome = { readonly type: 'answer'; readonly response: AccountResponse } | Fault;

/** An answer whose body is still coming. */
export interface OpenAnswer {
  readonly type: 'stream';
  readonly answer: WireAnswer;
}

/** One errand under way. */
interface Attempt {
  readonly errand: Errand;
  readonly turn: Turn;
  readonly span: Span;
}

export interface CourierParts {
  readonly settings: AccountClientSettings;
  readonly gate: ThrottleGate;
  readonly turnstile: Turnstile;
  readonly problems: Problems;
}

/** Refusals that somebody has to do something about; that an export is not there is no news. */
const NEWSWORTHY: ReadonlySet<number> = new Set([401, 403, 429]);

/** Makes single attempts: waits for a turn, sends, reads, and tells gate, breaker, log and metrics how it went. */
export class Courier {
  private readonly parts: CourierParts;
  private readonly clock: Clock;
  private readonly log: Log;

  constructor(parts: CourierParts) {
    this.parts = parts;
    this.clock = parts.settings.tools.clock;
    this.log = parts.settings.tools.log;
  }

  /** @throws VendorError where there is no turn to be had; the scope's reason when it aborts */
  fetch(errand: Errand): Promise<Outcome> {
    return this.attempt(errand, (answer) => this.readAnswer(answer));
  }

  /**
   * Like `fetch`, but hands a good answer out as soon as its head is there, body unread.
   *
   * @returns the stream, or an outcome where the status is 300 or above or there was no answer
   */
  open(errand: Errand): Promise<Outcome | OpenAnswer> {
    return this.attempt<Outcome | OpenAnswer>(errand, async (answer) =>
      answer.status < 300 ? { type: 'stream', answer } : this.readAnswer(answer),
    );
  }

  private async attempt<Got extends Outcome | OpenAnswer>(
    errand: Errand,
    take: (answer: WireAnswer) => Promise<Got>,
  ): Promise<Got | Fault> {
    const { destination, scope } = errand;
    const isUrgent = destination.purpose === 'token';
    const turn = await this.parts.turnstile.enter({ breaker: destination.breaker, scope, isUrgent });
    return inSpan(this.toSpanPlan(errand), (span) => this.send({ errand, turn, span }, take));
  }

  private async send<Got extends Outcome | OpenAnswer>(
    attempt: Attempt,
    take: (answer: WireAnswer) => Promise<Got>,
  ): Promise<Got | Fault> {
    const { errand, turn } = attempt;
    const { destination, scope, request } = errand;
    const startedAt = this.clock.now();
    const time = openScope(this.clock, this.parts.settings.limits.timeoutMs, scope.signal);
    try {
      const answer = await destination.wire.request({ ...request, signal: time.signal, onSent: turn.sent });
      turn.answered();
      const got = await take(answer);
      const response = got.type === 'answer' ? got.response : this.toHead(answer);
      this.noteAnswer(turn, response);
      this.report(attempt, startedAt, response.status);
      return got;
    } catch (error) {
      if (!scope.signal.aborted) return this.noteFault(attempt, startedAt, time.isOverdue(), error);
      // The caller left, or the whole call's time was cut short: neither is proof against the vendor.
      turn.permit.leave();
      this.report(attempt, startedAt, scope.isOverdue() ? 'timeout' : 'aborted');
      throw scope.signal.reason;
    } finally {
      time.close();
      turn.leave();
    }
  }

  private noteAnswer(turn: Turn, response: AccountResponse): void {
    this.parts.gate.observe(response, this.parts.problems.isThrottled(response));
    if (response.status >= 500) turn.permit.fail();
    else turn.permit.succeed();
  }

  /** @throws the error itself where it is our own mistake */
  private noteFault(attempt: Attempt, startedAt: number, isOverdue: boolean, error: unknown): Fault {
    const { turn } = attempt;
    const end = isOverdue ? 'timeout' : classifyFault(error);
    if (end === undefined) {
      turn.permit.leave();
      throw error;
    }
    // A body that cannot be read is an answer all the same: the vendor is there.
    if (end === 'unreadable') turn.permit.succeed();
    else turn.permit.fail();
    this.report(attempt, startedAt, end, error);
    return { type: 'fault', end, error };
  }

  private async readAnswer(answer: WireAnswer): Promise<Extract<Outcome, { type: 'answer' }>> {
    const { status, headers, body } = answer;
    const text = await readBody(body, headers).catch((error: unknown) => {
      // Beside a good status the body is the answer; beside any other the status says enough.
      if (status >= 300 && classifyFault(error) === 'unreadable') return '';
      throw error;
    });
    return { type: 'answer', response: { ...this.toHead(answer), text, json: await readJson(text) } };
  }

  private toHead({ status, headers }: WireAnswer): AccountResponse {
    return { status, headers, text: '', json: undefined, receivedAt: this.clock.now() };
  }

  /** One line in the log, one count, and what the span tells. */
  private report(attempt: Attempt, startedAt: number, outcome: VendorCall['outcome'], error?: unknown): void {
    const { errand, turn, span } = attempt;
    const { vendor, account, onCall } = this.parts.settings;
    const { purpose } = errand.destination;
    const durationMs = this.clock.now() - startedAt;
    onCall?.({ vendor, account, purpose, outcome, durationMs, waits: turn.waits });
    if (typeof outcome === 'number') span.setAttribute('http.response.status_code', outcome);
    if (typeof outcome !== 'number' || outcome >= 400) markFailed(span, String(outcome));

    const fields = { vendor, account, purpose, outcome, attempt: errand.attempt, durationMs };
    const isNews =
      typeof outcome === 'number' ? outcome >= 500 || NEWSWORTHY.has(outcome) : outcome !== 'aborted';
    const cause = error === undefined ? {} : { cause: describeError(error) };
    if (isNews) this.log.warn({ ...fields, ...cause }, 'vendor call failed');
    else this.log.debug(fields, 'vendor call');
  }

  /** Neither path nor query: ids stand in them. */
  private toSpanPlan({ destination, request, attempt }: Errand) {
    const { vendor, account } = this.parts.settings;
    const { hostname, port } = destination.wire.address;
    const attributes = {
      'http.request.method': request.method,
      'server.address': hostname,
      'server.port': port,
      'waybill.vendor': vendor,
      'waybill.account': account,
      'waybill.purpose': destination.purpose,
      ...(attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {}),
    };
    return { name: request.method, kind: 'client', attributes } as const;
  }
}

/** An outcome in one word, for the retry policy. */
export function endOf(outcome: Outcome): AttemptEnd {
  return outcome.type === 'answer' ? outcome.response.status : outcome.end;
}
