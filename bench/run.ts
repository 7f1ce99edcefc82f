import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench, Vendor } from './harness/bench.ts';
import { runOther } from './harness/others.ts';
import { writePage } from './harness/page.ts';
import { hasTaskset, LOAD_CORE, startHelper } from './harness/processes.ts';
import { printRow, readMachine } from './harness/report.ts';
import { measureSaturation } from './harness/saturation.ts';
import { TARGET_NAMES } from './harness/targets.ts';
import { hasWrk } from './harness/wrk.ts';
import { ROWS } from './rows/index.ts';

/** The repository; this file runs from `bench/dist`. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const [first = '', ...rest] = process.argv.slice(2);
if (first !== '' && !first.startsWith('-')) process.exitCode = runOther(ROOT, first, rest);
else await measure();

async function measure(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      servers: { type: 'string', default: TARGET_NAMES.join(',') },
      node: { type: 'string', default: process.execPath },
      waybill: { type: 'string', default: ROOT },
      baseline: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (options.help) return console.log(toHelp());
  const isQuick = options.quick;
  const waybill = resolve(options.waybill);
  const baseline = options.baseline === undefined ? undefined : resolve(options.baseline);
  for (const folder of [waybill, baseline]) if (folder !== undefined) build(folder);
  const node = findNode(options.node);
  // Before anything is started, so that whatever inherits it is beside the load.
  if (hasTaskset) spawnSync('taskset', ['-a', '-cp', String(LOAD_CORE), String(process.pid)]);
  else console.warn('There is no taskset here: servers and load share their cores, and ratios mean less.');
  if (!hasWrk)
    console.warn(
      'There is no wrk here (Debian: apt-get install wrk): clients written in Node make the load.',
    );

  const names = new Set(options.servers.split(','));
  const targets = TARGET_NAMES.filter(
    (name) => names.has(name) && (name !== 'baseline' || baseline !== undefined),
  );
  await using vendorProcess = startHelper('vendor.js');
  await using load = startHelper('load.js');
  const vendor: Vendor = {
    url: await vendorProcess.ask<string>('url'),
    process: vendorProcess,
    set: (settings) => vendorProcess.ask('set', settings),
    reset: () => vendorProcess.ask('reset'),
    counts: () => vendorProcess.ask('counts'),
  };
  const bench: Bench = {
    builds: { node, waybill, baseline },
    vendor,
    load,
    targets,
    waybills: targets.filter((name) => name === 'waybill' || name === 'baseline'),
    rounds: Number(options.rounds ?? (isQuick ? 2 : 5)),
    seconds: Number(options.seconds ?? (isQuick ? 1 : 4)),
    isQuick,
    say: (progress) => process.stderr.write(`  ${progress}\n`),
  };
  const saturation = await measureSaturation(bench);
  const machine = [
    ...readMachine(bench),
    `The vendor alone answers ${saturation.toFixed(0)} requests a second, load and vendor on one core.`,
  ];
  console.log(machine.join('\n'));

  const wanted = options.only
    .split(',')
    .filter((part) => part !== '')
    .map(Number);
  const nodeVersion = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const folder = options.out ?? (isQuick ? undefined : join(ROOT, 'docs'));
  for (const row of ROWS.filter(({ number }) => wanted.length === 0 || wanted.includes(number))) {
    const startedAt = performance.now();
    process.stderr.write(`\n${row.number}. ${row.title}\n`);
    try {
      const result = await row.measure(bench);
      printRow(row, result);
      // After each row: what an hour has found is not lost in its last minute.
      if (folder !== undefined)
        writePage({
          folder: resolve(folder),
          kept: join(ROOT, 'bench/results'),
          nodeVersion,
          machine,
          row,
          result,
        });
    } catch (error) {
      console.error(error);
      process.exitCode = 1;
    }
    process.stderr.write(`  took ${((performance.now() - startedAt) / 1_000).toFixed(0)} s\n`);
  }
}

function build(folder: string): void {
  if (!existsSync(join(folder, 'node_modules'))) {
    console.error(`${folder} has no packages: run \`npm ci\` there first.`);
    process.exit(2);
  }
  const { status } = spawnSync(process.execPath, [join(folder, 'scripts/build.js')], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(2);
}

/** A path, or a version that is installed here: `--node 24`. */
function findNode(word: string): string {
  if (!/^\d+$/.test(word)) return word;
  const file = join(ROOT, `bench/node_modules/node-${word}/bin/node`);
  if (existsSync(file)) return file;
  console.error(`Node ${word} is not installed here; --node takes a path too.`);
  process.exit(2);
}

function toHelp(): string {
  return `npm --prefix bench start -- [options]

  --quick            all rows in less than two minutes, roughly
  --only 1,2         some rows
  --rounds N         of interleaved load (5)
  --seconds N        of load on one server in one round (4)
  --servers a,b      some of ${TARGET_NAMES.join(', ')}
  --node PATH|24     the Node that the servers run on (this one)
  --waybill DIR      the checkout that is measured (this one)
  --baseline DIR     another checkout beside it, before a change
  --out DIR          holds the performance.md whose table is written, and images/performance.svg; docs/, and with
                     --quick none. Rows of earlier runs stay in the table

npm --prefix bench start -- fan-out|watch|hostile|isolation|restart|tracking|crash|declared|files|cluster|simulation [its own options]
`;
}
