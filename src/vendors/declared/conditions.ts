import type { Condition } from '../../vendor-file/declaration.ts';
import { compilePointer } from './pointer.ts';

/** Whether everything holds of a JSON value. */
export type Holds = (value: unknown) => boolean;

/** What vendors write for a number that they send as text. */
const NUMBER = /^-?[0-9]{1,30}(?:\.[0-9]{1,30})?$/;

/** All of some conditions as one; true where there are none. */
export function compileConditions(conditions: readonly Condition[]): Holds {
  const tests = conditions.map(compileCondition);
  const [only] = tests;
  if (only === undefined) return () => true;
  return tests.length === 1 ? only : (value) => tests.every((test) => test(value));
}

function compileCondition({ at, test }: Condition): Holds {
  const read = compilePointer(at);
  if ('is' in test) {
    const { is } = test;
    // What is missing is nothing at all: `absent` is the test for both.
    return (value) => read(value) === is;
  }
  if ('above' in test) {
    const { above } = test;
    return (value) => toNumber(read(value)) > above;
  }
  if ('below' in test) {
    const { below } = test;
    return (value) => toNumber(read(value)) < below;
  }
  if ('empty' in test) {
    const { empty } = test;
    return (value) => isEmpty(read(value)) === empty;
  }
  const { absent } = test;
  return (value) => ((read(value) ?? null) === null) === absent;
}

/** NaN, which is above and below nothing, for what is no number. */
function toNumber(value: unknown): number {
  if (typeof value === 'string' && NUMBER.test(value)) return Number(value);
  return typeof value === 'number' ? value : Number.NaN;
}

/** A number or a truth value always holds something. */
function isEmpty(value: unknown): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null;
}
