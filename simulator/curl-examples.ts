import { VENDOR_IDS, type VendorId } from '../src/export/vendor-id.ts';
import { SIMULATED_VENDORS } from './vendors.ts';

/** Commands for a POSIX shell that start an export at each vendor, all of them ready to be pasted. */
export function toStartExamples(url: string): Readonly<Record<VendorId, string>> {
  const examples = VENDOR_IDS.map((vendor) => [
    vendor,
    SIMULATED_VENDORS[vendor].startExample(`${url}/${vendor}`),
  ]);
  return Object.fromEntries(examples) as Record<VendorId, string>;
}

/** Orders a fault and shows the door behind which all others wait. */
export function toFaultExample(url: string): string {
  return `curl -d '{"vendor":"talkdesk","kind":"throttle","times":3,"retryAfterSeconds":2}' ${url}/_simulator/faults`;
}
