import { describe, expect, it } from 'vitest';
import { hi, startLiveGateway } from './subscriptions/live-gateway.ts';
import { Peer } from './subscriptions/peer.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import { openSocketStream, TRANSPORTS, toStory } from './subscriptions/transports.ts';

expectQuiet();

describe.each(TRANSPORTS)('a gateway that drains breaks a stream off over %s', (name, open) => {
  it('without an end and without an error, so that its client comes back and goes on elsewhere', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until(({ length }) => length === 1);

    await gateway.gateway.drain();
    const end = await stream.ended;
    await using other = await startLiveGateway();
    other.say(1, { status: 'completed' });
    const after = stream.events.at(-1)?.cursor;
    await using resumed = await open(other.url, { variables: { locators: [hi(1)], after } });
    await resumed.ended;

    expect(end).toMatchObject({ type: 'closed', errors: [] });
    if (name === 'a websocket') expect(end.closeCode).toBe(1012);
    expect(toStory(resumed.events)).toEqual(['Snapshot 1 SUCCEEDED']);
    expect(resumed.events[0]).toMatchObject({ isReplayGap: true });
  });

  it('soon, and closes the connection', async () => {
    const gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    const streams = await Promise.all(
      [1, 2, 3].map(() => open(gateway.url, { variables: { locators: [hi(1)] } })),
    );
    await Promise.all(streams.map((stream) => stream.until(({ length }) => length === 1)));

    const startedAt = performance.now();
    await gateway[Symbol.asyncDispose]();

    expect(performance.now() - startedAt).toBeLessThan(2_000);
    for (const stream of streams) expect((await stream.ended).type).toBe('closed');
    await expect(open(gateway.url, {})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a gateway that drains', () => {
  it('answers what runs over websockets, begins nothing more, and goes away with 1012', async () => {
    await using gateway = await startLiveGateway({ speed: 1 });
    const { answer, reached } = holdAnswer();
    gateway.vendor.answer(answer.handler);
    const peer = await Peer.connect(gateway.url);
    const idle = await Peer.connect(gateway.url);
    const running = peer.ask('query', `{ export(locator: { hiEnergy: { exportId: "1" } }) { status } }`);
    await reached;

    const drained = gateway.gateway.drain();
    const goneAway = await idle.closed;
    peer.send({ type: 'subscribe', id: 'late', payload: { query: '{ vendors { key } }' } });
    answer.release();
    const answered = await running;
    const gone = await peer.closed;
    await drained;

    expect(goneAway).toEqual({ code: 1012, reason: 'SERVER_DRAINING' });
    expect(peer.messages.filter(({ id }) => id === 'late')).toEqual([]);
    expect(answered).toMatchObject({ type: 'next', payload: { data: { export: { status: 'RUNNING' } } } });
    expect(peer.messages.at(-1)).toEqual({ type: 'complete', id: 'query' });
    expect(gone).toEqual({ code: 1012, reason: 'SERVER_DRAINING' });
  });

  it('is not held up by a peer that never answers the close frame', async () => {
    const gateway = await startLiveGateway();
    const peer = await Peer.connect(gateway.url);
    peer.connection.pause();

    const startedAt = performance.now();
    await gateway[Symbol.asyncDispose]();

    expect(performance.now() - startedAt).toBeLessThan(3_000);
    peer.connection.resume();
    await peer.closed;
  });

  it('is not held up by a websocket that has said nothing yet', async () => {
    const gateway = await startLiveGateway();
    await using peer = await Peer.connect(gateway.url, { init: null });

    await gateway[Symbol.asyncDispose]();

    expect((await peer.closed).code).toBe(1012);
  });

  it('takes no new websocket, not even over a connection it has', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    await using stream = await openSocketStream(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until(({ length }) => length === 1);

    const drained = gateway.gateway.drain();
    const refused = Peer.connect(gateway.url);

    await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(/ECONNREFUSED|503/) });
    await drained;
  });
});

/** A vendor whose one answer waits for the test. */
function holdAnswer() {
  let release: () => void = () => undefined;
  let reach: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const handler = async () => {
    reach();
    await released;
    return { body: { export: { id: 1, report_type: 'deals_excel', status: 'processing' } } };
  };
  return { answer: { handler, release: () => release() }, reached };
}
