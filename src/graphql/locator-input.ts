import type { Locator } from '../accounts/directory.ts';
import { InputError } from '../export/errors.ts';
import { VENDOR_IDS } from '../export/vendor-id.ts';
import type { ExportLocator } from './generated/resolver-types.ts';
import { VENDOR_TYPES } from './vendor-types.ts';

/** The argument's `@oneOf` object as the domain's locator. @throws InputError where none of its fields is set */
export function toLocator(input: ExportLocator): Locator {
  if (typeof input.id === 'string') return { id: input.id };
  for (const vendor of VENDOR_IDS) {
    const field = VENDOR_TYPES[vendor].locatorField;
    const ids = input[field];
    if (ids) return { vendor, account: ids.account, ids: { ...ids }, where: `locator.${field}` };
  }
  throw new InputError('locator must name an export: give `id`, or the ids of one vendor.', 'locator');
}
