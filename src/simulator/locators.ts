import type { VendorId } from '../export/vendor-id.ts';
import type { SeededJob } from './simulator.ts';

/** The vendor's ids in the order in which a command-line locator names them; the first may be left out by a job. */
const LOCATOR_FIELDS = {
  'power-bi': ['groupId', 'reportId', 'exportId'],
  'hi-energy': ['exportId'],
  talkdesk: ['reportType', 'jobId'],
  'web-admit': ['userIdentityId', 'exportId', 'exportFileId'],
} as const satisfies Record<VendorId, readonly string[]>;

/** A job's locator as `waybill watch` and `waybill download` take it: `talkdesk:calls/7f3c…`. */
export function toCommandLineLocator(vendor: VendorId, job: SeededJob): string {
  const ids = LOCATOR_FIELDS[vendor].flatMap((field) => job.ids[field] ?? []);
  return `${vendor}:${ids.join('/')}`;
}
