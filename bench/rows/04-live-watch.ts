import { atLeast, atMost, type Bench, forEachWaybill, type Row, runLoad, toRatio } from '../harness/bench.ts';
import { checkAnswers } from '../harness/check.ts';
import { toWatchedBodies, toWatchedLocators } from '../harness/operations.ts';
import { Started, startHelper } from '../harness/processes.ts';
import { median, toFigure, toText } from '../harness/stats.ts';
import { startTarget, type Target } from '../harness/targets.ts';

const EXPORTS = 100;
const CONNECTIONS = 64;

/** Exports under a live watch, asked for with a `maxAgeMs` that allows the watch's answer, beside a server that answers from a map. */
export const liveWatch: Row = {
  number: 4,
  title: 'An export under a live watch',
  async measure(bench: Bench) {
    await bench.vendor.set({ latencyMs: 0, isListed: false, isMoving: false });
    const rounds = bench.isQuick ? 1 : bench.rounds;
    const bodies = toWatchedBodies(EXPORTS);
    await using started = new Started();
    const targets: Target[] = [];
    for (const name of ['bare', ...bench.waybills] as const) {
      const settings = { vendorUrl: bench.vendor.url, connections: 128 };
      const target = started.add(await startTarget(name, bench.builds, settings));
      if (name === 'bare') targets.push({ ...target, url: target.url.replace('/graphql', '/memory') });
      else {
        const clients = started.add(startHelper('subscribers.js'));
        const { url, authorization } = target;
        await clients.ask('open', { url, authorization, groups: [toWatchedLocators(EXPORTS)] });
        targets.push(target);
      }
    }
    for (const target of targets) await checkAnswers(target, bodies, bench.vendor.url);

    const rates = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
    const costs = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
    const calls = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const { name, url, authorization, process } of targets) {
        await bench.vendor.reset();
        const before = process.cpuMs();
        const load = { url, authorization, bodies, connections: CONNECTIONS, seconds: bench.seconds };
        const result = await runLoad(bench, load);
        const cpuMs = process.cpuMs() - before;
        if (round === 0) continue;
        rates.get(name)?.push(result.requests / result.seconds);
        costs.get(name)?.push(cpuMs / result.requests);
        calls.get(name)?.push((await bench.vendor.counts()).calls);
      }
      bench.say(`round ${round} of ${rounds}`);
    }
    const of = (map: ReadonlyMap<string, readonly number[]>, name: string) => map.get(name) ?? [];
    return {
      lines: [
        {
          measure: 'export under a live watch, requests/s ÷ bare answer from memory',
          figures: forEachWaybill(bench, (name) => toRatio(of(rates, name), of(rates, 'bare'))),
          must: atLeast(0.5),
          aim: atLeast(0.8),
        },
        {
          measure: 'export under a live watch: vendor calls',
          figures: forEachWaybill(bench, (name) => toFigure(of(calls, name))),
          must: atMost(0),
          aim: atMost(0),
        },
      ],
      details: [
        {
          title: `${EXPORTS} watched exports, ${CONNECTIONS} connections`,
          columns: ['server', 'requests/s', 'CPU ms a request', 'vendor calls'],
          rows: targets.map(({ name }) => [
            name,
            toText(median(of(rates, name))),
            toText(median(of(costs, name))),
            toText(median(of(calls, name))),
          ]),
        },
      ],
    };
  },
};
