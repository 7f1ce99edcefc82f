import type { ToStreamError } from '../access/sessions.ts';
import type { AnswerSink, AnswerStream } from '../operations/answer-stream.ts';
import type { Call, OperationEngine, Outcome } from '../operations/engine.ts';
import { type FormattedError, toRefusal } from '../operations/errors.ts';
import type { EndReason, OperationReport, Origin } from '../operations/reports.ts';
import type { OperationRequest } from '../operations/request.ts';
import { Cancellation } from '../runtime/cancellation.ts';
import type { ConnectionCounter } from '../telemetry/connection-counter.ts';
import { createRequestId } from '../telemetry/scope.ts';
import { type FrameHead, toFrameHead } from './websocket-frames.ts';
import type { WebSocketSink } from './websocket-sink.ts';

/** The websocket that an operation runs on. */
export interface OperationHost extends Origin {
  readonly sink: WebSocketSink;
  readonly engine: OperationEngine;
  readonly counter: ConnectionCounter;
  sendError(id: string, errors: readonly FormattedError[]): void;
  /** The operation is over. */
  ended(id: string): void;
  /** Its stream has begun. */
  attached(stream: AnswerStream): void;
  /** Its client does not read. */
  cutOff(): void;
}

export const NOTHING = Buffer.alloc(0);

/** One operation of a websocket, and its answers' way to the socket. */
export class WebSocketOperation implements Call, AnswerSink {
  readonly isReadOnly = false;
  readonly canStream = true;
  readonly requestId = createRequestId();
  isGone = false;
  private readonly id: string;
  private readonly connection: OperationHost;
  private head: FrameHead | null = null;
  private report: OperationReport | null = null;
  private stream: AnswerStream | null = null;
  private leaving: Cancellation | null = null;
  private traceHeaders: unknown = null;
  private endedFor: EndReason = 'disconnected';

  constructor(id: string, connection: OperationHost) {
    this.id = id;
    this.connection = connection;
  }

  get origin(): Origin {
    return this.connection;
  }

  get trace(): unknown {
    return this.traceHeaders;
  }

  get signal(): Cancellation {
    if (this.leaving === null) {
      this.leaving = new Cancellation();
      if (this.isGone) this.leaving.abort();
    }
    return this.leaving;
  }

  async run(request: OperationRequest): Promise<void> {
    this.traceHeaders = request.extensions;
    const outcome = await this.connection.engine.run(this, () => request);
    this.traceHeaders = null;
    this.report = outcome.report;
    if (this.isGone) return this.tooLate(outcome);
    if (outcome.type === 'stream') {
      this.stream = outcome.stream;
      outcome.stream.pipe(this);
      this.connection.attached(outcome.stream);
      return;
    }
    if (outcome.type === 'refused') this.connection.sendError(this.id, outcome.refusal.errors);
    else {
      this.push(Buffer.from(JSON.stringify(outcome.result)));
      this.complete();
    }
    this.end('completed');
  }

  // ------------------------------------------------------------------ its stream

  get isReady(): boolean {
    return this.connection.sink.isReady;
  }

  next(text: Buffer): void {
    this.connection.counter.pushes.websocket += 1;
    this.push(text);
  }

  /** A stream that the drain ends is told nothing: the socket is closed, and the client comes back by itself. */
  finish(error: FormattedError | null, isSlow: boolean): void {
    if (error === null) this.complete();
    else if (error.extensions.code !== 'SERVER_DRAINING') this.connection.sendError(this.id, [error]);
    this.end('completed');
    if (isSlow) this.connection.cutOff();
  }

  resume(): void {
    this.stream?.resume();
  }

  warn(expiresAt: number): void {
    this.stream?.warn(expiresAt);
  }

  fail(toError: ToStreamError): void {
    this.stream?.fail(toError);
  }

  // ------------------------------------------------------------------ its end

  /** It is over, for whichever reason comes first. */
  end(reason: EndReason): void {
    if (this.isGone) return;
    this.isGone = true;
    this.endedFor = reason;
    // Whatever runs for it is given up; what has ended is not disturbed by it.
    if (reason !== 'completed') this.leaving?.abort();
    this.stream?.close();
    this.stream = null;
    // A stream of a socket that is gone comes to its end like any other.
    this.report?.end(this.connection.sink.isOpen ? reason : 'disconnected');
    this.connection.ended(this.id);
  }

  cutOff(): void {
    this.report?.note([SLOW_CONSUMER]);
    this.end('disconnected');
  }

  /** The client had left before anything came of it. */
  private tooLate(outcome: Outcome): void {
    if (outcome.type === 'stream') outcome.stream.close();
    outcome.report.end(this.endedFor);
  }

  private push(json: Buffer): void {
    this.head ??= toFrameHead(`{"id":${JSON.stringify(this.id)},"type":"next","payload":`);
    this.connection.sink.push(this.head, json);
  }

  private complete(): void {
    this.connection.sink.push(toFrameHead(`{"id":${JSON.stringify(this.id)},"type":"complete"`), NOTHING);
  }
}

const SLOW_CONSUMER = toRefusal('SLOW_CONSUMER', 'This client reads too slowly.', null);
