import {
  atMost,
  type Bench,
  type Detail,
  forEachWaybill,
  type Row,
  type WaybillName,
} from '../harness/bench.ts';
import type { LoadResult } from '../harness/load.ts';
import { toOneExportBodies } from '../harness/operations.ts';
import { Started } from '../harness/processes.ts';
import { median, toFigure, toText } from '../harness/stats.ts';
import { startTarget, type Target } from '../harness/targets.ts';

const CALLERS = 100;
const LATENCIES = [20, 0] as const;

/** A hundred callers, each with a connection that is open already, ask for the same export at once. */
export const burst: Row = {
  number: 5,
  title: 'A hundred callers ask for the same export at once',
  async measure(bench: Bench) {
    await bench.vendor.set({ isListed: false, isMoving: false });
    await using started = new Started();
    const targets: Target[] = [];
    for (const name of bench.waybills) {
      const settings = { vendorUrl: bench.vendor.url, connections: 128 };
      targets.push(started.add(await startTarget(name, bench.builds, settings)));
    }
    // Hi Energy's body alone: all hundred are about one vendor's one export, another one each time.
    const bodies = toOneExportBodies().slice(1, 2);
    const calls = new Map<string, number[]>();
    const tookMs = new Map<string, number[]>();
    const times = bench.isQuick ? 3 : bench.rounds * 4;
    for (const latencyMs of LATENCIES) {
      await bench.vendor.set({ latencyMs });
      for (let time = 0; time < times + 2; time += 1) {
        for (const { name, url, authorization } of targets) {
          await bench.vendor.reset();
          const request = { url, authorization, bodies, callers: CALLERS };
          const { seconds, failures } = await bench.load.ask<LoadResult>('burst', request);
          if (failures > 0) throw new Error(`${name}: ${failures} of ${CALLERS} failed`);
          // The first ones are there to compile.
          if (time < 2) continue;
          add(calls, `${name} ${latencyMs}`, (await bench.vendor.counts()).calls);
          add(tookMs, `${name} ${latencyMs}`, seconds * 1_000);
        }
      }
    }
    await bench.vendor.set({ latencyMs: 0 });
    const of = (name: WaybillName, latencyMs: number) => calls.get(`${name} ${latencyMs}`) ?? [];
    const detail: Detail = {
      title: `${CALLERS} callers at once`,
      columns: ['server', 'vendor takes ms', 'vendor calls', 'ms until all have their answer'],
      rows: LATENCIES.flatMap((latencyMs) =>
        bench.waybills.map((name) => [
          name,
          String(latencyMs),
          toText(median(of(name, latencyMs))),
          toText(median(tookMs.get(`${name} ${latencyMs}`) ?? [])),
        ]),
      ),
    };
    return {
      lines: LATENCIES.map((latencyMs) => ({
        measure: `${CALLERS} callers ask for one export at once, the vendor takes ${latencyMs} ms: vendor calls`,
        figures: forEachWaybill(bench, (name) => toFigure(of(name, latencyMs))),
        // A vendor that takes no time has answered before the second request is read: nothing is promised there.
        ...(latencyMs === 0 ? {} : { must: atMost(1), aim: atMost(1) }),
      })),
      details: [detail],
    };
  },
};

function add(map: Map<string, number[]>, key: string, value: number): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}
