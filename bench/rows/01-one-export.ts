import {
  atLeast,
  type Bench,
  type Bound,
  chooseTargets,
  forEachWaybill,
  type Line,
  type Row,
  toRatio,
} from '../harness/bench.ts';
import { toOneExportBodies } from '../harness/operations.ts';
import type { TargetName } from '../harness/targets.ts';
import { measureThroughput, pick, toBars, toThroughputDetail } from '../harness/throughput.ts';

/** One export a request, of the four vendors in turn. */
export const oneExport: Row = {
  number: 1,
  title: 'One export, the vendor answers at once',
  async measure(bench: Bench) {
    await bench.vendor.set({ latencyMs: 0, isListed: false, isMoving: false });
    const bodies = toOneExportBodies();
    const targets = chooseTargets(bench, ['bare', 'mercurius', 'yoga-undici', 'apollo']);
    const samples = await measureThroughput(bench, {
      targets,
      bodies,
      connections: 64,
      target: { connections: 128 },
    });
    const against = (other: TargetName, label: string, must: Bound, aim?: Bound): Line[] =>
      samples.has(other)
        ? [
            {
              measure: `one export, requests/s ÷ ${label}`,
              figures: forEachWaybill(bench, (name) =>
                toRatio(pick(samples, name, 'requestsPerSecond'), pick(samples, other, 'requestsPerSecond')),
              ),
              must,
              aim,
              bars: other === 'bare' ? toBars(samples) : undefined,
            },
          ]
        : [];
    return {
      lines: [
        ...against('bare', 'bare limit', atLeast(0.6), atLeast(0.85)),
        ...against('yoga-undici', 'Yoga + undici', atLeast(2.5)),
        ...against('apollo', 'Apollo Server', atLeast(2.5)),
        ...against('mercurius', 'Mercurius + jit', atLeast(0.75), atLeast(1)),
      ],
      details: [toThroughputDetail('One export, 64 connections, the vendor answers at once', samples)],
    };
  },
};
