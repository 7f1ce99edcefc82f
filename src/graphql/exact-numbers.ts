import { InputError } from '../export/errors.ts';

/**
 * Refuses variables in which a whole number was too large for JSON's numbers and has become another one.
 *
 * GraphQL takes numbers for ids, and ids of 19 digits exist: read through a float, one would be taken for its neighbour's.
 *
 * @throws InputError
 */
export function checkNumbers(variables: unknown): void {
  // A list of what is still to be looked at, not a recursion: a body may nest deeper than the stack goes.
  const waiting: unknown[] = [variables];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new InputError(
        'variables holds a whole number that JSON cannot carry exactly: write long ids as text.',
        'variables',
      );
    }
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values(value)) waiting.push(inner);
  }
}
