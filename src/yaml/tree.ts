import type { KeyPath } from './problem.ts';

/** How deep a file may be nested; a sensible one has five levels. */
export const MAX_LEVELS = 50;

/** What is said of a file with more. */
export const TOO_DEEP = {
  found: `more than ${MAX_LEVELS} levels`,
  allowed: `at most ${MAX_LEVELS} levels`,
} as const;

/** What stands at a path of a parsed file; undefined where nothing does. */
export function valueAt(tree: unknown, path: KeyPath): unknown {
  let value = tree;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}

/** Puts a value where another one stands. */
export function replaceAt(tree: unknown, path: KeyPath, value: unknown): void {
  const last = path.at(-1);
  const parent = valueAt(tree, path.slice(0, -1));
  if (last === undefined || typeof parent !== 'object' || parent === null) return;
  Object.defineProperty(parent, last, { value, writable: true, enumerable: true, configurable: true });
}

/** The list at a path; empty where something else stands there. */
export function listAt(tree: unknown, path: KeyPath): readonly unknown[] {
  const value = valueAt(tree, path);
  return Array.isArray(value) ? value : [];
}

/** A path as a key of maps and sets. */
export function pathKey(path: KeyPath): string {
  return JSON.stringify(path);
}

/** Orders paths as their values stand in the file; a key that is not there comes last in its mapping. */
export function compareInTree(tree: unknown, left: KeyPath, right: KeyPath): number {
  const leftPositions = positionsOf(tree, left);
  const rightPositions = positionsOf(tree, right);
  for (const [depth, position] of leftPositions.entries()) {
    const difference = position - (rightPositions[depth] ?? -1);
    if (difference !== 0) return difference;
  }
  return leftPositions.length - rightPositions.length;
}

function positionsOf(tree: unknown, path: KeyPath): readonly number[] {
  return path.map((part, depth) => {
    if (typeof part === 'number') return part;
    const position = Object.keys(valueAt(tree, path.slice(0, depth)) ?? {}).indexOf(part);
    return position === -1 ? Number.MAX_SAFE_INTEGER : position;
  });
}
