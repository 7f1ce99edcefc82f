import { CloseCode, type Context, type SubscribePayload } from 'graphql-ws';
import type { AccessFault, Authenticate, Refusal } from '../access/authenticate.ts';
import { ANONYMOUS, type Caller } from '../access/caller.ts';
import type { AccessSession, AccessSessions, SessionListener, ToStreamError } from '../access/sessions.ts';
import type { AnswerStream } from '../operations/answer-stream.ts';
import type { OperationEngine } from '../operations/engine.ts';
import { type FormattedError, type MaskError, toRefusal } from '../operations/errors.ts';
import type { EndReason, OperationReports, RefusalReason, Transport } from '../operations/reports.ts';
import type { OperationRequest } from '../operations/request.ts';
import type { ConnectionCounter } from '../telemetry/connection-counter.ts';
import { createRequestId } from '../telemetry/scope.ts';
import { toFrameHead } from './websocket-frames.ts';
import { parse, read, toHeaders, withQuery } from './websocket-messages.ts';
import { NOTHING, type OperationHost, WebSocketOperation } from './websocket-operation.ts';
import type { WebSocketSink } from './websocket-sink.ts';

/** How long a client whose access was taken away may take to hear of it before its socket is closed. */
const CLOSE_GRACE_MS = 1_000;

/** "Service Restart": standard clients come back by themselves after it. Source: IANA WebSocket Close Code Number Registry; read 2026-11. */
const SERVICE_RESTART = 1012;

/** What graphql-ws keeps for a connection. */
export interface ConnectionState extends Record<PropertyKey, unknown> {
  readonly connection: WebSocketConnection;
}

export type ConnectionContext = Context<Record<string, unknown>, ConnectionState>;

export interface ConnectionSettings {
  readonly engine: OperationEngine;
  readonly authenticate: Authenticate;
  readonly sessions: AccessSessions;
  readonly maskError: MaskError;
  readonly reports: OperationReports;
  readonly counter: ConnectionCounter;
  /** True where a document may be named by an id alone. */
  readonly takesIds: boolean;
  readonly limits: { readonly subscriptionsPerSocket: number };
}

/**
 * One websocket: who is at the other end, and what it has running.
 *
 * graphql-ws keeps the protocol: the greeting, its time limit, pings, and what a wrong message is answered with. Operations never reach it:
 * their messages are taken out before, and go to the engine, since answers that many subscribers share are sent without being copied for each.
 */
export class WebSocketConnection implements OperationHost, SessionListener {
  readonly transport: Transport = 'websocket';
  readonly clientAddress: string;
  readonly sink: WebSocketSink;
  private readonly settings: ConnectionSettings;
  /** Who it is and until when; null before it has been greeted. */
  private session: AccessSession | null = null;
  /** graphql-ws's side of it; known once it has been greeted. */
  private context: ConnectionContext | null = null;
  private readonly operations = new Map<string, WebSocketOperation>();
  /** Another token is being checked: one at a time, so that a flood of them costs one check each. */
  private isRenewing = false;
  private isDraining = false;

  constructor(sink: WebSocketSink, clientAddress: string, settings: ConnectionSettings) {
    this.sink = sink;
    this.clientAddress = clientAddress;
    this.settings = settings;
    sink.onReady = () => {
      for (const operation of this.operations.values()) operation.resume();
    };
  }

  get engine(): OperationEngine {
    return this.settings.engine;
  }

  get counter(): ConnectionCounter {
    return this.settings.counter;
  }

  get caller(): Caller {
    return this.session?.caller ?? ANONYMOUS;
  }

  // ------------------------------------------------------------------ as graphql-ws sees it

  get protocol(): string {
    return this.sink.protocol;
  }

  send(message: string): Promise<void> {
    return this.sink.send(message);
  }

  close(code: number, reason: string): void {
    this.sink.close(code, reason);
  }

  /** Hands on what is no operation's. */
  onMessage(callback: (data: string) => Promise<void>): void {
    this.sink.onMessage((data) => {
      const message = this.isAcknowledged ? parse(data) : undefined;
      if (message?.type === 'subscribe') this.subscribe(message);
      else if (message?.type === 'complete') this.complete(message);
      else callback(data).catch(() => this.close(CloseCode.BadRequest, 'Invalid message'));
    });
  }

  /**
   * A `ping` that carries an `authorization` renews the access: streams go on as if nothing had been. It is answered with a `pong` of
   * `{ "access": "renewed", "expiresAt": … }` or `{ "access": "refused", "message": … }`; any other ping with what it brought.
   */
  async onPing(payload: unknown): Promise<void> {
    const isRenewal = typeof payload === 'object' && payload !== null && 'authorization' in payload;
    const answer = isRenewal ? await this.renew(payload) : payload;
    await this.send(JSON.stringify({ type: 'pong', ...(answer === undefined ? {} : { payload: answer }) }));
  }

  /** @returns false where it is not let in */
  async greet(context: ConnectionContext): Promise<boolean> {
    const { authenticate, sessions } = this.settings;
    const caller = await authenticate(toHeaders(context.connectionParams));
    if (!('refusal' in caller)) {
      this.context = context;
      this.session = sessions.open(caller, this);
      return true;
    }
    this.reportNotLetIn(caller);
    if (caller.isOutage) this.close(1013, 'Try again later');
    return false;
  }

