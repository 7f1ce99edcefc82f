import type { Loaded, LoadedTopic, LogEntry } from '../export/backplane.ts';
import { hasEnded } from '../export/transitions.ts';
import type { Position } from './cursor.ts';
import type { Subscription } from './watch.ts';

/** An entry that one export of the stream has still to be told. */
export interface MissedEntry {
  readonly subscription: Subscription;
  readonly entry: LogEntry;
}

/** Divides exports into those to resume and those to begin with. */
export function divide(
  subscriptions: readonly Subscription[],
  loaded: Loaded,
  resumed: Position | null,
): [known: Subscription[], unknown: Subscription[]] {
  const known: Subscription[] = [];
  const unknown: Subscription[] = [];
  for (const subscription of subscriptions) {
    const topic = loaded.topics[subscription.index];
    const isKnown =
      resumed !== null &&
      wasTold(subscription.index, subscriptions.length, resumed) &&
      topic?.isComplete === true &&
      topic.state !== null;
    (isKnown ? known : unknown).push(subscription);
  }
  return [known, unknown];
}

/** True where the first state of an export had been told at that position. */
function wasTold(index: number, size: number, { missing, size: sizeThen }: Position): boolean {
  return missing.size === 0 || (size === sizeThen && !missing.has(index));
}

/** True where a stream that comes back may have missed something: first states are then marked. */
export function isReplayGap(
  unknown: readonly Subscription[],
  after: Position,
  resumed: Position | null,
): boolean {
  return after.isGap || resumed === null || unknown.some(({ index }) => !resumed.missing.has(index));
}

/**
 * All entries to catch up with, in the order of the log. An export whose first state had not been told begins with the
 * snapshot among them, where there is one: what happened since is not lost either.
 */
export function toReplay(subscriptions: readonly Subscription[], loaded: Loaded): readonly MissedEntry[] {
  return subscriptions
    .flatMap((subscription) => {
      const topic = loaded.topics[subscription.index];
      return topic?.isComplete ? topic.entries.map((entry) => ({ subscription, entry })) : [];
    })
    .sort((one, other) => one.entry.sequence - other.entry.sequence);
}

/** True where nothing follows what was loaded. */
export function isOver(topic: LoadedTopic | undefined): boolean {
  return topic !== undefined && topic.state !== null && hasEnded(topic.state);
}
