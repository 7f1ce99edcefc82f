import { InputError } from '../export/errors.ts';

/** Nothing that this schema takes nests deeper than a few levels, or has more than a dozen fields. */
const MAX_DEPTH = 32;
const MAX_FIELDS = 100;
/** A locator is half a dozen values; there may be several lists of them. */
const VALUES_PER_LOCATOR = 20;
const FURTHER_VALUES = 1_000;

/**
 * Checks an operation's variables before GraphQL looks at them.
 *
 * - A whole number that was too large for JSON's numbers has become another one: ids of 19 digits exist, and read through a float one
 *   would be taken for its neighbour's.
 * - Thousands of values would all be checked against the schema, and each wrong one described with all that stands around it, before
 *   anybody counted them: that holds the process up for half a second.
 *
 * @param maxLocators - how many exports one field may name
 * @throws InputError
 */
export function checkVariables(variables: unknown, maxLocators: number): void {
  const maxValues = VALUES_PER_LOCATOR * maxLocators + FURTHER_VALUES;
  let level: unknown[] = [variables];
  let values = 0;
  // Level by level, not a recursion: a body may nest deeper than the stack goes.
  for (let depth = 0; level.length > 0; depth += 1) {
    values += level.length;
    if (values > maxValues) throw refuse(`more than ${maxValues} values: ask in several operations.`);
    if (depth > MAX_DEPTH) throw refuse(`values nested deeper than ${MAX_DEPTH} levels.`);
    const inner: unknown[] = [];
    for (const value of level) addInner(value, inner);
    level = inner;
  }
}

function addInner(value: unknown, inner: unknown[]): void {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw refuse('a whole number that JSON cannot carry exactly: write long ids as text.');
  } else if (Array.isArray(value)) {
    for (const item of value) inner.push(item);
  } else if (typeof value === 'object' && value !== null) {
    const fields = Object.values(value);
    if (fields.length > MAX_FIELDS) throw refuse(`an object of more than ${MAX_FIELDS} fields.`);
    for (const field of fields) inner.push(field);
  }
}

function refuse(what: string): InputError {
  return new InputError(`variables holds ${what}`, 'variables');
}
