/**
 * From the answer of the vendor to the last of ten thousand subscribers, in the domain alone: no GraphQL, no socket.
 *
 * Run: node --import tsx bench/watch/fan-out.ts
 */
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import { createWatchHub } from '../../src/watch/watch-hub.ts';
import { createBenchAccount, createKey, createSnapshot, print, tools, wait } from './support.ts';

const SUBSCRIBERS = 10_000;
const ROUNDS = 40;

let percent = 0;
let answeredAt = 0;
const key = createKey(1);
const account = {
  ...createBenchAccount({ minMs: 250, maxMs: 250, stallAfterMs: 3_600_000 }),
  readMany: async () => {
    percent += 1;
    answeredAt = performance.now();
    const progress = { percent, completedParts: null, totalParts: null };
    return [{ ...createSnapshot(key, Date.now()), progress }];
  },
};
const hub = await createWatchHub({ backplane: new MemoryBackplane({ clock: tools.clock }), tools });

const took: number[] = [];
let told = 0;
async function read(): Promise<void> {
  for await (const event of hub.events([{ account, key }])) {
    if (event.type !== 'ExportProgressed') continue;
    told += 1;
    if (told % SUBSCRIBERS === 0) took.push(performance.now() - answeredAt);
  }
}
for (let index = 0; index < SUBSCRIBERS; index += 1) void read();
while (took.length < ROUNDS) await wait(50);

took.sort((one, other) => one - other);
const at = (share: number) => `${(took[Math.floor(share * (took.length - 1))] ?? 0).toFixed(1)} ms`;
print(`answer to the last of ${SUBSCRIBERS} subscribers, p50, p90`, `${at(0.5)}, ${at(0.9)}`);
process.exit(0);
