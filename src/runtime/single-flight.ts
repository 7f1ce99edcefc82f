import { onAbort } from './on-abort.ts';
import { SpareControllers } from './spare-controllers.ts';

/** Work under way, as the one who does it sees it. */
export interface Flight {
  /**
   * Aborts when the last one who waits has left; `undefined` where one waits who cannot leave. Made when it is first read, so that
   * work which cannot be cancelled costs none.
   */
  readonly signal: AbortSignal | undefined;
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
  join(key: string, begin: (flight: Flight) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const flight = this.flights.get(key) ?? this.start(key, begin, signal);
    return signal === undefined ? flight.stay() : flight.waitUntil(signal);
  }

  private start(
    key: string,
    begin: (flight: Flight) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): SharedFlight<Result> {
    const flight = new SharedFlight<Result>(signal !== undefined, () => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    });
    flight.begin(begin);
    this.flights.set(key, flight);
    return flight;
  }
}

const CONTROLLERS = new SpareControllers();

interface Waiter<Result> {
  resolve(result: Result): void;
  reject(reason: unknown): void;
  /** Lets go of the waiter's signal. */
  release(): void;
}

class SharedFlight<Result> implements Flight {
  private readonly onOver: () => void;
  private readonly waiters = new Set<Waiter<Result>>();
  private isCancellable: boolean;
  private isOver = false;
  private controller: AbortController | undefined;
  private abandoned: (() => void) | undefined;
  private result: Promise<Result> | undefined;

  /** @param onOver - called when nobody may join any more: it has ended, or was cancelled */
  constructor(isCancellable: boolean, onOver: () => void) {
    this.isCancellable = isCancellable;
    this.onOver = onOver;
  }

  get signal(): AbortSignal | undefined {
    if (this.controller === undefined && !this.isCancellable) return undefined;
    // Work that has ended has given its own back.
    this.controller ??= this.isOver ? new AbortController() : CONTROLLERS.take();
    return this.controller.signal;
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

  waitUntil(signal: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter<Result> = {
        resolve,
        reject,
        release: onAbort(signal, () => this.leave(waiter, signal.reason)),
      };
      this.waiters.add(waiter);
    });
  }

  private leave(waiter: Waiter<Result>, reason: unknown): void {
    this.waiters.delete(waiter);
    waiter.reject(reason);
    if (this.waiters.size > 0 || !this.isCancellable) return;
    this.onOver();
    this.abandoned?.();
    // Read later, it has to be aborted too.
    this.controller ??= new AbortController();
    this.controller.abort();
  }

  private end(settle: (waiter: Waiter<Result>) => void): void {
    this.isOver = true;
    this.onOver();
    for (const waiter of this.waiters) {
      waiter.release();
      settle(waiter);
    }
    this.waiters.clear();
    if (this.controller === undefined || this.controller.signal.aborted) return;
    CONTROLLERS.giveBack(this.controller);
    this.controller = undefined;
  }
}