  /** The socket is gone. */
  left(): void {
    this.session?.close();
    this.endAll('disconnected');
  }

  // ------------------------------------------------------------------ operations

  private get isAcknowledged(): boolean {
    return this.context?.acknowledged === true;
  }

  private subscribe(message: object): void {
    const { takesIds, limits } = this.settings;
    const asked = read(takesIds ? withQuery(message) : message);
    if (asked === null || !('payload' in asked)) {
      this.close(CloseCode.BadRequest, 'Invalid message received');
      return;
    }
    const { id, payload } = asked as { readonly id: string; readonly payload: SubscribePayload };
    if (this.operations.has(id))
      this.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
    // The socket is about to be closed, and the client comes back by itself.
    else if (this.isDraining) this.reportRefused('draining');
    else if (this.session?.end) this.refuseLate(id, this.session.end);
    else if (this.operations.size >= limits.subscriptionsPerSocket) this.refuseOneMore(id);
    else {
      const operation = new WebSocketOperation(id, this);
      this.operations.set(id, operation);
      void operation.run(payload as OperationRequest);
    }
  }

  private complete(message: object): void {
    const asked = read(message);
    if (asked === null || !('id' in asked)) this.close(CloseCode.BadRequest, 'Invalid message received');
    else this.operations.get(String(asked.id))?.end('unsubscribed');
  }

  /** Its access has ended. */
  private refuseLate(id: string, toError: ToStreamError): void {
    this.sendError(id, [this.settings.maskError(toError(null), createRequestId())]);
  }

  private refuseOneMore(id: string): void {
    const { subscriptionsPerSocket } = this.settings.limits;
    const message = `At most ${subscriptionsPerSocket} operations may run on one socket: end one, or open another socket.`;
    const requestId = createRequestId();
    this.reportRefused('too_many_operations', requestId);
    this.sendError(id, [toRefusal('SUBSCRIPTION_LIMIT', message, requestId)]);
  }

  sendError(id: string, errors: readonly FormattedError[]): void {
    this.sink.push(
      toFrameHead(`{"id":${JSON.stringify(id)},"type":"error","payload":${JSON.stringify(errors)}`),
      NOTHING,
    );
  }

  /** An operation has ended. */
  ended(id: string): void {
    this.operations.delete(id);
    this.leaveWhenDrained();
  }

  /** A stream has begun: what it came too late for is told now. */
  attached(stream: AnswerStream): void {
    const { session } = this;
    if (session?.end) stream.fail(session.end);
    else if (session?.isExpiring) stream.warn(session.caller.expiresAt ?? 0);
  }

  /** Cuts the client off, since it does not read. */
  cutOff(): void {
    this.sink.cutOff();
    for (const operation of [...this.operations.values()]) operation.cutOff();
  }

  /** Begins nothing more, and closes the socket as soon as no query runs. Streams have ended by then. */
  drain(): void {
    this.isDraining = true;
    this.leaveWhenDrained();
  }

  goAway(): void {
    this.close(SERVICE_RESTART, 'SERVER_DRAINING');
  }

  private leaveWhenDrained(): void {
    if (this.isDraining && this.operations.size === 0) this.goAway();
  }

  private endAll(reason: EndReason): void {
    for (const operation of [...this.operations.values()]) operation.end(reason);
  }

  private reportNotLetIn({ isOutage, why }: Refusal): void {
    this.reportRefused(isOutage ? 'access_unavailable' : 'unauthenticated', undefined, why);
  }

  private reportRefused(reason: RefusalReason, requestId?: string, why?: AccessFault): void {
    const { caller, clientAddress, session } = this;
    const who = session === null ? {} : { tenant: caller.tenant, caller: caller.name };
    const scope = { ...(requestId === undefined ? {} : { requestId }), ...who };
    this.settings.reports.refused(reason, { scope, transport: 'websocket', clientAddress }, why);
  }

  // ------------------------------------------------------------------ access

  onExpiring(expiresAt: number): void {
    const payload = { access: 'expiring', expiresAt: new Date(expiresAt).toISOString() };
    void this.send(JSON.stringify({ type: 'ping', payload }));
    for (const operation of this.operations.values()) operation.warn(expiresAt);
  }

  onEnded(toError: ToStreamError, renewableMs: number): void {
    for (const operation of [...this.operations.values()]) operation.fail(toError);
    // After what the streams have to say.
    this.sink.later(Math.max(CLOSE_GRACE_MS, renewableMs), () => {
      if (this.session?.end === toError) this.close(CloseCode.Forbidden, 'Forbidden');
    });
  }

  private async renew(payload: object): Promise<object> {
    const { session } = this;
    if (session === null) return refuseRenewal('Send connection_init first.');
    if (this.isRenewing)
      return refuseRenewal('Another token is being checked: send this one after its answer.');
    this.isRenewing = true;
    try {
      const caller = await this.settings.authenticate(toHeaders(payload as Record<string, unknown>));
      if ('refusal' in caller) {
        this.reportNotLetIn(caller);
        return refuseRenewal(caller.refusal);
      }
      if (!session.renew(caller))
        return refuseRenewal('This token is another caller’s, or comes too late: connect again.');
      const { expiresAt } = caller;
      return { access: 'renewed', expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString() };
    } finally {
      this.isRenewing = false;
    }
  }
}

function refuseRenewal(message: string): object {
  return { access: 'refused', message };
}
