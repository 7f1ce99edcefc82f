import type { VendorDeclaration } from './declaration.ts';
import { namesIn } from './request-names.ts';

/**
 * The locator's ids that an order has to say, in the locator's order: those that the start's request has places for. What the answer
 * to it gives, such as the new job's id, is none of them. Empty where the vendor cannot start.
 */
export function toStartIds({ locator, start }: VendorDeclaration): readonly string[] {
  if (start === null) return [];
  const named = namesIn(start.request);
  return Object.keys(locator).filter((id) => named.has(id) && !Object.hasOwn(start.answer.ids, id));
}
