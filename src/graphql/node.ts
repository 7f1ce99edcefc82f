import type { Export } from '../export/export.ts';
import type { VendorAccount } from '../export/ports.ts';
import { VENDOR_TYPES } from './vendor-types.ts';

/** What a global id can name. */
export type NodeObject = Export | VendorAccount;

/** The GraphQL type behind a global id. */
export function nodeType(node: NodeObject) {
  return 'status' in node ? VENDOR_TYPES[node.key.vendor].exportType : ('Account' as const);
}
