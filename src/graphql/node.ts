import type { Export } from '../export/export.ts';
import type { VendorAccount, VendorInfo } from '../export/ports.ts';
import { schemaNames } from '../vendor-file/names.ts';
import type { CodedExportType } from './vendor-types.ts';

/** What a global id can name. */
export type NodeObject = Export | VendorAccount | VendorInfo;

/** The GraphQL type behind a global id. */
export function nodeType(node: NodeObject) {
  if ('status' in node) return exportType(node);
  return 'capabilities' in node ? ('Vendor' as const) : ('Account' as const);
}

/** One of the schema's own types as far as generated types know; a declared vendor's is made from its name, too. */
export function exportType({ key }: Pick<Export, 'key'>): CodedExportType {
  return schemaNames(key.vendor).exportType as CodedExportType;
}
