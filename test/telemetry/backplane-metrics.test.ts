import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';

describe('metrics of the backplane', () => {
  it('are asked for at each scrape, in the units of their names', async () => {
    const metrics = createMetrics(createSecrets());
    let isReachable = true;
    const counters = {
      ownedAccounts: 7,
      clockOffsetMs: -250,
      commits: 1_000,
      fenced: 2,
      entries: 50,
      roundTrips: 120,
      failures: 3,
      reconnects: 1,
    };
    metrics.observeBackplane({ isReachable: () => isReachable, nodes: () => 3, counters: () => counters });
    const read = async () =>
      Object.fromEntries(
        (await metrics.read()).text
          .split('\n')
          .filter((line) => line.startsWith('waybill_backplane_'))
          .map((line) => line.replace('waybill_backplane_', '').split(' ')),
      );

    const before = await read();
    isReachable = false;
    counters.commits = 1_001;
    const after = await read();

    expect(before).toEqual({
      reachable: '1',
      nodes: '3',
      accounts_owned: '7',
      clock_offset_seconds: '-0.25',
      commits_total: '1000',
      fenced_total: '2',
      entries_total: '50',
      round_trips_total: '120',
      failed_calls_total: '3',
      reconnects_total: '1',
    });
    expect(after).toEqual({ ...before, reachable: '0', commits_total: '1001' });
  });
});
