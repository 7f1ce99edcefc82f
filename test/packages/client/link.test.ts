import { WaybillError } from '@waybill/client';
import { describe, expect, it } from 'vitest';
import { createAccess } from '../../../packages/client/src/access.ts';
import { createLink, type Open } from '../../../packages/client/src/link.ts';
import type { StreamSink, TransportHost } from '../../../packages/client/src/transport.ts';
import { createManualClock, settle } from '../../support/manual-clock.ts';

const NETWORK = new WaybillError('Away.', { code: 'NETWORK', retryable: true });
const RETRY = { minMs: 500, maxMs: 30_000 };

/** A link whose ways do what a test says. */
function openStage({ ways = 1, random = 0.5, retry = RETRY } = {}) {
  const manual = createManualClock();
  const clock = { ...manual, random: () => random };
  const opened: { readonly way: number; readonly host: TransportHost; readonly sinks: StreamSink[] }[] = [];
  const open = Array.from(
    { length: ways },
    (_, way): Open =>
      (_credentials, host) => {
        const sinks: StreamSink[] = [];
        opened.push({ way, host, sinks });
        return {
          open(_operation, sink) {
            sinks.push(sink);
            return () => {};
          },
          close() {},
        };
      },
  );
  const link = createLink({ ways: open, access: createAccess({}), clock, retry });
  const ends: (WaybillError | null)[] = [];
  const run = () =>
    link.run({
      operation: () => ({ text: '', variables: {} }),
      forgetCursor() {},
      sink: { next() {}, end: (error) => ends.push(error) },
    });
  const last = () => opened.at(-1) as (typeof opened)[number];
  /** Loses the connection, and gives how long it waits then. */
  async function lose(error = NETWORK): Promise<number> {
    last().host.onLost(error);
    await settle();
    const now = link.connection.get();
    return now.state === 'resuming' ? now.retryAt.getTime() - clock.now() : -1;
  }
  return { link, clock: manual, opened, ends, run, last, lose };
}

describe('the link', () => {
  it('waits by chance between the least wait and a bound that doubles, up to the longest', async () => {
    const bounds: number[][] = [];
    for (const random of [0, 1]) {
      const { run, lose, clock } = openStage({ random });
      run();
      await settle();
      const waits: number[] = [];
      for (let count = 0; count < 9; count += 1) {
        const waitMs = await lose();
        waits.push(Math.round(waitMs));
        await clock.advance(waitMs);
      }
      bounds.push(waits);
    }

    expect(bounds).toEqual([
      [500, 500, 500, 500, 500, 500, 500, 500, 500],
      [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000],
    ]);
  });

  it('never waits for less than it was asked to', async () => {
    const { run, lose, clock } = openStage();
    run();
    await settle();
    const busy = new WaybillError('Busy.', { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 90_000 });

    expect(await lose(busy)).toBe(90_000);
    await clock.advance(90_000);
    expect(await lose()).toBeLessThan(2_000);
  });

  it('says since when it is lost, how often it has tried, and when it tries again', async () => {
    const { link, run, lose, last, clock } = openStage({ random: 0 });
    run();
    await settle();
    last().host.onLive();
    await clock.advance(60_000);
    const lostAt = clock.now();
    await lose();
    const first = link.connection.get();
    await clock.advance(500);
    await lose();

    expect(first).toEqual({
      state: 'resuming',
      since: new Date(lostAt),
      attempt: 1,
      retryAt: new Date(lostAt + 500),
    });
    expect(link.connection.get()).toMatchObject({ since: new Date(lostAt), attempt: 2 });
  });

  it('begins with short waits again only after a connection that stood', async () => {
    const { run, lose, last, clock } = openStage({ random: 1 });
    run();
    await settle();
    for (let count = 0; count < 3; count += 1) {
      last().host.onLive();
      await clock.advance(100);
      await clock.advance(await lose());
    }
    last().host.onLive();
    const flapping = await lose();
    await clock.advance(flapping);
    last().host.onLive();
    await clock.advance(5_000);

    expect(flapping).toBe(8_000);
    expect(await lose()).toBe(1_000);
  });

  it('takes the next best way at once where one does not get through, and begins with the best again', async () => {
    const { run, lose, opened, clock } = openStage({ ways: 3 });
    run();
    await settle();
    await lose();
    await lose();
    const waitMs = await lose();
    await clock.advance(waitMs);

    expect(opened.map(({ way }) => way)).toEqual([0, 1, 2, 0]);
    expect(waitMs).toBeGreaterThan(0);
  });

  it('keeps to a way that got through, and goes back to a better one that once did', async () => {
    const { run, lose, opened, last, clock } = openStage({ ways: 3, random: 0 });
    run();
    await settle();
    last().host.onLive();
    // A gateway that starts anew is no reason to take a worse way.
    for (let count = 0; count < 2; count += 1) await clock.advance(await lose());
    await lose();
    last().host.onLive();
    const before = opened.map(({ way }) => way);
    await clock.advance(60_000);
    await lose();
    last().host.onLive();
    await clock.advance(600_000);

    expect(before).toEqual([0, 0, 0, 1]);
    expect(opened.map(({ way }) => way)).toEqual([0, 0, 0, 1, 0, 1]);
  });

  it('does not take another way for what the gateway itself has said', async () => {
    const { link, run, lose, opened } = openStage({ ways: 3 });
    run();
    await settle();
    await lose(new WaybillError('No page of this origin.', { code: 'FORBIDDEN' }));

    expect(opened).toHaveLength(1);
    expect(link.connection.get()).toMatchObject({ state: 'closed', error: { code: 'FORBIDDEN' } });
  });

  it('asks again for one stream that may be answered later, and ends one that may not', async () => {
    const { run, last, ends, clock } = openStage({ random: 0 });
    const stop = run();
    run();
    await settle();
    last().host.onLive();
    last().sinks[0]?.end(new WaybillError('Wait.', { code: 'ANY', retryable: true, retryAfterMs: 7_000 }));
    last().sinks[1]?.end(new WaybillError('No.', { code: 'ANY' }));
    await clock.advance(6_999);
    const before = last().sinks.length;
    await clock.advance(1);

    expect(before).toBe(2);
    expect(last().sinks).toHaveLength(3);
    expect(ends.map((error) => error?.message)).toEqual(['No.']);
    stop();
    expect(clock.pending).toBe(0);
  });

  it('asks without a cursor that the gateway does not know', async () => {
    const asked: unknown[] = [];
    let after: string | undefined = 'old';
    const { link, last } = openStage();
    link.run({
      operation() {
        asked.push(after);
        return { text: '', variables: { after } };
      },
      forgetCursor() {
        after = undefined;
      },
      sink: { next() {}, end() {} },
    });
    await settle();

    last().sinks[0]?.end(
      new WaybillError('No cursor.', { code: 'BAD_USER_INPUT', extensions: { field: 'after' } }),
    );

    expect(asked).toEqual(['old', undefined]);
  });

  it('lets go while it is paused, and goes on at once', async () => {
    const { link, run, last, opened, clock } = openStage();
    run();
    await settle();
    last().host.onLive();
    link.pause();
    const paused = link.connection.get();
    await clock.advance(600_000);
    const meanwhile = opened.length;
    link.resume();
    await settle();

    expect(paused).toEqual({ state: 'paused' });
    expect(meanwhile).toBe(1);
    expect(opened).toHaveLength(2);
  });

  it('waits for nothing once the network is said to be another one', async () => {
    const { link, run, lose, opened, clock } = openStage({ random: 1 });
    run();
    await settle();
    await lose();
    link.probe();
    await settle();

    expect(opened).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });
});
