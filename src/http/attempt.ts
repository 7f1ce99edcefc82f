import type { VendorErrorCode } from '../export/errors.ts';
import type { WorkScope } from '../export/ports.ts';
import type { Clock } from '../runtime/clock.ts';
import { toScopeFields } from '../telemetry/scope.ts';
import {
  type Context,
  isTracing,
  markFailed,
  type OpenSpan,
  openSpan,
  type SpanPlan,
} from '../telemetry/spans.ts';
import { readText } from './body.ts';
import type { Breaker } from './circuit-breaker.ts';
import { describeError, type ErrorMapper } from './errors.ts';
import { readJson } from './json.ts';
import type { Slot } from './rate-limiter.ts';
import type { AttemptEnd } from './retry.ts';
import type { ThrottleGate } from './throttle-gate.ts';
import {
  type BodySink,
  classifyFault,
  type Exchange,
  type ExchangeListener,
  TimeoutError,
  type Transport,
  type TransportRequest,
} from './transport.ts';
import type { AccountClientSettings, AccountResponse, ResponseHeaders, VendorCall } from './types.ts';

/** An address that an account speaks to: its API, or its token endpoint. */
export interface Destination {
  readonly purpose: VendorCall['purpose'];
  readonly transport: Transport;
  readonly breaker: Breaker;
}

/** How an attempt ended: with an answer, or without one that could be read. */
export type Outcome =
  | ({ readonly type: 'answer'; readonly response: AccountResponse } & AnswerMeaning)
  | { readonly type: 'fault'; readonly end: Exclude<AttemptEnd, number>; readonly error: unknown };

interface AnswerMeaning {
  /** The vendor asks to wait. */
  readonly isThrottled: boolean;
  /** The vendor could not answer. */
  readonly isFault: boolean;
}

/** Is told what becomes of an attempt, unless it gives it up. */
export interface AttemptOwner {
  /** Whom it is made for, for the log. */
  readonly scope: WorkScope | undefined;
  readonly context: Context | undefined;
  /** The request is about to be written to its connection: from now on the vendor may have it. */
  onSent(): void;
  /** The vendor has answered; the slot has not been given back yet, so that no other call goes before the answer is noted. */
  onAnswered(response: AccountResponse, isThrottled: boolean): void;
  /** It is over. Not called where the body is handed out. */
  onOutcome(outcome: Outcome): void;
  /** The request cannot be sent as it is: our own mistake. */
  onMistake(error: unknown): void;
  /** Takes the body of a good answer as it comes; without it bodies are collected. */
  readonly onStream?:
    | ((status: number, headers: ResponseHeaders, exchange: Exchange) => BodySink | undefined)
    | undefined;
}

/** What all attempts of one account share. */
export interface AttemptParts {
  readonly settings: AccountClientSettings;
  readonly clock: Clock;
  readonly gate: ThrottleGate;
  readonly errors: ErrorMapper;
}

/** Refusals that somebody has to do something about; that an export is not there is no news. */
const LOGGED_STATUSES: ReadonlySet<number> = new Set([401, 403, 429]);
const LOGGED_CODES: ReadonlySet<VendorErrorCode> = new Set<VendorErrorCode>([
  'VENDOR_UNAUTHENTICATED',
  'VENDOR_FORBIDDEN',
]);

const NO_HEADERS: ResponseHeaders = {};

/**
 * One request to a vendor and what it came to: transport → body → what the answer means for gate and breaker → log, metrics, span.
 */
export class Attempt implements ExchangeListener {
  readonly startedAt: number;
  private readonly parts: AttemptParts;
  private readonly destination: Destination;
  private readonly slot: Slot;
  private readonly number: number;
  private readonly owner: AttemptOwner;
  private exchange: Exchange | undefined;
  private span: OpenSpan | undefined;
  private status = 0;
  private headers = NO_HEADERS;
  private isOver = false;

  /** @param number - counted from 1 */
  constructor(
    parts: AttemptParts,
    owner: AttemptOwner,
    destination: Destination,
    slot: Slot,
    number: number,
  ) {
    this.parts = parts;
    this.owner = owner;
    this.destination = destination;
    this.slot = slot;
    this.number = number;
    this.startedAt = parts.clock.now();
  }

  send(request: TransportRequest): void {
    const { transport } = this.destination;
    if (isTracing()) this.span = openSpan(() => this.toSpanPlan(request.method));
    this.exchange =
      this.span === undefined
        ? transport.send(request, this)
        : this.span.run(() => transport.send(request, this));
  }

  /** Its time is up. */
  expire(): void {
    this.onFault(new TimeoutError('The time for this attempt is up.'));
  }

  /** The caller left, or the whole call's time was cut short: neither is proof against the vendor. */
  giveUp(outcome: 'aborted' | 'timeout'): void {
    this.exchange?.cancel();
    this.slot.permit.leave();
    this.report(outcome, true, outcome !== 'aborted');
    this.leave();
  }

  onSent(): void {
    this.slot.sent();
    this.owner.onSent();
  }

