import { describe, expect, it } from 'vitest';
import type { FaultOrder } from '../../simulator/faults.ts';
import { createScaledClock } from '../../simulator/scaled-clock.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { schemaNames } from '../../src/vendor-file/names.ts';
import type { FakeReply } from '../support/fake-vendor.ts';
import { startSimulatedGateway } from '../support/simulated-gateway.ts';
import { hi, startLiveGateway } from './subscriptions/live-gateway.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import { type SeenEvent, TRANSPORTS, toStory } from './subscriptions/transports.ts';

expectQuiet();

const TROUBLES: readonly (readonly [name: string, reply: FakeReply, code: string])[] = [
  ['HTTP 500', { status: 500, body: 'Oops' }, 'VENDOR_UNAVAILABLE'],
  ['HTTP 503 with a page', { status: 503, body: '<html>Sorry</html>' }, 'VENDOR_UNAVAILABLE'],
  ['a throttle', { status: 429, headers: { 'retry-after': '3' }, body: {} }, 'VENDOR_RATE_LIMITED'],
  ['silence', 'hang', 'VENDOR_TIMEOUT'],
  ['a broken connection', 'reset', 'VENDOR_UNAVAILABLE'],
  ['garbage', { body: '\u0000\u0001 not JSON' }, 'VENDOR_BAD_RESPONSE'],
  ['null', { body: 'null' }, 'VENDOR_BAD_RESPONSE'],
  ['an answer without a status', { body: { export: { id: 1 } } }, 'VENDOR_BAD_RESPONSE'],
  ['an expired credential', { status: 401, body: {} }, 'VENDOR_UNAUTHENTICATED'],
];

describe.each(TRANSPORTS)('trouble at a vendor over %s', (_name, open) => {
  it.each(TROUBLES)('tells of %s once, then goes on where it stopped', async (_what, reply, code) => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', parts: 40 });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);

    gateway.say(1, { reply });
    await stream.until((events) => events.length === 2);
    gateway.say(1, { status: 'processing', parts: 40 });
    await stream.until((events) => events.length === 3);
    gateway.say(1, { status: 'completed', parts: 100 });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(stream.events)).toEqual([
      'Snapshot 1 RUNNING 40',
      `WatchInterrupted 1 RUNNING 40 ${code}`,
      'WatchResumed 1 RUNNING 40',
      'StatusChanged 1 SUCCEEDED 100',
    ]);
  });

  it('tells of trouble before the first answer without an export, then the snapshot', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { reply: { status: 503 } });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);

    gateway.say(1, { status: 'completed' });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(stream.events)).toEqual([
      'WatchInterrupted 1 - VENDOR_UNAVAILABLE',
      'WatchResumed 1 SUCCEEDED',
      'Snapshot 1 SUCCEEDED',
    ]);
  });

  it('fails an export for good where the credential stays refused', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);

    gateway.say(1, { reply: { status: 403, body: {} } });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(stream.events).slice(1)).toEqual([
      'WatchInterrupted 1 RUNNING VENDOR_FORBIDDEN',
      'WatchFailed 1 RUNNING VENDOR_FORBIDDEN',
    ]);
  });

  it.each([
    ['one stream', [Array.from({ length: 20 }, (_, index) => index + 1)]],
    ['twenty streams', Array.from({ length: 20 }, (_, index) => [index + 1])],
  ])('asks a vendor three times that refuses the key of twenty exports watched by %s', async (_who, ids) => {
    await using gateway = await startLiveGateway();
    gateway.vendor.answer(() => ({ status: 401, body: {} }));

    const streams = await Promise.all(
      ids.map((of) => open(gateway.url, { variables: { locators: of.map((id) => hi(id)) } })),
    );
    await Promise.all(streams.map((stream) => stream.ended));

    const stories = streams.flatMap((stream) => toStory(stream.events));
    expect(stories.filter((line) => line.startsWith('WatchFailed')).toSorted()).toEqual(
      Array.from(
        { length: 20 },
        (_, index) => `WatchFailed ${index + 1} - VENDOR_UNAUTHENTICATED`,
      ).toSorted(),
    );
    expect(gateway.vendor.requests.length).toBeLessThanOrEqual(3);
    for (const stream of streams) await stream[Symbol.asyncDispose]();
  });

  it('tells an export that has gone as EXPIRED, once', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);

    gateway.say(1, { reply: { status: 404, body: {} } });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(stream.events).slice(1)).toEqual(['StatusChanged 1 EXPIRED']);
  });

  it('makes no transition out of a word it does not know, or of an answer that goes backward', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', parts: 60 });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });
    await stream.until((events) => events.length === 1);

    gateway.say(1, { status: 'pending', parts: 10 });
    await gateway.nextPolls(1, 3);
    gateway.say(1, { status: 'reticulating', parts: 60 });
    await stream.until((events) => events.length === 2);
    gateway.say(1, { status: 'processing', parts: 60 });
    await stream.until((events) => events.length === 3);
    gateway.say(1, { status: 'completed', parts: 100 });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(stream.events)).toEqual([
      'Snapshot 1 RUNNING 60',
      'StatusChanged 1 UNKNOWN 60',
      'StatusChanged 1 RUNNING 60',
      'StatusChanged 1 SUCCEEDED 100',
    ]);
  });
});

