import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CancelSignal } from '../../src/export/ports.ts';
import { Cancellation, onAbort } from '../../src/runtime/cancellation.ts';
import { type Flight, SingleFlight } from '../../src/runtime/single-flight.ts';
import { settle } from '../support/manual-clock.ts';

/** Work that ends when the test says so. */
function createTask() {
  const begun: {
    readonly signal: CancelSignal | undefined;
    end(value: string): void;
    fail(error: Error): void;
  }[] = [];
  const begin = ({ signal }: Flight) =>
    new Promise<string>((resolve, reject) => begun.push({ signal, end: resolve, fail: reject }));
  return { begun, begin };
}

describe('shared work', () => {
  it('is begun once for all who come while it runs', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();

    const waiting = [work.join('key', begin), work.join('key', begin), work.join('key', begin)];
    begun[0]?.end('done');

    expect(await Promise.all(waiting)).toEqual(['done', 'done', 'done']);
    expect(begun).toHaveLength(1);
  });

  it('is another one for another key', () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();

    void work.join('one', begin);
    void work.join('other', begin);

    expect(begun).toHaveLength(2);
  });

  it('keeps nothing: who comes after its end begins anew', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();

    const first = work.join('key', begin);
    begun[0]?.end('one');
    await first;
    const second = work.join('key', begin);
    begun[1]?.end('two');

    expect(await second).toBe('two');
  });

  it('keeps no failure either', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();

    const first = work.join('key', begin);
    begun[0]?.fail(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    const second = work.join('key', begin);
    begun[1]?.end('two');

    expect(await second).toBe('two');
  });

  it('goes on for the others when one of them leaves', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();
    const leaver = new AbortController();

    const leaving = work.join('key', begin, leaver.signal);
    const staying = work.join('key', begin, new AbortController().signal);
    leaver.abort(new Error('left'));
    await expect(leaving).rejects.toThrow('left');
    expect(begun[0]?.signal?.aborted).toBe(false);
    begun[0]?.end('done');

    expect(await staying).toBe('done');
  });

  it('is cancelled when the last one leaves, whoever began it', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();
    const leavers = [new AbortController(), new AbortController()];

    const waiting = leavers.map(({ signal }) => work.join('key', begin, signal));
    for (const leaver of leavers) leaver.abort(new Error('left'));

    for (const outcome of await Promise.allSettled(waiting)) expect(outcome.status).toBe('rejected');
    expect(begun[0]?.signal?.aborted).toBe(true);
  });

  it('never stops for one who cannot leave', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();
    const leaver = new AbortController();

    const leaving = work.join('key', begin, leaver.signal);
    const staying = work.join('key', begin);
    leaver.abort(new Error('left'));
    await expect(leaving).rejects.toThrow('left');
    begun[0]?.end('done');

    expect(await staying).toBe('done');
    expect(begun[0]?.signal?.aborted).toBe(false);
  });

  it('is begun anew for one who comes after it was cancelled, and the old end disturbs nobody', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();
    const leaver = new AbortController();

    const leaving = work.join('key', begin, leaver.signal);
    leaver.abort(new Error('left'));
    const coming = work.join('key', begin);
    begun[0]?.fail(new Error('cancelled'));
    await expect(leaving).rejects.toThrow('left');
    await settle();
    const third = work.join('key', begin);
    begun[1]?.end('anew');

    expect(await Promise.all([coming, third])).toEqual(['anew', 'anew']);
    expect(begun).toHaveLength(2);
  });

  it('is not begun for one who has left already', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();

    await expect(work.join('key', begin, AbortSignal.abort(new Error('left')))).rejects.toThrow('left');

    expect(begun).toEqual([]);
  });

  it('hears nothing of one who leaves after its end', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();
    const leaver = new AbortController();

    const waiting = work.join('key', begin, leaver.signal);
    begun[0]?.end('done');
    await waiting;
    await settle();
    leaver.abort();

    expect(begun[0]?.signal?.aborted).toBe(false);
  });

  it('hands its failure to all who wait, those who may leave and those who cannot', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();

    const waiting = [
      work.join('key', begin),
      work.join('key', begin, new AbortController().signal),
      work.join('key', begin, new AbortController().signal),
    ];
    begun[0]?.fail(new Error('broken'));

    for (const outcome of await Promise.allSettled(waiting)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'broken' } });
    }
  });
});