  onHead(status: number, headers: ResponseHeaders, exchange: Exchange): BodySink | undefined {
    this.status = status;
    this.headers = headers;
    this.slot.answered();
    const { onStream } = this.owner;
    if (onStream === undefined || status >= 300) return undefined;
    this.noteAnswer(this.toResponse('', undefined));
    return onStream(status, headers, exchange);
  }

  onBody(bytes: Buffer): void {
    try {
      const text = readText(bytes, this.headers['content-encoding']);
      const json = typeof text === 'string' ? readJson(text) : text.then(readJson);
      if (typeof text === 'string' && !(json instanceof Promise)) this.answer(text, json);
      else this.awaitBody(Promise.all([text, json]));
    } catch (error) {
      this.onFault(error);
    }
  }

  onFault(error: unknown): void {
    const end = classifyFault(error);
    if (end === 'unreadable' && this.status >= 300) {
      // Beside a good status the body is the answer; beside any other the status says enough.
      this.answer('', undefined);
      return;
    }
    this.exchange?.cancel();
    const { permit } = this.slot;
    if (end === undefined) {
      permit.leave();
      this.leave();
      this.owner.onMistake(error);
      return;
    }
    // A body that cannot be read is an answer all the same: the vendor is there.
    if (end === 'unreadable') permit.succeed();
    else permit.fail();
    this.report(end, true, true, error);
    this.leave();
    this.owner.onOutcome({ type: 'fault', end, error });
  }

  private awaitBody(body: Promise<[string, unknown]>): void {
    body.then(
      ([text, json]) => {
        if (!this.isOver) this.answer(text, json);
      },
      (error: unknown) => {
        if (!this.isOver) this.onFault(error);
      },
    );
  }

  private answer(text: string, json: unknown): void {
    const response = this.toResponse(text, json);
    const { isThrottled, isFault } = this.noteAnswer(response);
    this.owner.onOutcome({ type: 'answer', response, isThrottled, isFault });
  }

  private noteAnswer(response: AccountResponse): AnswerMeaning {
    const { gate, errors } = this.parts;
    const isThrottled = errors.isThrottled(response);
    const isFault = errors.isFault(response);
    gate.observe(response, isThrottled, {
      isFault,
      waitMs: isThrottled ? errors.throttleWaitMs(response) : undefined,
    });
    if (isFault) this.slot.permit.fail();
    else this.slot.permit.succeed();
    this.owner.onAnswered(response, isThrottled);
    this.reportAnswer(response, isThrottled, isFault);
    this.leave();
    return { isThrottled, isFault };
  }

  private reportAnswer(response: AccountResponse, isThrottled: boolean, isFault: boolean): void {
    const { status } = response;
    const declared = this.parts.errors.declaredCode(response);
    const isRefused = LOGGED_STATUSES.has(status) || (declared !== undefined && LOGGED_CODES.has(declared));
    const isFailed = isThrottled || isFault || isRefused || declared !== undefined;
    // What is an answer by the vendor's rules may have any status.
    this.report(status, isFailed || (status >= 400 && status < 500), isFault || isThrottled || isRefused);
  }

  private leave(): void {
    this.isOver = true;
    this.span?.span.end();
    this.slot.leave();
  }

  private toResponse(text: string, json: unknown): AccountResponse {
    const { status, headers } = this;
    return { status, headers, text, json, receivedAt: this.parts.clock.now() };
  }

  /** One count, what the span tells, and one line in the log: as a warning where somebody has to do something about it. */
  private report(
    outcome: VendorCall['outcome'],
    isFailed: boolean,
    isWarning: boolean,
    error?: unknown,
  ): void {
    const { vendor, account, onCall, tools } = this.parts.settings;
    const { purpose } = this.destination;
    const durationMs = this.parts.clock.now() - this.startedAt;
    onCall?.({ vendor, account, purpose, outcome, durationMs, waits: this.slot.waits });
    const span = this.span?.span;
    if (span !== undefined) {
      if (typeof outcome === 'number') span.setAttribute('http.response.status_code', outcome);
      if (isFailed) markFailed(span, String(outcome));
    }
    if (!tools.log.isEnabled(isWarning ? 'warn' : 'debug')) return;
    const scope = toScopeFields(this.owner.scope);
    const fields = { ...scope, vendor, account, purpose, outcome, attempt: this.number, durationMs };
    const cause = error === undefined ? {} : { cause: describeError(error) };
    if (isWarning) tools.log.warn({ ...fields, ...cause }, 'vendor call failed');
    else tools.log.debug(fields, 'vendor call');
  }

  /** Neither path nor query: ids stand in them. */
  private toSpanPlan(method: string): SpanPlan {
    const { vendor, account } = this.parts.settings;
    const { hostname, port } = this.destination.transport.address;
    const attributes = {
      'http.request.method': method,
      'server.address': hostname,
      'server.port': port,
      'waybill.vendor': vendor,
      'waybill.account': account,
      'waybill.purpose': this.destination.purpose,
      ...(this.number > 1 ? { 'http.request.resend_count': this.number - 1 } : {}),
    };
    return { name: method, kind: 'client', attributes, parent: this.owner.context };
  }
}
