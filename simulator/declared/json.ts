import type {
  Condition,
  Conversion,
  Pointer,
  Pointers,
  ValueRule,
} from '../../src/vendor-file/declaration.ts';

/** What a pointer leads to; undefined where nothing is there. */
export function getAt(root: unknown, pointer: Pointer): unknown {
  let value = root;
  for (const token of pointer) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[token];
  }
  return value;
}

/** The first of several pointers that leads to something. */
export function getFirst(root: unknown, pointers: readonly Pointer[]): unknown {
  return pointers
    .map((pointer) => getAt(root, pointer))
    .find((value) => value !== undefined && value !== null);
}

/**
 * Puts a value where a pointer leads, with whatever has to stand around it: a list where a token is a number, else an object.
 *
 * @returns the whole, which is another one where the pointer is empty
 */
export function putAt(root: unknown, pointer: Pointer, value: unknown): unknown {
  const [token, ...rest] = pointer;
  if (token === undefined) return isObject(value) && isObject(root) ? { ...root, ...value } : value;
  const isIndex = /^(0|[1-9]\d{0,2})$/.test(token);
  if (Array.isArray(root) && isIndex) {
    const list = [...root];
    while (list.length < Number(token)) list.push(null);
    list[Number(token)] = putAt(list[Number(token)], rest, value);
    return list;
  }
  if (isIndex && !isObject(root)) return putAt([], pointer, value);
  const object = isObject(root) ? root : {};
  const inner = putAt(Object.hasOwn(object, token) ? object[token] : undefined, rest, value);
  return { ...object, ...Object.fromEntries([[token, inner]]) };
}

/** Takes away what a pointer leads to. */
export function removeAt(root: unknown, pointer: Pointer): unknown {
  const [token, ...rest] = pointer;
  if (token === undefined || typeof root !== 'object' || root === null || !Object.hasOwn(root, token))
    return root;
  const left = Object.entries(root).flatMap(([name, value]): (readonly [string, unknown])[] => {
    if (name !== token) return [[name, value]];
    return rest.length === 0 ? [] : [[name, removeAt(value, rest)]];
  });
  return Array.isArray(root) ? left.map(([, value]) => value) : Object.fromEntries(left);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Writes a value where its rule reads it, as the vendor writes it; one that is null as the vendor says that there is none. */
export function putValue(root: unknown, rule: ValueRule, value: unknown): unknown {
  const [at] = rule.at;
  if (value === null || value === undefined) {
    const [nothing] = rule.absent;
    return nothing === undefined ? root : putAt(root, at, nothing);
  }
  return putAt(root, at, rule.as === null ? value : CONVERSIONS[rule.as](value));
}

/** Instants come as epoch milliseconds, shares as per cent, waits as milliseconds. */
const CONVERSIONS: Readonly<Record<Conversion | 'milliseconds', (value: unknown) => unknown>> = {
  rfc3339: (value) => (typeof value === 'number' ? toIso(value) : value),
  'epoch-seconds': (value) => Math.floor(Number(value) / 1_000),
  'epoch-millis': Number,
  'epoch-seconds-text': (value) => String(Math.floor(Number(value) / 1_000)),
  'integer-text': String,
  fraction: (value) => Number(value) / 100,
  seconds: (value) => Number(value) / 1_000,
  milliseconds: Number,
};

/** An instant without a conversion is RFC 3339 text. */
export function putInstant(root: unknown, rule: ValueRule, instant: number | null): unknown {
  return putValue(root, rule, instant !== null && rule.as === null ? toIso(instant) : instant);
}

/** `2026-11-22T10:15:00Z`; fractions of a second are left out, as most vendors do. */
export function toIso(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Whether a condition holds of a value. */
export function holds(root: unknown, { at, test }: Condition): boolean {
  const value = getAt(root, at);
  if ('is' in test) return value === test.is;
  if ('above' in test) return typeof value === 'number' && value > test.above;
  if ('below' in test) return typeof value === 'number' && value < test.below;
  if ('empty' in test) return isEmpty(value) === test.empty;
  return (value === undefined || value === null) === test.absent;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Makes a condition hold, or not hold. */
export function settle(root: unknown, condition: Condition, shouldHold: boolean): unknown {
  if (holds(root, condition) === shouldHold) return root;
  const { at, test } = condition;
  if ('is' in test) {
    if (shouldHold) return putAt(root, at, test.is);
    return typeof test.is === 'number' ? putAt(root, at, test.is + 1_776) : removeAt(root, at);
  }
  if ('above' in test) return putAt(root, at, shouldHold ? test.above + 1 : test.above);
  if ('below' in test) return putAt(root, at, shouldHold ? test.below - 1 : test.below);
  const isThere = 'empty' in test ? test.empty !== shouldHold : test.absent !== shouldHold;
  return isThere ? putAt(root, at, 'x') : removeAt(root, at);
}

/** The pointer to write by. */
export function firstOf(pointers: Pointers): Pointer {
  return pointers[0];
}
