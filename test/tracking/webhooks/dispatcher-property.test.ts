import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/export/errors.ts';
import { sleep } from '../../../src/runtime/clock.ts';
import type { SendEnd } from '../../../src/tracking/webhooks/sender.ts';
import { createSeededRandom } from '../../support/manual-clock.ts';
import { createStage } from './stage.ts';
import { toDelivery, toEndpoint } from './support.ts';

const HOUR = 3_600_000;

/** How an attempt ends, and how long that takes. */
const end = fc.record({
  outcome: fc.constantFrom<SendEnd['outcome']>('delivered', 'delivered', 'failed', 'failed', 'failed'),
  durationMs: fc.constantFrom(0, 10, 2_000, 15_000),
  status: fc.constantFrom(200, 429, 500),
  retryAfterMs: fc.constantFrom(undefined, undefined, 60_000, 7_200_000),
});

describe('whatever receivers and the store do', () => {
  it('each delivery is told or given up, in order, within the bounds, and none without need again', async () => {
    let retries = 0;
    let killed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            endpoint: fc.constantFrom('a', 'b', 'c'),
            run: fc.constantFrom('1', '2', '3', '4', '5', '6'),
          }),
          { minLength: 1, maxLength: 30 },
        ),
        fc.array(end, { minLength: 1, maxLength: 40 }),
        fc.nat(1_000),
        async (given, ends, seed) => {
          const { clock, store, createDispatcher } = createStage();
          const dice = createSeededRandom(seed);
          const underWay = new Map<string, number>();
          const told: string[] = [];
          let most = 0;
          let sends = 0;
          let isKilled = false;
          const sender = {
            send: async (
              { key }: { readonly key: string },
              { id }: { readonly id: string },
            ): Promise<SendEnd> => {
              const planned = ends[sends % ends.length] ?? ends[0];
              if (planned === undefined) throw new Error('no end');
              sends += 1;
              underWay.set(key, (underWay.get(key) ?? 0) + 1);
              most = Math.max(most, underWay.get(key) ?? 0);
              await sleep(clock, planned.durationMs);
              underWay.set(key, (underWay.get(key) ?? 0) - 1);
              const { outcome } = planned;
              if (outcome === 'delivered') told.push(id);
              return { ...planned, result: outcome, status: outcome === 'delivered' ? 200 : planned.status };
            },
            sendTest: () => Promise.reject(new Error('none is asked for')),
          };
          const endpoints = ['a', 'b', 'c'].map((key) => toEndpoint({ key }));
          const deliveries = given.map((of, index) => toDelivery(`msg_${index}`, of));
          let dispatcher = createDispatcher(endpoints, { sender });
          dispatcher.start();
          for (const delivery of deliveries) {
            store.owe(delivery);
            dispatcher.notify();
            store.trouble = dice.next() < 0.3 ? new StoreUnavailableError() : null;
            await clock.advance(dice.next() * 20_000);
            if (dice.next() < 0.1) {
              // Its end is the end of a process: what it had under way is found by the next one.
              killed += 1;
              isKilled = true;
              const stopping = dispatcher.stop(0);
              await clock.advance(15_000);
              await stopping;
              dispatcher = createDispatcher(endpoints, { sender });
              dispatcher.start();
            }
          }
          store.trouble = null;
          for (
            let hours = 0;
            hours < 400 && deliveries.some(({ id }) => store.get(id).status === 'owed');
            hours += 1
          )
            await clock.advance(HOUR);
          const stopping = dispatcher.stop(0);
          await clock.advance(1);
          await stopping;

          const ended = deliveries.map(({ id }) => store.get(id));
          retries += ended.filter(({ attempts }) => attempts > 1).length;
          expect(ended.map(({ status }) => status)).not.toContain('owed');
          expect(most).toBeLessThanOrEqual(4);
          if (!isKilled) expect(new Set(told).size).toBe(told.length);
          for (const { status, attempts } of ended) if (status === 'given-up') expect(attempts).toBe(11);
          for (const { id, status } of ended) if (status === 'delivered') expect(told).toContain(id);
          for (const group of new Set(given.map(({ endpoint, run }) => `${endpoint} ${run}`))) {
            const own = deliveries.filter(
              ({ endpoint }, index) => `${endpoint} ${given[index]?.run}` === group,
            );
            const places = own.map(({ id }) => told.indexOf(id)).filter((place) => place >= 0);
            expect(places).toEqual([...places].sort((one, other) => one - other));
          }
        },
      ),
      { numRuns: 60, seed: 11 },
    );
    expect(retries).toBeGreaterThan(100);
    expect(killed).toBeGreaterThan(20);
  });
});
