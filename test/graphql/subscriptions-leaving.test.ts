import { describe, expect, it } from 'vitest';
import { createManualClock } from '../support/manual-clock.ts';
import { hi, type LiveGateway, startLiveGateway } from './subscriptions/live-gateway.ts';
import { Peer } from './subscriptions/peer.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import { type LiveStream, TRANSPORTS, WATCH } from './subscriptions/transports.ts';

expectQuiet();

const LEAVING: readonly (readonly [how: string, leave: (stream: LiveStream) => void])[] = [
  ['politely', (stream) => stream.leave()],
  ['by a killed connection', (stream) => stream.kill()],
  ['by closing', (stream) => void stream[Symbol.asyncDispose]()],
];

describe.each(TRANSPORTS)('the last subscriber leaves over %s', (_name, open) => {
  it.each(LEAVING)('%s, and the vendor is asked no more', async (_how, leave) => {
    await using gateway = await startLiveGateway({ speed: 4 });
    for (const id of [1, 2]) gateway.say(id, { status: 'processing' });
    await using other = await open(gateway.url, { variables: { locators: [hi(2)] } });
    await using first = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await using last = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await Promise.all([other, first, last].map((stream) => stream.until(({ length }) => length === 1)));

    leave(first);
    await gateway.nextPolls(1, 5);
    leave(last);

    await expectSilence(gateway);
    expect(other.events).toHaveLength(1);
  });

  it('in the middle of a read, and the vendor’s call is given up', async () => {
    await using gateway = await startLiveGateway({ speed: 1 });
    gateway.say(1, { reply: 'hang' });
    const reached = gateway.nextPolls(1);
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await reached;

    stream.leave();

    await expect.poll(() => gateway.vendor.aborted.count).toBe(1);
  });

  it('asks once an interval, however many subscribe to however many exports', async () => {
    await using gateway = await startLiveGateway({ speed: 1 });
    for (const id of [1, 2, 3]) gateway.say(id, { status: 'processing' });
    const locators = [hi(1), hi(2), hi(3)];
    const streams = await Promise.all(
      Array.from({ length: 50 }, () => open(gateway.url, { variables: { locators } })),
    );
    await Promise.all(streams.map((stream) => stream.until(({ length }) => length === 3)));
    const startedAt = performance.now();
    const before = await countPolls(gateway);

    await gateway.nextPolls(1, 5);
    const polls = (await countPolls(gateway)) - before;
    const intervals = (performance.now() - startedAt) / 100;

    expect(polls).toBeGreaterThan(0);
    expect(polls).toBeLessThanOrEqual(locators.length * (intervals + 2));
    for (const stream of streams) await stream[Symbol.asyncDispose]();
  });
});

describe('a query over a websocket', () => {
  const SLOW = '{ export(locator: { hiEnergy: { exportId: "1" } }) { status } }';

  it.each<readonly [how: string, leave: (peer: Peer) => void]>([
    ['sends complete', (peer) => peer.send({ type: 'complete', id: 'q' })],
    ['closes the socket', (peer) => peer.socket.close()],
    ['breaks the connection', (peer) => peer.kill()],
  ])('gives up its vendor call when its client %s', async (_how, leave) => {
    await using gateway = await startLiveGateway({ speed: 1 });
    gateway.say(1, { reply: 'hang' });
    const reached = gateway.nextPolls(1);
    await using peer = await Peer.connect(gateway.url);
    peer.send({ type: 'subscribe', id: 'q', payload: { query: SLOW } });
    await reached;

    leave(peer);

    await expect.poll(() => gateway.vendor.aborted.count).toBe(1);
    expect(peer.messages.filter(({ id }) => id === 'q')).toEqual([]);
  });

  it('goes on for others who wait for the same answer', async () => {
    await using gateway = await startLiveGateway({ speed: 1 });
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    gateway.vendor.answer(async () => {
      await released;
      return { body: { export: { id: 1, report_type: 'deals_excel', status: 'processing' } } };
    });
    await using impatient = await Peer.connect(gateway.url);
    await using patient = await Peer.connect(gateway.url);
    impatient.send({ type: 'subscribe', id: 'q', payload: { query: SLOW } });
    const answer = patient.ask('q', SLOW);
    await expect.poll(() => gateway.vendor.requests.length).toBe(1);

    impatient.send({ type: 'complete', id: 'q' });
    await impatient.ask('next', '{ vendors { key } }');
    release();

    expect(await answer).toMatchObject({ payload: { data: { export: { status: 'RUNNING' } } } });
    expect(gateway.vendor.requests).toHaveLength(1);
  });

  it('leaves the other operations of its socket alone', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { reply: 'hang' });
    gateway.say(2, { status: 'processing' });
    await using peer = await Peer.connect(gateway.url);
    const first = peer.next(({ id }) => id === 's');
    peer.send({ type: 'subscribe', id: 's', payload: { query: WATCH, variables: { locators: [hi(2)] } } });
    await first;
    peer.send({ type: 'subscribe', id: 'q', payload: { query: SLOW } });

    peer.send({ type: 'complete', id: 'q' });
    const second = peer.next(({ id }) => id === 's');
    gateway.say(2, { status: 'completed' });

    expect(await second).toMatchObject({ payload: { data: { exportEvents: { to: 'SUCCEEDED' } } } });
  });
});

