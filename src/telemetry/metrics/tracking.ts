import type { Registry } from 'prom-client';
import { collectGauge } from './collected.ts';

/** Shows what is tracked. */
export function showTracking(registry: Registry, read: () => number): void {
  collectGauge(registry, {
    name: 'waybill_tracked_exports',
    help: 'Tracked exports that have not ended.',
    read,
  });
}
