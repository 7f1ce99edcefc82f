import { describe, expect, it } from 'vitest';
import { startGateway } from '../../src/gateway.ts';
import { runSchedule } from './schedule.ts';

/** The long run is `bench/isolation/run.ts`: 20 seeds of 100,000 steps. These are its first ones. */
const SEEDS = Number(process.env.ISOLATION_SEEDS ?? 2);
const STEPS = Number(process.env.ISOLATION_STEPS ?? 1_000);
const LONGEST_MS = Math.max(60_000, SEEDS * STEPS * 50);

describe('A gateway of five tenants whose exports have the same ids at the same vendors', () => {
  it.each(Array.from({ length: SEEDS }, (_, index) => index + 1))(
    'shows nobody anything of somebody else, whatever fails, in schedule %i',
    async (seed) => {
      const { ledger } = await runSchedule({ seed, steps: STEPS, startGateway });

      expect(ledger.violations).toEqual([]);
      expect(ledger.counts.steps).toBe(STEPS);
      // It did happen: every tenant was shown its own, streams ran, files were opened, strangers asked, vendors failed.
      expect(new Set([...ledger.ownersSeen].map((owner) => owner.slice(0, 2)))).toHaveLength(5);
      const { operations, events, downloads, refusedLinks, foreignAsked, faults } = ledger.counts;
      expect(Math.min(operations, events, downloads, refusedLinks, foreignAsked, faults)).toBeGreaterThan(0);
      // And: exports were started, tracked, followed as a list and told of; vendors called back.
      const { starts, tracked, listEvents, webhooks, deliveries, callbacks } = ledger.counts;
      expect(Math.min(starts, tracked, listEvents, webhooks, deliveries, callbacks)).toBeGreaterThan(0);
    },
    LONGEST_MS,
  );
});