describe('a dead peer', () => {
  it('is gone before 30 s have passed, and its polls with it; a living one stays', async () => {
    const clock = createManualClock();
    await using gateway = await startLiveGateway({ clock });
    gateway.say(1, { status: 'processing' });
    await using dead = await Peer.connect(gateway.url, { options: { autoPong: false } });
    await using living = await Peer.connect(gateway.url);
    dead.send({ type: 'subscribe', id: '1', payload: { query: WATCH, variables: { locators: [hi(1)] } } });
    await expect.poll(() => clock.advance(50).then(() => dead.messages.length)).toBe(2);

    const pinged = new Promise((resolve) => living.socket.once('ping', resolve));
    await clock.advance(12_000);
    await pinged;
    await living.ask('alive', '{ vendors { key } }');
    await clock.advance(12_000);

    expect((await dead.closed).code).toBe(1006);
    expect((await living.ask('still alive', '{ vendors { key } }')).type).toBe('next');
    const polls = gateway.polls(1);
    await clock.advance(5_000);
    expect(gateway.polls(1)).toBe(polls);
  });

  it('is pinged with a push where one comes shortly before it is due, and then not again', async () => {
    const clock = createManualClock();
    await using gateway = await startLiveGateway({ clock });
    gateway.say(1, { status: 'queued' });
    await using peer = await Peer.connect(gateway.url);
    let pings = 0;
    peer.socket.on('ping', () => {
      pings += 1;
    });
    peer.send({ type: 'subscribe', id: '1', payload: { query: WATCH, variables: { locators: [hi(1)] } } });
    await expect.poll(() => clock.advance(50).then(() => peer.messages.length)).toBe(2);
    await clock.advance(8_000);
    expect(pings).toBe(0);

    gateway.say(1, { status: 'processing' });
    await expect.poll(() => clock.advance(50).then(() => peer.messages.length)).toBe(3);
    const pingsWithPush = pings;
    await clock.advance(5_000);
    await peer.ask('alive', '{ vendors { key } }');

    expect([pingsWithPush, pings]).toEqual([1, 1]);
  });

  it('is pinged, and may ping', async () => {
    await using gateway = await startLiveGateway({ speed: 100 });
    await using peer = await Peer.connect(gateway.url);

    for (let round = 0; round < 3; round += 1)
      await new Promise((resolve) => peer.socket.once('ping', resolve));
    const pong = new Promise((resolve) => peer.socket.once('pong', resolve));
    peer.socket.ping('hello');

    expect(String(await pong)).toBe('hello');
    expect(peer.socket.readyState).toBe(peer.socket.OPEN);
  });
});

/** How often an export was asked for, alone or in a batch. */
async function countPolls({ url }: LiveGateway): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^waybill_polls_total (\d+)$/m.exec(text)?.[1]);
}

/** Within 2 s nobody asks about export 1 any more, while export 2 is asked about on and on. */
async function expectSilence(gateway: LiveGateway): Promise<void> {
  // Two exports of an account are read by its list call, one by a call of its own.
  const count = (ending: string) => gateway.vendor.requests.filter(({ url }) => url.includes(ending)).length;
  const before = count('/exports/2');
  const leftAt = gateway.clock.now();
  await expect.poll(() => count('/exports/2'), { interval: 1 }).toBeGreaterThan(before);
  expect(gateway.clock.now() - leftAt).toBeLessThan(2_000);

  const asked = [count('/exports/1'), count('?limit=')];
  await gateway.nextPolls(2, 10);
  expect([count('/exports/1'), count('?limit=')]).toEqual(asked);
}
