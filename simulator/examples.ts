import { CODED_VENDOR_IDS, type VendorId } from '../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../src/vendors/coded.ts';
import type { SeededJob } from './simulator.ts';
import { CODED_MOUNTS, type NamedMount } from './vendors.ts';

/** Commands for a POSIX shell that start an export at each vendor, all of them ready to be pasted. */
export function toStartExamples(
  url: string,
  mounts: readonly NamedMount[] = CODED_MOUNTS,
): Readonly<Record<string, string>> {
  const examples = mounts.flatMap((mount) => {
    const example = mount.startExample(`${url}/${mount.vendor}`);
    return example === null ? [] : [[mount.vendor, example] as const];
  });
  return Object.fromEntries(examples);
}

/** Orders a fault and shows where all others are. */
export function toFaultExample(url: string): string {
  return `curl -d '{"vendor":"talkdesk","kind":"throttle","times":3,"retryAfterSeconds":2}' ${url}/_simulator/faults`;
}

/** A job's locator as `waybill watch` and `waybill download` take it: `talkdesk:calls/7f3c…`. */
export function toCommandLineLocator(vendor: VendorId, job: Pick<SeededJob, 'ids'>): string {
  // The command line names ids in the grammar's order, and leaves out what a job does not have. Declared vendors' jobs hold them so.
  const coded = CODED_VENDOR_IDS.find((id) => id === vendor);
  const names = Object.keys(coded === undefined ? job.ids : CODED_VENDORS[coded].locator);
  const ids = names.flatMap((field) => job.ids[field] ?? []);
  return `${vendor}:${ids.join('/')}`;
}
