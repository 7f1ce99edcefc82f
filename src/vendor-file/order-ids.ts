import type { VendorDeclaration } from './declaration.ts';
import { namesIn, neededIn } from './request-names.ts';

/** An id of the locator that has to be known before an export starts: the place where it is started. */
export interface OrderId {
  readonly name: string;
  readonly isOptional: boolean;
}

/**
 * The locator's ids that an order has to say, in the locator's order: those that the start's request has places for, and those without
 * which the new export could not be named. What the answer gives, such as the new job's id, is none of them, and neither is what the order
 * has a field for.
 */
export function orderIds({
  locator,
  status,
  start,
}: Pick<VendorDeclaration, 'locator' | 'status' | 'start'>): readonly OrderId[] {
  if (start === null) return [];
  const named = namesIn(start.request);
  const needed = new Set([...neededIn(start.request), ...neededIn(status.request)]);
  return Object.entries(locator).flatMap(([name, grammar]) => {
    const isOptional = grammar.isOptional && !needed.has(name);
    const isTold = Object.hasOwn(start.answer.ids, name) || Object.hasOwn(start.order, name);
    return (named.has(name) || !isOptional) && !isTold ? [{ name, isOptional }] : [];
  });
}
