import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The benchmarks of single parts: each is a script beside Waybill's source, and runs with the repository's own packages. */
const SCRIPTS: Readonly<Record<string, string>> = {
  cluster: 'cluster/run.ts',
  crash: 'crash/run.ts',
  declared: 'declared/run.ts',
  'fan-out': 'fan-out/run.ts',
  hostile: 'hostile/run.ts',
  isolation: 'isolation/run.ts',
  restart: 'restart/run.ts',
  simulation: 'cluster/simulation.ts',
  tracking: 'tracking/run.ts',
  files: 'files/run.ts',
  'watch-memory': 'watch/memory.ts',
  'watch-lateness': 'watch/lateness.ts',
  'watch-fan-out': 'watch/fan-out.ts',
};

/** A million watched exports need more than Node takes by itself. */
const MEMORY: Readonly<Record<string, readonly string[]>> = {
  simulation: ['--max-old-space-size=8000', '--max-semi-space-size=128'],
};

/** @returns the exit code */
export function runOther(root: string, name: string, args: readonly string[]): number {
  const scripts = name === 'watch' ? ['watch-memory', 'watch-lateness', 'watch-fan-out'] : [name];
  for (const one of scripts) {
    const script = SCRIPTS[one];
    if (script === undefined) {
      console.error(`There is no benchmark "${one}": ${['watch', ...Object.keys(SCRIPTS)].join(', ')}.`);
      return 2;
    }
    const command = [
      '--expose-gc',
      ...(MEMORY[one] ?? []),
      '--import',
      'tsx',
      join('bench', script),
      ...args,
    ];
    const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
  }
  return 0;
}
