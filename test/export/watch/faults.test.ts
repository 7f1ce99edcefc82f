import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../../src/backplane/memory.ts';
import type { Random } from '../../../src/export/clock.ts';
import type { ExportEvent } from '../../../src/export/events.ts';
import type { Pacing } from '../../../src/export/ports.ts';
import { createWatchHub, type WatchHub } from '../../../src/export/watch/watch-hub.ts';
import { createManualClock, createSeededRandom, type ManualClock } from '../../support/manual-clock.ts';
import { createTestTools } from '../../support/tools.ts';
import { createFakeAccount, type FakeAccount, toKey } from './fake-account.ts';
import { FaultScript, ORDER } from './fault-script.ts';

/** Scripts per vendor: enough for every build; 10,000 are run before a release. */
const SCRIPTS = Number(process.env.WAYBILL_FAULT_SCRIPTS ?? 2_500);
const PER_HUB = 250;

/** How the four vendors' accounts are paced by default, roughly, and how long their jobs take. */
const VENDORS = [
  ['Power BI', { minMs: 1_000, maxMs: 30_000, stallAfterMs: 3_600_000 }, 60_000],
  ['Hi Energy', { minMs: 4_000, maxMs: 60_000, stallAfterMs: 3_600_000 }, 200_000],
  ['Talkdesk', { minMs: 500, maxMs: 20_000, stallAfterMs: 3_600_000 }, 20_000],
  ['WebAdMIT', { minMs: 2_000, maxMs: 60_000, stallAfterMs: 3_600_000 }, 120_000],
] as const satisfies readonly (readonly [string, Pacing, number])[];

/** A subscriber whose connection breaks at random, and who comes back with the last cursor. */
class RestlessSubscriber {
  readonly events: ExportEvent[] = [];
  isDone = false;
  connections = 0;
  error: unknown;
  private readonly open: (after: string | undefined) => AsyncIterableIterator<ExportEvent, undefined>;
  private readonly clock: ManualClock;
  private readonly random: Random;

  constructor(
    clock: ManualClock,
    random: Random,
    open: (after: string | undefined) => AsyncIterableIterator<ExportEvent, undefined>,
  ) {
    this.clock = clock;
    this.random = random;
    this.open = open;
    void this.connect().catch((error: unknown) => {
      this.error = error;
    });
  }

  private async connect(): Promise<void> {
    this.connections += 1;
    const stream = this.open(this.events.at(-1)?.cursor);
    const lastsEvents =
      this.random.next() < 0.5 ? Number.POSITIVE_INFINITY : 1 + Math.floor(this.random.next() * 6);
    for (let count = 0; count < lastsEvents; count += 1) {
      const step = await stream.next();
      if (step.done) {
        this.isDone = true;
        return;
      }
      this.events.push(step.value);
    }
    await stream.return?.();
    const awayMs = this.random.next() < 0.5 ? 0 : this.random.next() * 30_000;
    this.clock.setTimer(awayMs, () => {
      this.connect().catch((error: unknown) => {
        this.error = error;
      });
    });
  }
}

function subscribe(
  hub: WatchHub,
  account: FakeAccount,
  clock: ManualClock,
  random: Random,
  ids: readonly string[],
): RestlessSubscriber {
  const requests = ids.map((id) => ({ account, key: toKey(id) }));
  return new RestlessSubscriber(clock, random, (after) => hub.events(requests, { after }));
}

/** Statuses in the order in which a subscriber was told them, of one export. */
function statusesOf(events: readonly ExportEvent[]): string[] {
  return events
    .filter(({ type }) => type === 'ExportSnapshot' || type === 'ExportStatusChanged')
    .map((event) => event.export?.status ?? 'none');
}

function check(script: FaultScript, id: string, events: readonly ExportEvent[]): void {
  const told = statusesOf(events);
  const where = `export ${id}`;
  // Nothing false, nothing lost, nothing repeated, nothing backward: word for word what was sampled.
  expect(told, where).toEqual(script.told);
  expect(events[0]?.type === 'ExportSnapshot' || events[0]?.type === 'ExportWatchInterrupted', where).toBe(
    true,
  );
  expect(
    events.filter(({ type }) => type === 'ExportSnapshot'),
    where,
  ).toHaveLength(1);
  expect(
    events.filter((event) => event.type === 'ExportSnapshot' && event.isReplayGap),
    where,
  ).toEqual([]);
  expect(
    events.filter(({ type }) => type === 'ExportWatchFailed'),
    where,
  ).toEqual([]);
  expect(events.at(-1)?.export?.status === script.told.at(-1), where).toBe(true);

  const ranks = told
    .filter((status) => status !== 'UNKNOWN')
    .map((status) => ORDER.findIndex((row) => row.some((each) => each === status)));
  expect(ranks, where).toEqual([...ranks].sort((one, other) => one - other));
  expect(
    ranks.filter((rank) => rank === 3),
    where,
  ).toHaveLength(1);

  const percents = events.map((event) => event.export?.progress?.percent ?? 0);
  expect(percents, where).toEqual([...percents].sort((one, other) => one - other));
  const parts = events.map((event) => event.export?.progress?.completedParts ?? 0);
  expect(parts, where).toEqual([...parts].sort((one, other) => one - other));

  const trouble = events.filter(
    ({ type }) => type === 'ExportWatchInterrupted' || type === 'ExportWatchResumed',
  );
  for (const [index, { type }] of trouble.entries())
    expect(type, where).toBe(index % 2 === 0 ? 'ExportWatchInterrupted' : 'ExportWatchResumed');
  expect(trouble.length % 2, where).toBe(0);
}

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
        const scripts = new Map<string, FaultScript>();
        const groups: string[][] = [];
        for (let index = first; index < Math.min(first + PER_HUB, SCRIPTS); index += 1) {
          const id = `${index}`;
          scripts.set(id, new FaultScript(id, createSeededRandom(index * 7 + longestMs), longestMs));
          if (random.next() < 0.3 || groups.length === 0) groups.push([]);
          groups.at(-1)?.push(id);
        }
        account.answer((id, now) => scripts.get(id)?.answer(now) ?? 'hang');

        const restless = groups.map((ids) => ({ ids, reader: subscribe(hub, account, clock, random, ids) }));
        for (
          let round = 0;
          round < 400 && restless.some(({ reader }) => !reader.isDone && !reader.error);
          round += 1
        )
          await clock.advance(30_000);

        for (const { ids, reader } of restless) {
          expect(reader.error).toBeUndefined();
          expect(reader.isDone).toBe(true);
          connections += reader.connections;
          events += reader.events.length;
          const cursors = reader.events.filter((event) => event.export !== null).map(({ cursor }) => cursor);
          expect(new Set(cursors).size).toBe(cursors.length);
          for (const id of ids) {
            const script = scripts.get(id);
            if (script === undefined) throw new Error('no script');
            check(
              script,
              id,
              reader.events.filter(({ exportId }) => exportId === id),
            );
            expect(script.asksAfterEnd).toBe(0);
          }
        }
        expect(hub.counters()).toMatchObject({ watches: 0, subscribers: 0 });
        expect(clock.pending).toBe(0);
      }
      // The faults did happen: connections broke, and there was much to tell.
      expect(connections).toBeGreaterThan(SCRIPTS / 5);
      expect(events).toBeGreaterThan(SCRIPTS * 3);
    },
    600_000,
  );
});
