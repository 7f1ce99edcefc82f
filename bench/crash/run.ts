/**
 * Gateways that are killed in the middle of random traffic, and starts under faults at whichever byte of the exchange.
 *
 * Run: npx tsx bench/crash/run.ts [--only crash,starts] [--rounds 200] [--store sqlite|postgres] [--gateways 1] [--seconds 300] [--seed N]
 * Exit code 1 where anything that a gateway gave its word for was lost, or ordered twice.
 */
import { parseArgs } from 'node:util';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { buildProgramWhereStale } from '../../test/support/built-program.ts';
import { findPostgres, startPostgres } from '../../test/support/postgres.ts';
import { findRedis, startRedis } from '../../test/support/redis.ts';
import { type CrashReport, isClean, runCrashRounds } from '../../test/tracking/crash/rounds.ts';
import { runStartFaults, type StartCounts } from '../../test/tracking/start-rounds.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'crash,starts' },
    gateways: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '200' },
    store: { type: 'string', default: 'sqlite' },
    /** Of starts, at all vendors at the same time. */
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const seed = Number(options.seed);

async function measureCrashes(): Promise<void> {
  buildProgramWhereStale();
  const programs = options.store === 'postgres' ? findPostgres() : null;
  if (options.store === 'postgres' && programs === null) throw new Error('Postgres is not installed here.');
  const redisProgram = Number(options.gateways) > 1 ? findRedis() : null;
  if (Number(options.gateways) > 1 && (programs === null || redisProgram === null))
    throw new Error('Several gateways need --store postgres, and a Redis that is installed.');
  const server = programs === null ? null : await startPostgres(programs);
  const redis = redisProgram === null ? null : await startRedis(redisProgram);
  try {
    const store =
      server === null ? undefined : ({ kind: 'postgres', url: await server.createDatabase() } as const);
    const report = await runCrashRounds({
      ...{ rounds: Number(options.rounds), seed, store, gateways: Number(options.gateways) },
      backplane: redis === null ? undefined : { kind: 'redis', url: redis.url },
      onRound: (round) => void (round % 20 === 0 && process.stderr.write(`  ${round} rounds\n`)),
    });
    tellCrashes(report);
    if (!isClean(report)) process.exitCode = 1;
  } finally {
    await redis?.close();
    await server?.close();
  }
}

function tellCrashes(report: CrashReport): void {
  const perEvent = (report.deliveries / report.events).toFixed(3);
  print(`kill -9 at random moments, store ${options.store}, seed ${seed}`, '');
  print('rounds, each ended by kill -9', String(report.rounds));
  print(
    'exports started / tracked / untracked',
    `${report.started} / ${report.tracked} / ${report.untracked}`,
  );
  print('tracked exports lost', String(report.exportsLost));
  print('idempotency keys / lost', `${report.keys} / ${report.keysLost}`);
  print('keys whose order the vendor’s list does not reach back to', String(report.keysUnknown));
  print('events told (one kind of one export)', String(report.events));
  print('events lost, webhooks owed or given up', String(report.eventsLost));
  print('most webhook-ids of one event', String(report.mostIdsPerEvent));
  print('deliveries / per event', `${report.deliveries} / ${perEvent}`);
  print(
    'ends told before their beginnings, wrong signatures',
    `${report.outOfOrder}, ${report.wrongSignatures}`,
  );
  print('orders accepted by the vendors', String(report.vendorOrders));
  print('most orders accepted for one key, vendor with a list', String(report.mostOrdersPerKey));
  print('keys with orders that were not announced, vendor without one', String(report.unannouncedOrders));
  for (const problem of report.problems) print('PROBLEM', problem);
}

async function measureStarts(): Promise<void> {
  const longestMs = Number(options.seconds) * 1_000;
  print(`starts under faults at whichever byte, seed ${seed}`, '');
  await Promise.all(
    CODED_VENDOR_IDS.map(async (vendor) =>
      tellStarts(vendor, await runStartFaults(vendor, { longestMs, seed })),
    ),
  );
}

function tellStarts(vendor: string, counts: StartCounts): void {
  const { rounds, asks, orders, unknown, accepted, mostPerKey } = counts;
  const facts = `${asks} asks, ${orders} orders sent, ${unknown} told START_OUTCOME_UNKNOWN`;
  print(`${vendor}: ${rounds} keys, ${facts}`, `${accepted} accepted, at most ${mostPerKey} per key`);
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(92)} ${value}\n`);
}

const wanted = options.only.split(',');
if (wanted.includes('crash')) await measureCrashes();
if (wanted.includes('starts')) await measureStarts();
