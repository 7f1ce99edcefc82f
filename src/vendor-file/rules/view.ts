import { describeValue, type KeyPath, type Problem } from '../../yaml/problem.ts';
import { valueAt } from '../../yaml/tree.ts';
import { inspectPattern, type Pattern } from '../pattern/pattern.ts';

/** A file as it was parsed, with what several rules ask of it. Values of the wrong type are the schema's business: rules pass over them. */
export interface FileView {
  readonly tree: unknown;
  /** The locator's ids in their order. */
  readonly ids: readonly string[];
  readonly settings: readonly string[];
  readonly isOptional: (name: string) => boolean;
  /** What an id or a setting may look like; undefined where that is not readable. */
  readonly patternOf: (name: string) => Pattern | undefined;
}

/** What one key asks of another. */
export type Rule = (file: FileView) => readonly Problem[];

export function toView(tree: unknown): FileView {
  const ids = Object.keys(mappingAt(tree, ['locator']));
  const settings = Object.keys(mappingAt(tree, ['settings']));
  const rootOf = (name: string) => (ids.includes(name) ? 'locator' : 'settings');
  const patterns = new Map<string, Pattern>();
  for (const name of [...ids, ...settings]) {
    const pattern = valueAt(tree, [rootOf(name), name, 'pattern']);
    const inspected = typeof pattern === 'string' ? inspectPattern(pattern) : undefined;
    if (inspected !== undefined && !('found' in inspected)) patterns.set(name, inspected);
  }
  return {
    tree,
    ids,
    settings,
    isOptional: (name) => valueAt(tree, [rootOf(name), name, 'optional']) === true,
    patternOf: (name) => patterns.get(name),
  };
}

/** The mapping at a path; empty where something else stands there. */
export function mappingAt(tree: unknown, path: KeyPath): Readonly<Record<string, unknown>> {
  const value = valueAt(tree, path);
  return isMapping(value) ? value : {};
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One problem with what stands at a path. */
export function problemAt(tree: unknown, path: KeyPath, allowed: string, found?: string): Problem {
  return { path, found: found ?? describeValue(valueAt(tree, path)), allowed };
}

/** A problem where more or fewer than one of these keys is in a mapping. */
export function exactlyOne(tree: unknown, path: KeyPath, keys: readonly string[]): readonly Problem[] {
  const mapping = valueAt(tree, path);
  if (!isMapping(mapping)) return [];
  const given = keys.filter((key) => mapping[key] !== undefined);
  if (given.length === 1) return [];
  const found = given.length === 0 ? 'none of them' : given.join(' and ');
  return [{ path, found, allowed: `exactly one of ${keys.join(', ')}` }];
}
