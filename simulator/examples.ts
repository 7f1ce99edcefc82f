import { VENDOR_IDS, type VendorId } from '../src/export/vendor-id.ts';
import { VENDORS } from '../src/vendors/registry.ts';
import type { SeededJob } from './simulator.ts';
import { SIMULATED_VENDORS } from './vendors.ts';

/** Commands for a POSIX shell that start an export at each vendor, all of them ready to be pasted. */
export function toStartExamples(url: string): Readonly<Record<VendorId, string>> {
  const examples = VENDOR_IDS.map((vendor) => [
    vendor,
    SIMULATED_VENDORS[vendor].startExample(`${url}/${vendor}`),
  ]);
  return Object.fromEntries(examples) as Record<VendorId, string>;
}

/** Orders a fault and shows where all others are. */
export function toFaultExample(url: string): string {
  return `curl -d '{"vendor":"talkdesk","kind":"throttle","times":3,"retryAfterSeconds":2}' ${url}/_simulator/faults`;
}

/** A job's locator as `waybill watch` and `waybill download` take it: `talkdesk:calls/7f3c…`. */
export function toCommandLineLocator(vendor: VendorId, job: Pick<SeededJob, 'ids'>): string {
  // The command line names ids in the grammar's order, and leaves out what a job does not have.
  const ids = Object.keys(VENDORS[vendor].locator).flatMap((field) => job.ids[field] ?? []);
  return `${vendor}:${ids.join('/')}`;
}
