import { VendorError } from '../../src/export/errors.ts';
import type { CallOptions } from '../../src/http/types.ts';
import { type Clock, sleep } from '../../src/runtime/clock.ts';

/** A vendor call that takes so long: as the HTTP client does, it ends when the call's time is up, or its caller leaves. */
export async function vendorTakes(
  clock: Clock,
  delayMs: number,
  { signal, endsAt = Number.POSITIVE_INFINITY }: CallOptions = {},
): Promise<void> {
  const leftMs = endsAt - clock.now();
  await sleep(clock, Math.min(delayMs, leftMs), signal);
  if (delayMs <= leftMs) return;
  throw new VendorError({
    code: 'VENDOR_TIMEOUT',
    message: 'The vendor did not answer in time.',
    vendor: 'web-admit',
    account: 'admit',
  });
}
