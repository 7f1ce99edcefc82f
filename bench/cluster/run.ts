/**
 * Several gateways as processes, with Redis, vendors and subscribers, and what happens to them: see bench/README.md.
 *
 * Run: npx tsx bench/cluster/run.ts [kill,calls,store,scale,faults] [--gateways 3] [--subscribers 10000] [--backplane redis]
 */
import { parseArgs } from 'node:util';
import { BUILT_MAIN, buildProgramWhereStale } from '../../test/support/built-program.ts';
import { measureCalls } from './calls.ts';
import { measureFaults } from './faults.ts';
import { measureKills } from './kill.ts';
import { measureScale } from './scale.ts';
import type { BenchSettings } from './setup.ts';
import { measureStore } from './store.ts';

const MODES: Readonly<Record<string, (settings: BenchSettings) => Promise<void>>> = {
  kill: measureKills,
  calls: measureCalls,
  store: measureStore,
  scale: measureScale,
  faults: measureFaults,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    gateways: { type: 'string', default: '3' },
    subscribers: { type: 'string', default: '10000' },
    backplane: { type: 'string', default: 'redis' },
    /** Of the faults, those whose names hold this. */
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '20' },
  },
});
buildProgramWhereStale();
const settings: BenchSettings = {
  program: BUILT_MAIN,
  gateways: Number(values.gateways),
  subscribers: Number(values.subscribers),
  hasRedis: values.backplane === 'redis',
  only: values.only,
  seconds: Number(values.seconds),
};
for (const mode of (positionals[0] ?? Object.keys(MODES).join(',')).split(',')) {
  const measure = MODES[mode];
  if (measure === undefined) throw new Error(`There is no mode "${mode}": ${Object.keys(MODES).join(', ')}.`);
  await measure(settings);
}
process.exit();
