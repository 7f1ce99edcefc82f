import { describe, expect, it } from 'vitest';
import { type LimitScripts, LimitStore } from '../../src/limits/limit-store.ts';
import { SharedGuard } from '../../src/limits/shared-guard.ts';
import { createManualClock, createSeededRandom } from '../support/manual-clock.ts';
import { createRecordingLog } from '../support/tools.ts';
import { createStation, mostWithin } from './station.ts';

/** Until the others have noticed that a gateway is cut off, and have left its part to it. */
const NOTICE_MS = 3_000;
const CLOSED_BREAKER = [0, 10_000, -1, 0, 0, 0];
/** What the script answers that has no permit to give before so long. */
const wait = (ms: number) => ['1', 0, ms, 0, 0, ...CLOSED_BREAKER, ...CLOSED_BREAKER];
const away = () => Promise.reject(new Error('Redis cannot be reached.'));

/** One gateway on a clock that stands still, before a store that answers what a test says. */
function createGateway(requestsPerSecond: number, nodes = 3) {
  const clock = createManualClock();
  const log = createRecordingLog();
  const asked: number[] = [];
  const vary = { nodes, run: away as LimitScripts['run'] };
  const scripts: LimitScripts = {
    run(...call) {
      asked.push(clock.now());
      return vary.run(...call);
    },
  };
  const store = new LimitStore(
    {
      ...{ scripts, clock, log, random: createSeededRandom(1) },
      nodes: () => vary.nodes,
      partitionOf: () => '07',
    },
    'one',
  );
  const limits = { requestsPerSecond, maxConcurrent: 1_000, timeoutMs: 60_000 };
  const station = createStation(new SharedGuard(store, 'acme/hi/x', limits), clock, limits);
  const startedAt = clock.now();
  const arrivals: number[] = [];
  return {
    ...{ clock, log, asked, vary, store, station, arrivals },
    since: () => clock.now() - startedAt,
    /** So many requests that wait for their turn, each sent and answered at once. */
    send(count: number): void {
      for (let index = 0; index < count; index += 1) {
        station.enter({ withinMs: 100_000 }).then((slot) => {
          arrivals.push(clock.now() - startedAt);
          slot.sent();
          slot.answered();
          slot.permit.succeed();
          slot.leave();
        });
      }
    },
  };
}

describe('a gateway that cannot reach the others', () => {
  it('sends nothing before they leave it its part, and then goes on with that', async () => {
    const { clock, arrivals, send } = createGateway(12);
    send(40);

    await clock.advance(NOTICE_MS + 1_000);
    expect(arrivals).toEqual([]);
    await clock.advance(20_000);

    expect(arrivals.length).toBe(40);
    expect(mostWithin(1_000, arrivals)).toBe(4);
  });

  it('sends one request in as many periods as there are gateways, below one a second', async () => {
    const { clock, arrivals, send } = createGateway(0.5);
    send(4);

    await clock.advance(60_000);

    expect(arrivals.length).toBe(4);
    expect(mostWithin(6_000, arrivals)).toBe(1);
  });

  it('asks twice a second whether they are back, however much is waiting, and says once that they are away', async () => {
    const { clock, asked, log, send } = createGateway(12);
    send(100);

    await clock.advance(10_000);

    expect(asked.length).toBe(21);
    expect(log.lines.map(({ message }) => message)).toEqual([
      'Limits of accounts are divided by the number of gateways.',
    ]);
  });

  it('keeps to its part for a window more when they are back, since others may not know it yet', async () => {
    const { clock, arrivals, send, vary, log } = createGateway(12);
    send(200);
    await clock.advance(5_500);
    vary.run = async (_script, _key, [request = '']) => [
      '1',
      JSON.parse(request).want,
      -1,
      0,
      0,
      ...CLOSED_BREAKER,
      ...CLOSED_BREAKER,
    ];

    await clock.advance(1_500);
    const before = arrivals.length;
    await clock.advance(4_000);

    expect(mostWithin(1_000, arrivals.slice(0, before))).toBeLessThanOrEqual(4);
    expect(arrivals.length - before).toBeGreaterThan(100);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  it('has the whole limit where it is the only one', async () => {
    const { clock, arrivals, send } = createGateway(12, 1);
    send(30);

    await clock.advance(10_000);

    expect(mostWithin(1_000, arrivals)).toBe(12);
  });
});

describe('a gateway that waits', () => {
  it('asks when it was told to, and not in between', async () => {
    const { clock, asked, send, vary, since } = createGateway(12);
    vary.run = async () => wait(700);
    send(50);

    await clock.advance(7_050);

    expect(since()).toBe(7_050);
    expect(asked.length).toBe(11);
  });

  it('asks soon again where it is not told when', async () => {
    const { clock, asked, send, vary } = createGateway(12);
    vary.run = async () => wait(-1);
    send(5);

    await clock.advance(1_000);

    expect(asked.length).toBeLessThanOrEqual(51);
    expect(asked.length).toBeGreaterThan(10);
  });
});

describe('the part of a limit that gateways have together', () => {
  it('leaves room for a minute for each that is not seen any more', async () => {
    const { clock, store, vary } = createGateway(12);
    expect(store.commonPart).toBe(1);

    vary.nodes = 2;
    expect(store.commonPart).toBeCloseTo(2 / 3);
    await clock.advance(30_000);
    vary.nodes = 1;
    expect(store.commonPart).toBeCloseTo(1 / 3);
    await clock.advance(59_999);
    expect(store.commonPart).toBeCloseTo(1 / 3);
    await clock.advance(1);

    expect(store.commonPart).toBe(1);
  });

  it('is the whole again a moment after all are back', async () => {
    const { clock, store, vary } = createGateway(12);
    expect(store.commonPart).toBe(1);
    vary.nodes = 2;
    expect(store.commonPart).toBeCloseTo(2 / 3);

    await clock.advance(5_000);
    vary.nodes = 3;
    expect(store.commonPart).toBeCloseTo(2 / 3);
    await clock.advance(2_999);
    expect(store.commonPart).toBeCloseTo(2 / 3);
    await clock.advance(1);

    expect(store.commonPart).toBe(1);
  });

  it('is the whole where gateways come', () => {
    const { store, vary } = createGateway(12);
    expect(store.commonPart).toBe(1);

    vary.nodes = 7;

    expect(store.commonPart).toBe(1);
  });
});
