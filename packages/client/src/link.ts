import type { Access } from './access.ts';
import { isRefusal, toNetworkError } from './answers.ts';
import type { Clock } from './clock.ts';
import { WaybillError } from './error.ts';
import { Store } from './store.ts';
import type { Credentials, Operation, StreamSink, Transport, TransportHost } from './transport.ts';
import type { Connection } from './types.ts';

/** A connection that stood for so long was no failure. */
const STABLE_MS = 5_000;
/** Where sockets got through before, a later failure is more likely the gateway's than the way's. */
const SOCKET_TRIES = 3;
/** A way that is worse than the one before is left again after this long. */
const UPGRADE_MS = 60_000;

/** The gateway has not spoken: the way may be to blame. */
const UNHEARD: ReadonlySet<string> = new Set(['NETWORK', 'BAD_ANSWER', 'TIMEOUT']);

/** One subscription, over as many connections as it takes. */
export interface StreamSpec {
  /** What is asked on the next connection: with the last cursor. */
  operation(): Operation;
  readonly sink: StreamSink;
  /** The gateway does not know the cursor: it is another one. Asked again without. */
  forgetCursor(): void;
}

/** How a transport is opened. */
export type Open = (credentials: Credentials, host: TransportHost) => Transport;

export interface LinkSettings {
  /** The ways to the gateway, the best first. */
  readonly ways: readonly Open[];
  readonly access: Access;
  readonly clock: Clock;
  readonly retry: { readonly minMs: number; readonly maxMs: number };
}

/** A stream, while it is wanted. */
interface Running {
  readonly spec: StreamSpec;
  /** Null while it is not open. */
  stop: (() => void) | null;
  failures: number;
  cancelRetry: () => void;
}

/**
 * The one connection, and everything that runs on it: made when something is followed, kept up while anything is, and let go with the last.
 * Each stream is opened anew on each connection, behind the last event it told.
 */
export class Link {
  readonly connection = new Store<Connection>({ state: 'idle' });
  private readonly settings: LinkSettings;
  private readonly streams = new Set<Running>();
  private transport: Transport | null = null;
  /** Answers of earlier attempts are no longer listened to. */
  private attempt = 0;
  private way = 0;
  private hasBestWorked = false;
  private failures = 0;
  private liveAt: number | null = null;
  private lostAt: number | null = null;
  private wasRefused = false;
  private why: 'connect' | 'refused' = 'connect';
  private isPaused = false;
  private cancelTimer: () => void = () => {};

  constructor(settings: LinkSettings) {
    this.settings = settings;
  }

  /** @returns the function that ends it */
  run(spec: StreamSpec): () => void {
    const running: Running = { spec, stop: null, failures: 0, cancelRetry: () => {} };
    const { state } = this.connection.get();
    if (state === 'closed') {
      const { error } = this.connection.get() as Extract<Connection, { state: 'closed' }>;
      queueMicrotask(() => spec.sink.end(error));
      return () => {};
    }
    this.streams.add(running);
    if (this.transport !== null) this.open(running, this.transport);
    else if (state === 'idle') this.connect();
    return () => this.end(running);
  }

  /** Lets go of the connection for a while. Nothing is lost: the streams go on behind their cursors. */
  pause(): void {
    this.isPaused = true;
    const { state } = this.connection.get();
    if (state === 'closed' || state === 'idle') return;
    this.drop();
    this.connection.set({ state: 'paused' });
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    if (this.connection.get().state === 'paused') this.connectNow();
  }

  /** Something says that the network may be another one now: does not wait, does not trust. */
  probe(): void {
    const { state } = this.connection.get();
    if (state === 'live') this.transport?.probe();
    else if (state === 'resuming' && this.transport === null) this.connectNow();
  }

  /** Tries again after it was refused for good. */
  reopen(): void {
    if (this.connection.get().state !== 'closed') return;
    this.reset();
    this.connection.set({ state: 'idle' });
  }

  close(error: WaybillError): void {
    this.drop();
    this.connection.set({ state: 'closed', error });
    const streams = [...this.streams];
    this.streams.clear();
    for (const running of streams) {
      running.cancelRetry();
      running.spec.sink.end(error);
    }
  }

  // ------------------------------------------------------------------ the connection

  private connectNow(): void {
    this.failures = 0;
    this.way = this.hasBestWorked ? 0 : this.way;
    this.connect();
  }

  private connect(): void {
    this.drop();
    if (this.streams.size === 0) {
      this.rest();
      return;
    }
    if (this.isPaused) {
      this.connection.set({ state: 'paused' });
      return;
    }
    if (this.lostAt === null) this.connection.set({ state: 'connecting' });
    const { attempt, why } = this;
    this.why = 'connect';
    this.settings.access.renew(why).then(
      (credentials) => {
        if (attempt === this.attempt) this.openTransport(credentials);
      },
      (cause: unknown) => {
        if (attempt !== this.attempt) return;
        this.lost(cause instanceof WaybillError ? cause : toNetworkError('No token could be had.', cause));
      },
    );
  }

