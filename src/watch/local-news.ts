import type { ExportEvent, ExportFact } from '../export/events.ts';
import { startWatch, type WatchedState } from '../export/transitions.ts';
import { type Position, toPlace } from './cursor.ts';
import { toEvent } from './to-event.ts';
import type { Subscription, Watch } from './watch.ts';
import type { WatchLoss } from './watch-types.ts';

export interface LocalNewsSettings {
  readonly now: () => number;
  readonly writeCursor: (position: Omit<Position, 'epoch'>) => string;
}

const INTERRUPTED: ExportFact = { type: 'ExportWatchInterrupted', code: 'WATCH_STORE_UNAVAILABLE' };
const RESUMED: ExportFact = { type: 'ExportWatchResumed' };

/**
 * What subscribers are told by this process alone, and what stands in no log: other processes may see it otherwise.
 *
 * The state shown is as this process has heard it in the log, which may be behind what a subscriber was told elsewhere a moment ago.
 */
export class LocalNews {
  private readonly settings: LocalNewsSettings;

  constructor(settings: LocalNewsSettings) {
    this.settings = settings;
  }

  /** The account is gone. */
  lose(watch: Watch, loss: WatchLoss): void {
    const { heard } = watch.queue.log;
    const state = watch.lose(loss, this.settings.now());
    const event = this.toEvent(watch, state, { type: 'ExportWatchFailed', ...loss });
    watch.forEachSubscriber((subscription) => subscription.stream.lose(subscription, event, heard));
  }

  /** The backplane is away for long. */
  interrupt(watches: Iterable<Watch>): void {
    for (const watch of watches) this.tell(watch, this.toInterruption(watch));
  }

  /** It is so for these, who came since. */
  interruptNewcomers(subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) {
      const { watch, stream } = subscription;
      stream.tell(subscription, this.toInterruption(watch), watch.queue.log.heard);
    }
  }

  /** The backplane is back; where the vendor could not be read before, that is still so. */
  resume(watches: Iterable<Watch>): void {
    for (const watch of watches) {
      const state = watch.lastTold ?? startWatch(this.settings.now());
      this.tell(watch, this.toEvent(watch, state, RESUMED));
      const { trouble } = state;
      if (trouble === null) continue;
      this.tell(watch, this.toEvent(watch, state, { type: 'ExportWatchInterrupted', code: trouble.code }));
    }
  }

  private tell(watch: Watch, event: ExportEvent): void {
    const { heard } = watch.queue.log;
    watch.forEachSubscriber((subscription) => subscription.stream.tell(subscription, event, heard));
  }

  private toInterruption(watch: Watch): ExportEvent {
    const state = watch.lastTold ?? startWatch(this.settings.now());
    // Nothing is asked until the backplane is back, and nobody knows when.
    const event = this.toEvent(watch, { ...state, nextPollAt: null, throttledUntil: null }, INTERRUPTED);
    if (event.export === null) return event;
    return {
      ...event,
      export: { ...event.export, observation: { ...event.export.observation, isStale: true } },
    };
  }

  private toEvent(watch: Watch, state: WatchedState, fact: ExportFact): ExportEvent {
    const { now, writeCursor } = this.settings;
    return toEvent({ at: now(), state, fact }, watch.key.id, writeCursor(toPlace(watch.queue.log.heard)));
  }
}
