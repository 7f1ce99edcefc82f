/**
 * How late polls begin when ten thousand a second are due, with no vendor behind them.
 *
 * Run: node --import tsx bench/watch/lateness.ts
 */
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import { createWatchHub } from '../../src/watch/watch-hub.ts';
import { createBenchAccount, createKey, print, tools, wait } from './support.ts';

const EXPORTS = 20_000;
const INTERVAL_MS = 2_000;
const PER_STREAM = 100;
const SECONDS = 20;

const account = createBenchAccount({ minMs: INTERVAL_MS, maxMs: INTERVAL_MS, stallAfterMs: 3_600_000 });
const late: number[] = [];
let isMeasuring = false;
const hub = await createWatchHub({
  backplane: new MemoryBackplane({ clock: tools.clock }),
  tools,
  onPoll: (lateMs) => {
    if (isMeasuring) late.push(lateMs);
  },
});

for (let from = 0; from < EXPORTS; from += PER_STREAM) {
  const requests = Array.from({ length: PER_STREAM }, (_, index) => ({
    account,
    key: createKey(from + index),
  }));
  const stream = hub.events(requests);
  void (async () => {
    for await (const _event of stream);
  })();
  // Spread over the interval, as people come.
  if (from % 1_000 === 0) await wait(INTERVAL_MS / (EXPORTS / 1_000));
}
await wait(2 * INTERVAL_MS);

isMeasuring = true;
const cpuBefore = process.cpuUsage();
await wait(SECONDS * 1_000);
isMeasuring = false;
const cpu = process.cpuUsage(cpuBefore);

late.sort((one, other) => one - other);
const quantile = (share: number) => `${(late[Math.floor(share * (late.length - 1))] ?? 0).toFixed(1)} ms`;
print('polls per second', (late.length / SECONDS).toFixed(0));
print(
  'lateness p50, p99, p99.9, most',
  ['0.5', '0.99', '0.999', '1'].map((share) => quantile(Number(share))).join(', '),
);
print('CPU of one core', `${((cpu.user + cpu.system) / 10_000 / SECONDS).toFixed(0)} %`);
process.exit(0);
