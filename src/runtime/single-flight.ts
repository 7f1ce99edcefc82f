import { setMaxListeners } from 'node:events';

/**
 * Work that several may wait for at once: begun by the first, shared by those who come while it runs, and cancelled when the
 * last one has left. Nothing is kept once it has ended.
 */
export class SingleFlight<Result> {
  private readonly running = new Map<
    string,
    { readonly result: Promise<Result>; waiting: number; readonly abort: AbortController }
  >();

  /**
   * Joins the work of this key, or begins it.
   *
   * @param begin - gets a signal that aborts when nobody waits any more
   * @throws the signal's reason as soon as this waiter leaves; whatever the work throws
   */
  join(key: string, begin: (signal: AbortSignal) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    // One caller may wait for a hundred pieces of work at once, and Node warns of an eleventh listener.
    if (signal !== undefined) setMaxListeners(0, signal);
    const work = this.running.get(key) ?? this.start(key, begin);
    work.waiting += 1;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(signal?.reason);
        work.waiting -= 1;
        if (work.waiting > 0) return;
        if (this.running.get(key) === work) this.running.delete(key);
        work.abort.abort();
      };
      signal?.addEventListener('abort', leave, { once: true });
      work.result.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
    });
  }

  private start(key: string, begin: (signal: AbortSignal) => Promise<Result>) {
    const abort = new AbortController();
    const result = begin(abort.signal);
    const work = { result, waiting: 0, abort };
    this.running.set(key, work);
    const forget = (): void => {
      if (this.running.get(key) === work) this.running.delete(key);
    };
    result.then(forget, forget);
    return work;
  }
}
