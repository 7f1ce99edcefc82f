import { type CharSet, charAt, isWithin, sizeOf } from './char-set.ts';
import { whyNotLinear } from './linear.ts';
import { alphabetOf, type PatternFault, type Piece, parsePattern } from './parse.ts';
import { toMatcher } from './samples.ts';

export interface Pattern {
  /** Without anchors. */
  readonly source: string;
  readonly alphabet: CharSet;
  /** Every text that matches, where they are few enough to write them down. */
  readonly texts: readonly string[] | null;
}

/** As many texts as a pattern may stand for to be taken as a list of words. */
const MAX_TEXTS = 64;

/** Looks at a pattern once: whether it is one, runs in linear time, and what it can match. */
export function inspectPattern(text: string): Pattern | PatternFault {
  const parsed = parsePattern(text);
  if ('found' in parsed) return parsed;
  const reason = whyNotLinear(parsed.piece);
  if (reason !== undefined) return { found: reason };
  try {
    toMatcher(parsed.source).test('');
  } catch {
    return { found: 'a pattern that is too large' };
  }
  return {
    source: parsed.source,
    alphabet: alphabetOf(parsed.piece),
    texts: textsOf(parsed.piece),
  };
}

/** What a pattern is, or why it is none; looked at once per text. */
export function isPattern(text: string): boolean {
  return !('found' in inspectPattern(text));
}

/** True where a pattern can match nothing but texts of these characters. */
export function matchesOnly(pattern: Pattern, bounds: CharSet): boolean {
  return isWithin(pattern.alphabet, bounds);
}

function textsOf(piece: Piece): readonly string[] | null {
  if (piece.kind === 'chars') {
    const size = sizeOf(piece.set);
    return size > MAX_TEXTS ? null : Array.from({ length: size }, (_, index) => charAt(piece.set, index));
  }
  if (piece.kind === 'choice') {
    const branches = piece.branches.map(textsOfSequence);
    const texts = new Set<string>();
    for (const branch of branches) {
      if (branch === null) return null;
      for (const each of branch) texts.add(each);
    }
    return texts.size > MAX_TEXTS ? null : [...texts];
  }
  if (piece.max > MAX_TEXTS) return null;
  const counts = Array.from({ length: piece.max - piece.min + 1 }, (_, index) => piece.min + index);
  const all = new Set<string>();
  for (const count of counts) {
    const texts = textsOfSequence(Array.from({ length: count }, () => piece.piece));
    if (texts === null) return null;
    for (const each of texts) all.add(each);
  }
  return all.size > MAX_TEXTS ? null : [...all];
}

function textsOfSequence(pieces: readonly Piece[]): readonly string[] | null {
  let texts: readonly string[] = [''];
  for (const piece of pieces) {
    const next = textsOf(piece);
    if (next === null || texts.length * next.length > MAX_TEXTS) return null;
    texts = texts.flatMap((text) => next.map((each) => text + each));
  }
  return texts;
}
