import { describe, expect, it } from 'vitest';
import type { AccountLimits } from '../../src/http/types.ts';
import { createSeededRandom } from '../support/manual-clock.ts';
import { mostWithin, type Station, until } from './station.ts';

/** Gateways that are to hold the limits of their accounts together. */
export interface LimitedGateways {
  readonly count: number;
  /** How one of them calls the vendor of an account. */
  open(node: number, identity: string, limits: AccountLimits): Station;
  /** Once all have told what they know. */
  settle(): Promise<void>;
  /** As if so much time had gone by; not for windows. */
  skip(ms: number): Promise<void>;
  close(): Promise<void>;
}

const LIMITS: AccountLimits = { requestsPerSecond: 50, maxConcurrent: 8, timeoutMs: 2_000 };
/** What opens a breaker. */
const FAILURES = 5;

/** What holds of an account's limits, whatever keeps them. On the real clock, since a store has its own; no time is asserted but the vendor's. */
export function describeLimits(name: string, start: () => Promise<LimitedGateways>): void {
  describe(`limits kept by ${name}`, () => {
    let accounts = 0;
    async function open(limits: Partial<AccountLimits> = {}) {
      const gateways = await start();
      const openAccount = (own: Partial<AccountLimits> = {}): readonly Station[] => {
        accounts += 1;
        const identity = `acme/hi${accounts}/x`;
        return Array.from({ length: gateways.count }, (_, node) =>
          gateways.open(node, identity, { ...LIMITS, ...limits, ...own }),
        );
      };
      return {
        gateways,
        openAccount,
        stations: openAccount(),
        [Symbol.asyncDispose]: () => gateways.close(),
      };
    }
    const of = (stations: readonly Station[], index: number): Station => {
      const station = stations[index % stations.length];
      if (station === undefined) throw new Error('no station');
      return station;
    };

    it('let at most the whole part of the rate reach the vendor in any second, from all gateways, whatever requests travel', async () => {
      await using cluster = await open();
      const { gateways, openAccount } = cluster;

      const seconds = await Promise.all(
        Array.from({ length: 10 }, async (_, seed) => {
          const random = createSeededRandom(seed);
          const requestsPerSecond = 2 + random.next() * 10;
          const account = openAccount({
            requestsPerSecond,
            maxConcurrent: 1 + Math.floor(random.next() * 8),
          });
          const arrivals: number[] = [];
          // Each gateway asks in its own bursts, and for three seconds' worth of the limit together.
          await Promise.all(
            Array.from({ length: Math.ceil(requestsPerSecond * 3) }, async () => {
              const pauseMs = random.next() < 0.5 ? 0 : random.next() * 1_500;
              const station = of(account, Math.floor(random.next() * gateways.count));
              const travelMs = random.next() * 150;
              await new Promise((resolve) => setTimeout(resolve, pauseMs));
              arrivals.push(await station.call(travelMs));
            }),
          );
          return { limit: Math.floor(requestsPerSecond), most: mostWithin(1_000, arrivals) };
        }),
      );

      expect(seconds.filter(({ limit, most }) => most > limit)).toEqual([]);
    });

    it('let one request in each period through where the rate is below one a second', async () => {
      await using cluster = await open({ requestsPerSecond: 0.7 });

      const arrivals = await Promise.all([0, 1, 2].map((node) => of(cluster.stations, node).call(node * 60)));

      expect(mostWithin(1_000 / 0.7, arrivals)).toBe(1);
    });

    it('take a request that was given up before it was sent for none', async () => {
      await using cluster = await open({ requestsPerSecond: 1 });
      for (let count = 0; count < 3; count += 1) {
        const slot = await of(cluster.stations, count).enter();
        slot.permit.leave();
        slot.leave();
      }

      const arrivals = await Promise.all([0, 1].map((node) => of(cluster.stations, node).call()));

      expect(mostWithin(1_000, arrivals)).toBe(1);
    });

    it('serve the gateways that wait in the order in which they came, whichever had the place before', async () => {
      await using cluster = await open({ requestsPerSecond: 1, maxConcurrent: 4 });
      await of(cluster.stations, 0).call();
      const served: number[] = [];
      const calls: Promise<unknown>[] = [];
      for (const [turn, node] of [1, 2, 0, 1].entries()) {
        calls.push(
          of(cluster.stations, node)
            .call()
            .then(() => served.push(turn)),
        );
        await cluster.gateways.settle();
      }

      await Promise.all(calls);

      expect(served).toEqual([0, 1, 2, 3]);
    });

    it("keep a vendor's wish to wait, known to one gateway, at every gateway's next request", async () => {
      await using cluster = await open();
      const answeredAt = Date.now();
      await of(cluster.stations, 0).answer(429, { 'retry-after': '1' });
      await cluster.gateways.settle();

      const arrivals = await Promise.all([0, 1, 2].map((node) => of(cluster.stations, node).call()));

      expect(Math.min(...arrivals) - answeredAt).toBeGreaterThanOrEqual(1_000);
    });

    it('refuse at once what would wait for too long, at every gateway', async () => {
      await using cluster = await open();
      const [first, second] = [await of(cluster.stations, 0).enter(), await of(cluster.stations, 1).enter()];
      of(cluster.stations, 0).end(first, 503, { 'retry-after': '90' });
      of(cluster.stations, 1).end(second, 503, { 'retry-after': '30' });
      await cluster.gateways.settle();

      for (const node of [0, 1, 2]) {
        const refusal = await refusalOf(of(cluster.stations, node));
        expect(refusal).toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
        expect(refusal.retryAfterMs).toBeGreaterThan(60_000);
      }
    });

    it('count "too many" without a time once more for all gateways', async () => {
      await using cluster = await open();
      const waits: number[] = [];
      for (let count = 0; count < 4; count += 1) {
        const { answer, guard } = of(cluster.stations, count);
        await answer(429);
        const waitMs = guard.gate.remainingMs();
        waits.push(Math.floor(Math.log2(waitMs / 1_900)));
        await cluster.gateways.settle();
        await cluster.gateways.skip(waitMs + 100);
      }

      expect(waits).toEqual([0, 1, 2, 3]);
    });

    it('leave an address alone that has failed five times in a row, whichever gateway it failed for', async () => {
      await using cluster = await open();
      await failEverywhere(cluster.stations);
      await cluster.gateways.settle();

      for (const node of [0, 1, 2]) await becomesRefused(of(cluster.stations, node));
    });

    it('forget failures at a success of any gateway', async () => {
      await using cluster = await open();

      for (let round = 0; round < 3; round += 1) {
        for (let count = 0; count < FAILURES - 1; count += 1) await of(cluster.stations, count).answer(500);
        await of(cluster.stations, round).answer(200);
        await cluster.gateways.settle();
      }

      for (const station of cluster.stations) await expect(station.call()).resolves.toBeDefined();
    });

    it('let one call of all gateways find out whether the address is back', async () => {
      await using cluster = await open();
      await failEverywhere(cluster.stations);
      await cluster.gateways.settle();
      for (const station of cluster.stations) await becomesRefused(station);
      await cluster.gateways.skip(10_100);

      const tries = await Promise.all(
        [0, 1, 2].map((node) =>
          of(cluster.stations, node)
            .enter()
            .catch(() => null),
        ),
      );
      const probes = tries.filter((slot) => slot !== null);
      expect(probes.length).toBe(1);
      for (const slot of probes) {
        slot.sent();
        slot.answered();
        slot.permit.succeed();
        slot.leave();
      }

      await cluster.gateways.skip(1_100);
      await until(() =>
        of(cluster.stations, 1)
          .call()
          .then(
            () => true,
            () => false,
          ),
      );
    });

    it('keep the breaker of the token endpoint apart from that of the API', async () => {
      await using cluster = await open();
      await failEverywhere(cluster.stations);
      await cluster.gateways.settle();
      await becomesRefused(of(cluster.stations, 1));

      const slot = await of(cluster.stations, 1).enter({ isToken: true });

      expect(slot.waits).toBeDefined();
      slot.leave();
    });

    it('forget nobody who waits while others leave', async () => {
      await using cluster = await open({ requestsPerSecond: 4, maxConcurrent: 2 });
      const random = createSeededRandom(11);

      const ends = await Promise.all(
        Array.from({ length: 24 }, async (_, index) => {
          const station = of(cluster.stations, index);
          if (index % 3 > 0) return station.call(random.next() * 50).then(() => 'sent');
          const leaving = new AbortController();
          setTimeout(() => leaving.abort(), random.next() * 800);
          return station.enter({ signal: leaving.signal }).then(
            (slot) => {
              slot.permit.leave();
              slot.leave();
              return 'sent';
            },
            () => 'left',
          );
        }),
      );

      expect(ends.filter((end) => end === 'sent').length).toBeGreaterThanOrEqual(16);
    });
  });
}

async function refusalOf(station: Station): Promise<{ code: string; retryAfterMs?: number }> {
  return station.enter().then(
    (slot) => {
      slot.permit.leave();
      slot.leave();
      return { code: 'none' };
    },
    (error) => error as { code: string; retryAfterMs?: number },
  );
}

async function failEverywhere(stations: readonly Station[]): Promise<void> {
  for (let count = 0; count < FAILURES; count += 1) await stations[count % stations.length]?.answer(500);
}

async function becomesRefused(station: Station): Promise<void> {
  await until(async () => (await refusalOf(station)).code === 'VENDOR_UNAVAILABLE');
}
