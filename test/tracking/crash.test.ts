import { describe, expect, it } from 'vitest';
import { buildGateway } from './crash/gateway-process.ts';
import { runCrashRounds } from './crash/rounds.ts';

/** The long run is `bench/crash/run.ts`: 200 rounds. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 12);

describe('a gateway that is killed again and again', () => {
  it('loses no export that it tracks, no idempotency key and no webhook, and orders nothing twice', async () => {
    buildGateway();

    const report = await runCrashRounds({
      rounds: ROUNDS,
      seed: Number(process.env.CRASH_SEED ?? Date.now()),
    });

    console.log(report);
    expect(report).toMatchObject({
      exportsLost: 0,
      keysLost: 0,
      eventsLost: 0,
      mostIdsPerEvent: 1,
      outOfOrder: 0,
      wrongSignatures: 0,
      mostOrdersPerKey: 1,
      unannouncedOrders: 0,
      problems: [],
    });
    expect(report.started).toBeGreaterThan(ROUNDS);
    expect(report.events).toBeGreaterThan(report.started);
  }, 180_000);
});
