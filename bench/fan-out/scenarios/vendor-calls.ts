import { openStage, pause } from '../bench.ts';
import { FOLLOW_LITTLE, toListedLocators, toPlainLocators } from '../operation.ts';
import type { CountingVendor } from '../vendor.ts';

export interface VendorCallsSettings {
  readonly vendor: CountingVendor;
  readonly subscribers: number;
  readonly exports: number;
  /** With a list call or without one. */
  readonly kind: 'listing' | 'plain';
}

const POLL_MS = 1_000;
const WINDOW_MS = 10_000;

/** Vendor calls per second while so many subscribers, a hundred on each socket, follow the same exports once a second. */
export async function measureVendorCalls(settings: VendorCallsSettings): Promise<number> {
  const { vendor, subscribers, exports, kind } = settings;
  await using stage = await openStage('gateway', { vendor, pollMs: POLL_MS });
  const operationsPerSocket = Math.min(subscribers, 100);
  await stage.open({
    sockets: subscribers / operationsPerSocket,
    operationsPerSocket,
    query: FOLLOW_LITTLE,
    locators: kind === 'listing' ? toListedLocators(exports) : toPlainLocators(exports),
  });
  await pause(2 * POLL_MS);
  const before = vendor.calls;
  await pause(WINDOW_MS);
  return ((vendor.calls - before) * 1_000) / WINDOW_MS;
}