describe('what shared work costs', () => {
  afterEach(() => vi.unstubAllGlobals());

  /** Counts what is made from here on. */
  function countControllers() {
    const made = { count: 0 };
    vi.stubGlobal(
      'AbortController',
      class extends AbortController {
        constructor() {
          super();
          made.count += 1;
        }
      },
    );
    return made;
  }

  it('is no AbortController where the first one cannot leave', async () => {
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();
    const { signal } = new AbortController();
    const made = countControllers();

    const waiting = [work.join('key', begin), work.join('key', begin, signal)];
    begun[0]?.end('done');
    await Promise.all(waiting);

    expect(begun[0]?.signal).toBeUndefined();
    expect(made.count).toBe(0);
  });

  it('is no AbortController where the work looks at no signal', async () => {
    const work = new SingleFlight<string>();
    const { signal } = new AbortController();
    const made = countControllers();

    await work.join('key', async () => 'done', signal);

    expect(made.count).toBe(0);
  });

  it('is one listener on a signal that a hundred wait with, and none after the end', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): number => warnings.push(warning);
    process.on('warning', note);
    const work = new SingleFlight<string>();
    const { begun, begin } = createTask();
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, 'removeEventListener');

    const waiting = Array.from({ length: 100 }, (_, index) => work.join(`key ${index % 50}`, begin, signal));
    for (const { end } of begun) end('done');
    await Promise.all(waiting);
    await settle();
    process.off('warning', note);

    expect(warnings).toEqual([]);
    expect(removed).toHaveBeenCalledTimes(1);
  });

  it('is no AbortController where the work only wants to hear that all have left', async () => {
    const work = new SingleFlight<string>();
    const [first, second] = [new AbortController(), new AbortController()];
    let abandoned = 0;
    const begin = (flight: Flight) => {
      flight.onAbandoned(() => {
        abandoned += 1;
      });
      return new Promise<string>(() => undefined);
    };
    const waiting = [first, second].map(({ signal }) => work.join('key', begin, signal));
    waiting.forEach((waiter) => void waiter.catch(() => undefined));

    first.abort();
    const afterOne = abandoned;
    second.abort();

    expect([afterOne, abandoned]).toEqual([0, 1]);
  });

  it('gives a signal that has aborted to work that reads it after the last one left', () => {
    const work = new SingleFlight<string>();
    const leaver = new AbortController();
    const seen: Flight[] = [];

    work.join('key', (flight) => new Promise(() => seen.push(flight)), leaver.signal).catch(() => undefined);
    leaver.abort();

    expect(seen[0]?.signal?.aborted).toBe(true);
  });
});

function nodeAbort() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

function ownAbort() {
  const signal = new Cancellation();
  return { signal, abort: () => signal.abort() };
}

describe.each([
  ['an AbortSignal', nodeAbort],
  ['a Cancellation', ownAbort],
])('onAbort of %s', (_name, createAbort) => {
  it('calls back once, and not those who let go, even while it calls', () => {
    const work = createAbort();
    const called: string[] = [];
    onAbort(work.signal, () => {
      called.push('first');
      releaseThird();
    });
    onAbort(work.signal, () => called.push('second'));
    const releaseThird = onAbort(work.signal, () => called.push('third'));
    onAbort(work.signal, () => called.push('fourth'))();

    work.abort();

    expect(called).toEqual(['first', 'second']);
  });

  it('listens again after all have let go', () => {
    const work = createAbort();
    let calls = 0;
    const count = (): void => {
      calls += 1;
    };
    onAbort(work.signal, count)();
    onAbort(work.signal, count);
    onAbort(work.signal, count);

    work.abort();

    expect(calls).toBe(2);
  });
});
