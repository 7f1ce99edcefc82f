import { describe, expect, it } from 'vitest';
import { type WaitingWrite, WriteQueue } from '../../src/store/sql/write-queue.ts';
import { settle } from '../support/manual-clock.ts';

class Fault extends Error {}

/** Commits by hand: each batch waits until it is let go. */
function createQueue(maxBatch = 10) {
  const batches: { readonly size: number; readonly finish: (error?: Error) => void }[] = [];
  const queue = new WriteQueue({
    maxBatch,
    isFault: (error) => error instanceof Fault,
    async commit(batch: readonly WaitingWrite[]) {
      const results: unknown[] = [];
      for (const { job } of batch) results.push(await job(undefined as never));
      await new Promise<void>((resolve, reject) => {
        batches.push({
          size: batch.length,
          finish: (error) => (error === undefined ? resolve() : reject(error)),
        });
      });
      return results;
    },
  });
  return { queue, batches };
}

describe('writes', () => {
  it('of one turn share a transaction, and are told of success after it alone', async () => {
    const { queue, batches } = createQueue();
    const done: number[] = [];
    for (const number of [1, 2, 3]) void queue.add(async () => number).then((result) => done.push(result));

    await settle();
    expect(batches.map(({ size }) => size)).toEqual([3]);
    expect(done).toEqual([]);
    batches[0]?.finish();
    await settle();

    expect(done).toEqual([1, 2, 3]);
  });

  it('that come meanwhile go together in the next one, in their order, up to the bound', async () => {
    const { queue, batches } = createQueue(2);
    const order: number[] = [];
    void queue.add(async () => order.push(0));
    await settle();
    for (const number of [1, 2, 3]) void queue.add(async () => order.push(number));

    for (let index = 0; index < 3; index += 1) {
      batches[index]?.finish();
      await settle();
    }

    expect(batches.map(({ size }) => size)).toEqual([1, 2, 1]);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('are all told of the trouble of their database', async () => {
    const { queue, batches } = createQueue();
    const answers = Promise.allSettled([queue.add(async () => 1), queue.add(async () => 2)]);
    await settle();
    batches[0]?.finish(new Fault());

    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(batches).toHaveLength(1);
  });

  it('do not suffer from the mistake of another one', async () => {
    const { queue, batches } = createQueue();
    const mistake = async () => {
      throw new Error('mine');
    };
    const answers = Promise.allSettled([
      queue.add(async () => 1),
      queue.add(mistake),
      queue.add(async () => 3),
    ]);
    for (let index = 0; index < 2; index += 1) {
      await settle();
      batches[index]?.finish();
    }

    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('whose callers have given up are not begun', async () => {
    const { queue, batches } = createQueue();
    let isRun = false;
    void queue.add(
      async () => {
        isRun = true;
      },
      () => true,
    );
    await settle();
    await queue.drain();

    expect(isRun).toBe(false);
    expect(batches).toEqual([]);
  });

  it('are waited for at the end', async () => {
    const { queue, batches } = createQueue();
    let isDrained = false;
    void queue.add(async () => 1);
    void queue.drain().then(() => {
      isDrained = true;
    });
    await settle();
    expect(isDrained).toBe(false);
    batches[0]?.finish();
    await settle();

    expect(isDrained).toBe(true);
  });
});
