import type { IdRule } from '../../export/ports.ts';

/** An id that has to be there and fits a pattern. Clients are told of a pattern without flags alone: others are not read everywhere alike. */
export function idRule(pattern: RegExp, allowed: string, example?: string): IdRule {
  const told = pattern.flags === '' ? pattern.source : undefined;
  return { isOptional: false, test: (value) => pattern.test(value), allowed, pattern: told, example };
}

/** The same id where it may be left out. */
export function optional(rule: IdRule): IdRule {
  return { ...rule, isOptional: true };
}

/** An id that may be left out since it does not name an export, but helps to read it. */
export function hint(rule: IdRule): IdRule {
  return { ...rule, isOptional: true, isHint: true };
}

/** A positive integer, kept as text: a float cannot hold all of them. */
export function integerRule(maxDigits: number): IdRule {
  return idRule(
    new RegExp(`^[1-9][0-9]{0,${maxDigits - 1}}$`),
    `a positive integer of at most ${maxDigits} digits, without leading zeros`,
    '4213',
  );
}
