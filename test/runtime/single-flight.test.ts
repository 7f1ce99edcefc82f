import { describe, expect, it } from 'vitest';
import { SingleFlight } from '../../src/runtime/single-flight.ts';
import { settle } from '../support/manual-clock.ts';

/** Work that ends when the test says so. */
function createTask() {
  const begun: { readonly signal: AbortSignal; end(value: string): void; fail(error: Error): void }[] = [];
  const begin = (signal: AbortSignal) =>
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
    expect(begun[0]?.signal.aborted).toBe(false);
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
    expect(begun[0]?.signal.aborted).toBe(true);
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
    expect(begun[0]?.signal.aborted).toBe(false);
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

    expect(begun[0]?.signal.aborted).toBe(false);
  });
});
