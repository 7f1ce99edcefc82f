import type { VendorDeclaration } from './declaration.ts';

/** The vendor files that come with Waybill, checked when it was built: a gateway that starts parses none of them. */
export const SHIPPED_DECLARATIONS: readonly VendorDeclaration[] = [];
