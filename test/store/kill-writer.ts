/**
 * Writes to a SQLite store until it is killed, and says on standard output what it has been told is written.
 *
 * Its arguments: the file, and where to begin to count.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/runtime/clock.ts';
import { openStore } from '../../src/store/open.ts';
import { createLogBook } from './log-book.ts';
import { START, toChange, toDelivery, toKey, toRequest, toSnapshot, toTracked } from './made-exports.ts';

const [path = '', first = '0'] = process.argv.slice(-2);
const store = await openStore({ kind: 'sqlite', path }, { clock: systemClock, log: createLogBook().log });
const say = (word: string, id: string) => writeSync(1, `${word} ${id}\n`);

/** The life of one export: a key, a start, an end, each with what belongs to it. */
async function live(number: number): Promise<void> {
  const id = `e${number}`;
  const key = `k${number}`;
  await store.takeKey(toKey(key), START);
  say('key', id);
  await store.track(
    toRequest(toTracked(id), {
      deliveries: [toDelivery(`tracked ${id}`, { exportId: id })],
      startKey: { key, started: toSnapshot(id) },
    }),
  );
  say('tracked', id);
  await store.record([
    toChange(id, {
      duration: { kind: 'daily', ms: number },
      deliveries: ['one', 'two'].map((part) => toDelivery(`ended ${id} ${part}`, { exportId: id })),
    }),
  ]);
  say('ended', id);
  if (number % 3 !== 0) return;
  await store.untrack('acme', id, START);
  say('untracked', id);
}

say('ready', '-');
for (let number = Number(first); ; number += 8) {
  await Promise.all(Array.from({ length: 8 }, (_, index) => live(number + index)));
}
