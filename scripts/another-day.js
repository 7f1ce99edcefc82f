/**
 * Runs the tests that look at dates once more as if it were another day, in another zone: a fixed day that meets the real clock is found
 * here, and not a year from now.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const DAYS_AHEAD = '+400d';
const ZONE = 'Pacific/Auckland';

const TESTS = [
  'test/access',
  'test/accounts',
  'test/cli/display',
  'test/cli/process',
  'test/cli/watch',
  'test/export',
  'test/graphql/export-fields',
  'test/graphql/nodes',
  'test/graphql/recent-exports',
  'test/graphql/scalars',
  'test/graphql/simulated',
  'test/http',
  'test/simulator',
  'test/store/sqlite',
  'test/tracking/canceling',
  'test/tracking/remembering',
  'test/tracking/starting',
  'test/tracking/tracking',
  'test/watch',
  'test/web/files-',
];

/** All but the site's: Chromium spins where the clock that it reads is another one than the system's. */
const DOCS = testsIn('docs').filter((test) => !test.endsWith('/site.test.ts'));
/** All but the suite over ten vendors of one engine and one simulator: the language's own examples go through it, and are here. */
const VENDORS = testsIn('vendors').filter((test) => !test.endsWith('/declared/conformance.test.ts'));

/** @param {string} folder */
function testsIn(folder) {
  return readdirSync(new URL(`../test/${folder}/`, import.meta.url), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${folder}/${name}`);
}

const { error, status } = spawnSync(
  'faketime',
  ['-f', DAYS_AHEAD, 'npx', 'vitest', 'run', ...TESTS, ...VENDORS, ...DOCS],
  {
    stdio: 'inherit',
    // Monotonic clocks stay real: timers and sockets go by them.
    env: { ...process.env, TZ: ZONE, FAKETIME_DONT_FAKE_MONOTONIC: '1' },
  },
);
if (error?.code === 'ENOENT') {
  console.error('!! NOT RUN on another day: faketime is missing. Install it: apt-get install faketime');
  process.exit(0);
}
process.exit(status ?? 1);
