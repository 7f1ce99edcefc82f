import type * as z from 'zod';
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
export function createConfigSchema(vendors: VendorRows) {
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
    accounts: list(accountSchema(vendors), 1_000).describe(
      'The accounts at vendors whose exports can be asked for.',
    ),
    vendorFiles: list(lineOfText(4_096), 100)
      .default([])
      .describe('Files of further vendors, beside this file or with a whole path; docs/vendor-file.md.'),
    limits: limitsSchema,
  }).describe('The configuration of a Waybill gateway.');
}

/** For the vendors that come with Waybill. */
export const configSchema = createConfigSchema(USUAL_ROWS);

/** A file that fits the schema, defaults filled in. */
export type CheckedFile = z.output<typeof configSchema>;
