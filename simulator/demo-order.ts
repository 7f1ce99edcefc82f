import type { VendorId } from '../src/export/vendor-id.ts';
import type { Random } from '../src/runtime/clock.ts';
import type { DemoOrder } from './simulator.ts';
import { CODED_MOUNTS, type NamedMount } from './vendors.ts';

/** Makes up an export to start at a simulated vendor; null where it cannot start any. @param now - epoch milliseconds */
export function createDemoOrder(
  vendor: VendorId,
  random: Random,
  now: number,
  mounts: readonly NamedMount[] = CODED_MOUNTS,
): DemoOrder | null {
  return mounts.find((mount) => mount.vendor === vendor)?.createDemoOrder?.(random, now) ?? null;
}
