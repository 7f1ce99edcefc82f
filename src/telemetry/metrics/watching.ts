import { Histogram, type Registry } from 'prom-client';
import type { WatchCounters } from '../../watch/watch-hub.ts';
import { collectCounter, collectGauge } from './collected.ts';

/** How late polls begin. */
export function measurePolls(registry: Registry): (lateMs: number) => void {
  const lateness = new Histogram({
    name: 'waybill_poll_lateness_seconds',
    help: 'How late polls began, against when they were due.',
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  });
  return (lateMs) => lateness.observe(Math.max(0, lateMs) / 1_000);
}

/** What is watched, for whom, and what they were told. */
export function showWatches(registry: Registry, read: () => WatchCounters): void {
  collectGauge(registry, {
    name: 'waybill_watches',
    help: 'Exports being watched.',
    read: () => read().watches,
  });
  collectGauge(registry, {
    name: 'waybill_subscribers',
    help: 'Open event streams.',
    read: () => read().subscribers,
  });
  collectCounter(registry, {
    name: 'waybill_polls_total',
    help: 'Exports asked for by watches.',
    read: () => read().polls,
  });
  collectCounter(registry, {
    name: 'waybill_events_total',
    help: 'Events given to subscribers, each for itself.',
    read: () => read().events,
  });
}
