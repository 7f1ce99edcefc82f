import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import type { Backplane } from '../../src/export/backplane.ts';
import type { Pacing } from '../../src/export/ports.ts';
import type { Random } from '../../src/runtime/clock.ts';
import { createWatchHub } from '../../src/watch/watch-hub.ts';
import { createMortalBackplane } from '../backplane/mortal-backplane.ts';
import { createManualClock, createSeededRandom, type ManualClock } from '../support/manual-clock.ts';
import { createTestTools } from '../support/tools.ts';
import { createFailingBackplane, type FailingBackplane } from './failing-backplane.ts';
import { createFakeAccount } from './fake-account.ts';
import { createLaggingBackplane } from './lagging-backplane.ts';
import {
  ConnectionLost,
  check,
  type Gateway,
  isSubsequence,
  of,
  play,
  statusesOf,
  toNames,
  VENDORS,
} from './restless-subscriber.ts';

/** Seeds per vendor: two for every build; many are run where ownership changes. */
const SEEDS = Number(process.env.WAYBILL_STRESS_SEEDS ?? 2);
const EXPORTS = 100;

interface MortalGateway extends Gateway {
  /** Its way to the backplane. */
  readonly line: FailingBackplane;
  /** Stops as by SIGSTOP, with whatever it reads; it goes on some time later. */
  pause(ms: number): void;
  kill(): void;
}

async function startGateway(
  shared: Backplane,
  clock: ManualClock,
  random: Random,
  pacing: Pacing,
): Promise<MortalGateway> {
  const mortal = createMortalBackplane(shared, clock);
  const line = createFailingBackplane(mortal.backplane, clock);
  const backplane = createLaggingBackplane(line.backplane, clock, random);
  let going: Promise<void> = Promise.resolve();
  let die: (() => void) | undefined;
  const death = new Promise<never>((_resolve, reject) => {
    die = () => reject(new ConnectionLost());
  });
  death.catch(() => undefined);
  const hub = await createWatchHub({
    tools: createTestTools({ clock, random }),
    backplane,
    readMany: async (account, keys, options) => {
      await going;
      const readings = await account.readMany(keys, options);
      await going;
      return readings;
    },
  });
  return {
    hub,
    account: createFakeAccount({ now: clock.now, pacing }),
    death,
    line,
    pause(ms) {
      mortal.stop();
      going = new Promise((resolve) => {
        clock.setTimer(ms, () => {
          mortal.goOn();
          resolve();
        });
      });
    },
    kill() {
      mortal.stop();
      going = new Promise(() => undefined);
      die?.();
    },
  };
}

type Disturb = (gateways: MortalGateway[], world: World) => Promise<void>;

interface World {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly start: () => Promise<MortalGateway>;
}

/** One gateway is paused, killed or restarted, or none is. */
async function disturbGateways(gateways: MortalGateway[], { clock, random, start }: World): Promise<void> {
  const index = Math.floor(random.next() * gateways.length);
  const gateway = gateways[index];
  const dice = random.next();
  if (gateway === undefined || dice < 0.4) return;
  if (dice < 0.6) {
    gateway.pause(random.next() * 20_000);
    return;
  }
  if (dice < 0.8) gateway.kill();
  else void gateway.hub.drain('restart');
  const started = start();
  await clock.advance(100);
  gateways[index] = await started;
}

/** The backplane is away for one gateway or for all, for a moment or for long, in one way or another. */
async function disturbBackplane(gateways: MortalGateway[], { clock, random }: World): Promise<void> {
  const first = Math.floor(random.next() * gateways.length);
  const hit = random.next() < 0.5 ? gateways : gateways.slice(first, first + 1);
  const dice = random.next();
  if (dice < 0.2) return;
  for (const { line } of hit) {
    if (dice < 0.4) line.goAway();
    else if (dice < 0.6) line.goAway(false);
    else line.hang(dice < 0.8);
  }
  await clock.advance(random.next() ** 2 * 30_000);
  for (const { line } of hit) line.comeBack();
}

const DISTURBANCES: readonly (readonly [name: string, disturb: Disturb])[] = [
  ['paused, killed and restarted', disturbGateways],
  ['cut off from it', disturbBackplane],
];

describe.each(DISTURBANCES)('three gateways on a slow backplane that are %s', (_what, disturb) => {
  it.each(VENDORS)(
    'tell nothing false, backward, lost or repeated of %s',
    async (_name, pacing, longestMs) => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const clock = createManualClock();
        const random = createSeededRandom(seed * 1_000 + longestMs);
        const shared = new MemoryBackplane({ clock });
        const start = () => startGateway(shared, clock, random, pacing);
        const starting = [start(), start(), start()];
        await clock.advance(1_000);
        const gateways = await Promise.all(starting);

        const { scripts, readers } = await play(
          toNames(seed * EXPORTS, EXPORTS),
          longestMs,
          clock,
          random,
          gateways,
          () => disturb(gateways, { clock, random, start }),
        );

        for (const { ids, reader } of readers) {
          for (const id of ids) {
            // An interruption shows the state as its gateway has heard it, which may be behind what another one has told before.
            const events = of(id, reader).filter(
              ({ type }) => !/^ExportWatch(Interrupted|Resumed)$/.test(type),
            );
            const written = events.at(-1)?.export?.transitions.map(({ to }) => to) ?? [];
            // An answer may be lost with its gateway: what counts is what was written down, of what the vendor did say.
            check(written.slice(-statusesOf(events).length), id, events);
            expect(isSubsequence(written, scripts.get(id)?.served ?? []), `seed ${seed}, export ${id}`).toBe(
              true,
            );
          }
        }
      }
    },
    600_000,
  );
});
