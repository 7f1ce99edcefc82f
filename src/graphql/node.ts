import type { Export } from '../export/export.ts';
import type { VendorAccount, VendorInfo } from '../export/ports.ts';
import { VENDOR_TYPES } from './vendor-types.ts';

/** What a global id can name. */
export type NodeObject = Export | VendorAccount | VendorInfo;

/** The GraphQL type behind a global id. */
export function nodeType(node: NodeObject) {
  if ('status' in node) return VENDOR_TYPES[node.key.vendor].exportType;
  return 'capabilities' in node ? ('Vendor' as const) : ('Account' as const);
}