  private openTransport(credentials: Credentials): void {
    const { attempt } = this;
    const isCurrent = (): boolean => attempt === this.attempt;
    const open = this.settings.ways[this.way];
    if (open === undefined) return;
    const transport = open(credentials, {
      onLive: () => {
        if (isCurrent()) this.live();
      },
      onLost: (error) => {
        if (isCurrent()) this.lost(error);
      },
      renew: async (why) => (this.settings.access.isRenewable ? this.settings.access.renew(why) : null),
    });
    // It may have been lost while it was opened.
    if (!isCurrent()) {
      transport.close();
      return;
    }
    this.transport = transport;
    for (const running of [...this.streams]) this.open(running, transport);
  }

  private live(): void {
    this.liveAt = this.settings.clock.now();
    this.lostAt = null;
    if (this.way === 0) this.hasBestWorked = true;
    this.connection.set({ state: 'live' });
    if (this.way > 0 && this.hasBestWorked) {
      this.cancelTimer = this.settings.clock.setTimer(UPGRADE_MS, () => {
        // Once: should it fail, the way that works is kept.
        this.hasBestWorked = false;
        this.way = 0;
        this.connect();
      });
    }
  }

  private lost(error: WaybillError): void {
    const { clock } = this.settings;
    const wasLive = this.liveAt !== null;
    const wasStable = this.liveAt !== null && clock.now() - this.liveAt >= STABLE_MS;
    this.drop();
    if (wasStable) {
      this.failures = 0;
      this.wasRefused = false;
    }
    this.lostAt ??= clock.now();
    if (isRefusal(error)) {
      this.refused(error);
      return;
    }
    if (error.code === 'RENEWED') {
      this.connect();
      return;
    }
    this.failures += 1;
    if (!wasLive && this.descend(error)) {
      this.connect();
      return;
    }
    if (!error.retryable) {
      this.close(error);
      return;
    }
    this.waitToConnect(error);
  }

  /** Takes the next best way, where this one does not get through. @returns false after the last one */
  private descend({ code }: WaybillError): boolean {
    const { ways } = this.settings;
    // What the gateway itself says is the same on each way.
    if (ways.length === 1 || !UNHEARD.has(code)) return false;
    if (this.way === 0 && this.hasBestWorked && this.failures < SOCKET_TRIES) return false;
    this.way = (this.way + 1) % ways.length;
    return this.way > 0;
  }

  private waitToConnect({ retryAfterMs = 0 }: WaybillError): void {
    const { clock } = this.settings;
    const waitMs = Math.max(this.toWaitMs(this.failures), retryAfterMs);
    const since = new Date(this.lostAt ?? clock.now());
    const retryAt = new Date(clock.now() + waitMs);
    this.connection.set({ state: 'resuming', since, attempt: this.failures, retryAt });
    this.cancelTimer = clock.setTimer(waitMs, () => this.connect());
  }

  /** By chance between the least wait and a bound that doubles, so that many clients of one gateway do not come back at once. */
  private toWaitMs(failures: number): number {
    const { clock, retry } = this.settings;
    const { minMs, maxMs } = retry;
    const bound = Math.min(maxMs, minMs * 2 ** Math.min(failures, 30));
    return minMs + clock.random() * Math.max(0, bound - minMs);
  }

  /** Another token may help once; twice means no. */
  private refused(error: WaybillError): void {
    if (this.wasRefused || !this.settings.access.isRenewable) {
      this.close(error);
      return;
    }
    this.wasRefused = true;
    this.why = 'refused';
    this.connect();
  }

  /** Nothing is followed any more. */
  private rest(): void {
    this.drop();
    this.reset();
    if (this.connection.get().state !== 'idle') this.connection.set({ state: 'idle' });
  }

  private reset(): void {
    this.failures = 0;
    this.lostAt = null;
    this.wasRefused = false;
    this.why = 'connect';
  }

  private drop(): void {
    this.attempt += 1;
    this.cancelTimer();
    this.cancelTimer = () => {};
    this.transport?.close();
    this.transport = null;
    this.liveAt = null;
    for (const running of this.streams) {
      running.stop = null;
      running.cancelRetry();
    }
  }

  // ------------------------------------------------------------------ the streams

  private open(running: Running, transport: Transport): void {
    const { spec } = running;
    running.cancelRetry();
    running.stop = transport.open(spec.operation(), {
      next: (event) => {
        running.failures = 0;
        spec.sink.next(event);
      },
      end: (error) => this.ended(running, error),
    });
  }

  private ended(running: Running, error: WaybillError | null): void {
    running.stop = null;
    if (!this.streams.has(running)) return;
    if (error !== null && isRefusal(error)) {
      this.lost(error);
      return;
    }
    if (error?.extensions.field === 'after') {
      running.spec.forgetCursor();
      if (this.transport !== null) this.open(running, this.transport);
      return;
    }
    if (error?.retryable === true) {
      this.openLater(running, error);
      return;
    }
    this.streams.delete(running);
    running.spec.sink.end(error);
    if (this.streams.size === 0) this.rest();
  }

  private openLater(running: Running, { retryAfterMs = 0 }: WaybillError): void {
    running.failures += 1;
    const waitMs = Math.max(this.toWaitMs(running.failures), retryAfterMs);
    running.cancelRetry = this.settings.clock.setTimer(waitMs, () => {
      if (this.transport !== null) this.open(running, this.transport);
    });
  }

  private end(running: Running): void {
    if (!this.streams.delete(running)) return;
    running.cancelRetry();
    running.stop?.();
    running.stop = null;
    if (this.streams.size === 0 && this.connection.get().state !== 'closed') this.rest();
  }
}
