import type { Random } from '../../src/runtime/clock.ts';
import type { JobPlan } from './jobs.ts';
import { ENDINGS, type Ending, type Spellings } from './words.ts';

const QUEUED_MS = 2_000;
const LEAST_RUNNING_MS = 8_000;
const RUNNING_SPREAD_MS = 16_000;
const SLOW_FACTOR = 10;

/** Other words for how an export ends. */
const SYNONYMS: Readonly<Record<string, Ending>> = { fail: 'failed', cancel: 'canceled', expire: 'expired' };

/** How an export may end at a vendor: as far as its file has words for it. */
export function toEndings(spellings: Spellings): readonly Ending[] {
  return ENDINGS.filter((ending) => spellings[ending] !== undefined);
}

/**
 * How a new export goes, from the `x-simulate` header of its start: `failed`, `canceled`, `partial`, `empty` or `expired` say how it ends,
 * `slow` (ten times as long) and `instant` how soon; several are separated by commas.
 *
 * @returns a sentence for a word that the vendor's file has nothing for
 */
export function toPlan(header: string | undefined, spellings: Spellings, random: Random): JobPlan | string {
  const words = (header ?? '')
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');
  const endings = toEndings(spellings);
  const usual = endings[0] ?? 'complete';
  const ends = words.flatMap((word) => endings.find((ending) => ending === (SYNONYMS[word] ?? word)) ?? []);
  const others = words.filter((word) => !endings.includes(SYNONYMS[word] ?? (word as Ending)));
  const unknown = others.find((word) => word !== 'slow' && word !== 'instant' && word !== 'normal');
  if (unknown !== undefined)
    return `x-simulate must be one of ${[...endings, 'slow', 'instant'].join(', ')}.`;
  const runningMs = LEAST_RUNNING_MS + Math.floor(random.next() * RUNNING_SPREAD_MS);
  if (words.includes('instant')) return { ends: ends[0] ?? usual, queuedMs: 0, runningMs: 0 };
  const factor = words.includes('slow') ? SLOW_FACTOR : 1;
  return { ends: ends[0] ?? usual, queuedMs: QUEUED_MS * factor, runningMs: runningMs * factor };
}
