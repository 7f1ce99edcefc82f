import type { VendorId } from '../src/export/vendor-id.ts';
import { VENDORS } from '../src/vendors/registry.ts';
import type { SeededJob } from './simulator.ts';

/** A job's locator as `waybill watch` and `waybill download` take it: `talkdesk:calls/7f3c…`. */
export function toCommandLineLocator(vendor: VendorId, job: SeededJob): string {
  // The command line names ids in the grammar's order, and leaves out what a job does not have.
  const ids = Object.keys(VENDORS[vendor].locator).flatMap((field) => job.ids[field] ?? []);
  return `${vendor}:${ids.join('/')}`;
}
