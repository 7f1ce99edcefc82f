import type { Locator } from '../accounts/directory.ts';
import { InputError } from '../export/errors.ts';
import type { VendorInfo } from '../export/ports.ts';
import type { VendorId } from '../export/vendor-id.ts';
import { schemaNames } from '../vendor-file/names.ts';

/** An argument's `@oneOf` object: a global id where it takes one, or an object in the field of a vendor's name. */
export type VendorInput = Readonly<Record<string, unknown>>;

/** Which vendor each field of `ExportLocator` and `ExportOrder` is about. */
export type VendorFields = ReadonlyMap<string, VendorId>;

export function toVendorFields(vendors: readonly Pick<VendorInfo, 'id'>[]): VendorFields {
  return new Map(vendors.map(({ id }) => [schemaNames(id).locatorField, id]));
}

/** The one vendor that an `@oneOf` object names, and what it says of it; null where it names none. */
export function readVendorInput(input: VendorInput, vendors: VendorFields) {
  for (const field in input) {
    const vendor = vendors.get(field);
    const fields = input[field];
    if (vendor !== undefined && typeof fields === 'object' && fields !== null)
      return { vendor, field, fields: { ...fields } as Record<string, unknown> };
  }
  return null;
}

/** The argument as the domain's locator. @throws InputError where none of its fields is set */
export function toLocator(input: VendorInput, vendors: VendorFields): Locator {
  if (typeof input.id === 'string') return { id: input.id };
  if (typeof input.text === 'string') return { text: input.text };
  const named = readVendorInput(input, vendors);
  if (named === null)
    throw new InputError(
      'locator must name an export: give `id`, `text`, or the ids of one vendor.',
      'locator',
    );
  const { vendor, field, fields } = named;
  const account = fields.account as string | null | undefined;
  return { vendor, ...(account === undefined ? {} : { account }), ids: fields, where: `locator.${field}` };
}
