import { describe, expect, it } from 'vitest';
import { PushedStream, type PushedStreamSettings } from '../../src/operations/pushed-stream.ts';
import type { EventSource } from '../../src/watch/event-stream.ts';
import { StreamClosedError } from '../../src/watch/stream-closed-error.ts';
import { settle } from '../support/manual-clock.ts';

const DRAINING = new StreamClosedError('SERVER_DRAINING', 'The gateway is shutting down.', null);

function createStream(): PushedStream {
  const events = { pipe: () => undefined, resume: () => undefined } as unknown as EventSource;
  const outlet = { isReady: true, send: () => undefined, attach: () => undefined };
  return new PushedStream({ events, outlet } as unknown as PushedStreamSettings);
}

/** What nobody handled while the work ran: one such rejection ends a process in production. */
async function unhandledIn(work: () => Promise<unknown>): Promise<readonly unknown[]> {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listener);
  await work();
  await settle();
  process.off('unhandledRejection', listener);
  return unhandled;
}

describe('a stream that is pushed', () => {
  it('rejects for whoever waits for its end, where it ends with an error', async () => {
    const stream = createStream();
    const ended = stream.next();

    stream.end(DRAINING);

    await expect(ended).rejects.toBe(DRAINING);
  });

  it('leaves no rejection unhandled where the gateway drains after its subscriber has left', async () => {
    const stream = createStream();

    const unhandled = await unhandledIn(async () => {
      const ended = stream.next();
      await stream.return();
      stream.end(DRAINING);
      await ended;
    });

    expect(unhandled).toEqual([]);
  });
});
