import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { VENDORS } from '../../src/vendors/registry.ts';
import { type StartCounts, StartRound, startPlans } from './start-rounds.ts';
import { openStartWorld } from './start-world.ts';

/** The long run is `bench/crash/run.ts --only starts`. */
const LONGEST_MS = Number(process.env.START_FAULTS_MS ?? 25_000);
const SEED = process.env.START_FAULTS_SEED === undefined ? undefined : Number(process.env.START_FAULTS_SEED);

describe.concurrent('starts under faults at whichever byte of the exchange', () => {
  it.each(VENDOR_IDS)(
    'are no more than one accepted order for each key at %s',
    async (vendor) => {
      await using world = await openStartWorld(vendor);
      const counts: StartCounts = { asks: 0, unknown: 0, orders: 0, accepted: 0, mostPerKey: 0 };
      const endsAt = performance.now() + LONGEST_MS;
      let rounds = 0;

      await fc.assert(
        fc.asyncProperty(startPlans, async (plan) => {
          if (performance.now() > endsAt) return;
          rounds += 1;
          await new StartRound(world, VENDORS[vendor].capabilities.canList, `name ${rounds}`, counts).run(
            plan,
          );
        }),
        {
          seed: SEED,
          numRuns: 2_000,
          // Each try takes a while, and smaller plans are drawn anyway.
          endOnFailure: true,
        },
      );

      console.log(vendor, rounds, counts);
      expect(rounds).toBeGreaterThan(5);
      expect(counts.unknown).toBeGreaterThan(0);
    },
    LONGEST_MS + 60_000,
  );
});
