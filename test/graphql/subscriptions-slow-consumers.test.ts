import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { hi, type LiveGateway, type Saying, startLiveGateway } from './subscriptions/live-gateway.ts';
import { Peer } from './subscriptions/peer.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import {
  type LiveStream,
  openSocketStream,
  openSseStream,
  type SeenEvent,
} from './subscriptions/transports.ts';

expectQuiet();

/** A loopback connection whose reader has stopped takes some 4 MB: that many events of this size fill it. */
const LARGE_BYTES = 524_288;
const ENOUGH_EVENTS = 12;
const MORE_EVENTS = 6;

/** A bound for what only a loaded machine makes slow. */
const PATIENCE = { timeout: 20_000 };

const LARGE_VIEW = /* GraphQL */ `
  subscription Large($locators: [ExportLocator!]!) {
    exportEvents(locators: $locators) { __typename cursor exportId export { ... on HiEnergyExport { parameters } } }
  }
`;

/** A gateway on a clock that the test moves, so that ten seconds of stalling take none. */
interface Stage extends AsyncDisposable {
  readonly gateway: LiveGateway;
  readonly clock: ManualClock;
  /** Lets the vendor say this and the gateway hear it; returns when the witness was told. */
  play(saying: Saying, exportIds?: readonly number[]): Promise<void>;
  readonly witness: LiveStream;
}

