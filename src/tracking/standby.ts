import type { Store, TrackedChange, TrackedExport } from '../export/store.ts';
import type { Tools } from '../runtime/tools.ts';
import { groupByTenant, mergeChanges, toName } from './tracked-change.ts';
import { isOlder, isWorthWriting } from './tracked-state.ts';

/** How long the gateway that asks about an export has to write down what it found; up to twice as long, so that not all others look at once. */
const STANDBY_MS = 5_000;

export interface StandbySettings {
  readonly store: Pick<Store, 'find'>;
  readonly tools: Pick<Tools, 'clock' | 'random'>;
  /** Writes down what its own gateway did not live to write. */
  readonly write: (change: TrackedChange) => void;
  /** These are written. */
  readonly onWritten: (changes: readonly TrackedChange[]) => void;
}

interface Waiting {
  readonly change: TrackedChange;
  readonly dueAt: number;
}

/**
 * What happened to exports that another gateway asks about, and is to write down: as a rule it has, when this one looks.
 *
 * So each change is written once, however many gateways there are, and read by the others; where its gateway died between telling the
 * others and writing it, one of them does. All of them may: the ids of what is owed follow from what happened.
 */
export class Standby {
  private readonly settings: StandbySettings;
  /** In the order in which they are due, but for those that are tried again. */
  private readonly waiting = new Map<string, Waiting>();
  private cancelTimer: (() => void) | null = null;
  private isClosed = false;

  constructor(settings: StandbySettings) {
    this.settings = settings;
  }

  /** Changes that nobody has been seen to write. */
  get size(): number {
    return this.waiting.size;
  }

  add(change: TrackedChange): void {
    const before = this.waiting.get(toName(change));
    const merged = before === undefined ? change : mergeChanges(before.change, change);
    this.waiting.set(toName(change), { change: merged, dueAt: before?.dueAt ?? this.nextDueAt() });
    this.plan();
  }

  /** What waits of an export, which waits no longer. */
  take(change: Pick<TrackedChange, 'tenant' | 'exportId'>): TrackedChange | null {
    const name = toName(change);
    const waiting = this.waiting.get(name);
    this.waiting.delete(name);
    return waiting?.change ?? null;
  }

  /** Looks at all that wait, due or not; then nothing is looked at any more. Rejects as the store does. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelTimer?.();
    await this.look([...this.waiting.values()]);
  }

  private nextDueAt(): number {
    const { clock, random } = this.settings.tools;
    return clock.now() + STANDBY_MS * (1 + random.next());
  }

  private plan(): void {
    if (this.isClosed || this.cancelTimer !== null) return;
    let dueAt = Number.POSITIVE_INFINITY;
    for (const waiting of this.waiting.values()) dueAt = Math.min(dueAt, waiting.dueAt);
    if (dueAt === Number.POSITIVE_INFINITY) return;
    const { clock } = this.settings.tools;
    this.cancelTimer = clock.setTimer(dueAt - clock.now(), () => void this.lookAtDue());
  }

  /** Never rejects: what could not be looked at is looked at again. */
  private async lookAtDue(): Promise<void> {
    const now = this.settings.tools.clock.now();
    const due = [...this.waiting.values()].filter(({ dueAt }) => dueAt <= now);
    try {
      await this.look(due);
    } catch {
      for (const { change } of due) {
        const name = toName(change);
        const waiting = this.waiting.get(name);
        if (waiting !== undefined) this.waiting.set(name, { ...waiting, dueAt: this.nextDueAt() });
      }
    }
    this.cancelTimer = null;
    this.plan();
  }

  private async look(due: readonly Waiting[]): Promise<void> {
    for (const [tenant, those] of groupByTenant(due, ({ change }) => change.tenant)) {
      const ids = those.map(({ change }) => change.exportId);
      const stored = await this.settings.store.find(tenant, ids);
      this.compare(those, new Map(stored.map((tracked) => [tracked.key.id, tracked])));
    }
  }

  private compare(looked: readonly Waiting[], stored: ReadonlyMap<string, TrackedExport>): void {
    const written: TrackedChange[] = [];
    for (const waiting of looked) {
      const { change } = waiting;
      // More may have happened while the store was asked: that waits for another look.
      if (this.waiting.get(toName(change)) !== waiting) continue;
      this.waiting.delete(toName(change));
      const tracked = stored.get(change.exportId);
      // Untracked meanwhile.
      if (tracked === undefined) continue;
      if (isWritten(change, tracked)) written.push(change);
      else this.settings.write(change);
    }
    if (written.length > 0) this.settings.onWritten(written);
  }
}

/** A state that is stored is in one transaction with what it owes; what a later one owed may not be all that this one does. */
function isWritten({ state, deliveries }: TrackedChange, stored: TrackedExport): boolean {
  return isOlder(state, stored.state) ? deliveries.length === 0 : !isWorthWriting(stored.state, state);
}
