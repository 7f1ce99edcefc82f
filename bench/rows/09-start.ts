import { atMost, type Bench, chooseTargets, forEachWaybill, type Row } from '../harness/bench.ts';
import { ask } from '../harness/check.ts';
import { toHiveBody } from '../harness/hive.ts';
import { NUMBER, toOneExportBodies } from '../harness/operations.ts';
import { pause, Started } from '../harness/processes.ts';
import { median, toFigure, toText } from '../harness/stats.ts';
import { startTarget } from '../harness/targets.ts';

/** From nothing to the first answer about an export, and what the process weighs when it is left alone after it. */
export const start: Row = {
  number: 9,
  title: 'Start',
  async measure(bench: Bench) {
    await bench.vendor.set({ latencyMs: 0, isListed: false, isMoving: false });
    const names = chooseTargets(bench, ['bare']);
    const body = (toOneExportBodies()[0] ?? '').replaceAll(NUMBER, '1');
    const tookMs = new Map<string, number[]>(names.map((name) => [name, []]));
    const rss = new Map<string, number[]>(names.map((name) => [name, []]));
    for (let round = 0; round < (bench.isQuick ? 1 : bench.rounds); round += 1) {
      for (const name of names) {
        await using started = new Started();
        const startedAt = performance.now();
        const settings = { vendorUrl: bench.vendor.url, connections: 128 };
        const target = started.add(await startTarget(name, bench.builds, settings));
        const { errors } = await ask(target, name === 'hive' ? toHiveBody(body) : body);
        tookMs.get(name)?.push(performance.now() - startedAt);
        if (errors !== undefined) throw new Error(`${name}: ${JSON.stringify(errors)}`);
        await pause(bench.isQuick ? 500 : 3_000);
        rss.get(name)?.push(target.process.rssBytes() / 1e6);
      }
    }
    return {
      lines: [
        {
          measure: 'start to the first answer',
          unit: 's',
          figures: forEachWaybill(bench, (name) =>
            toFigure((tookMs.get(name) ?? []).map((ms) => ms / 1_000)),
          ),
          must: atMost(1, 's'),
        },
        {
          measure: 'RSS of an idle gateway',
          unit: 'MB',
          figures: forEachWaybill(bench, (name) => toFigure(rss.get(name) ?? [])),
          must: atMost(90, 'MB'),
        },
      ],
      details: [
        {
          title: 'Start to the first answer',
          columns: ['server', 'first answer after ms', 'idle RSS MB'],
          rows: names.map((name) => [
            name,
            toText(median(tookMs.get(name) ?? [])),
            toText(median(rss.get(name) ?? [])),
          ]),
        },
      ],
    };
  },
};
