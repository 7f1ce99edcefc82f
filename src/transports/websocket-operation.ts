import type { ToStreamError } from '../access/sessions.ts';
import { codesOf } from '../operations/error-codes.ts';
import type { Attached, Outlet } from '../operations/pushed-stream.ts';
import type { Ending } from '../operations/reports.ts';
import { type Subject, UNKNOWN_SUBJECT } from '../operations/subject.ts';
import { createRequestId, type RequestScope } from '../telemetry/scope.ts';
import type { Envelope } from './websocket-frames.ts';
import type { Socket } from './websocket-sink.ts';

const NO_CODES: readonly string[] = [];

/** Whoever the operation belongs to. */
interface OperationOwner {
  readonly socket: Socket;
  /** What log lines about an operation of its carry. */
  scopeOf(requestId: string): Partial<RequestScope>;
  /** Its stream has begun. */
  onAttached(operation: Operation): void;
}

/** One operation of a websocket: how it ends, and its answers' way to the socket. */
export class Operation implements Outlet, Envelope {
  readonly head: string;
  readonly headBytes: number;
  /** Stands in its errors, and in the log lines about it. */
  readonly requestId = createRequestId();
  /** Which operation it is, once that is known. */
  subject: Subject = UNKNOWN_SUBJECT;
  private readonly owner: OperationOwner;
  private readonly startedAt: number;
  private codes = NO_CODES;
  private stream: Attached | null = null;
  private abort: AbortController | null = null;

  /** @param startedAt - by the clock of whoever reports its end */
  constructor(id: string, owner: OperationOwner, startedAt: number) {
    this.head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    this.headBytes = Buffer.byteLength(this.head);
    this.owner = owner;
    this.startedAt = startedAt;
  }

  /** Aborts when the operation ends. Made when first asked for: a subscription needs none. */
  get signal(): AbortSignal {
    this.abort ??= new AbortController();
    return this.abort.signal;
  }

  /** Made anew each time: an idle subscription keeps none. */
  get scope(): Partial<RequestScope> {
    return this.owner.scopeOf(this.requestId);
  }

  get isReady(): boolean {
    return this.owner.socket.isReady;
  }

  send(text: Buffer): void {
    this.owner.socket.push(this, text);
  }

  attach(stream: Attached): void {
    this.stream = stream;
    this.owner.onAttached(this);
  }

  resume(): void {
    this.stream?.resume();
  }

  /** Tells its stream, where it has one, that the caller's access ends soon. */
  warn(expiresAt: number): void {
    this.stream?.warn(expiresAt);
  }

  /** Ends its stream, where it has one; a query may finish. */
  fail(toError: ToStreamError): void {
    this.stream?.fail(toError);
  }

  /** What its caller is told of errors. */
  note(errors: readonly unknown[]): void {
    if (errors.length > 0) this.codes = codesOf(errors);
  }

  /** How it ended; `why` is for one that ended without errors. */
  endingAt(now: number, why: 'completed' | 'unsubscribed' | 'disconnected'): Ending {
    const { subject, codes } = this;
    const [code] = codes;
    const untroubled = why === 'completed' ? 'ok' : 'left';
    return {
      subject,
      codes,
      outcome: code === undefined ? untroubled : 'errors',
      why: subject.type === 'subscription' ? (code ?? why) : undefined,
      durationMs: now - this.startedAt,
    };
  }

  end(): void {
    this.abort?.abort();
    void this.stream?.return();
    this.stream = null;
  }
}
