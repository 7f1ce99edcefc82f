import type { Clock } from '../export/clock.ts';
import type { Log } from '../export/ports.ts';
import { readBody } from './body.ts';
import type { CircuitBreaker } from './breaker.ts';
import { parseJson } from './json.ts';
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

/** How an attempt ended. */
export type Outcome =
  | { readonly type: 'answer'; readonly response: AccountResponse }
  | {
      readonly type: 'fault';
      readonly end: 'timeout' | 'connection' | 'unreadable';
      readonly error: unknown;
    };

export interface CourierParts {
  readonly settings: AccountClientSettings;
  readonly gate: ThrottleGate;
  readonly turnstile: Turnstile;
  readonly problems: Problems;
}

/** Statuses that are no news: the export is not there, or the question was refused. */
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
  async fetch(errand: Errand): Promise<Outcome> {
    return this.attempt(errand, async (answer) => {
      const response = await this.readAnswer(answer);
      return { type: 'answer', response };
    });
  }

  /**
   * Like `fetch`, but hands a good answer out as soon as its head is there, body unread.
   *
   * @returns the stream, or an outcome where the status is 400 or above or there was no answer
   */
  async open(errand: Errand): Promise<Outcome | { readonly type: 'stream'; readonly answer: WireAnswer }> {
    return this.attempt(errand, async (answer) => {
      if (answer.status < 400) return { type: 'stream', answer };
      return { type: 'answer', response: await this.readAnswer(answer) };
    });
  }

  private async attempt<Got extends Outcome | { readonly type: 'stream'; readonly answer: WireAnswer }>(
    errand: Errand,
    take: (answer: WireAnswer) => Promise<Got>,
  ): Promise<Got | Extract<Outcome, { type: 'fault' }>> {
    const { destination, scope } = errand;
    const turn = await this.parts.turnstile.enter({
      breaker: destination.breaker,
      scope,
      isUrgent: destination.purpose === 'token',
    });
    const startedAt = this.clock.now();
    // Its own controller, not the scope's: a file's body outlives this attempt.
    const time = openScope(this.clock, this.parts.settings.limits.timeoutMs, scope.signal);
    try {
      const answer = await destination.wire.request({
        ...errand.request,
        signal: time.signal,
        onSent: turn.sent,
      });
      const got = await take(answer);
      if (got.type === 'stream')
        this.noteAnswer(turn, { ...got.answer, text: '', json: undefined, receivedAt: this.clock.now() });
      else if (got.type === 'answer') this.noteAnswer(turn, got.response);
      this.report(errand, startedAt, got.type === 'stream' ? got.answer.status : endOf(got));
      return got;
    } catch (error) {
      if (scope.signal.aborted) {
        turn.permit.leave();
        this.report(errand, startedAt, 'aborted');
        throw scope.signal.reason;
      }
      const end = time.isOverdue() ? 'timeout' : classifyFault(error);
      if (end === undefined) {
        turn.permit.leave();
        throw error;
      }
      if (end === 'unreadable') turn.permit.succeed();
      else turn.permit.fail();
      this.report(errand, startedAt, end, error);
      return { type: 'fault', end, error };
    } finally {
      time.close();
      turn.leave();
    }
  }

  private async readAnswer({ status, headers, body }: WireAnswer): Promise<AccountResponse> {
    const text = await readBody(body, headers).catch((error: unknown) => {
      // Beside a good status the body is the answer; beside any other the status says enough.
      if (status >= 300 && classifyFault(error) === 'unreadable') return '';
      throw error;
    });
    return { status, headers, text, json: parseJson(text), receivedAt: this.clock.now() };
  }

  private noteAnswer(turn: Turn, response: AccountResponse): void {
    this.parts.gate.observe(response, this.parts.problems.isThrottled(response));
    if (response.status >= 500) turn.permit.fail();
    else turn.permit.succeed();
  }

  private report(errand: Errand, startedAt: number, outcome: VendorCall['outcome'], error?: unknown): void {
    const { vendor, account, onCall } = this.parts.settings;
    const { purpose } = errand.destination;
    const durationMs = this.clock.now() - startedAt;
    onCall?.({ vendor, account, purpose, outcome, durationMs });
    const isNews =
      typeof outcome === 'number' ? outcome >= 500 || NEWSWORTHY.has(outcome) : outcome !== 'aborted';
    if (!isNews) return;
    const fields = { vendor, account, purpose, outcome, attempt: errand.attempt, durationMs };
    const cause = error === undefined ? {} : { cause: describeError(error) };
    this.log.warn({ ...fields, ...cause }, 'vendor call failed');
  }
}

/** An outcome in one word, for the retry policy. */
export function endOf(outcome: Outcome): AttemptEnd {
  return outcome.type === 'answer' ? outcome.response.status : outcome.end;
}
