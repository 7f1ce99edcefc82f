import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { createTestTools } from '../support/tools.ts';
import { GatewayProcess } from './crash/gateway-process.ts';
import { runCrashRounds } from './crash/rounds.ts';

/** The long run is `bench/crash/run.ts`: 200 rounds. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 6);

describe('a gateway that is killed again and again', () => {
  it('loses no export that it tracks, no idempotency key and no webhook, and orders nothing twice', async () => {
    const report = await runCrashRounds({
      rounds: ROUNDS,
      seed: Number(process.env.CRASH_SEED ?? Date.now()),
    });

    // A key may stay without an answer where so much was started meanwhile that the vendor's list does not reach back to its order.
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

describe('a second gateway on one SQLite file', () => {
  it('ends with 2 and one line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-second-'));
    const store = { kind: 'sqlite', path: join(folder, 'waybill.db') } as const;
    const first = await openStore(store, createTestTools());
    const config = join(folder, 'waybill.json');
    const accounts = [
      { key: 'hi', vendor: 'hi-energy', credential: { type: 'api-key', apiKey: 'key-of-hi-energy' } },
    ];
    writeFileSync(config, JSON.stringify({ server: { port: 0 }, store, accounts }));

    const second = new GatewayProcess(config);

    expect(await second.ended()).toBe(2);
    expect(second.lines).toEqual([expect.stringMatching(/another gateway has it open/)]);
    await first.close();
    await rm(folder, { recursive: true });
  });
});
