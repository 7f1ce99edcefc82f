/**
 * Runs isolation schedules of many steps: tenants with the same vendor ids, faults, and canaries in every field of every answer.
 *
 * Run `npx tsx bench/isolation/run.ts [--seeds 20] [--steps 100000] [--from-seed 1]`. One line per seed and a total; exit code 1
 * where a canary, an id or a fault reached somebody it was not meant for. The same seed draws the same steps again.
 */
import { parseArgs } from 'node:util';
import { startGateway } from '../../src/gateway.ts';
import { CALLERS } from '../../test/isolation/cast.ts';
import { Ledger } from '../../test/isolation/ledger.ts';
import { runSchedule, type ScheduleReport } from '../../test/isolation/schedule.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    steps: { type: 'string', default: '100000' },
    'from-seed': { type: 'string', default: '1' },
  },
});

type Counts = Ledger['counts'];

async function main(): Promise<void> {
  const first = Number(values['from-seed']);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => first + index);
  const total: Counts = { ...new Ledger().counts };
  let totalMs = 0;
  console.log(`${seeds.length} seeds of ${values.steps} steps, ${CALLERS.length} callers of 5 tenants`);
  for (const seed of seeds) {
    const report = await runSchedule({
      seed,
      steps: Number(values.steps),
      startGateway,
      onProgress: ({ counts }) =>
        console.log(`  seed ${seed}: ${counts.steps} steps, ${counts.violations} foreign values`),
    });
    const { counts } = report.ledger;
    for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += counts[name];
    totalMs += report.durationMs;
    console.log(toLine(`seed ${seed}`, counts, report.durationMs));
    tellViolations(report);
  }
  console.log(toLine('total', total, totalMs));
  process.exitCode = total.violations > 0 ? 1 : 0;
}

function toLine(title: string, counts: Counts, durationMs: number): string {
  const perSecond = Math.round((counts.steps * 1_000) / durationMs);
  const facts = [
    `${counts.steps} steps in ${(durationMs / 1_000).toFixed(0)} s (${perSecond}/s)`,
    `${counts.operations} operations`,
    `${counts.events} events`,
    `${counts.downloads} downloads`,
    `${counts.refusedLinks} made-up links refused`,
    `${counts.foreignAsked} foreign exports asked for`,
    `${counts.vendorCalls} vendor calls`,
    `${counts.faults} faults`,
    `${counts.reloads} reloads`,
    `${counts.starts} starts`,
    `${counts.tracked} tracked`,
    `${counts.listEvents} events of lists`,
    `${counts.webhooks} webhooks`,
    `${counts.deliveries} deliveries listed`,
    `${counts.callbacks} callbacks`,
    `${counts.canaries} canaries in ${(counts.bytes / 1e6).toFixed(0)} MB`,
    `${counts.violations} foreign values`,
  ];
  return `${title}: ${facts.join(', ')}`;
}

function tellViolations({ ledger, trace, seed }: ScheduleReport): void {
  if (ledger.violations.length === 0) return;
  console.log(`seed ${seed}, the steps before the first finding:\n  ${trace.join('\n  ')}`);
  for (const { step, place, problem, excerpt } of ledger.violations)
    console.log(`  step ${step}, ${place}: ${problem}\n    ${excerpt}`);
}

await main();
