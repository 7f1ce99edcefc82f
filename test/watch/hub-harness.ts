import { MemoryBackplane } from '../../src/backplane/memory.ts';
import type { ExportEvent } from '../../src/export/events.ts';
import { createWatchHub, type WatchHubOptions } from '../../src/watch/watch-hub.ts';
import { createManualClock, createSeededRandom, type ManualClock } from '../support/manual-clock.ts';
import { createTestTools } from '../support/tools.ts';
import { createFakeAccount, type FakeAccount, toKey } from './fake-account.ts';

/** A reader of a stream that takes each event as soon as it is there. */
export interface Follower {
  readonly events: ExportEvent[];
  /** `type` of each event, and the status of its export. */
  readonly story: readonly string[];
  readonly state: { isDone: boolean; error: unknown };
  readonly lastCursor: string | undefined;
  stop(): Promise<unknown>;
}

export function follow(stream: AsyncIterableIterator<ExportEvent, undefined>): Follower {
  const events: ExportEvent[] = [];
  const state = { isDone: false, error: undefined as unknown };
  void (async () => {
    try {
      for await (const event of stream) events.push(event);
    } catch (error) {
      state.error = error;
    }
    state.isDone = true;
  })();
  return {
    events,
    state,
    get story() {
      return events.map(tell);
    },
    get lastCursor() {
      return events.at(-1)?.cursor;
    },
    stop: async () => stream.return?.(),
  };
}

/** An event in a few words: `Snapshot a QUEUED`. */
export function tell(event: ExportEvent): string {
  return `${event.type.replace(/^Export/, '')} ${event.exportId} ${event.export?.status ?? '-'}`;
}

export interface HubHarnessOptions extends Partial<WatchHubOptions> {
  readonly clock?: ManualClock;
  readonly seed?: number;
}

/** A hub over a fake account, on a clock that stands still. */
export async function createHubHarness(options: HubHarnessOptions = {}) {
  const clock = options.clock ?? createManualClock();
  const backplane = options.backplane ?? new MemoryBackplane({ clock });
  const tools = createTestTools({ clock, random: createSeededRandom(options.seed ?? 1) });
  const hub = await createWatchHub({ tools, ...options, backplane });
  const account = createFakeAccount({ now: clock.now });
  const requests = (ids: readonly string[], through: FakeAccount = account) =>
    ids.map((id) => ({ account: through, key: toKey(id, through.key) }));
  return {
    clock,
    backplane,
    hub,
    account,
    requests,
    watch: (ids: readonly string[], after?: string) => follow(hub.events(requests(ids), { after })),
    /** How often each export was asked for. */
    polls: (id?: string) =>
      account.batches.flatMap(({ ids }) => ids).filter((each) => id === undefined || each === id).length,
  };
}

/** A job that moves at given instants, counted from now: `[0, 'QUEUED'], [5_000, 'RUNNING']`. */
export function toScript<Word>(
  clock: ManualClock,
  steps: readonly (readonly [afterMs: number, word: Word])[],
) {
  const from = clock.now();
  return (now: number): Word => {
    const reached = steps.filter(([afterMs]) => now - from >= afterMs).at(-1) ?? steps[0];
    if (reached === undefined) throw new RangeError('A script needs a step.');
    return reached[1];
  };
}
