import type { CancelSignal } from '../export/ports.ts';

/**
 * What an `AbortController` and its signal are, for the paths that every request takes: an object of three fields, where those two cost
 * several microseconds and a listener as much again.
 */
export class Cancellation implements CancelSignal {
  aborted = false;
  private given: unknown;
  private callbacks: Set<() => void> | null = null;

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
    const { callbacks } = this;
    this.callbacks = null;
    // Each may let go of others.
    if (callbacks !== null) for (const callback of [...callbacks]) if (callbacks.delete(callback)) callback();
  }

  /** See `onAbort`. */
  listen(callback: () => void): () => void {
    this.callbacks ??= new Set();
    const { callbacks } = this;
    // One function may be given twice.
    const own = (): void => callback();
    callbacks.add(own);
    return () => void callbacks.delete(own);
  }
}

/** What is to be called when a signal aborts. */
const CALLBACKS = new WeakMap<AbortSignal, Callbacks>();

interface Callbacks {
  readonly all: Set<() => void>;
  readonly listener: () => void;
}

/**
 * Calls back when a signal aborts that has not aborted yet.
 *
 * However many wait for one signal, it has one listener: Node warns of an eleventh, and one caller may wait for a hundred things.
 *
 * @returns lets go of the signal
 */
export function onAbort(signal: CancelSignal, callback: () => void): () => void {
  if (signal instanceof Cancellation) return signal.listen(callback);
  if (!(signal instanceof AbortSignal))
    throw new TypeError('Work is cancelled by a Cancellation or an AbortSignal.');
  const callbacks = CALLBACKS.get(signal) ?? listen(signal);
  const own = (): void => callback();
  callbacks.all.add(own);
  return () => {
    if (!callbacks.all.delete(own) || callbacks.all.size > 0) return;
    signal.removeEventListener('abort', callbacks.listener);
    CALLBACKS.delete(signal);
  };
}

function listen(signal: AbortSignal): Callbacks {
  const all = new Set<() => void>();
  const listener = (): void => {
    CALLBACKS.delete(signal);
    // Each may add or let go of others.
    const due = [...all];
    for (const callback of due) if (all.delete(callback)) callback();
  };
  const callbacks = { all, listener };
  CALLBACKS.set(signal, callbacks);
  signal.addEventListener('abort', listener, { once: true });
  return callbacks;
}
