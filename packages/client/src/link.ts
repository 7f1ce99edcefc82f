import type { Access } from './access.ts';
import { isRefusal, toNetworkError } from './answers.ts';
import type { Clock } from './clock.ts';
import type { WaybillError } from './error.ts';
import { UNHEARD } from './requests.ts';
import { createStore, type Store } from './store.ts';
import {
  type Credentials,
  EXPIRING,
  type Operation,
  type StreamSink,
  type Transport,
  type TransportHost,
} from './transport.ts';
import type { Connection } from './types.ts';

/** A connection that stood for so long was no failure. */
const STABLE_MS = 5_000;
/** Where sockets got through before, a later failure is more likely the gateway's than the way's. */
const SOCKET_TRIES = 3;
/** A way that is worse than the one before is left again after this long. */
const UPGRADE_MS = 60_000;
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

/**
 * The one connection, and everything that runs on it: made when something is followed, kept up while anything is, and let go with the last.
 * Each stream is opened anew on each connection, behind the last event it told.
 */
export interface Link {
  readonly connection: Store<Connection>;
  /** @returns the function that ends it */
  run(spec: StreamSpec): () => void;
  /** Lets go of the connection for a while. Nothing is lost: the streams go on behind their cursors. */
  pause(): void;
  resume(): void;
  /** Something says that the network may be another one now: does not wait, does not trust. */
  probe(): void;
  /** Tries again after it was refused for good. */
  reopen(): void;
  close(error: WaybillError): void;
}

/** A stream, while it is wanted. */
interface Running {
  readonly spec: StreamSpec;
  failures: number;
  /** Null while it is not open. */
  stop: (() => void) | null;
  cancelRetry: () => void;
}

const nothing = (): void => {};

