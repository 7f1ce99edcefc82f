import type { Export } from '@waybill/client';
import { describe, expect, it } from 'vitest';
import { startLiveGateway } from '../../graphql/subscriptions/live-gateway.ts';
import { startProxy } from '../../support/cuttable-proxy.ts';
import { connect, connectFast, recordMessages, startPickyProxy, until } from './support.ts';

const toPort = (url: string): number => Number(new URL(url).port);
const idsOf = (exports: readonly Export[]) => exports.map(({ details }) => details.exportId);

/** Created one after another, by the vendor's word. */
const at = (minute: number) => ({ more: { created_at: `2026-11-20T10:0${minute}:00Z` } });

describe.each(['ws', 'sse', 'poll'] as const)('what is tracked, over %s', (transport) => {
  it('is shown newest first, with newcomers and without leavers', async () => {
    await using gateway = await startLiveGateway();
    for (const id of [1, 2, 3]) gateway.say(id, { status: 'processing', ...at(id) });
    await using client = connectFast(10, gateway.url, { transport });
    for (const id of [1, 2]) await client.track(`hi-energy:${id}`, { label: `Label ${id}` });
    const set = client.follow({ tracked: {} });
    await until(() => set.getSnapshot().length === 2, 'those that are there');
    const first = set.getSnapshot();

    await client.track('hi-energy:3');
    await until(() => set.getSnapshot().length === 3, 'the newcomer');
    const second = set.getSnapshot();
    await client.untrack('hi-energy:2');
    await until(() => set.getSnapshot().length === 2, 'the leaver');
    gateway.say(1, { status: 'completed', ...at(1) });
    await until(() => set.getSnapshot()[1]?.isTerminal === true, 'the end of one');

    expect(idsOf(first)).toEqual(['2', '1']);
    expect(first.map(({ label }) => label)).toEqual(['Label 2', 'Label 1']);
    expect(idsOf(second)).toEqual(['3', '2', '1']);
    expect(idsOf(set.getSnapshot())).toEqual(['3', '1']);
    expect(set.getState()).toMatchObject({ errors: new Map(), isPending: false });
  });

  it('is pending until the list is known, an empty one too', async () => {
    await using gateway = await startLiveGateway();
    await using client = connectFast(10, gateway.url, { transport });
    const set = client.follow({ tracked: {} });
    const before = set.getState().isPending;

    await until(() => !set.getState().isPending, 'an empty list');

    expect(before).toBe(true);
    expect(set.getSnapshot()).toEqual([]);
  });

  it('is left out where it does not fit the filter any more', async () => {
    await using gateway = await startLiveGateway();
    for (const id of [1, 2]) gateway.say(id, { status: 'processing', ...at(id) });
    await using client = connectFast(10, gateway.url, { transport });
    for (const id of [1, 2]) await client.track(`hi-energy:${id}`);
    const set = client.follow({ tracked: { statuses: ['RUNNING', 'QUEUED'] } });
    await until(() => set.getSnapshot().length === 2);

    gateway.say(2, { status: 'completed', ...at(2) });
    await until(() => set.getSnapshot().length === 1, 'the end of one');

    expect(idsOf(set.getSnapshot())).toEqual(['1']);
  });
});

describe('what is tracked', () => {
  it('is one subscription for all who ask the same, which ends with the last of them', async () => {
    await using gateway = await startLiveGateway();
    const messages = recordMessages();
    await using client = connect(gateway.url, messages);
    const sets = [client.follow({ tracked: {} }), client.follow({ tracked: {} })];
    await until(() => sets.every((set) => !set.getState().isPending));
    sets[0]?.close();
    sets[0]?.close();
    await new Promise((resolve) => setTimeout(resolve, 400));
    const alive = messages.alive;

    sets[1]?.close();
    const again = client.follow({ tracked: {} });
    again.close();
    await until(() => messages.alive === 0, 'the socket to close');

    expect(alive).toBe(1);
    expect(messages.sent.filter(({ type }) => type === 'subscribe')).toHaveLength(1);
  });

  it('goes on behind the cursor over a cut line: newcomers and leavers of meanwhile are known', async () => {
    await using gateway = await startLiveGateway();
    const proxy = await startProxy(toPort(gateway.url));
    for (const id of [1, 2, 3]) gateway.say(id, { status: 'processing', ...at(id) });
    await using other = connect(gateway.url);
    for (const id of [1, 2]) await other.track(`hi-energy:${id}`);
    await using client = connect(`http://127.0.0.1:${proxy.port}`);
    const set = client.follow({ tracked: {} });
    await until(() => set.getSnapshot().length === 2);

    proxy.cut();
    await other.untrack('hi-energy:1');
    await other.track('hi-energy:3');
    gateway.say(2, { status: 'completed', ...at(2) });
    await other.done('hi-energy:2');
    proxy.heal();
    await until(() => idsOf(set.getSnapshot()).join() === '3,2', 'what happened meanwhile');
    await until(() => set.getSnapshot()[1]?.isTerminal === true);
    await proxy.close();

    expect(set.getSnapshot().map(({ hasGap }) => hasGap)).toEqual([false, false]);
  });

  it.each([{ left: [2] }, { left: [] }])('holds what the next gateway tracks: $left', async ({ left }) => {
    const first = await startLiveGateway();
    const proxy = await startProxy(toPort(first.url));
    for (const id of [1, 2]) first.say(id, { status: 'processing', ...at(id) });
    await using client = connectFast(10, `http://127.0.0.1:${proxy.port}`);
    for (const id of [1, 2]) await client.track(`hi-energy:${id}`);
    const set = client.follow({ tracked: {} });
    await until(() => set.getSnapshot().length === 2);
    await first[Symbol.asyncDispose]();
    await proxy.close();

    await using second = await startLiveGateway();
    await using other = connect(second.url);
    for (const id of left) {
      second.say(id, { status: 'processing', ...at(id) });
      await other.track(`hi-energy:${id}`);
    }
    const again = await startProxy(toPort(second.url), proxy.port);
    await until(() => set.getSnapshot().length === left.length, 'the new list');

    expect(idsOf(set.getSnapshot())).toEqual(left.map(String));
    await client[Symbol.asyncDispose]();
    await again.close();
  });

  it('is followed by server-sent events where sockets do not get through', async () => {
    await using gateway = await startLiveGateway();
    await using proxy = await startPickyProxy(gateway.url, { streams: true });
    gateway.say(1, { status: 'processing' });
    await using client = connect(proxy.url);
    const set = client.follow({ tracked: {} });
    await client.track('hi-energy:1');

    await until(() => set.getSnapshot().length === 1);

    expect(proxy.counts).toMatchObject({ upgrades: 1, streams: 1 });
  });
});
