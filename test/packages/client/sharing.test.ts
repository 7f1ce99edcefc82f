import type { ExportEvent } from '@waybill/client';
import { describe, expect, it } from 'vitest';
import { hi, startLiveGateway } from '../../graphql/subscriptions/live-gateway.ts';
import { collect, connect, recordMessages, until } from './support.ts';

const named = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `hi-energy:${from + index}`);

interface Subscribe {
  readonly type: string;
  readonly payload?: { readonly variables?: { readonly locators?: readonly unknown[] } };
}

/** How many exports each subscription named, in the order in which they were sent. */
const sizesOf = (sent: readonly object[]) =>
  (sent as readonly Subscribe[]).flatMap(({ type, payload }) =>
    type === 'subscribe' ? [payload?.variables?.locators?.length] : [],
  );

describe('what is followed by many', () => {
  it('is one subscription, however it is named and whoever follows it', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    const messages = recordMessages();
    await using client = connect(gateway.url, messages);
    const first = client.follow(['hi-energy:1']);
    const others = [client.follow([hi(1) as never, 'hi-energy:1']), client.follow([' hi-energy:1 '])];
    const watching = collect(client.watch('hi-energy:1'));
    await until(() => first.getSnapshot().length === 1 && watching.list.length === 1);
    const [shown] = first.getSnapshot();

    const late = client.follow([{ id: shown?.id ?? '' }, 'hi@hi-energy:1']);
    const lateEvents = collect(client.watch({ id: shown?.id ?? '' }));
    await until(() => lateEvents.list.length === 1);

    expect(sizesOf(messages.sent)).toEqual([1]);
    expect(late.getSnapshot()).toEqual([shown]);
    expect(others.map((set) => set.getSnapshot())).toEqual([[shown], [shown]]);
    expect(lateEvents.list).toMatchObject([{ __typename: 'ExportSnapshot', export: { status: 'RUNNING' } }]);
  });

  it('comes in subscriptions of at most a hundred', async () => {
    await using gateway = await startLiveGateway();
    for (let id = 1; id <= 250; id += 1) gateway.say(id, { status: 'processing' });
    const messages = recordMessages();
    await using client = connect(gateway.url, messages);

    const set = client.follow(named(1, 250));
    await until(() => set.getSnapshot().length === 250);

    expect(sizesOf(messages.sent)).toEqual([100, 100, 50]);
  });

  it('is brought together where it came one by one, and nothing is told twice or missed', async () => {
    await using gateway = await startLiveGateway();
    for (let id = 1; id <= 150; id += 1) gateway.say(id, { status: 'pending' });
    const messages = recordMessages();
    await using client = connect(gateway.url, messages);
    const watching: ReturnType<typeof collect<ExportEvent>>[] = [];
    for (const locator of named(1, 150)) {
      watching.push(collect(client.watch(locator)));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await until(() => watching.every(({ list }) => list.length > 0), 'all of them');
    await until(() => {
      const open = messages.sent.filter(({ type }) => type === 'subscribe').length;
      return open - messages.sent.filter(({ type }) => type === 'complete').length <= 60;
    }, 'the small ones to be left');

    for (const status of ['processing', 'completed']) {
      for (let id = 1; id <= 150; id += 1) gateway.say(id, { status });
      const count = status === 'processing' ? 2 : 3;
      await until(() => watching.every(({ list }) => list.length >= count), status);
    }
    await Promise.all(watching.map(({ end }) => end));

    for (const { list } of watching)
      expect(list.map(({ export: now }) => now?.status)).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
    expect(messages.opened).toBe(1);
  });

  it('runs on for whoever comes back at once, and ends with the last', async () => {
    await using gateway = await startLiveGateway();
    for (const id of [1, 2]) gateway.say(id, { status: 'processing' });
    const messages = recordMessages();
    await using client = connect(gateway.url, messages);
    const set = client.follow(named(1, 2));
    await until(() => set.getSnapshot().length === 2);
    const before = set.getSnapshot();

    set.close();
    const again = client.follow(named(1, 2));
    const atOnce = again.getSnapshot();
    await new Promise((resolve) => setTimeout(resolve, 400));
    again.remove('hi-energy:2');
    await new Promise((resolve) => setTimeout(resolve, 400));
    const back = client.follow(['hi-energy:2']);
    const known = back.getSnapshot();
    again.close();
    back.close();
    await until(() => messages.alive === 0, 'the socket to close');

    expect(atOnce).toEqual(before);
    expect(known).toEqual([before[1]]);
    expect(sizesOf(messages.sent)).toEqual([2]);
  });

  it('gives the same array until something changed', async () => {
    await using gateway = await startLiveGateway();
    for (const id of [1, 2]) gateway.say(id, { status: 'processing' });
    await using client = connect(gateway.url);
    const set = client.follow(['hi-energy:2', 'hi-energy:1']);
    let told = 0;
    set.subscribe(() => {
      told += 1;
    });
    await until(() => set.getSnapshot().length === 2);
    const [first, again] = [set.getSnapshot(), set.getSnapshot()];
    const toldBefore = told;

    gateway.say(1, { status: 'completed' });
    await until(() => told > toldBefore);

    expect(again).toBe(first);
    expect(set.getSnapshot()).not.toBe(first);
    expect(set.getSnapshot()[0]).toBe(first[0]);
    expect(set.getSnapshot().map(({ details }) => details.exportId)).toEqual(['2', '1']);
  });

  it('is followed again after a failure when that is asked for', async () => {
    await using gateway = await startLiveGateway({ speed: 200 });
    await using client = connect(gateway.url);
    const set = client.follow(['hi-energy:1']);
    await until(() => set.getState().errors.size === 1);
    gateway.say(1, { status: 'processing' });

    set.retry();
    await until(() => set.getSnapshot().length === 1);

    expect(set.getState()).toMatchObject({ errors: new Map(), isPending: false });
  });
});

