import type { DetailRule, VendorDeclaration } from './declaration.ts';

/** A vendor as its further call describes an export: what reads a status answer reads this one too. Null where there is no such call. */
export function toFurtherVendor(declaration: VendorDeclaration): VendorDeclaration | null {
  const { further } = declaration.status;
  if (further === null || further === undefined) return null;
  const { when: _when, ...content } = further;
  return {
    ...declaration,
    status: { ...declaration.status, ...content, answers: [], batch: null, further: null },
    // They stand in the status answer.
    files: [],
  };
}

/** Every field of a vendor's own type beside the locator's ids, whichever answer tells it. */
export function detailsOf({
  status: { details, further },
}: Pick<VendorDeclaration, 'status'>): Readonly<Record<string, DetailRule>> {
  return further ? { ...details, ...further.details } : details;
}
