import { atMost, type Bench, forEachWaybill, type Row, toRatio } from '../harness/bench.ts';
import type { Memory } from '../harness/monitor.ts';
import { toWatchedLocators } from '../harness/operations.ts';
import { pause, Started, startHelper } from '../harness/processes.ts';
import { median, toFigure, toText } from '../harness/stats.ts';
import type { Pushes } from '../harness/subscribers.ts';
import { startTarget } from '../harness/targets.ts';

const EXPORTS = 100;

interface Sample {
  readonly cpuUs: number;
  readonly idleRssBytes: number;
  readonly idleHeapBytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly messageBytes: number;
  readonly messages: number;
}

/** Many subscribers, a socket for each, on a hundred exports of a vendor without a list call (Power BI), eleven fields each. */
export const subscribers: Row = {
  number: 7,
  title: 'Subscribers',
  async measure(bench: Bench) {
    const sizes = bench.isQuick
      ? { sockets: 1_000, pollMs: 500, windowMs: 1_500, rounds: 1 }
      : { sockets: 10_000, pollMs: 4_000, windowMs: 16_000, rounds: Math.min(bench.rounds, 3) };
    const names = [
      ...(bench.isQuick ? [] : (['live-bare'] as const)),
      'live-yoga',
      ...bench.waybills,
    ] as const;
    const samples = new Map<string, Sample[]>(names.map((name) => [name, []]));
    for (let round = 1; round <= sizes.rounds; round += 1) {
      for (const name of names) {
        samples.get(name)?.push(await measureOne(bench, name, sizes));
        bench.say(`round ${round} of ${sizes.rounds}: ${name}`);
      }
    }
    await bench.vendor.set({ isMoving: false });
    const of = (name: string, field: keyof Sample) =>
      (samples.get(name) ?? []).map((sample) => sample[field]);
    const { sockets } = sizes;
    return {
      lines: [
        {
          measure: `${sockets} subscribers on ${EXPORTS} exports: CPU per push ÷ Yoga + graphql-ws`,
          figures: forEachWaybill(bench, (name) => toRatio(of(name, 'cpuUs'), of('live-yoga', 'cpuUs'))),
          must: atMost(0.15),
          aim: atMost(0.1),
        },
        {
          measure: 'RSS per idle subscriber ÷ Yoga + graphql-ws',
          figures: forEachWaybill(bench, (name) =>
            toRatio(of(name, 'idleRssBytes'), of('live-yoga', 'idleRssBytes')),
          ),
          must: atMost(0.5),
          aim: atMost(0.35),
        },
        {
          measure: "half of the pushes after the vendor's answer within",
          unit: 'ms',
          figures: forEachWaybill(bench, (name) => toFigure(of(name, 'p50Ms'))),
          must: atMost(15, 'ms'),
          aim: atMost(5, 'ms'),
        },
      ],
      details: [
        {
          title: `${sockets} subscribers, a socket for each, ${EXPORTS} exports that change every ${sizes.pollMs} ms`,
          columns: [
            'server',
            'CPU µs a push',
            'push p50 ms',
            'push p99 ms',
            'RSS kB an idle subscriber',
            'heap kB an idle subscriber',
            'bytes a push',
            'pushes',
          ],
          rows: names.map((name) => [
            name,
            toText(median(of(name, 'cpuUs'))),
            toText(median(of(name, 'p50Ms'))),
            toText(median(of(name, 'p99Ms'))),
            toText(median(of(name, 'idleRssBytes')) / 1_024),
            toText(median(of(name, 'idleHeapBytes')) / 1_024),
            toText(median(of(name, 'messageBytes'))),
            String(median(of(name, 'messages'))),
          ]),
        },
      ],
    };
  },
};

interface Sizes {
  readonly sockets: number;
  readonly pollMs: number;
  readonly windowMs: number;
}

async function measureOne(
  bench: Bench,
  name: 'live-bare' | 'live-yoga' | 'waybill' | 'baseline',
  { sockets, pollMs, windowMs }: Sizes,
): Promise<Sample> {
  await bench.vendor.set({ latencyMs: 0, isMoving: false, isListed: false });
  await using started = new Started();
  const settings = { vendorUrl: bench.vendor.url, connections: 128, pollMs, canCollect: true };
  const { process, url, authorization } = started.add(await startTarget(name, bench.builds, settings));
  const locators = toWatchedLocators(EXPORTS);
  // All of one export's subscribers one after another, so that polls begin spread over the interval.
  const groups = Array.from({ length: sockets }, (_, index) =>
    locators.slice(Math.floor((index * EXPORTS) / sockets), Math.floor((index * EXPORTS) / sockets) + 1),
  );

  // Everything is loaded and compiled before the empty server is weighed.
  const first = started.add(startHelper('subscribers.js'));
  await first.ask('open', { url, authorization, groups: groups.slice(0, 200) });
  await first.ask('close');
  await pause(bench.isQuick ? 200 : 1_000);
  const before = await process.ask<Memory>('memory');
  const clients = started.add(startHelper('subscribers.js'));
  await clients.ask('open', { url, authorization, groups, spreadMs: 2 * pollMs });
  // Timers that wait for a `connection_init` have gone by then.
  await pause(bench.isQuick ? 500 : 4_000);
  const after = await process.ask<Memory>('memory');

  await bench.vendor.set({ isMoving: true });
  await pause(bench.isQuick ? pollMs : 2 * pollMs);
  await clients.ask('reset');
  const cpuBefore = process.cpuMs();
  await pause(windowMs);
  const cpuMs = process.cpuMs() - cpuBefore;
  const pushes = await clients.ask<Pushes>('pushes');
  const expected = (sockets * windowMs) / pollMs;
  // A server that cannot keep up shows it in its figures; this is about one that does not push at all.
  if (pushes.closed > 0 || pushes.messages < 0.3 * expected)
    throw new Error(
      `${name}: ${pushes.messages} of ${expected} pushes came, ${pushes.closed} sockets were closed`,
    );
  return {
    cpuUs: (cpuMs * 1_000) / pushes.messages,
    idleRssBytes: (after.rssBytes - before.rssBytes) / sockets,
    idleHeapBytes: (after.heapBytes - before.heapBytes) / sockets,
    p50Ms: pushes.p50Ms,
    p99Ms: pushes.p99Ms,
    messageBytes: pushes.bytes / pushes.messages,
    messages: pushes.messages,
  };
}
