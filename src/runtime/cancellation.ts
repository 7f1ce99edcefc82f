import type { CancelSignal } from '../export/ports.ts';

/**
 * What an `AbortController` and its signal are, for the paths that every request takes: an object of three fields, where those two cost
 * several microseconds and a listener as much again.
 */
export class Cancellation implements CancelSignal {
  aborted = false;
  private given: unknown;
  private listeners: Set<AbortListener> | null = null;

  /** Why; an `AbortError` where no reason was given. */
  get reason(): unknown {
    if (this.aborted) this.given ??= new DOMException('This work was given up.', 'AbortError');
    return this.given;
  }

  /** @throws the reason, once it was given up */
  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.given = reason;
    if (this.listeners !== null) tellAll(this.listeners);
  }

  /** See `addAbortListener`. */
  add(listener: AbortListener): void {
    this.listeners ??= new Set();
    this.listeners.add(listener);
  }

  /** See `removeAbortListener`. */
  remove(listener: AbortListener): void {
    this.listeners?.delete(listener);
  }
}

/** Is told, once, that work was given up. */
export interface AbortListener {
  onAbort(): void;
}

/** Who waits for a signal of Node's. */
const WAITING = new WeakMap<AbortSignal, Waiting>();

interface Waiting {
  readonly listeners: Set<AbortListener>;
  readonly tell: () => void;
}

/**
 * Tells a listener when a signal aborts that has not aborted yet.
 *
 * However many wait for one signal, it has one listener of its own: Node warns of an eleventh, and one caller may wait for a hundred
 * things.
 */
export function addAbortListener(signal: CancelSignal, listener: AbortListener): void {
  if (signal instanceof Cancellation) signal.add(listener);
  else (WAITING.get(nodeSignal(signal)) ?? waitFor(nodeSignal(signal))).listeners.add(listener);
}

/** Lets go of the signal. */
export function removeAbortListener(signal: CancelSignal, listener: AbortListener): void {
  if (signal instanceof Cancellation) {
    signal.remove(listener);
    return;
  }
  const waiting = WAITING.get(nodeSignal(signal));
  if (waiting === undefined || !waiting.listeners.delete(listener) || waiting.listeners.size > 0) return;
  nodeSignal(signal).removeEventListener('abort', waiting.tell);
  WAITING.delete(nodeSignal(signal));
}

/**
 * Calls back when a signal aborts that has not aborted yet. For paths that are taken seldom: a listener costs less.
 *
 * @returns lets go of the signal
 */
export function onAbort(signal: CancelSignal, callback: () => void): () => void {
  const listener = { onAbort: callback };
  addAbortListener(signal, listener);
  return () => removeAbortListener(signal, listener);
}

function nodeSignal(signal: CancelSignal): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  throw new TypeError('Work is cancelled by a Cancellation or an AbortSignal.');
}

function waitFor(signal: AbortSignal): Waiting {
  const listeners = new Set<AbortListener>();
  const tell = (): void => {
    tellAll(listeners);
    WAITING.delete(signal);
  };
  const waiting = { listeners, tell };
  WAITING.set(signal, waiting);
  signal.addEventListener('abort', tell, { once: true });
  return waiting;
}

/** Each may add or let go of others. */
function tellAll(listeners: Set<AbortListener>): void {
  for (const listener of [...listeners]) if (listeners.delete(listener)) listener.onAbort();
}
