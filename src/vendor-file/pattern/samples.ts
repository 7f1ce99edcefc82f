import { type CharSet, charAt, sizeOf, WORD_CHARS } from './char-set.ts';
import { type Piece, parsePattern } from './parse.ts';

/** Tried first: texts that look like ids. */
const CANDIDATES = ['4213', 'a1b2c3', 'eu', 'us1', 'A1', 'abc', '42', '7', 'x', 'main', 'eu-1'] as const;

/** How many more than asked for of something are written. */
const SPARE = 5;

/** A text that a pattern matches, for examples; undefined where it is none of the language's. */
export function toExample(pattern: string): string | undefined {
  const matcher = toMatcher(pattern);
  return CANDIDATES.find((candidate) => matcher.test(candidate)) ?? toSample(pattern, 0);
}

/**
 * A text that a pattern matches: another one for each number as far as the pattern has as many, the same for the same number.
 *
 * @returns undefined where the pattern is none of the language's, or no text of at most 512 characters was found
 */
export function toSample(pattern: string, index: number): string | undefined {
  const parsed = parsePattern(pattern);
  if ('found' in parsed) return undefined;
  let state = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  const next = (bound: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state % bound;
  };
  const text = write(parsed.piece, next);
  return text.length <= 512 && toMatcher(parsed.source).test(text) ? text : undefined;
}

/** Matches whole values. */
export function toMatcher(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}

function write(piece: Piece, next: (bound: number) => number): string {
  if (piece.kind === 'chars') {
    const set = toUsual(piece.set);
    return charAt(set, next(sizeOf(set)));
  }
  if (piece.kind === 'choice') {
    const branch = piece.branches[next(piece.branches.length)] ?? [];
    return branch.map((each) => write(each, next)).join('');
  }
  const spare = piece.min === 0 && piece.max === 1 ? 1 : SPARE;
  const count = Math.min(piece.max, piece.min + spare);
  return Array.from({ length: count }, () => write(piece.piece, next)).join('');
}

/** Letters, digits and `_` where the set has any: what a person would write. */
function toUsual(set: CharSet): CharSet {
  const usual = WORD_CHARS.flatMap(([from, to]) =>
    set.flatMap(([low, high]): CharSet => {
      const start = Math.max(from, low);
      const end = Math.min(to, high);
      return start <= end ? [[start, end]] : [];
    }),
  );
  return usual.length === 0 ? set : usual;
}
