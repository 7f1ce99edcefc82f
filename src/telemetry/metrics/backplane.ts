import type { Registry } from 'prom-client';
import type { BackplaneCounters } from '../../backplane/counters.ts';
import { collectCounter, collectGauge } from './collected.ts';

/** What is asked for at each scrape. */
export interface BackplaneSources {
  readonly isReachable: () => boolean;
  /** How many gateways share it, this one among them. */
  readonly nodes: () => number;
  readonly counters: () => BackplaneCounters;
}

/** Shows how this gateway stands to the others. */
export function showBackplane(registry: Registry, { isReachable, nodes, counters }: BackplaneSources): void {
  collectGauge(registry, {
    name: 'waybill_backplane_reachable',
    help: '1 while what the gateways share can be reached, 0 while it cannot.',
    read: () => (isReachable() ? 1 : 0),
  });
  collectGauge(registry, {
    name: 'waybill_backplane_nodes',
    help: 'Gateways that share the backplane, as last known, this one among them.',
    read: nodes,
  });
  collectGauge(registry, {
    name: 'waybill_backplane_accounts_owned',
    help: 'Accounts that this gateway asks about for all gateways.',
    read: () => counters().ownedAccounts,
  });
  collectGauge(registry, {
    name: 'waybill_backplane_clock_offset_seconds',
    help: "How far the shared clock is ahead of this gateway's.",
    read: () => counters().clockOffsetMs / 1_000,
  });
  collectCounter(registry, {
    name: 'waybill_backplane_commits_total',
    help: 'Readings of exports that were to be written.',
    read: () => counters().commits,
  });
  collectCounter(registry, {
    name: 'waybill_backplane_fenced_total',
    help: 'Batches of readings that were refused, since the account belongs to another gateway by now.',
    read: () => counters().fenced,
  });
  collectCounter(registry, {
    name: 'waybill_backplane_entries_total',
    help: 'Entries of the shared log that this gateway was told.',
    read: () => counters().entries,
  });
  collectCounter(registry, {
    name: 'waybill_backplane_round_trips_total',
    help: 'Calls to the backplane.',
    read: () => counters().roundTrips,
  });
  collectCounter(registry, {
    name: 'waybill_backplane_failed_calls_total',
    help: 'Calls to the backplane that were not answered, or refused.',
    read: () => counters().failures,
  });
  collectCounter(registry, {
    name: 'waybill_backplane_reconnects_total',
    help: 'Connections to the backplane that were given up for a new one.',
    read: () => counters().reconnects,
  });
}
