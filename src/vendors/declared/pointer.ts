import type { Pointer, Pointers } from '../../vendor-file/declaration.ts';

/** What stands somewhere below a JSON value; undefined where nothing does. Never throws. */
export type ReadPointer = (value: unknown) => unknown;

/** An index as RFC 6901 writes it: `01` is the name of a member. */
const INDEX = /^(?:0|[1-9][0-9]{0,8})$/;

/** A pointer as a function. Only own members are read, lists by index alone: `/constructor` and `/length` lead nowhere. */
export function compilePointer(pointer: Pointer): ReadPointer {
  const steps = pointer.map(compileStep);
  const [first, second] = steps;
  if (first === undefined) return asItIs;
  if (second === undefined) return first;
  if (steps.length === 2) return (value) => second(first(value));
  return (value) => {
    let found = value;
    for (const step of steps) found = step(found);
    return found;
  };
}

/** The first of several pointers that leads to something which is not null; undefined where none does. */
export function compilePointers(pointers: Pointers): ReadPointer {
  const reads = pointers.map(compilePointer);
  const [only] = reads;
  if (only !== undefined && reads.length === 1) return (value) => only(value) ?? undefined;
  return (value) => {
    for (const read of reads) {
      const found = read(value);
      if (found !== undefined && found !== null) return found;
    }
    return undefined;
  };
}

/** A pointer as it is written, for messages: `/data/state`. */
export function describePointer(pointer: Pointer): string {
  return pointer.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** @returns a copy in which the value stands at the pointer; objects are made where there are none */
export function withValueAt(target: unknown, pointer: Pointer, value: unknown): unknown {
  const [token, ...rest] = pointer;
  if (token === undefined) return value;
  if (Array.isArray(target) && INDEX.test(token) && Number(token) <= target.length) {
    const copy: unknown[] = [...target];
    copy[Number(token)] = withValueAt(copy[Number(token)], rest, value);
    return copy;
  }
  const members = isObject(target) && !Array.isArray(target) ? Object.entries(target) : [];
  const inner = members.find(([name]) => name === token)?.[1];
  // From entries: an assignment to "__proto__" would set something else.
  return Object.fromEntries([
    ...members.filter(([name]) => name !== token),
    [token, withValueAt(inner, rest, value)],
  ]);
}

function compileStep(token: string): ReadPointer {
  const index = INDEX.test(token) ? Number(token) : -1;
  return (value) => {
    if (!isObject(value)) return undefined;
    if (Array.isArray(value)) return index >= 0 ? value[index] : undefined;
    return Object.hasOwn(value, token) ? value[token] : undefined;
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function asItIs(value: unknown): unknown {
  return value;
}