const FAULTS: readonly FaultOrder[] = [
  { vendor: 'power-bi', kind: 'status', status: 500, times: 4 },
  { vendor: 'hi-energy', kind: 'garbage', times: 4 },
  { vendor: 'talkdesk', kind: 'throttle', retryAfterSeconds: 3, times: 2 },
  { vendor: 'web-admit', kind: 'hang', times: 1 },
];

/** The clock runs fast for vendors and gateway alike: jobs of half a minute take three seconds. */
const SPEED = 10;

describe('four vendors in one stream', () => {
  it('move, stumble, and come to their ends, told alike over every transport', async () => {
    await using gateway = await startSimulatedGateway({
      tools: { clock: createScaledClock(systemClock, SPEED) },
    });
    // The last ones of each vendor are under way.
    const locators = CODED_VENDOR_IDS.flatMap((vendor) =>
      gateway.simulators.seeds[vendor]
        .slice(-3)
        .map(({ ids }) => ({ [schemaNames(vendor).locatorField]: ids })),
    );
    const streams = await Promise.all(
      TRANSPORTS.map(([, open]) => open(gateway.url, { variables: { locators } })),
    );
    await Promise.all(
      streams.map((stream) =>
        stream.until((events) => of(events, 'ExportSnapshot').length === locators.length),
      ),
    );

    for (const fault of FAULTS) gateway.simulators.faults.order(fault);

    for (const stream of streams) {
      expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
      const { events } = stream;
      expect(of(events, 'ExportStatusChanged').length).toBeGreaterThan(CODED_VENDOR_IDS.length);
      expect(of(events, 'ExportWatchInterrupted').length).toBeGreaterThan(0);
      expect(of(events, 'ExportWatchFailed')).toEqual([]);
      for (const exportId of new Set(events.map((event) => event.exportId)))
        expectTrueStory(events.filter((event) => event.exportId === exportId));
    }
  });
});

function of(events: readonly SeenEvent[], type: string): readonly SeenEvent[] {
  return events.filter(({ __typename }) => __typename === type);
}

/** One snapshot before any change, transitions that join one another, a resumption for each interruption, an end. */
function expectTrueStory(events: readonly SeenEvent[]): void {
  const told = events.filter(({ __typename }) => !/Interrupted|Resumed/.test(__typename));
  const [first, ...others] = told;
  expect(first?.__typename).toBe('ExportSnapshot');
  expect(of(others, 'ExportSnapshot')).toEqual([]);
  const words = [first?.export?.status, ...of(others, 'ExportStatusChanged').map(({ to }) => to)];
  expect(of(others, 'ExportStatusChanged').map(({ from }) => from)).toEqual(words.slice(0, -1));
  expect(['SUCCEEDED', 'FAILED', 'CANCELED', 'EXPIRED']).toContain(words.at(-1));
  expect(of(events, 'ExportWatchResumed')).toHaveLength(of(events, 'ExportWatchInterrupted').length);
}
