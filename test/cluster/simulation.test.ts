import { describe, expect, it } from 'vitest';
import { runSimulation } from './simulation/simulation.ts';

const INTERVAL_MS = 15_000;
const CLUSTER = { exports: 2_000, accounts: 20, intervalMs: INTERVAL_MS, seed: 1 };

describe('six gateways that are killed in turn, with two thousand watched exports', () => {
  it('ask each vendor as often as one gateway would, lose nothing and tell nothing twice', async () => {
    const one = await runSimulation({ ...CLUSTER, gateways: 1, kills: 0 });
    const six = await runSimulation({ ...CLUSTER, gateways: 6, kills: 6 });

    // With everything being watched from the first interval on.
    const [, ...steady] = one.intervals;
    const [, ...rounds] = six.intervals;
    const most = (counts: readonly number[]) => Math.max(...counts);
    const polls = most(rounds.map((round) => round.polls)) / most(steady.map((round) => round.polls));
    const listCalls =
      most(rounds.map(({ listCallsPerAccount }) => listCallsPerAccount)) /
      most(steady.map(({ listCallsPerAccount }) => listCallsPerAccount));
    expect(polls).toBeLessThanOrEqual(1.1);
    expect(listCalls).toBeLessThanOrEqual(1.1);
    const extra = six.intervals.reduce((sum, { extraPolls }) => sum + extraPolls, 0);
    expect(extra).toBeLessThanOrEqual(six.underWayAtKills);
    expect(most(six.intervals.map(({ mostExtraPolls }) => mostExtraPolls))).toBeLessThanOrEqual(1);
    expect(six.mostInOneSecond).toBeLessThanOrEqual(10);

    expect(six.accountsTakenOver).toBeGreaterThan(6);
    expect(six.accountsLeft).toBe(0);
    expect(six.ownedAfterMs.most).toBeLessThanOrEqual(3_000);
    expect(most(six.intervals.map(({ longestGapMs }) => longestGapMs))).toBeLessThanOrEqual(2 * INTERVAL_MS);

    expect(six.reconnects).toBeGreaterThan(200);
    expect(six.changesTold).toBeGreaterThan(500);
    expect({ lost: six.lost, repeated: six.repeated, ...pick(six.ledger) }).toEqual({
      ...{ lost: 0, repeated: 0, backward: 0, gaps: 0, ended: 0 },
    });
  });
});

function pick({ backward, gaps, ended }: { backward: number; gaps: number; ended: number }) {
  return { backward, gaps, ended };
}
