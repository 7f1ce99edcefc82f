import type { ExportEvent } from '@waybill/client';
import { describe, expect, it } from 'vitest';
import { hi, startLiveGateway } from '../../graphql/subscriptions/live-gateway.ts';
import { startProxy } from '../../support/cuttable-proxy.ts';
import { collect, connect, countSockets, recordStates, startPickyProxy, until } from './support.ts';

const toPort = (url: string): number => Number(new URL(url).port);
const statusesOf = (events: readonly ExportEvent[]) => events.map(({ export: now }) => now?.status);

describe('a client of a gateway', () => {
  it('follows exports over one socket, and lets go of it with the last of them', async () => {
    await using gateway = await startLiveGateway({ speed: 2 });
    for (let id = 1; id <= 250; id += 1) gateway.say(id, { status: 'processing', parts: 1 });
    const sockets = countSockets();
    await using client = connect(gateway.url, sockets);
    const states = recordStates(client);
    const set = client.follow(Array.from({ length: 250 }, (_, index) => `hi-energy:${index + 1}`));
    await until(() => set.getSnapshot().length === 250, 'all of them');

    gateway.say(7, { status: 'completed' });
    await until(() => set.getSnapshot()[6]?.status === 'SUCCEEDED', 'the end of one');
    set.close();
    await until(() => sockets.alive === 0, 'the socket to close');

    expect(sockets.opened).toBe(1);
    expect(states).toEqual(['idle', 'connecting', 'live', 'idle']);
  });

  it('goes on behind the cursor over a cut connection: nothing lost, nothing twice', async () => {
    await using gateway = await startLiveGateway();
    const proxy = await startProxy(toPort(gateway.url));
    gateway.say(1, { status: 'pending' });
    await using client = connect(`http://127.0.0.1:${proxy.port}`);
    await using other = connect(gateway.url);
    const seen = collect(other.watch('hi-energy:1'));
    const states = recordStates(client);
    const { list, end } = collect(client.watch('hi-energy:1'));
    await until(() => list.length === 1);

    proxy.cut();
    gateway.say(1, { status: 'processing' });
    await until(() => seen.list.length === 2);
    gateway.say(1, { status: 'completed' });
    await seen.end;
    proxy.heal();
    await end;
    await proxy.close();

    expect(statusesOf(list)).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
    expect(list.at(-1)?.export?.hasGap).toBe(false);
    expect(states).toEqual(['idle', 'connecting', 'live', 'resuming', 'live', 'idle']);
  });

  it('survives a drain: the next gateway goes on, and says that there may be a gap', async () => {
    const first = await startLiveGateway();
    first.say(1, { status: 'processing' });
    const proxy = await startProxy(toPort(first.url));
    await using client = connect(`http://127.0.0.1:${proxy.port}`);
    const { list, end } = collect(client.watch('hi-energy:1'));
    await until(() => list.length === 1);
    await first[Symbol.asyncDispose]();
    await until(() => client.connection.get().state === 'resuming');
    await proxy.close();

    await using second = await startLiveGateway({ config: { server: { port: toPort(first.url) } } });
    second.say(1, { status: 'completed' });
    const again = await startProxy(toPort(second.url), proxy.port);
    await end;
    await again.close();

    expect(statusesOf(list)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(list.map(({ export: now }) => now?.hasGap)).toEqual([false, true]);
  });

  it('reads what newcomers stand at without restarting what runs', async () => {
    await using gateway = await startLiveGateway();
    for (const id of [1, 2, 3]) gateway.say(id, { status: 'processing' });
    await using client = connect(gateway.url);
    const { list } = collect(client.watch('hi-energy:1'));
    const set = client.follow(['hi-energy:1']);
    await until(() => set.getSnapshot().length === 1);

    set.add('hi-energy:2');
    set.add(hi(3, 'hi') as never);
    await until(() => set.getSnapshot().length === 3);
    set.remove('hi-energy:1');
    await until(() => set.getSnapshot().length === 2);

    expect(statusesOf(list)).toEqual(['RUNNING']);
    expect(set.getSnapshot().map(({ details }) => details.exportId)).toEqual(['2', '3']);
  });

  it.each([
    { streams: true, way: 'server-sent events' },
    { streams: false, way: 'polling' },
  ])('takes $way where sockets do not get through', async ({ streams }) => {
    await using gateway = await startLiveGateway();
    await using proxy = await startPickyProxy(gateway.url, { streams });
    gateway.say(1, { status: 'processing', parts: 3 });
    await using client = connect(proxy.url);
    const { list, end } = collect(client.watch('hi-energy:1'));
    await until(() => list.length === 1);

    gateway.say(1, { status: 'completed' });
    await end;

    expect(statusesOf(list)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(client.connection.get().state).toBe('idle');
    expect(proxy.counts.upgrades).toBe(1);
  });

  it('spoils no other export with one that cannot be', async () => {
    await using gateway = await startLiveGateway({ speed: 200 });
    gateway.say(1, { status: 'processing' });
    await using client = connect(gateway.url);
    const set = client.follow([
      'hi-energy:1',
      { hiEnergy: { exportId: 'no number' } },
      'nobody@hi-energy:3',
      'hi-energy:4',
    ]);
    await until(() => set.getState().errors.size === 3);

    const { exports, errors } = set.getState();

    expect(exports.map(({ status }) => status)).toEqual(['RUNNING']);
    expect([...errors].map(([name, { code }]) => [name, code])).toEqual([
      ['hi-energy:no number', 'BAD_USER_INPUT'],
      ['nobody@hi-energy:3', 'EXPORT_NOT_FOUND'],
      ['hi-energy:4', 'EXPORT_NOT_FOUND'],
    ]);
  });
});
