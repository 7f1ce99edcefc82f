import type { VendorDeclaration } from '../src/vendor-file/declaration.ts';
import { SHIPPED_DECLARATIONS } from '../src/vendor-file/generated/shipped.ts';
import { toSimulatorMount } from './declared/mount.ts';
import { CODED_MOUNTS, type NamedMount } from './vendors.ts';

/**
 * The mounts of vendors by their ids, in the order in which Waybill knows them; `all` for every one.
 *
 * @param ids - left out: those that there is code for
 * @param declared - the vendors in files
 * @throws RangeError for an id that no vendor has
 */
export function chooseMounts(
  ids: readonly string[] | undefined,
  declared: readonly VendorDeclaration[] = SHIPPED_DECLARATIONS,
): readonly NamedMount[] {
  if (ids === undefined) return CODED_MOUNTS;
  const known = [...CODED_MOUNTS.map(({ vendor }) => vendor), ...declared.map(({ id }) => id)];
  const stranger = ids.find((id) => id !== 'all' && !known.includes(id));
  if (stranger !== undefined)
    throw new RangeError(`There is no vendor "${stranger}" to simulate: it is all, or ${known.join(', ')}.`);
  const isWanted = (id: string) => ids.includes('all') || ids.includes(id);
  return [
    ...CODED_MOUNTS.filter(({ vendor }) => isWanted(vendor)),
    ...declared.filter(({ id }) => isWanted(id)).map(toSimulatorMount),
  ];
}
