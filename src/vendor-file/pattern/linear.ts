import { AT_END, type CharSet, overlap, union } from './char-set.ts';
import { isNullable, MAX_COUNT, type Piece } from './parse.ts';

/*
 * Node's engine backtracks: wherever a pattern can go on in two ways, it may try both. Here is shown that this never costs more than a
 * fixed number of passes over a value, whose length is bounded.
 *
 * A way to go on costs nothing where the next character tells which of them it is. Where it does not tell, the number of ways counts, and
 * all such numbers of a pattern are multiplied: what comes out bounds how often the rest of a value may be looked at again.
 */

/** Ids and settings are never longer. */
const MAX_VALUE_LENGTH = 512;

/** As many passes over a value as a pattern may need: a value of 512 characters is then matched, or not, within few milliseconds. */
const MAX_WAYS = 4_096;

/** Why a pattern might not run in linear time; undefined where it does. */
export function whyNotLinear(piece: Piece): string | undefined {
  if (repeatsWithin(piece, false)) return 'a repetition inside a repetition';
  if (countOf(piece) > MAX_COUNT) return `counts that multiply to more than ${MAX_COUNT}`;
  const walk = { ways: 1, isEndless: false };
  before(piece, AT_END, 1, walk);
  if (walk.isEndless) return 'a repetition of something that may be empty';
  return walk.ways > MAX_WAYS
    ? 'repetitions or choices that can match the same text in many ways'
    : undefined;
}

/** True where something repeated an open number of times holds another such thing. */
function repeatsWithin(piece: Piece, isInside: boolean): boolean {
  if (piece.kind === 'chars') return false;
  if (piece.kind === 'choice') return piece.branches.flat().some((each) => repeatsWithin(each, isInside));
  const isOpen = piece.max > 1 && piece.min !== piece.max;
  return (isOpen && isInside) || repeatsWithin(piece.piece, isInside || isOpen);
}

/** The largest number of copies that counts in one another ask for. */
function countOf(piece: Piece): number {
  if (piece.kind === 'chars') return 1;
  if (piece.kind === 'choice') return Math.max(1, ...piece.branches.flat().map(countOf));
  const own = piece.max === Number.POSITIVE_INFINITY ? Math.max(1, piece.min) : piece.max;
  return own * countOf(piece.piece);
}

interface Walk {
  ways: number;
  isEndless: boolean;
}

/**
 * What a text may go on with where this piece is next and `after` may follow it; counts the ways on the way.
 *
 * @param copies - how often the piece may be walked through in one match
 */
function before(piece: Piece, after: CharSet, copies: number, walk: Walk): CharSet {
  if (piece.kind === 'chars') return piece.set;
  if (piece.kind === 'choice') return beforeChoice(piece.branches, after, copies, walk);
  const { min } = piece;
  const max = Math.min(piece.max, MAX_VALUE_LENGTH);
  const start = firstOf(piece.piece);
  if (max > 1 && isNullable(piece.piece)) walk.isEndless = true;
  before(piece.piece, max > 1 ? union(start, after) : after, copies * max, walk);
  const canStop = min !== piece.max;
  if (canStop && (overlap(start, after) || isNullable(piece.piece))) walk.ways *= (max - min + 1) ** copies;
  return min === 0 || isNullable(piece.piece) ? union(start, after) : start;
}

function beforeChoice(
  branches: readonly (readonly Piece[])[],
  after: CharSet,
  copies: number,
  walk: Walk,
): CharSet {
  const starts = branches.map((branch) =>
    branch.reduceRight<CharSet>((following, piece) => before(piece, following, copies, walk), after),
  );
  const isTold = starts.every((start, index) =>
    starts.slice(index + 1).every((other) => !overlap(start, other)),
  );
  if (!isTold) walk.ways *= branches.length ** copies;
  return union(...starts);
}

/** What a text of this piece may begin with. */
function firstOf(piece: Piece): CharSet {
  if (piece.kind === 'chars') return piece.set;
  if (piece.kind === 'repeat') return firstOf(piece.piece);
  return union(
    ...piece.branches.map((branch) => {
      const length = branch.findIndex((each) => !isNullable(each));
      return union(...branch.slice(0, length === -1 ? branch.length : length + 1).map(firstOf));
    }),
  );
}
