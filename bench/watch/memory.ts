/**
 * What a watched export costs in memory, and what is left of it afterwards.
 *
 * Run: node --expose-gc --import tsx bench/watch/memory.ts
 */
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import type { ExportEvent } from '../../src/export/events.ts';
import { createWatchHub, type WatchHub } from '../../src/watch/watch-hub.ts';
import {
  createBenchAccount,
  createKey,
  createSnapshot,
  heapBytes,
  keepAlive,
  print,
  tools,
  wait,
} from './support.ts';

const EXPORTS = 100_000;
/** Nobody is asked again while memory is measured. */
const account = createBenchAccount({ minMs: 600_000, maxMs: 3_600_000, stallAfterMs: 3_600_000 });

type Stream = AsyncIterableIterator<ExportEvent, undefined>;

async function openHub() {
  const backplane = new MemoryBackplane({ clock: tools.clock });
  return { hub: await createWatchHub({ backplane, tools }), backplane };
}

/** Subscribes and reads until every export has told its first state; one read stays open, as a live subscriber's does. */
async function subscribe(hub: WatchHub, from: number, size: number): Promise<Stream> {
  const requests = Array.from({ length: size }, (_, index) => ({ account, key: createKey(from + index) }));
  const stream = hub.events(requests);
  for (let told = 0; told < size; told += 1) await stream.next();
  void stream.next();
  return stream;
}

async function measure(perStream: number): Promise<void> {
  const { hub } = await openHub();
  const before = await heapBytes();
  const streams: Stream[] = [];
  for (let from = 0; from < EXPORTS; from += 20_000) {
    const opening: Promise<Stream>[] = [];
    for (let at = from; at < from + 20_000; at += perStream) opening.push(subscribe(hub, at, perStream));
    streams.push(...(await Promise.all(opening)));
  }
  const bytes = (await heapBytes()) - before;
  if (hub.counters().watches !== EXPORTS) throw new Error('Not everything is watched.');
  print(`bytes per watched export, ${perStream} to a subscriber`, (bytes / EXPORTS).toFixed(0));
  for (const stream of streams) await stream.return?.();
  await hub.drain('done');
}

/** What the exports themselves take, which somebody has to hold: keys and snapshots. */
async function measureSnapshots(): Promise<void> {
  const before = await heapBytes();
  const held = Array.from({ length: EXPORTS }, (_, index) => createSnapshot(createKey(index), Date.now()));
  const bytes = (await heapBytes()) - before;
  print('  of which key and snapshot, as the adapter made them', (bytes / held.length).toFixed(0));
}

async function measureChurn(distinct: number): Promise<void> {
  const { hub, backplane } = await openHub();
  for (let warm = 0; warm < 2_000; warm += 1) await (await subscribe(hub, warm % distinct, 1)).return?.();
  const before = await heapBytes();
  for (let round = 0; round < EXPORTS; round += 500) {
    const opening = Array.from({ length: 500 }, (_, index) => subscribe(hub, (round + index) % distinct, 1));
    for (const stream of await Promise.all(opening)) await stream.return?.();
  }
  await wait(50);
  const after = await heapBytes();
  const { watches, subscribers } = hub.counters();
  print(
    `heap after ${EXPORTS} subscribe/unsubscribe of ${distinct} exports, against before`,
    `${((after - before) / 1e6).toFixed(2)} MB more (${watches} watches, ${subscribers} subscribers, ${backplane.size} topics kept)`,
  );
  await hub.drain('done');
}

keepAlive();
await measure(100);
await measure(1);
await measureSnapshots();
await measureChurn(100);
await measureChurn(100_000);
process.exit(0);