export function createLink({ ways, access, clock, retry }: LinkSettings): Link {
  const connection = createStore<Connection>({ state: 'idle' });
  const streams = new Set<Running>();
  let transport: Transport | null = null;
  /** Answers of earlier attempts are no longer listened to. */
  let attempt = 0;
  let way = 0;
  let hasBestWorked = false;
  let failures = 0;
  let liveAt: number | null = null;
  let lostAt: number | null = null;
  let wasRefused = false;
  let isPaused = false;
  let cancelTimer = nothing;

  const isIn = (state: Connection['state']): boolean => connection.get().state === state;

  // ------------------------------------------------------------------ the connection

  function connect(why: 'connect' | 'expiring' | 'refused' = 'connect'): void {
    drop();
    if (streams.size === 0) rest();
    else if (isPaused) connection.set({ state: 'paused' });
    else {
      if (lostAt === null) connection.set({ state: 'connecting' });
      const own = attempt;
      access.renew(why).then(
        (credentials) => {
          if (own === attempt) openTransport(credentials);
        },
        (cause: unknown) => {
          if (own !== attempt) return;
          lost(toNetworkError(cause));
        },
      );
    }
  }

  function connectNow(): void {
    failures = 0;
    if (hasBestWorked) way = 0;
    connect();
  }

  function openTransport(credentials: Credentials): void {
    const own = attempt;
    const opened = ways[way]?.(credentials, {
      onLive() {
        if (own === attempt) live();
      },
      onLost(error) {
        if (own === attempt) lost(error);
      },
      isRenewable: access.isRenewable,
      renew: access.renew,
    });
    // It may have been lost while it was opened.
    if (own !== attempt) opened?.close();
    else {
      transport = opened ?? null;
      for (const running of [...streams]) open(running);
    }
  }

  function live(): void {
    liveAt = clock.now();
    lostAt = null;
    if (way === 0) hasBestWorked = true;
    connection.set({ state: 'live' });
    if (way === 0 || !hasBestWorked) return;
    cancelTimer = clock.setTimer(UPGRADE_MS, () => {
      // Once: should it fail, the way that works is kept.
      hasBestWorked = false;
      way = 0;
      connect();
    });
  }

  function lost(error: WaybillError): void {
    const wasLive = liveAt !== null;
    if (liveAt !== null && clock.now() - liveAt >= STABLE_MS) {
      failures = 0;
      wasRefused = false;
    }
    drop();
    lostAt ??= clock.now();
    if (isRefusal(error)) refused(error);
    else if (error.code === EXPIRING) connect('expiring');
    else {
      failures += 1;
      if (!wasLive && descend(error)) connect();
      else if (error.retryable) waitToConnect(error);
      else close(error);
    }
  }

  /** Takes the next best way, where this one does not get through. @returns false after the last one */
  function descend({ code }: WaybillError): boolean {
    // What the gateway itself says is the same on each way.
    if (!UNHEARD.test(code) || (way === 0 && hasBestWorked && failures < SOCKET_TRIES)) return false;
    way = (way + 1) % ways.length;
    return way > 0;
  }

  function waitToConnect({ retryAfterMs = 0 }: WaybillError): void {
    const now = clock.now();
    const waitMs = Math.max(toWaitMs(failures), retryAfterMs);
    const since = new Date(lostAt ?? now);
    connection.set({ state: 'resuming', since, attempt: failures, retryAt: new Date(now + waitMs) });
    cancelTimer = clock.setTimer(waitMs, connect);
  }

  /** By chance between the least wait and a bound that doubles, so that many clients of one gateway do not come back at once. */
  function toWaitMs(count: number): number {
    const { minMs, maxMs } = retry;
    return minMs + clock.random() * Math.max(0, Math.min(maxMs, minMs * 2 ** count) - minMs);
  }

  /** Another token may help once; twice means no. */
  function refused(error: WaybillError): void {
    if (wasRefused || !access.isRenewable) close(error);
    else {
      wasRefused = true;
      connect('refused');
    }
  }

  /** Nothing is followed any more. */
  function rest(): void {
    drop();
    failures = 0;
    lostAt = null;
    wasRefused = false;
    if (!isIn('idle')) connection.set({ state: 'idle' });
  }

  function drop(): void {
    attempt += 1;
    cancelTimer();
    cancelTimer = nothing;
    transport?.close();
    transport = null;
    liveAt = null;
    for (const running of streams) {
      running.stop = null;
      running.cancelRetry();
    }
  }

  function close(error: WaybillError): void {
    drop();
    connection.set({ state: 'closed', error });
    const ended = [...streams];
    streams.clear();
    for (const { spec } of ended) spec.sink.end(error);
  }

  // ------------------------------------------------------------------ the streams

  function open(running: Running): void {
    const { spec } = running;
    running.cancelRetry();
    running.stop =
      transport?.open(spec.operation(), {
        next(event) {
          running.failures = 0;
          spec.sink.next(event);
        },
        end: (error) => ended(running, error),
      }) ?? null;
  }

  function ended(running: Running, error: WaybillError | null): void {
    const { spec } = running;
    running.stop = null;
    if (error !== null && isRefusal(error)) lost(error);
    else if (error?.extensions.field === 'after') {
      spec.forgetCursor();
      open(running);
    } else if (error?.retryable === true) {
      running.failures += 1;
      const waitMs = Math.max(toWaitMs(running.failures), error.retryAfterMs ?? 0);
      running.cancelRetry = clock.setTimer(waitMs, () => open(running));
    } else {
      streams.delete(running);
      spec.sink.end(error);
      if (streams.size === 0) rest();
    }
  }

  return {
    connection,
    run(spec) {
      const now = connection.get();
      if (now.state === 'closed') {
        queueMicrotask(() => spec.sink.end(now.error));
        return nothing;
      }
      const running: Running = { spec, stop: null, failures: 0, cancelRetry: nothing };
      streams.add(running);
      if (transport !== null) open(running);
      else if (now.state === 'idle') connect();
      return () => {
        if (!streams.delete(running)) return;
        running.cancelRetry();
        running.stop?.();
        if (streams.size === 0 && !isIn('closed')) rest();
      };
    },
    pause() {
      isPaused = true;
      if (isIn('closed') || isIn('idle')) return;
      drop();
      connection.set({ state: 'paused' });
    },
    resume() {
      if (!isPaused) return;
      isPaused = false;
      if (isIn('paused')) connectNow();
    },
    probe() {
      if (isIn('resuming') && transport === null) connectNow();
      else transport?.probe?.();
    },
    reopen() {
      if (isIn('closed')) rest();
    },
    close,
  };
}
