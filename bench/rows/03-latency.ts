import { atMost, type Bench, chooseTargets, forEachWaybill, type Row, toRatio } from '../harness/bench.ts';
import { checkAnswers } from '../harness/check.ts';
import { toHiveBody } from '../harness/hive.ts';
import type { LoadResult } from '../harness/load.ts';
import { toTwentyExportsBodies } from '../harness/operations.ts';
import { Started } from '../harness/processes.ts';
import { median, toText } from '../harness/stats.ts';
import { startTarget, type Target } from '../harness/targets.ts';

const LATENCY_MS = 20;

/** Before the first round: a server that has just begun still compiles what it runs, on the one core that it has. */
const WARM_UP = { connections: 8, requests: 1_000 };

/** The twenty exports of row 2, one request at a time, with a vendor that takes 20 ms. */
export const latency: Row = {
  number: 3,
  title: 'Latency at low load',
  async measure(bench: Bench) {
    await bench.vendor.set({ latencyMs: LATENCY_MS, isListed: false, isMoving: false });
    const bodies = toTwentyExportsBodies(false);
    const requests = bench.isQuick ? 10 : 60;
    await using started = new Started();
    const targets: Target[] = [];
    for (const name of chooseTargets(bench, ['bare'])) {
      const settings = { vendorUrl: bench.vendor.url, connections: 1_024 };
      const target = started.add(await startTarget(name, bench.builds, settings));
      await checkAnswers(target, bodies, bench.vendor.url);
      targets.push(target);
    }
    const roundTrips: number[] = [];
    const medians = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
    const worst = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
    for (let round = 0; round <= bench.rounds; round += 1) {
      const direct = await measureRoundTrip(bench, requests);
      if (round > 0) roundTrips.push(direct);
      for (const { name, url, authorization } of targets) {
        const request = {
          protocol: 'http',
          connections: 1,
          url,
          authorization,
          bodies: name === 'hive' ? bodies.map(toHiveBody) : bodies,
          requests,
          ...(round === 0 && !bench.isQuick ? WARM_UP : {}),
        };
        const result = await bench.load.ask<LoadResult>('run', request);
        if (result.failures > 0) throw new Error(`${name}: ${result.failures} of ${result.requests} failed`);
        if (round === 0) continue;
        medians.get(name)?.push(result.p50Ms);
        worst.get(name)?.push(result.p99Ms);
      }
    }
    await bench.vendor.set({ latencyMs: 0 });
    return {
      lines: [
        {
          measure: '20 exports, vendors take 20 ms, one request at a time: median ÷ one vendor round trip',
          figures: forEachWaybill(bench, (name) => toRatio(medians.get(name) ?? [], roundTrips)),
          must: atMost(1.25),
          aim: atMost(1.1),
        },
      ],
      details: [
        {
          title: `20 exports, one request at a time; one vendor round trip takes ${toText(median(roundTrips))} ms`,
          columns: ['server', 'p50 ms', 'p99 ms'],
          rows: [...medians].map(([name, values]) => [
            name,
            toText(median(values)),
            toText(median(worst.get(name) ?? [])),
          ]),
        },
      ],
    };
  },
};

/** One call of the vendor itself, by the same kind of client. */
async function measureRoundTrip(bench: Bench, requests: number): Promise<number> {
  const url = `${bench.vendor.url}/hi-energy/api/v1/exports/4711`;
  const { p50Ms } = await bench.load.ask<LoadResult>('roundTrips', { url, requests });
  return p50Ms;
}
