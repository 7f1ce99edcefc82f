import { describe, expect, it } from 'vitest';
import type { ExportStatus } from '../../src/export/export.ts';
import { createMortalBackplane } from '../backplane/mortal-backplane.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createForgetfulBackplane } from './failing-backplane.ts';
import { toKey, toSnapshot } from './fake-account.ts';
import { createHubHarness, toScript } from './hub-harness.ts';

async function setUp(count: number) {
  const clock = createManualClock();
  const store = createForgetfulBackplane(clock);
  const gateways = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const mortal = createMortalBackplane(store.backplane, clock);
      return { ...(await createHubHarness({ clock, backplane: mortal.backplane, seed: index + 1 })), mortal };
    }),
  );
  const job = toScript<ExportStatus>(clock, [
    [0, 'QUEUED'],
    [10_000, 'RUNNING'],
    [100_000, 'CANCELING'],
    [110_000, 'CANCELED'],
  ]);
  for (const { account } of gateways)
    account.answer((id, now) => toSnapshot(id, job(now), now, { pollAfterMs: 2_000 }));
  const polls = () => gateways.reduce((sum, gateway) => sum + gateway.polls(), 0);
  return { clock, store, gateways, polls };
}

const STORY = [
  'Snapshot a QUEUED',
  'StatusChanged a RUNNING',
  'StatusChanged a CANCELING',
  'StatusChanged a CANCELED',
];

describe.each([1, 3])('a log that begins anew under %i gateways', (count) => {
  it.each(['first', 'second'])(
    'goes on for live streams as if nothing had been (then under the epoch "%s")',
    async (epoch) => {
      const { clock, store, gateways, polls } = await setUp(count);
      const followers = gateways.map(({ watch }) => watch(['a']));
      await clock.advance(50_000);
      const before = polls();

      store.reset(epoch);
      await clock.advance(1_000);
      // What they know is written again, and nobody is asked for it.
      expect(polls() - before).toBeLessThanOrEqual(1);
      const { topics } = await store.backplane.load(['acme/desk a'], null);
      expect(topics[0]?.state?.transitions.map(({ to }) => to)).toEqual(['QUEUED', 'RUNNING']);
      await clock.advance(100_000);

      for (const { story, events, state } of followers) {
        expect(story).toEqual(STORY);
        const whole = events.at(-1)?.export?.transitions.map(({ to }) => to);
        expect(whole).toEqual(['QUEUED', 'RUNNING', 'CANCELING', 'CANCELED']);
        expect(state).toEqual({ isDone: true, error: undefined });
      }
    },
  );

  it('shows who comes back with an older cursor the state, marked, and resumes newer ones', async () => {
    const { clock, store, gateways } = await setUp(count);
    const last = gateways.at(-1);
    const before = last?.watch(['a']);
    gateways[0]?.watch(['a']);
    await clock.advance(50_000);
    await before?.stop();
    store.reset();
    await clock.advance(5_000);

    const back = last?.watch(['a'], before?.lastCursor);
    await clock.advance(5_000);
    expect(back?.story).toEqual(['Snapshot a RUNNING']);
    expect(back?.events[0]).toMatchObject({ isReplayGap: true });
    await back?.stop();
    await clock.advance(50_000);
    const again = last?.watch(['a'], back?.lastCursor);
    await clock.advance(20_000);

    expect(again?.story).toEqual(['StatusChanged a CANCELING', 'StatusChanged a CANCELED']);
  });

  it('finds newcomers their first state', async () => {
    const { clock, store, gateways } = await setUp(count);
    gateways[0]?.watch(['a']);
    await clock.advance(50_000);
    store.reset();
    await clock.advance(100);

    const newcomers = gateways.map(({ watch }) => watch(['a', 'b']));
    await clock.advance(10_000);

    for (const { story } of newcomers)
      expect([...story].sort()).toEqual(['Snapshot a RUNNING', 'Snapshot b RUNNING']);
    expect(gateways.at(-1)?.hub.peek(gateways[0]?.account as never, toKey('a'))?.status).toBe('RUNNING');
  });
});

describe('a log that begins anew', () => {
  it('while its owner dies goes on from what a follower heard', async () => {
    const { clock, store, gateways } = await setUp(2);
    const [one, other] = gateways;
    one?.watch(['a', 'only-there']);
    const stays = other?.watch(['a']);
    await clock.advance(50_000);

    one?.mortal.stop();
    store.reset();
    await clock.advance(100_000);

    expect(stays?.story).toEqual(STORY);
    expect(stays?.events.at(-1)?.export?.transitions).toHaveLength(4);
  });

  it('again and again makes no difference', async () => {
    const { clock, store, gateways } = await setUp(3);
    const followers = gateways.map(({ watch }) => watch(['a']));
    for (let round = 0; round < 20; round += 1) {
      await clock.advance(6_000);
      store.reset(`round${round}`);
    }
    await clock.advance(60_000);

    for (const { story } of followers) expect(story).toEqual(STORY);
  });
});
