import type { VendorDeclaration } from '../../vendor-file/declaration.ts';
import type { VendorDefinition } from '../vendor.ts';

/** Makes of a checked vendor file what the gateway opens accounts with. Compiled once: a poll looks nothing up in the file. */
export function toVendorDefinition(declaration: VendorDeclaration): VendorDefinition {
  throw new Error(`${declaration.id}: not yet.`);
}
