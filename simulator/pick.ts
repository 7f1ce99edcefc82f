import type { Random } from '../src/runtime/clock.ts';

/** How many of the demo's exports simply succeed. */
const PLAIN_SHARE = 0.7;

/** One of a list, each as likely as the other. */
export function pickOne<List extends readonly [unknown, ...unknown[]]>(
  random: Random,
  list: List,
): List[number] {
  return list[Math.floor(random.next() * list.length)];
}

/** Words of `x-simulate` for an export of the demo: none for most of them. */
export function pickWords(random: Random, words: readonly [string, ...string[]]): string | undefined {
  return random.next() < PLAIN_SHARE ? undefined : pickOne(random, words);
}
