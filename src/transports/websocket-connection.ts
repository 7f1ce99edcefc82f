import type { Context } from 'graphql-ws';
import type { Authenticate } from '../access/authenticate.ts';
import type { Caller } from '../access/caller.ts';
import type { AccessSession, AccessSessions, SessionListener, ToStreamError } from '../access/sessions.ts';
import type { Asked, OperationReports, RefusalReason } from '../operations/reports.ts';
import type { RequestScope } from '../telemetry/scope.ts';
import { answerPing } from './renewal.ts';
import { Operation } from './websocket-operation.ts';
import type { Socket } from './websocket-sink.ts';

/** How long a peer whose access was taken away may take to hear of it before its socket is closed. */
const LAST_WORDS_MS = 1_000;

/** Why operations end that are cut off. */
const SLOW_CONSUMER = { code: 'SLOW_CONSUMER' };

/** What graphql-ws keeps for a peer. */
export interface PeerState extends Record<PropertyKey, unknown> {
  readonly peer: Peer;
}

export type PeerContext = Context<Record<string, unknown>, PeerState>;

/** Whom a peer's operations are reported to, and from where it came. */
export interface PeerReports {
  readonly reports: OperationReports;
  readonly clientAddress: string;
}

/** One peer: its socket as graphql-ws is given it, who it is, and what it has running. */
export class Peer implements SessionListener {
  readonly socket: Socket;
  /** Who it is and until when; null before it has said hello. */
  session: AccessSession | null = null;
  private readonly authenticate: Authenticate;
  private readonly reporting: PeerReports;
  private readonly complete: (message: unknown) => unknown;
  private readonly operations = new Map<string, Operation>();
  /** graphql-ws's side of it; known once it has said hello. */
  private context: PeerContext | null = null;
  private isLeaving = false;
  private onIdle: (() => void) | null = null;

  /** @param complete - what a message is put right with before graphql-ws looks at it */
  constructor(
    socket: Socket,
    authenticate: Authenticate,
    reporting: PeerReports,
    complete: (message: unknown) => unknown = keep,
  ) {
    this.socket = socket;
    this.authenticate = authenticate;
    this.reporting = reporting;
    this.complete = complete;
    socket.onReady = () => {
      for (const operation of this.operations.values()) operation.resume();
    };
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  send(message: string): Promise<void> {
    return this.socket.send(message);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  /** After each message, what the peer has completed is ended. */
  onMessage(callback: (data: string) => Promise<void>): void {
    this.socket.onMessage((data) => {
      const handled = callback(this.complete(read(data)) as string);
      this.endForgotten();
      return handled;
    });
  }

  /** Takes a `ping` in place of graphql-ws, which would only repeat it. */
  onPing(payload: unknown): Promise<void> {
    return answerPing(this, payload, this.authenticate);
  }

  get runningCount(): number {
    return this.operations.size;
  }

  /** True once it was told that the gateway shuts down: nothing new is begun. */
  get isDraining(): boolean {
    return this.onIdle !== null;
  }

  /** Lets it in. */
  greet(context: PeerContext, caller: Caller, sessions: AccessSessions): void {
    this.context = context;
    this.session = sessions.open(caller, this);
  }

  begin(id: string): Operation {
    const operation = new Operation(id, this, this.reporting.reports.now());
    this.operations.set(id, operation);
    return operation;
  }

  /** What log lines about an operation of this peer carry. */
  scopeOf(requestId: string | undefined): Partial<RequestScope> {
    const caller = this.session?.caller;
    return { requestId, tenant: caller?.tenant, caller: caller?.name };
  }

  /** Of an operation that runs; undefined for one that was refused before it began. */
  requestIdOf(id: string): string | undefined {
    return this.operations.get(id)?.requestId;
  }

  /** What the caller of an operation is told of errors. */
  note(id: string, errors: readonly unknown[]): void {
    this.operations.get(id)?.note(errors);
  }

  /** A stream has begun. */
  reportBegun(operation: Operation): void {
    this.reporting.reports.begun(this.asked(operation.requestId), operation.subject);
  }

  /** Nothing of it was run. @param requestId - what its error says, where it has one */
  reportRefused(reason: RefusalReason, requestId?: string): void {
    this.reporting.reports.refused(reason, this.asked(requestId));
  }

  end(id: string, why: 'completed' | 'unsubscribed' | 'disconnected' = 'completed'): void {
    const operation = this.operations.get(id);
    operation?.end();
    this.operations.delete(id);
    const { reports } = this.reporting;
    // A stream of a socket that is gone comes to its end like any other.
    const reason = this.socket.isOpen ? why : 'disconnected';
    if (operation)
      reports.finished(this.asked(operation.requestId), operation.endingAt(reports.now(), reason));
    if (this.isLeaving) this.cutOff();
    // Not at once: what graphql-ws still has to say about this operation goes before the close frame.
    if (this.operations.size === 0 && this.onIdle !== null) setImmediate(this.onIdle);
  }

  /** The socket is gone. */
  leave(): void {
    this.session?.close();
    this.endAll();
  }

  /** graphql-ws has no hook for a `complete` of the peer's: it only forgets the operation, which may be a running query. */
  endForgotten(): void {
    for (const id of this.operations.keys())
      if (!(id in (this.context?.subscriptions ?? {}))) this.end(id, 'unsubscribed');
  }

  /** Cuts the peer off once it was told why. */
  cutOffSoon(): void {
    this.isLeaving = true;
  }

  cutOff(): void {
    this.socket.cutOff();
    this.isLeaving = false;
    for (const operation of this.operations.values()) operation.note([SLOW_CONSUMER]);
    this.endAll();
  }

  /** Begins nothing more, and calls back as soon as nothing runs. */
  drain(onIdle: () => void): void {
    this.onIdle = onIdle;
    if (this.operations.size === 0) onIdle();
  }

  onExpiring(expiresAt: number): void {
    const payload = { access: 'expiring', expiresAt: new Date(expiresAt).toISOString() };
    void this.send(JSON.stringify({ type: 'ping', payload }));
    for (const operation of this.operations.values()) operation.warn(expiresAt);
  }

  onEnded(toError: ToStreamError, renewableMs: number): void {
    for (const operation of this.operations.values()) operation.fail(toError);
    // After what the streams have to say.
    this.socket.later(Math.max(LAST_WORDS_MS, renewableMs), () => {
      if (this.session?.end === toError) this.close(4403, 'Forbidden');
    });
  }

  /** A stream has begun: what it came too late for is told now. */
  onAttached(operation: Operation): void {
    const { session } = this;
    if (session?.end) operation.fail(session.end);
    else if (session?.isExpiring) operation.warn(session.caller.expiresAt ?? 0);
  }

  private endAll(): void {
    for (const id of this.operations.keys()) this.end(id, 'disconnected');
  }

  private asked(requestId: string | undefined): Asked {
    const { clientAddress } = this.reporting;
    return { scope: this.scopeOf(requestId), transport: 'websocket', clientAddress };
  }
}

function keep(message: unknown): unknown {
  return message;
}

/**
 * The message as an object, which graphql-ws takes as well as a text.
 *
 * It keeps what it is given for as long as the operation runs, and the text is most of what an idle subscription would weigh.
 */
function read(data: string): unknown {
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === 'object' ? message : data;
  } catch {
    return data;
  }
}
