/** Code points as ranges that neither touch nor overlap, lowest first; both ends included. */
export type CharSet = readonly (readonly [from: number, to: number])[];

/** Stands behind the last code point: where a text ends. */
export const END = 0x110000;
const LAST = END - 1;

export const NO_CHARS: CharSet = [];
export const AT_END: CharSet = [[END, END]];

export const DIGITS: CharSet = [[0x30, 0x39]];
export const WORD_CHARS: CharSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];

/** What `\s` stands for (ECMA-262, 22.2.2.9, CharacterClassEscape, with WhiteSpace and LineTerminator; read 2026-11). */
export const SPACES: CharSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

/** All but what ends a line: the dot. */
export const ANY_CHARS: CharSet = complement([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);

export function union(...sets: readonly CharSet[]): CharSet {
  const sorted = sets.flat().sort(([left], [right]) => left - right);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Every code point that is not in it. */
export function complement(set: CharSet): CharSet {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [from, to] of set) {
    if (from > next) rest.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST) rest.push([next, LAST]);
  return rest;
}

export function overlap(left: CharSet, right: CharSet): boolean {
  return left.some(([from, to]) => right.some(([otherFrom, otherTo]) => from <= otherTo && otherFrom <= to));
}

export function isWithin(set: CharSet, bounds: CharSet): boolean {
  return set.every(([from, to]) => bounds.some(([low, high]) => low <= from && to <= high));
}

export function sizeOf(set: CharSet): number {
  return set.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** The code point at a position, counted through all ranges. */
export function charAt(set: CharSet, index: number): string {
  let rest = index;
  for (const [from, to] of set) {
    if (rest <= to - from) return String.fromCodePoint(from + rest);
    rest -= to - from + 1;
  }
  return '';
}
