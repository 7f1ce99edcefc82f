import type { Locator } from '../accounts/directory.ts';
import { InputError } from '../export/errors.ts';
import { VENDOR_IDS, type VendorId } from '../export/vendor-id.ts';
import { VENDOR_TYPES } from './vendor-types.ts';

/** The argument's `@oneOf` object: a global id, or the ids of one vendor in the field of its name. */
export type LocatorInput = { readonly id?: string | null | undefined } & {
  readonly [Field in (typeof VENDOR_TYPES)[VendorId]['locatorField']]?: VendorIds | null | undefined;
};

interface VendorIds {
  readonly account?: string | null | undefined;
}

/** The argument's `@oneOf` object as the domain's locator. @throws InputError where none of its fields is set */
export function toLocator(input: LocatorInput): Locator {
  if (typeof input.id === 'string') return { id: input.id };
  for (const vendor of VENDOR_IDS) {
    const field = VENDOR_TYPES[vendor].locatorField;
    const ids = input[field];
    if (ids) return { vendor, account: ids.account, ids: { ...ids }, where: `locator.${field}` };
  }
  throw new InputError('locator must name an export: give `id`, or the ids of one vendor.', 'locator');
}
