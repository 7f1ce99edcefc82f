import {
  atLeast,
  type Bench,
  forEachWaybill,
  type Row,
  toRatio,
  type WaybillName,
} from '../harness/bench.ts';
import type { LoadResult } from '../harness/load.ts';
import { toOneExportBodies } from '../harness/operations.ts';
import { Started } from '../harness/processes.ts';
import { median, toText } from '../harness/stats.ts';
import { startTarget, type Target } from '../harness/targets.ts';

const CONNECTIONS = 64;
const PROTOCOLS = ['http', 'websocket'] as const;

/** The same query over open websockets and over HTTP connections that stay open, as many of each, one request under way on each. */
export const websocket: Row = {
  number: 6,
  title: 'A query over a websocket and over HTTP',
  async measure(bench: Bench) {
    await bench.vendor.set({ latencyMs: 0, isListed: false, isMoving: false });
    const rounds = bench.isQuick ? 1 : bench.rounds;
    const bodies = toOneExportBodies();
    await using started = new Started();
    const targets: Target[] = [];
    for (const name of bench.waybills) {
      const settings = { vendorUrl: bench.vendor.url, connections: 128 };
      targets.push(started.add(await startTarget(name, bench.builds, settings)));
    }
    const rates = new Map<string, number[]>();
    const costs = new Map<string, number[]>();
    for (let round = 0; round <= rounds; round += 1) {
      for (const { name, url, authorization, process } of targets) {
        for (const protocol of PROTOCOLS) {
          const before = process.cpuMs();
          const seconds = round === 0 ? bench.seconds + 1 : bench.seconds;
          const request = { protocol, url, authorization, bodies, connections: CONNECTIONS, seconds };
          const result = await bench.load.ask<LoadResult>('run', request);
          if (result.failures > 0) throw new Error(`${name}: ${result.failures} over ${protocol} failed`);
          if (round === 0) continue;
          add(rates, `${name} ${protocol}`, result.requests / result.seconds);
          add(costs, `${name} ${protocol}`, (process.cpuMs() - before) / result.requests);
        }
      }
      bench.say(`round ${round} of ${rounds}`);
    }
    const of = (name: WaybillName, protocol: string) => rates.get(`${name} ${protocol}`) ?? [];
    return {
      lines: [
        {
          measure: 'query over an open websocket ÷ the same over HTTP keep-alive, requests/s',
          figures: forEachWaybill(bench, (name) => toRatio(of(name, 'websocket'), of(name, 'http'))),
          must: atLeast(1),
          aim: atLeast(1.5),
        },
      ],
      details: [
        {
          title: `One export, ${CONNECTIONS} connections, clients written in Node`,
          columns: ['server', 'over', 'requests/s', 'CPU ms a request'],
          rows: bench.waybills.flatMap((name) =>
            PROTOCOLS.map((protocol) => [
              name,
              protocol,
              toText(median(of(name, protocol))),
              toText(median(costs.get(`${name} ${protocol}`) ?? [])),
            ]),
          ),
        },
      ],
    };
  },
};

function add(map: Map<string, number[]>, key: string, value: number): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}
