import type { IdRule, LocatorGrammar, VendorInfo } from '../../export/ports.ts';
import type { IdGrammar, VendorDeclaration } from '../../vendor-file/declaration.ts';
import { neededIn } from '../../vendor-file/request-names.ts';

/** The longest pattern that a message shows. */
const MAX_SHOWN_PATTERN = 100;

/**
 * The grammar of a vendor file's locator, ids in its order. An id without which the status call has no path is none that may be left out,
 * whatever the file says of it.
 */
export function toLocatorGrammar({
  locator,
  status,
}: Pick<VendorDeclaration, 'locator' | 'status'>): LocatorGrammar {
  const needed = neededIn(status.request);
  return Object.fromEntries(
    Object.entries(locator).map(([name, grammar]) => {
      const rule = toIdRule(grammar);
      return [name, { ...rule, isOptional: rule.isOptional && !needed.has(name) }];
    }),
  );
}

/** One id's rule. Patterns of vendor files are known to run in linear time, and who asks bounds what they are asked about. */
export function toIdRule({ pattern, isOptional, description, example }: IdGrammar): IdRule {
  const whole = new RegExp(`^(?:${pattern})$`, 'u');
  const allowed = description ?? describePattern(pattern);
  return { isOptional, test: (value) => whole.test(value), allowed, pattern: whole.source, example };
}

/** What clients are told of the fields of an order; undefined where the vendor starts nothing. */
export function toOrderHints({ start }: Pick<VendorDeclaration, 'start'>): VendorInfo['orderHints'] {
  if (start === null) return undefined;
  return Object.fromEntries(
    Object.entries(start.order).map(([name, { pattern, example }]) => [
      name,
      { pattern: pattern ?? undefined, example: example ?? undefined },
    ]),
  );
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