async function setStage(exportIds: readonly number[] = [1]): Promise<Stage> {
  const clock = createManualClock();
  const gateway = await startLiveGateway({ clock });
  for (const id of exportIds) gateway.say(id, { status: 'processing', parts: 0 });
  const witness = await openSocketStream(gateway.url, {
    variables: { locators: exportIds.map((id) => hi(id)) },
  });
  const settled = async (count: number): Promise<void> => {
    await expect
      .poll(() => clock.advance(50).then(() => witness.events.length), { ...PATIENCE, interval: 1 })
      .toBe(count);
  };
  await settled(exportIds.length);
  return {
    gateway,
    clock,
    witness,
    async play(saying, ids = exportIds) {
      const count = witness.events.length + ids.length;
      for (const id of ids) gateway.say(id, saying);
      await settled(count);
    },
    async [Symbol.asyncDispose]() {
      await witness[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

function large(parts: number): Saying {
  return { status: 'processing', parts, more: { parameters: { filler: 'x'.repeat(LARGE_BYTES) } } };
}

describe('websockets that stop reading', () => {
  it('are closed alone, 100 of 1,000, within bounded memory; the others miss nothing', {
    timeout: 60_000,
  }, async () => {
    await using stage = await setStage();
    await using crowd = new Crowd();
    const request = { variables: { locators: [hi(1)] } };
    const living = await crowd.gather(900, () => openSocketStream(stage.gateway.url, request));
    const stalled = await crowd.gather(100, () => stall(stage));
    await Promise.all(living.map((stream) => stream.until(({ length }) => length === 1)));

    for (let parts = 1; parts <= ENOUGH_EVENTS; parts += 1) await stage.play(large(parts));
    const bytesWhenFull = countBufferedBytes();
    for (let parts = 1; parts <= MORE_EVENTS; parts += 1) await stage.play(large(ENOUGH_EVENTS + parts));
    const bytesAdded = countBufferedBytes() - bytesWhenFull;
    const socketsBefore = await countSockets(stage);
    await expect.poll(() => stage.clock.advance(500).then(() => countSubscribers(stage)), PATIENCE).toBe(901);
    const wakeful = stalled.slice(0, 3);
    for (const peer of wakeful) peer.connection.resume();
    const codes = await Promise.all(wakeful.map((peer) => peer.closed.then(({ code }) => code)));
    await stage.clock.advance(3_000);
    await expect.poll(() => countSockets(stage), PATIENCE).toBe(901);
    await stage.play({ status: 'completed', parts: 100 });
    const ends = await Promise.all(living.map((stream) => stream.ended));

    expect(socketsBefore).toBe(1_001);
    expect(await countClosed(stage)).toBe(100);
    // One message each is on its way; whatever else they miss waits once for all of them.
    expect(bytesAdded).toBeLessThan(10 * LARGE_BYTES);
    expect(codes).toEqual([4490, 4490, 4490]);
    for (const [index, stream] of living.entries()) {
      expect(ends[index]).toEqual({ type: 'complete', errors: [] });
      expect(stream.events.map(({ cursor }) => cursor).slice(1)).toEqual(
        stage.witness.events.map(({ cursor }) => cursor).slice(1),
      );
    }
  });

  it('are told why and where to go on, when they wake up in time', async () => {
    const exportIds = Array.from({ length: 100 }, (_, index) => index + 1);
    await using stage = await setStage(exportIds);
    const locators = exportIds.map((id) => hi(id));
    await using peer = await stall(stage, locators);
    for (let parts = 1; parts <= ENOUGH_EVENTS; parts += 1) await stage.play(large(parts), [1]);

    // Transitions are never dropped: 500 are more than may wait.
    for (const status of ['stuck', 'processing', 'stuck', 'processing', 'stuck'])
      await stage.play({ status, parts: ENOUGH_EVENTS });
    const refused = peer.next(({ type }) => type === 'error');
    peer.connection.resume();
    const [{ payload }, { code, reason }] = await Promise.all([refused, peer.closed]);
    const [error] = payload as readonly { message: string; extensions: { code: string; cursor: string } }[];

    expect(error).toMatchObject({
      message: 'This subscriber reads too slowly: resume with the last cursor.',
      extensions: { code: 'SLOW_CONSUMER', retryable: true },
    });
    expect([code, reason]).toEqual([4490, 'Slow consumer: connect again and resume with the last cursor']);

    const after = error?.extensions.cursor;
    await using resumed = await openSocketStream(stage.gateway.url, { variables: { locators, after } });
    const told = () => [...toEvents(peer), ...resumed.events].filter(isTransition);
    await resumed.until(() => told().length === 500);
    expect(told().map(({ cursor }) => cursor)).toEqual(
      stage.witness.events.filter(isTransition).map(({ cursor }) => cursor),
    );
  });

  it('hold nobody up who shares their subscription, or their socket’s process', async () => {
    await using stage = await setStage();
    await using peer = await stall(stage);
    for (let parts = 1; parts <= ENOUGH_EVENTS; parts += 1) await stage.play(large(parts));

    await using latecomer = await openSocketStream(stage.gateway.url, { variables: { locators: [hi(1)] } });
    await latecomer.until(({ length }) => length === 1);
    await stage.play({ status: 'completed', parts: 100 });

    expect(await latecomer.ended).toEqual({ type: 'complete', errors: [] });
    expect(peer.messages.length).toBeLessThan(ENOUGH_EVENTS);
  });

  it('and flood with pings are closed as well', async () => {
    await using stage = await setStage();
    await using peer = await Peer.connect(stage.gateway.url);
    peer.connection.pause();
    const filler = 'x'.repeat(60_000);

    for (let count = 0; count < 200; count += 1) peer.send({ type: 'ping', payload: { filler } });
    await expect.poll(() => stage.clock.advance(3_000).then(() => countSockets(stage)), PATIENCE).toBe(1);
  });
});

describe('an SSE reader that stops reading', () => {
  it('is cut off alone, and holds neither its stream nor its memory', async () => {
    await using stage = await setStage([1, 2]);
    await using stream = await openSseStream(stage.gateway.url, {
      query: LARGE_VIEW,
      variables: { locators: [hi(1)] },
    });
    await stream.until(({ length }) => length === 1);
    stream.pause();

    for (let parts = 1; parts <= ENOUGH_EVENTS; parts += 1) await stage.play(large(parts), [1]);
    await expect.poll(() => countSubscribers(stage), PATIENCE).toBe(2);
    await stage.clock.advance(16_000);
    await expect.poll(() => countSubscribers(stage), PATIENCE).toBe(1);
    stream.resume();

    expect((await stream.ended).type).toBe('closed');
    expect(await countClosed(stage)).toBe(1);
    expect(stream.events.length).toBeLessThan(ENOUGH_EVENTS);
    await stage.play({ status: 'completed', parts: 100 });
    expect(await stage.witness.ended).toEqual({ type: 'complete', errors: [] });
  });

  it('is left alone where it only reads slowly', async () => {
    await using stage = await setStage();
    await using stream = await openSseStream(stage.gateway.url, {
      query: LARGE_VIEW,
      variables: { locators: [hi(1)] },
    });
    await stream.until(({ length }) => length === 1);
    stream.pause();
    for (let parts = 1; parts <= ENOUGH_EVENTS; parts += 1) await stage.play(large(parts));

    await stage.clock.advance(9_000);
    stream.resume();
    await stage.play({ status: 'completed', parts: 100 });
    await stream.ended;

    expect(stream.events.at(-1)?.__typename).toBe('ExportStatusChanged');
  });
});

/** Many peers, of whom none is left over. */
class Crowd implements AsyncDisposable {
  private readonly members: AsyncDisposable[] = [];

  /** Opens that many, some at a time. */
  async gather<Member extends AsyncDisposable>(
    size: number,
    open: () => Promise<Member>,
  ): Promise<readonly Member[]> {
    const gathered: Member[] = [];
    while (gathered.length < size) {
      const next = await Promise.all(Array.from({ length: Math.min(50, size - gathered.length) }, open));
      gathered.push(...next);
      this.members.push(...next);
    }
    return gathered;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.members.map((member) => member[Symbol.asyncDispose]()));
  }
}

/** Websockets that the gateway has open. */
function countSockets(stage: Stage): Promise<number> {
  return readMetric(stage, 'waybill_sockets');
}

/** Streams that the hub has open. */
function countSubscribers(stage: Stage): Promise<number> {
  return readMetric(stage, 'waybill_subscribers');
}

/** Readers that the gateway has cut off, over websockets and SSE. */
function countClosed(stage: Stage): Promise<number> {
  return readMetric(stage, 'waybill_slow_consumers_closed_total');
}

async function readMetric({ gateway }: Stage, name: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

/** Bytes in buffers that somebody still holds. */
function countBufferedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

function toEvents({ messages }: Peer): readonly SeenEvent[] {
  return messages.flatMap(({ type, payload }) =>
    type === 'next' ? [(payload as { data: { exportEvents: SeenEvent } }).data.exportEvents] : [],
  );
}

function isTransition({ __typename }: SeenEvent): boolean {
  return __typename === 'ExportStatusChanged';
}

/** Subscribes to the large view, and reads nothing more after the first event. */
async function stall(stage: Stage, locators: readonly object[] = [hi(1)]): Promise<Peer> {
  const peer = await Peer.connect(stage.gateway.url);
  const first = peer.next(({ type }) => type === 'next');
  peer.send({ type: 'subscribe', id: '1', payload: { query: LARGE_VIEW, variables: { locators } } });
  await first;
  peer.connection.pause();
  return peer;
}
