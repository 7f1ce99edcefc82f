import type * as z from 'zod';
import type { VendorId } from '../export/vendor-id.ts';
import { lineOfText, list, mapping } from '../yaml/scalars.ts';
import { accessSchema } from './schema/access.ts';
import { accountSchema } from './schema/account.ts';
import { backplaneSchema } from './schema/backplane.ts';
import { filesSchema } from './schema/files.ts';
import { limitsSchema } from './schema/limits.ts';
import { serverSchema } from './schema/server.ts';
import { storeSchema } from './schema/store.ts';
import { trackingSchema } from './schema/tracking.ts';
import { webhookSchema } from './schema/webhook.ts';
import { USUAL_ROWS, type VendorRows } from './vendor-defaults.ts';

/**
 * The whole configuration file, key by key: what each may be, its default, its sentence.
 *
 * What one key asks of another stands in rules.ts, because a schema stops looking at a mapping as soon as one key is wrong.
 */
export function createConfigSchema(vendors: VendorRows, named: readonly VendorId[] = [...vendors.keys()]) {
  return mapping({
    server: serverSchema,
    access: accessSchema,
    files: filesSchema,
    store: storeSchema,
    backplane: backplaneSchema,
    tracking: trackingSchema,
    webhooks: list(webhookSchema(vendors), 1_000)
      .default([])
      .describe("Who is told of a tenant's tracked exports, by signed HTTP requests (Standard Webhooks)."),
    accounts: list(accountSchema(vendors, named), 1_000).describe(
      'The accounts at vendors whose exports can be asked for.',
    ),
    vendorFiles: list(lineOfText(4_096), 100)
      .default([])
      .describe('Files of further vendors, beside this file or with a whole path; docs/vendor-file.md.'),
    limits: limitsSchema,
  }).describe('The configuration of a Waybill gateway.');
}

/** As many are kept: each takes some milliseconds to make, and a gateway's file names the same vendors again and again. */
const MAX_KEPT = 20;
const KEPT = new Map<string, ReturnType<typeof createConfigSchema>>();

/** The schema for a file that names these of the vendors that come with Waybill: made when it is first asked for. */
export function usualSchema(named: readonly VendorId[]): ReturnType<typeof createConfigSchema> {
  const key = [...USUAL_ROWS.keys()].filter((vendor) => named.includes(vendor)).join();
  let schema = KEPT.get(key);
  if (schema === undefined) {
    if (KEPT.size >= MAX_KEPT) KEPT.clear();
    schema = createConfigSchema(USUAL_ROWS, key === '' ? ['power-bi'] : key.split(','));
    KEPT.set(key, schema);
  }
  return schema;
}

/** A file that fits the schema, defaults filled in. */
export type CheckedFile = z.output<ReturnType<typeof createConfigSchema>>;
