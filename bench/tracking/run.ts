/**
 * What tracked exports cost: vendor calls, durable writes, memory, a restart, deliveries. All on loopback, in front of a stub vendor.
 *
 * Run: npx tsx bench/tracking/run.ts [--only calls,writes,memory,restart,deliveries] [--exports 10000]
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  measureCalls,
  measureDeliveries,
  measureMemory,
  measureRestart,
  measureWrites,
} from './scenarios.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'calls,writes,memory,restart,deliveries' },
    exports: { type: 'string', default: '10000' },
  },
});
const exports = Number(options.exports);
const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  calls: measureCalls,
  writes: measureWrites,
  memory: () => measureMemory(exports),
  restart: () => measureRestart(exports),
  deliveries: measureDeliveries,
};

const wanted = options.only.split(',');
const unknown = wanted.filter((name) => !Object.hasOwn(SCENARIOS, name));
if (unknown.length > 0) {
  console.error(`There is no part "${unknown.join(', ')}": ${Object.keys(SCENARIOS).join(', ')}.`);
  process.exit(2);
}
const root = fileURLToPath(new URL('../../', import.meta.url));
const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: 'inherit' });
if (status !== 0) process.exit(1);

console.log(`Node ${process.version}, ${cpus().length} processors`);
for (const name of wanted) await SCENARIOS[name]?.();
process.exit(0);
