import type { CancelSignal } from '../export/ports.ts';
import { type AbortListener, addAbortListener, Cancellation, removeAbortListener } from './cancellation.ts';

/** Work under way, as the one who does it sees it. */
export interface Flight {
  /**
   * Aborts when the last one who waits has left; `undefined` where one waits who cannot leave. Made when it is first read, so that
   * work which cannot be cancelled costs none.
   */
  readonly signal: CancelSignal | undefined;
  /** Has this called when the last one who waits has left: for work that makes one signal of several flights'. */
  onAbandoned(callback: () => void): void;
}

/**
 * Work that several may wait for at once: begun by the first, shared by those who come while it runs, and cancelled when the
 * last one has left. Nothing is kept once it has ended.
 */
export class SingleFlight<Result> {
  private readonly flights = new Map<string, SharedFlight<Result>>();

  /**
   * Joins the work of this key, or begins it.
   *
   * @param begin - called at once where none is under way
   * @param signal - of the one who waits; who gives none cannot leave, and costs neither a listener nor a promise
   * @throws the signal's reason as soon as this waiter leaves; whatever the work throws
   */
  join(key: string, begin: (flight: Flight) => Promise<Result>, signal?: CancelSignal): Promise<Result> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const flight = this.flights.get(key) ?? this.start(key, begin, signal);
    return signal === undefined ? flight.stay() : flight.waitUntil(signal);
  }

  private start(
    key: string,
    begin: (flight: Flight) => Promise<Result>,
    signal: CancelSignal | undefined,
  ): SharedFlight<Result> {
    const flight = new SharedFlight<Result>(signal !== undefined, this.flights, key);
    flight.begin(begin);
    this.flights.set(key, flight);
    return flight;
  }
}

/** One who waits for a flight, and may leave. */
class Waiter<Result> implements AbortListener {
  readonly signal: CancelSignal;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
  private readonly flight: SharedFlight<Result>;

  constructor(
    flight: SharedFlight<Result>,
    signal: CancelSignal,
    resolve: (result: Result) => void,
    reject: (reason: unknown) => void,
  ) {
    this.flight = flight;
    this.signal = signal;
    this.resolve = resolve;
    this.reject = reject;
    addAbortListener(signal, this);
  }

  onAbort(): void {
    this.flight.leave(this);
  }
}

class SharedFlight<Result> implements Flight {
  /** Where it can be joined until it has ended or was given up. */
  private readonly flights: Map<string, SharedFlight<Result>>;
  private readonly key: string;
  private readonly waiters = new Set<Waiter<Result>>();
  private isCancellable: boolean;
  private cancellation: Cancellation | undefined;
  private abandoned: (() => void) | undefined;
  private result: Promise<Result> | undefined;

  constructor(isCancellable: boolean, flights: Map<string, SharedFlight<Result>>, key: string) {
    this.isCancellable = isCancellable;
    this.flights = flights;
    this.key = key;
  }

  get signal(): CancelSignal | undefined {
    if (this.cancellation === undefined && !this.isCancellable) return undefined;
    this.cancellation ??= new Cancellation();
    return this.cancellation;
  }

  onAbandoned(callback: () => void): void {
    this.abandoned = callback;
  }

  begin(work: (flight: Flight) => Promise<Result>): void {
    const result = work(this);
    this.result = result;
    result.then(
      (value) => this.end((waiter) => waiter.resolve(value)),
      (error: unknown) => this.end((waiter) => waiter.reject(error)),
    );
  }

  /** Waits to the end, come what may. */
  stay(): Promise<Result> {
    this.isCancellable = false;
    return this.result as Promise<Result>;
  }

  waitUntil(signal: CancelSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiters.add(new Waiter(this, signal, resolve, reject));
    });
  }

  leave(waiter: Waiter<Result>): void {
    this.waiters.delete(waiter);
    waiter.reject(waiter.signal.reason);
    if (this.waiters.size > 0 || !this.isCancellable) return;
    this.close();
    this.abandoned?.();
    // Read later, it has to be aborted too.
    this.cancellation ??= new Cancellation();
    this.cancellation.abort();
  }

  private end(settle: (waiter: Waiter<Result>) => void): void {
    this.close();
    for (const waiter of this.waiters) {
      removeAbortListener(waiter.signal, waiter);
      settle(waiter);
    }
    this.waiters.clear();
    // The table of flights may hold on to this one until the next full collection: nothing else is to stay with it.
    this.result = undefined;
    this.abandoned = undefined;
  }

  /** None may join any more. */
  private close(): void {
    if (this.flights.get(this.key) === this) this.flights.delete(this.key);
  }
}
