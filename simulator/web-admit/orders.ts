import type { Random } from '../../src/runtime/clock.ts';
import type { RunPlan, Word } from './runs.ts';

const LEAST_RUN_MS = 20_000;
const RUN_SPREAD_MS = 20_000;
const SLOW_FACTOR = 10;

const ENDINGS: readonly (readonly [order: string, ends: Word])[] = [
  ['failed', 'Failed'],
  ['empty', 'Empty List'],
  ['partial', 'Success With Errors'],
];

/**
 * How a new run goes, from the `x-simulate` header of its start: `failed`, `empty` or `partial` say how it ends, `slow`
 * (ten times as long) and `instant` how soon; several are separated by commas, and others' words are left alone.
 */
export function toRunPlan(header: string | undefined, random: Random): RunPlan {
  const orders = new Set((header ?? '').split(',').map((order) => order.trim().toLowerCase()));
  const ends = ENDINGS.find(([order]) => orders.has(order))?.[1] ?? 'Available';
  const usualMs = LEAST_RUN_MS + Math.floor(random.next() * RUN_SPREAD_MS);
  const takesMs = orders.has('instant') ? 0 : orders.has('slow') ? usualMs * SLOW_FACTOR : usualMs;
  return { ends, takesMs, start: 'now' };
}
