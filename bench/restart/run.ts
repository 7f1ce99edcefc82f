/**
 * A restart under load: a gateway is told to go while it is asked and followed, and another takes its place.
 *
 * Run: npx tsx bench/restart/run.ts [--streams 1000] [--askers 50]
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { keepAsking, keepFollowing, type Outcomes } from './clients.ts';
import { startSlowVendor } from './vendor.ts';

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '1000' }, askers: { type: 'string', default: '50' } },
});
const streams = Number(values.streams);
const askers = Number(values.askers);
const EXPORTS = 100;
const JOB_MS = 25_000;
const RESTART_AFTER_MS = 10_000;
const KEY = 'restart-bench-key-0123456789';

const root = fileURLToPath(new URL('../../', import.meta.url));
spawnSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: 'inherit' });
await using vendor = await startSlowVendor({ exports: EXPORTS, jobMs: JOB_MS, answerMs: 150 });
const port = await findPort();
const folder = mkdtempSync(join(tmpdir(), 'waybill-restart-'));
const config = join(folder, 'waybill.json');
writeFileSync(
  config,
  JSON.stringify({
    server: { port, mode: 'production', logLevel: 'error' },
    access: { mode: 'keys', keys: [{ name: 'bench', key: KEY, tenant: 'acme' }] },
    files: { linkSecret: 'restart-bench-link-secret-0123456789abcdef' },
    limits: { operationsPerMinute: 1_000_000, locatorsPerMinute: 1_000_000 },
    accounts: [
      {
        key: 'hi',
        vendor: 'hi-energy',
        tenant: 'acme',
        baseUrl: vendor.url,
        credential: { type: 'api-key', apiKey: 'restart-bench' },
        limits: { requestsPerSecond: 1_000, maxConcurrent: 100 },
        polling: { minMs: 500, maxMs: 500 },
      },
    ],
  }),
);

const outcomes: Outcomes = {
  answered: 0,
  unreachable: 0,
  broken: 0,
  ends: {},
  completed: 0,
  backward: 0,
  wrong: 0,
};
let isOver = false;
const settings = { port, key: KEY, exports: EXPORTS, outcomes, isOver: () => isOver };

try {
  const first = await startGateway();
  const asking = Array.from({ length: askers }, () => keepAsking(settings));
  const following = Array.from({ length: streams }, (_, index) => keepFollowing(settings, index));
  await pause(RESTART_AFTER_MS);

  const toldAt = performance.now();
  first.kill('SIGTERM');
  const exitCode = await new Promise((resolve) => first.once('exit', resolve));
  const wentMs = performance.now() - toldAt;
  const second = await startGateway();
  const gapMs = performance.now() - toldAt;

  await Promise.all(following);
  isOver = true;
  await Promise.all(asking);
  second.kill('SIGTERM');
  await new Promise((resolve) => second.once('exit', resolve));

  console.log(`${streams} streams of 5 exports, ${askers} askers; SIGTERM after ${RESTART_AFTER_MS} ms`);
  console.log(
    `the old gateway ended with ${exitCode} after ${wentMs.toFixed(0)} ms; the new one listened after ${gapMs.toFixed(0)} ms`,
  );
  console.log(
    `queries: ${outcomes.answered} answered, ${outcomes.broken} cut off, ${outcomes.unreachable} found nobody and were sent again`,
  );
  console.log(`streams ended by: ${JSON.stringify(outcomes.ends)}`);
  console.log(
    `streams that saw all their exports end: ${outcomes.completed} of ${streams}; wrong: ${outcomes.wrong}; events that went back: ${outcomes.backward}`,
  );
} finally {
  isOver = true;
  rmSync(folder, { recursive: true, force: true });
}

function startGateway(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(root, 'dist/src/main.js'), 'serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      if (String(chunk).includes('waybill listening')) resolve(child);
    });
    child.once('exit', (code) => reject(new Error(`The gateway ended with ${code}.`)));
  });
}

function findPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
