import type { IdRule, LocatorGrammar } from '../../export/ports.ts';
import type { IdGrammar, VendorDeclaration } from '../../vendor-file/declaration.ts';

/** The longest pattern that a message shows. */
const MAX_SHOWN_PATTERN = 100;

/** The grammar of a vendor file's locator, ids in its order. */
export function toLocatorGrammar({ locator }: Pick<VendorDeclaration, 'locator'>): LocatorGrammar {
  return Object.fromEntries(Object.entries(locator).map(([name, grammar]) => [name, toIdRule(grammar)]));
}

/** One id's rule. Patterns of vendor files are known to run in linear time, and who asks bounds what they are asked about. */
export function toIdRule({ pattern, isOptional, description }: IdGrammar): IdRule {
  const whole = new RegExp(`^(?:${pattern})$`, 'u');
  return { isOptional, test: (value) => whole.test(value), allowed: description ?? describePattern(pattern) };
}

/** The name of the locator's last id: the one that an answer's own id is compared with. */
export function lastIdOf({ locator }: Pick<VendorDeclaration, 'locator'>): string {
  const last = Object.keys(locator).at(-1);
  if (last === undefined) throw new TypeError('A locator has an id at least.');
  return last;
}

function describePattern(pattern: string): string {
  return pattern.length <= MAX_SHOWN_PATTERN ? `text that fits ${pattern}` : 'an id as this vendor gives it';
}