describe('a watch', () => {
  it('goes on behind a cursor of its own', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'pending' });
    await using client = connect(gateway.url);
    const keeping = collect(client.watch('hi-energy:1'));
    await until(() => keeping.list.length === 1);
    const after = keeping.list[0]?.cursor ?? '';
    gateway.say(1, { status: 'processing' });
    await until(() => keeping.list.length === 2);
    const { list, end } = collect(client.watch('hi-energy:1', { after }));
    await until(() => list.length === 1);

    gateway.say(1, { status: 'completed' });
    await end;

    expect(list.map(({ __typename, export: now }) => [__typename, now?.status])).toEqual([
      ['ExportStatusChanged', 'RUNNING'],
      ['ExportStatusChanged', 'SUCCEEDED'],
    ]);
  });

  it('is left by a signal, by break, and by the end of the client', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    const messages = recordMessages();
    const client = connect(gateway.url, messages);
    const abort = new AbortController();
    const aborted = collect(client.watch('hi-energy:1', { signal: abort.signal }));
    await until(() => aborted.list.length === 1);

    abort.abort(new Error('Enough.'));
    for await (const _ of client.watch('hi-energy:1')) break;
    await expect(aborted.end).rejects.toThrow('Enough.');
    await until(() => messages.alive === 0, 'the socket to close');
    const closed = collect(client.watch('hi-energy:1'));
    await until(() => closed.list.length === 1);
    await client[Symbol.asyncDispose]();

    await expect(closed.end).rejects.toMatchObject({ code: 'CLOSED', retryable: false });
    await until(() => messages.alive === 0, 'the other socket to close');
    expect(client.connection.get()).toMatchObject({ state: 'closed', error: { code: 'CLOSED' } });
  });

  it('of nothing is over at once, and of no export refuses', async () => {
    await using gateway = await startLiveGateway();
    await using client = connect(gateway.url);

    await collect(client.watch([])).end;

    expect(() => client.watch('nonsense')).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    await expect(collect(client.watch({ hiEnergy: { exportId: 'no number' } })).end).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('tells what cannot be read as an event, and is over', async () => {
    await using gateway = await startLiveGateway({ speed: 200 });
    await using client = connect(gateway.url);

    const { list, end } = collect(client.watch('hi-energy:1'));
    await end;

    expect(list.map(({ __typename }) => __typename)).toEqual(['ExportWatchFailed']);
    await expect(client.done('hi-energy:1')).rejects.toMatchObject({ code: 'EXPORT_NOT_FOUND' });
  });
});
