import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, type Pair } from 'yaml';
import type { KeyPath, Place } from './problem.ts';

/** Where the key at a path stands; where it is missing, the nearest mapping or list that it is missing from. */
export type PlaceOf = (path: KeyPath) => Place;

/** Looks places up in a document that was parsed with this counter. */
export function placesIn(document: Document, lines: LineCounter): PlaceOf {
  return (path) => {
    let node: unknown = document.contents;
    let offset = startOf(node) ?? 0;
    for (const part of path) {
      // What stands behind an alias stands where its anchor is.
      if (isAlias(node)) node = node.resolve(document);
      const found = childAt(node, part);
      if (found === undefined) break;
      offset = found.offset;
      node = found.value;
    }
    return toPlace(lines, offset);
  };
}

/** A place by its offset in the text. */
export function toPlace(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function childAt(
  node: unknown,
  part: string | number,
): { readonly offset: number; readonly value: unknown } | undefined {
  if (isSeq(node) && typeof part === 'number') {
    const value = node.items[part];
    const offset = startOf(value);
    return offset === undefined ? undefined : { offset, value };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((each: Pair) => isScalar(each.key) && String(each.key.value) === String(part));
  const offset = startOf(pair?.key);
  return pair === undefined || offset === undefined ? undefined : { offset, value: pair.value };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
