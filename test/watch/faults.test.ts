import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import { createWatchHub } from '../../src/watch/watch-hub.ts';
import { createManualClock, createSeededRandom } from '../support/manual-clock.ts';
import { createTestTools } from '../support/tools.ts';
import { createFakeAccount } from './fake-account.ts';
import { createLaggingBackplane } from './lagging-backplane.ts';
import {
  check,
  checkSeveral,
  checkTrouble,
  type Gateway,
  of,
  play,
  toNames,
  VENDORS,
} from './restless-subscriber.ts';

/** Scripts per vendor: enough for every build; 10,000 are run before a release. */
const SCRIPTS = Number(process.env.WAYBILL_FAULT_SCRIPTS ?? 2_500);
const PER_HUB = 250;

describe('fault scripts', () => {
  it.each(VENDORS)(
    `of %s lead to no false, backward, lost or repeated transition (${SCRIPTS} scripts)`,
    async (_name, pacing, longestMs) => {
      let connections = 0;
      let events = 0;
      for (let first = 0; first < SCRIPTS; first += PER_HUB) {
        const clock = createManualClock();
        const random = createSeededRandom(first + longestMs);
        const tools = createTestTools({ clock, random });
        const hub = await createWatchHub({ tools, backplane: new MemoryBackplane({ clock }) });
        const account = createFakeAccount({ now: clock.now, pacing });
        const names = toNames(first, Math.min(PER_HUB, SCRIPTS - first));

        const { scripts, readers } = await play(names, longestMs, clock, random, [{ hub, account }]);

        for (const { ids, reader } of readers) {
          connections += reader.connections;
          events += reader.events.length;
          const cursors = reader.events.filter((event) => event.export !== null).map(({ cursor }) => cursor);
          expect(new Set(cursors).size).toBe(cursors.length);
          for (const id of ids) {
            check(scripts.get(id)?.told ?? [], id, of(id, reader));
            checkTrouble(id, of(id, reader));
            expect(scripts.get(id)?.asksAfterEnd).toBe(0);
          }
        }
        expect(clock.pending).toBe(0);
      }
      // The faults did happen: connections broke, and there was much to tell.
      expect(connections).toBeGreaterThan(SCRIPTS / 5);
      expect(events).toBeGreaterThan(SCRIPTS * 3);
    },
    600_000,
  );

  it.each(VENDORS)(
    'of %s lead to none either over three gateways that share a slow backplane',
    async (_name, pacing, longestMs) => {
      const clock = createManualClock();
      const shared = new MemoryBackplane({ clock });
      const gateways = await Promise.all(
        [1, 2, 3].map(async (seed): Promise<Gateway> => {
          const random = createSeededRandom(seed * 1_000 + longestMs);
          const backplane = createLaggingBackplane(shared, clock, random);
          const hub = await createWatchHub({ tools: createTestTools({ clock, random }), backplane });
          return { hub, account: createFakeAccount({ now: clock.now, pacing }) };
        }),
      );

      const names = toNames(0, 200);
      checkSeveral(await play(names, longestMs, clock, createSeededRandom(5), gateways));
    },
    120_000,
  );
});
