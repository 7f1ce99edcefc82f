import * as z from 'zod';
import { printJson } from '../yaml/print-json.ts';
import { vendorFileSchema } from './schema/file.ts';

/** Names the schema wherever it is copied to; it is no address. */
const SCHEMA_ID = 'urn:waybill:vendor-file';

/**
 * The language of vendor files as JSON Schema (draft-07, which editors' YAML support reads best).
 *
 * It says what zod can say of one key; what a function checks (templates, patterns, addresses), and what one key asks of another, is said by
 * `waybill vendor check`.
 */
export function printVendorFileSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(vendorFileSchema(), {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'throw',
  });
  return printJson({
    $schema,
    $id: SCHEMA_ID,
    $comment: 'Generated from src/vendor-file/schema/ by scripts/write-config-schema.ts.',
    title: 'Waybill vendor file',
    ...rest,
  });
}
