import { expect } from 'vitest';
import type { ExportEvent } from '../../src/export/events.ts';
import type { Pacing } from '../../src/export/ports.ts';
import type { Random } from '../../src/runtime/clock.ts';
import { StreamClosedError } from '../../src/watch/stream-closed-error.ts';
import type { WatchHub } from '../../src/watch/watch-hub.ts';
import { createSeededRandom, type ManualClock } from '../support/manual-clock.ts';
import { type FakeAccount, toKey } from './fake-account.ts';
import { FaultScript, ORDER } from './fault-script.ts';

/** How the four vendors' accounts are paced by default, roughly, and how long their jobs take. */
export const VENDORS = [
  ['Power BI', { minMs: 1_000, maxMs: 30_000, stallAfterMs: 3_600_000 }, 60_000],
  ['Hi Energy', { minMs: 4_000, maxMs: 60_000, stallAfterMs: 3_600_000 }, 200_000],
  ['Talkdesk', { minMs: 500, maxMs: 20_000, stallAfterMs: 3_600_000 }, 20_000],
  ['WebAdMIT', { minMs: 2_000, maxMs: 60_000, stallAfterMs: 3_600_000 }, 120_000],
] as const satisfies readonly (readonly [string, Pacing, number])[];

/** The gateway died. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** A subscriber whose connection breaks at random, and who comes back with the last cursor. */
export class RestlessSubscriber {
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
    const lastsEvents =
      this.random.next() < 0.5 ? Number.POSITIVE_INFINITY : 1 + Math.floor(this.random.next() * 6);
    try {
      const stream = this.open(this.events.at(-1)?.cursor);
      for (let count = 0; count < lastsEvents; count += 1) {
        const step = await stream.next();
        if (step.done) {
          this.isDone = true;
          return;
        }
        this.events.push(step.value);
      }
      await stream.return?.();
    } catch (error) {
      // Its gateway goes, or is gone: it comes back to another.
      if (!(error instanceof StreamClosedError || error instanceof ConnectionLost)) throw error;
    }
    const awayMs = this.random.next() < 0.5 ? 0 : this.random.next() * 30_000;
    this.clock.setTimer(awayMs, () => {
      this.connect().catch((error: unknown) => {
        this.error = error;
      });
    });
  }
}

export interface Gateway {
  readonly hub: WatchHub;
  readonly account: FakeAccount;
  /** Rejects with a ConnectionLost once it is dead. Never where it does not die. */
  readonly death?: Promise<never>;
}

/** Each connection goes to any of the gateways, as behind a load balancer. */
export function subscribe(
  gateways: readonly Gateway[],
  clock: ManualClock,
  random: Random,
  ids: readonly string[],
): RestlessSubscriber {
  return new RestlessSubscriber(clock, random, (after) => {
    const gateway = gateways[Math.floor(random.next() * gateways.length)];
    if (gateway === undefined) throw new RangeError('no gateway');
    const requests = ids.map((id) => ({ account: gateway.account, key: toKey(id) }));
    const stream = gateway.hub.events(requests, { after });
    const { death } = gateway;
    if (death === undefined) return stream;
    const lines: AsyncIterableIterator<ExportEvent, undefined> = {
      [Symbol.asyncIterator]: () => lines,
      next: () => Promise.race([stream.next(), death]),
      return: () => stream.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    };
    return lines;
  });
}

/** Statuses in the order in which a subscriber was told them, of one export. */
export function statusesOf(events: readonly ExportEvent[]): string[] {
  return events
    .filter(({ type }) => type === 'ExportSnapshot' || type === 'ExportStatusChanged')
    .map((event) => event.export?.status ?? 'none');
}

/** Holds what one subscriber was told of one export against what must have been told. */
export function check(wanted: readonly string[], id: string, events: readonly ExportEvent[]): void {
  const told = statusesOf(events);
  const where = `export ${id}`;
  // Nothing false, nothing lost, nothing repeated, nothing backward: word for word what was sampled.
  expect(told, where).toEqual(wanted);
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
  expect(events.at(-1)?.export?.status === wanted.at(-1), where).toBe(true);

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
}

/** Interruptions begin and end in turn, and nothing but one comes before the first state. */
export function checkTrouble(id: string, events: readonly ExportEvent[]): void {
  const where = `export ${id}`;
  expect(['ExportSnapshot', 'ExportWatchInterrupted'], where).toContain(events[0]?.type);
  const trouble = events
    .map(({ type }) => type)
    .filter((type) => type === 'ExportWatchInterrupted' || type === 'ExportWatchResumed');
  const inTurn = trouble.map((_type, index) =>
    index % 2 === 0 ? 'ExportWatchInterrupted' : 'ExportWatchResumed',
  );
  expect(trouble, where).toEqual(inTurn);
  expect(trouble.length % 2, where).toBe(0);
}

export interface Run {
  readonly scripts: ReadonlyMap<string, FaultScript>;
  readonly readers: readonly { readonly ids: readonly string[]; readonly reader: RestlessSubscriber }[];
}

/**
 * Plays scripts to restless subscribers of up to a few exports each, until all of them have seen every end.
 *
 * @param disturb - called every 30 s; may put others in the gateways' places
 */
export async function play(
  names: readonly string[],
  longestMs: number,
  clock: ManualClock,
  random: Random,
  gateways: readonly Gateway[],
  disturb: () => Promise<void> = async () => undefined,
): Promise<Run> {
  const scripts = new Map<string, FaultScript>();
  const groups: string[][] = [];
  for (const id of names) {
    scripts.set(id, new FaultScript(id, createSeededRandom(Number(id) * 7 + longestMs), longestMs));
    if (random.next() < 0.3 || groups.length === 0) groups.push([]);
    groups.at(-1)?.push(id);
  }
  const tell = () => {
    for (const { account } of gateways) account.answer((id, now) => scripts.get(id)?.answer(now) ?? 'hang');
  };
  tell();

  const readers = groups.map((ids) => ({ ids, reader: subscribe(gateways, clock, random, ids) }));
  const isGoing = () => readers.some(({ reader }) => !reader.isDone && reader.error === undefined);
  for (let round = 0; round < 400 && isGoing(); round += 1) {
    await clock.advance(30_000);
    await disturb();
    tell();
  }
  for (const { reader } of readers) {
    expect(reader.error).toBeUndefined();
    expect(reader.isDone).toBe(true);
  }
  await clock.advance(1_000);
  for (const { hub } of gateways) expect(hub.counters()).toMatchObject({ watches: 0, subscribers: 0 });
  return { scripts, readers };
}

/** As `check`, where several gateways take turns: an answer may be lost when its reader leaves; what counts is what was written down since the first snapshot. */
export function checkSeveral({ scripts, readers }: Run): void {
  for (const { ids, reader } of readers) {
    for (const id of ids) {
      const events = of(id, reader);
      const written = events.at(-1)?.export?.transitions.map(({ to }) => to) ?? [];
      check(written.slice(-statusesOf(events).length), id, events);
      expect(isSubsequence(written, scripts.get(id)?.told ?? [])).toBe(true);
    }
  }
}

export function toNames(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${first + index}`);
}

export function of(id: string, { events }: RestlessSubscriber): ExportEvent[] {
  return events.filter(({ exportId }) => exportId === id);
}

export function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let found = 0;
  for (const each of whole) if (each === part[found]) found += 1;
  return found === part.length;
}
