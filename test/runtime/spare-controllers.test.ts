import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort } from '../../src/runtime/on-abort.ts';
import { SingleFlight } from '../../src/runtime/single-flight.ts';
import { SpareControllers } from '../../src/runtime/spare-controllers.ts';

describe('spare controllers', () => {
  it('are given out again when their work has ended', () => {
    const controllers = new SpareControllers();
    const first = controllers.take();
    expect(controllers.take()).not.toBe(first);

    controllers.giveBack(first);

    expect(controllers.take()).toBe(first);
  });

  it('are never given out once they were aborted', () => {
    const controllers = new SpareControllers();
    const aborted = controllers.take();
    aborted.abort();

    controllers.giveBack(aborted);

    expect(controllers.take().signal.aborted).toBe(false);
  });

  it('have one listener, however many come and go', () => {
    const { signal } = new SpareControllers().take();

    for (let round = 0; round < 100; round += 1) onAbort(signal, () => undefined)();

    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });
});

describe('shared work that follows shared work', () => {
  it('hears nothing of those who left before, and all of those who leave now', async () => {
    const work = new SingleFlight<string>();
    const early = new AbortController();
    const late = new AbortController();
    const signals: (AbortSignal | undefined)[] = [];
    await work.join('key', async ({ signal }) => `${signals.push(signal)}`, early.signal);
    const waiting = work.join(
      'key',
      ({ signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
      late.signal,
    );

    early.abort();
    expect(signals[1]?.aborted).toBe(false);
    late.abort();

    await expect(waiting).rejects.toBe(late.signal.reason);
    expect(signals[1]?.aborted).toBe(true);
    await work.join('key', async ({ signal }) => `${signals.push(signal)}`, new AbortController().signal);
    expect(signals[2]?.aborted).toBe(false);
  });
});
