import type { ExportFact } from '../export/events.ts';
import type { ExportKey } from '../export/export.ts';
import type { WatchedState } from '../export/transitions.ts';
import type { SpanOrigin } from '../telemetry/spans.ts';
import type { Lane } from './lane.ts';
import type { Subscription } from './subscription.ts';
import { NOT_WAITING, type WheelItem } from './timer-wheel.ts';

/** Why a watch has ended though its export has not. */
export type WatchLoss = Extract<ExportFact, { type: 'ExportWatchFailed' }>;

/** A read under way for several watches; given up when the last of them has ended. */
export interface Batch {
  readonly controller: AbortController;
  waiting: number;
}

/**
 * One export being watched in this process, however many look at it.
 *
 * There may be a hundred thousand: plain fields, no closure, no promise and no timer of its own while it waits.
 */
export class Watch implements WheelItem<Watch> {
  /** Names it in the backplane: the account's identity and the export's global id. */
  readonly topic: string;
  readonly key: ExportKey;
  readonly lane: Lane;

  /** As last known here; null before the first claim. */
  state: WatchedState | null = null;
  /** Of the stored state that `state` stands on. */
  version = 0;
  /** The fencing token; null while another process asks about this export. */
  token: number | null = null;
  /** The state is of this watch's own making, or recent enough: a newcomer may be shown it. */
  isCurrent = false;
  /** This watch itself has found that asking again would not help. */
  isHopeless = false;
  /** The last subscriber has left, or the account is gone. */
  isEnded = false;
  /** The account is gone; null while it is there. */
  loss: WatchLoss | null = null;

  subscribers: Subscription | Set<Subscription> | null = null;
  /** Subscribers that still wait for a first state. */
  awaiting = 0;
  /** Following and claiming in the backplane; null once that is done. */
  opening: Promise<void> | null = null;
  batch: Batch | null = null;
  /** What began it, for traces; null where nobody records any. */
  origin: SpanOrigin | null = null;

  dueAt = 0;
  wheelSlot = NOT_WAITING;
  wheelNext: Watch | null = null;
  wheelPrevious: Watch | null = null;

  constructor(topic: string, key: ExportKey, lane: Lane) {
    this.topic = topic;
    this.key = key;
    this.lane = lane;
  }
}

/** The topic of an export as one account identity sees it. */
export function toTopic(identity: string, exportId: string): string {
  return `${identity} ${exportId}`;
}
