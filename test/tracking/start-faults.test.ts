import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';
import { runStartFaults } from './start-rounds.ts';

/** The long run is `bench/crash/run.ts --only starts`. */
const LONGEST_MS = Number(process.env.START_FAULTS_MS ?? 8_000);
const SEED = process.env.START_FAULTS_SEED === undefined ? undefined : Number(process.env.START_FAULTS_SEED);

describe.concurrent('starts under faults at whichever byte of the exchange', () => {
  it.each(CODED_VENDOR_IDS)(
    'are no more accepted orders than were announced at %s, and one where it has a list',
    async (vendor) => {
      const counts = await runStartFaults(vendor, { longestMs: LONGEST_MS, seed: SEED });

      // It did happen: answers were lost, and exports were started all the same.
      expect(Math.min(counts.rounds, counts.unknown, counts.accepted)).toBeGreaterThan(0);
      if (CODED_VENDORS[vendor].capabilities.canList) expect(counts.mostPerKey).toBe(1);
    },
    LONGEST_MS + 60_000,
  );
});
