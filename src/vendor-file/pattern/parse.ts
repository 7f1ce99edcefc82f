import { type AST, RegExpParser } from '@eslint-community/regexpp';
import {
  ANY_CHARS,
  type CharSet,
  complement,
  DIGITS,
  NO_CHARS,
  SPACES,
  union,
  WORD_CHARS,
} from './char-set.ts';

/** A pattern as far as the language has them: characters, one of several, so many times. */
export type Piece =
  | { readonly kind: 'chars'; readonly set: CharSet }
  /** Sequences, one of which has to match. */
  | { readonly kind: 'choice'; readonly branches: readonly (readonly Piece[])[] }
  | { readonly kind: 'repeat'; readonly piece: Piece; readonly min: number; readonly max: number };

export interface ParsedPattern {
  /** Without a `^` in front and a `$` behind: the whole value has to match anyway. */
  readonly source: string;
  readonly piece: Piece;
}

/** What is wrong with a pattern. */
export interface PatternFault {
  readonly found: string;
}

/** The longest pattern, in characters. */
export const MAX_PATTERN_LENGTH = 500;

/** RE2 takes no larger number in braces (re2/parse.cc, kMaxRepeat; read 2026-11). */
export const MAX_COUNT = 1_000;

class Refusal extends Error {}

/** Takes a pattern apart, or says which part of it is none of the language's. */
export function parsePattern(text: string): ParsedPattern | PatternFault {
  if (text === '' || text.length > MAX_PATTERN_LENGTH)
    return { found: `a pattern of ${text.length} characters` };
  try {
    const pattern = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(text, 0, text.length, {
      unicode: true,
    });
    const { start, end } = trimAnchors(pattern);
    return {
      source: text.slice(start, end),
      piece: toChoice(pattern.alternatives, (element) => element.start >= start && element.end <= end),
    };
  } catch (error) {
    // The parser's own message may quote the pattern at any length.
    return { found: error instanceof Refusal ? error.message : 'a text that is no regular expression' };
  }
}

/** Where the pattern begins and ends without its `^` and `$`. */
function trimAnchors(pattern: AST.Pattern): { readonly start: number; readonly end: number } {
  const [only, ...others] = pattern.alternatives;
  if (only === undefined || others.length > 0) return pattern;
  const [first] = only.elements;
  const last = only.elements.at(-1);
  return {
    start: isEdge(first, 'start') ? first.end : pattern.start,
    end: isEdge(last, 'end') ? last.start : pattern.end,
  };
}

function isEdge(element: AST.Element | undefined, kind: 'start' | 'end'): element is AST.EdgeAssertion {
  return element?.type === 'Assertion' && element.kind === kind;
}

function toChoice(
  alternatives: readonly AST.Alternative[],
  isKept: (element: AST.Element) => boolean = () => true,
): Piece {
  return {
    kind: 'choice',
    branches: alternatives.map(({ elements }) => elements.filter(isKept).map(toPiece)),
  };
}

function toPiece(element: AST.Element): Piece {
  switch (element.type) {
    case 'Character':
      return { kind: 'chars', set: [[element.value, element.value]] };
    case 'CharacterSet':
      return { kind: 'chars', set: toSet(element) };
    case 'CharacterClass':
      return { kind: 'chars', set: toClass(element) };
    case 'Group':
      if (element.modifiers !== null) throw new Refusal('a group with modifiers');
      return toChoice(element.alternatives);
    case 'CapturingGroup':
      if (element.name !== null) throw new Refusal('a group with a name');
      return toChoice(element.alternatives);
    case 'Quantifier':
      return toRepeat(element);
    case 'Backreference':
      throw new Refusal('a back reference');
    case 'Assertion':
      throw new Refusal(
        element.kind === 'lookahead' || element.kind === 'lookbehind'
          ? `a ${element.kind}`
          : '"^", "$" or "\\b" inside the pattern',
      );
    default:
      throw new Refusal('a class of another class');
  }
}

function toRepeat({ element, min, max }: AST.Quantifier): Piece {
  if (max === 0) throw new Refusal('a part that is there 0 times');
  if (min > MAX_COUNT || (max > MAX_COUNT && max !== Number.POSITIVE_INFINITY)) {
    throw new Refusal(`a count above ${MAX_COUNT}`);
  }
  return { kind: 'repeat', piece: toPiece(element), min, max };
}

function toSet(element: AST.CharacterSet): CharSet {
  if (element.kind === 'property') throw new Refusal('a class of Unicode\'s, "\\p"');
  if (element.kind === 'any') return ANY_CHARS;
  const set = element.kind === 'digit' ? DIGITS : element.kind === 'word' ? WORD_CHARS : SPACES;
  return element.negate ? complement(set) : set;
}

function toClass(element: AST.CharacterClass): CharSet {
  const sets = element.elements.map((part): CharSet => {
    if (part.type === 'Character') return [[part.value, part.value]];
    if (part.type === 'CharacterClassRange') return [[part.min.value, part.max.value]];
    if (part.type === 'CharacterSet') return toSet(part);
    throw new Refusal('a class inside another class');
  });
  const set = union(...sets);
  const wanted = element.negate ? complement(set) : set;
  if (wanted.length === 0) throw new Refusal('a class that no character is in');
  return wanted;
}

/** Every character that may stand in a text which the pattern matches. */
export function alphabetOf(piece: Piece): CharSet {
  if (piece.kind === 'chars') return piece.set;
  if (piece.kind === 'repeat') return alphabetOf(piece.piece);
  return union(NO_CHARS, ...piece.branches.flat().map(alphabetOf));
}

/** True where the empty text matches too. */
export function isNullable(piece: Piece): boolean {
  if (piece.kind === 'chars') return false;
  if (piece.kind === 'repeat') return piece.min === 0 || isNullable(piece.piece);
  return piece.branches.some((branch) => branch.every(isNullable));
}
