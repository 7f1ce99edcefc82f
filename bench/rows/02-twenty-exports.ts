import {
  atLeast,
  type Bench,
  chooseTargets,
  forEachWaybill,
  type Line,
  type Row,
  type RowResult,
  toRatio,
} from '../harness/bench.ts';
import { toTwentyExportsBodies } from '../harness/operations.ts';
import type { TargetName } from '../harness/targets.ts';
import { measureThroughput, pick, type Samples, toBars, toThroughputDetail } from '../harness/throughput.ts';

/** Twenty exports a request, five of each vendor. */
export const twentyExports: Row = {
  number: 2,
  title: 'Twenty exports over four vendors',
  async measure(bench: Bench): Promise<RowResult> {
    const lines: Line[] = [];
    const details = [];
    for (const isListed of bench.isQuick ? [false] : [false, true]) {
      const help = isListed ? 'list calls help' : 'no list call helps';
      const bodies = toTwentyExportsBodies(isListed);
      // The peers never list, so that most of them would only be measured twice.
      const targets = chooseTargets(bench, ['bare', 'mercurius'], bench.isQuick || isListed);

      await bench.vendor.set({ latencyMs: 0, isListed, isMoving: false });
      const atOnce = await measureThroughput(bench, {
        targets,
        bodies,
        connections: 32,
        target: { connections: 256 },
      });
      bench.say(`at once, ${help}`);
      lines.push(
        {
          ...toLine(bench, atOnce, 'mercurius', `20 exports, at once, ${help} ÷ Mercurius + jit`),
          must: atLeast(0.9),
        },
        {
          ...toLine(bench, atOnce, 'bare', `20 exports, at once, ${help} ÷ bare limit`),
          aim: atLeast(1),
          bars: toBars(atOnce),
        },
      );
      details.push(toThroughputDetail(`20 exports, 32 connections, vendors answer at once, ${help}`, atOnce));

      // 48 x 20 calls may be under way at a time, and the pools hold 1,024 connections: they bound nothing.
      await bench.vendor.set({ latencyMs: 20 });
      const slow = await measureThroughput(bench, {
        targets,
        bodies,
        connections: 48,
        target: { connections: 1_024 },
      });
      bench.say(`at 20 ms, ${help}`);
      lines.push({
        ...toLine(bench, slow, 'bare', `20 exports, vendors take 20 ms, ${help} ÷ bare limit`),
        must: atLeast(0.9),
        aim: atLeast(1.1),
        bars: toBars(slow),
      });
      details.push(toThroughputDetail(`20 exports, 48 connections, vendors take 20 ms, ${help}`, slow));
    }
    await bench.vendor.set({ latencyMs: 0, isListed: false });
    return { lines, details };
  },
};

function toLine(bench: Bench, samples: Samples, other: TargetName, measure: string): Line {
  return {
    measure,
    figures: forEachWaybill(bench, (name) =>
      toRatio(pick(samples, name, 'requestsPerSecond'), pick(samples, other, 'requestsPerSecond')),
    ),
  };
}
