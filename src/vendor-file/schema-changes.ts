import { isDeepStrictEqual } from 'node:util';
import type { VendorDeclaration } from './declaration.ts';
import { detailsOf } from './further.ts';

/** The vendors whose part of the schema is another one by now: added, removed or with other names and types of fields. */
export function findSchemaChanges(
  running: readonly VendorDeclaration[],
  next: readonly VendorDeclaration[],
): readonly string[] {
  const before = new Map(running.map((declaration) => [declaration.id, declaration]));
  const changed = next.filter((declaration) => {
    const old = before.get(declaration.id);
    return old === undefined || !isDeepStrictEqual(toShape(old), toShape(declaration));
  });
  const kept = new Set(next.map(({ id }) => id));
  const removed = running.filter(({ id }) => !kept.has(id));
  return [...changed, ...removed].map(({ id }) => id).sort();
}

/** What the schema says of a vendor, and how its exports are named. */
function toShape(declaration: VendorDeclaration) {
  const { name, locator, start } = declaration;
  return {
    name,
    locator: Object.entries(locator),
    details: Object.entries(detailsOf(declaration)).map(([field, { type, isList }]) => [field, type, isList]),
    order:
      start &&
      Object.entries(start.order).map(([field, { type, isList, isRequired }]) => [
        field,
        type,
        isList,
        isRequired,
      ]),
  };
}
