import { atMost, type Bench, forEachWaybill, type Row, toRatio } from '../harness/bench.ts';
import { toWatchedLocators } from '../harness/operations.ts';
import { pause, Started, startHelper } from '../harness/processes.ts';
import { median, toText } from '../harness/stats.ts';
import { startTarget } from '../harness/targets.ts';

const PER_SUBSCRIPTION = 100;

interface Sample {
  readonly cpuUs: number;
  readonly pollsPerSecond: number;
  readonly rssBytes: number;
}

/** Very many exports, each read again and again at a vendor that takes 20 ms and has no list call (Power BI). */
export const polls: Row = {
  number: 8,
  title: 'Polls',
  async measure(bench: Bench) {
    // The same 3,000 polls a second either way.
    const sizes = bench.isQuick
      ? { exports: 1_500, pollMs: 500, windowMs: 1_500, rounds: 1 }
      : { exports: 30_000, pollMs: 10_000, windowMs: 20_000, rounds: Math.min(bench.rounds, 3) };
    const names = ['fetch-loop', ...bench.waybills] as const;
    const samples = new Map<string, Sample[]>(names.map((name) => [name, []]));
    for (let round = 1; round <= sizes.rounds; round += 1) {
      for (const name of names) {
        samples.get(name)?.push(await measureOne(bench, name, sizes));
        bench.say(`round ${round} of ${sizes.rounds}: ${name}`);
      }
    }
    await bench.vendor.set({ latencyMs: 0 });
    const of = (name: string, field: keyof Sample) =>
      (samples.get(name) ?? []).map((sample) => sample[field]);
    return {
      lines: [
        {
          measure: `${sizes.exports} exports polled every ${sizes.pollMs / 1_000} s: CPU per poll ÷ a loop of fetch`,
          figures: forEachWaybill(bench, (name) => toRatio(of(name, 'cpuUs'), of('fetch-loop', 'cpuUs'))),
          must: atMost(0.35),
          aim: atMost(0.25),
        },
      ],
      details: [
        {
          title: `${sizes.exports} exports polled every ${sizes.pollMs / 1_000} s, the vendor takes 20 ms`,
          columns: ['server', 'CPU µs a poll', 'polls/s', 'RSS MB'],
          rows: names.map((name) => [
            name,
            toText(median(of(name, 'cpuUs'))),
            toText(median(of(name, 'pollsPerSecond'))),
            toText(median(of(name, 'rssBytes')) * 1e-6),
          ]),
        },
      ],
    };
  },
};

interface Sizes {
  readonly exports: number;
  readonly pollMs: number;
  readonly windowMs: number;
}

async function measureOne(
  bench: Bench,
  name: 'fetch-loop' | 'waybill' | 'baseline',
  { exports, pollMs, windowMs }: Sizes,
): Promise<Sample> {
  await bench.vendor.set({ latencyMs: 20, isMoving: false, isListed: false });
  await using started = new Started();
  const settings = { vendorUrl: bench.vendor.url, connections: 1_000, pollMs, exports };
  const { process, url, authorization } = started.add(await startTarget(name, bench.builds, settings));
  if (name !== 'fetch-loop') {
    const clients = started.add(startHelper('subscribers.js'));
    const groups = Array.from({ length: exports / PER_SUBSCRIPTION }, (_, index) =>
      toWatchedLocators(PER_SUBSCRIPTION, index * PER_SUBSCRIPTION),
    );
    await clients.ask('open', { url, authorization, groups, perSocket: 1, spreadMs: pollMs });
  } else await pause(pollMs);
  await pause(pollMs);
  await bench.vendor.reset();
  const before = process.cpuMs();
  await pause(windowMs);
  const cpuMs = process.cpuMs() - before;
  const { calls } = await bench.vendor.counts();
  return {
    cpuUs: (cpuMs * 1_000) / calls,
    pollsPerSecond: calls / (windowMs / 1_000),
    rssBytes: process.rssBytes(),
  };
}
