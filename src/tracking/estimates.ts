import { LRUCache } from 'lru-cache';
import { type Export, type ExportSnapshot, type ExportTransition, isTerminal } from '../export/export.ts';
import type { VendorInfo } from '../export/ports.ts';
import type { SeenDuration } from '../export/store.ts';
import type { ExportEstimate } from '../export/tracking.ts';

/** Below as many, nothing is said. */
const MIN_SEEN = 5;
/** The latest so many of one kind count: what took an hour a year ago says little. */
const MAX_SEEN = 100;
const MAX_KINDS = 10_000;
/** Exports that have been counted, so that none counts twice. */
const MAX_COUNTED = 20_000;

/** How long a job took. */
export interface JobDuration {
  readonly kind: string;
  readonly ms: number;
}

/**
 * Estimates of when exports end, from how long those of the same account and kind took.
 *
 * Nobody is told anything of others' exports by them: an account may be another tenant's today than it was yesterday, and callers who bring
 * their own tokens see different exports through one account. So each owner has estimates of its own: a tenant, or the identity of one
 * such token.
 *
 * Bounded by size, not by number: then nothing is set aside for exports that never come.
 */
export class Estimates {
  private readonly vendors: ReadonlyMap<string, VendorInfo>;
  /** By owner, vendor, account and kind; the latest last. */
  private readonly seen = new LRUCache<string, number[]>({ maxSize: MAX_KINDS, sizeCalculation: () => 1 });
  private readonly counted = new LRUCache<string, true>({ maxSize: MAX_COUNTED, sizeCalculation: () => 1 });

  constructor(vendors: readonly VendorInfo[]) {
    this.vendors = new Map(vendors.map((vendor) => [vendor.id, vendor]));
  }

  /** Takes over what an earlier process had seen. @param durations - the newest first */
  restore(durations: readonly SeenDuration[]): void {
    for (const { tenant, vendor, account, kind, ms } of [...durations].reverse())
      this.add([tenant, vendor, account, kind], ms);
  }

  /** Learns from exports that have ended; each counts once. */
  learn(owner: string, exports: readonly Pick<Export, keyof ExportSnapshot | 'transitions'>[]): void {
    for (const each of exports) {
      const duration = this.durationOf(each, each.transitions);
      if (duration !== null) this.count(owner, each, duration);
    }
  }

  count(owner: string, { key }: Pick<ExportSnapshot, 'key'>, { kind, ms }: JobDuration): void {
    const name = toName([owner, key.id]);
    if (this.counted.has(name)) return;
    this.counted.set(name, true);
    this.add([owner, key.vendor, key.account, kind], ms);
  }

  /** How long a job took; null where it has not ended well, or either end of it is not known. */
  durationOf(snapshot: ExportSnapshot, transitions: readonly ExportTransition[]): JobDuration | null {
    if (snapshot.status !== 'SUCCEEDED') return null;
    const kind = this.kindOf(snapshot);
    const from = toStart(snapshot, transitions);
    // The last transition is the end only where the job was seen before it.
    const to = snapshot.finishedAt ?? (transitions.length > 1 ? (transitions.at(-1)?.at ?? null) : null);
    return kind === null || from === null || to === null || to < from ? null : { kind, ms: to - from };
  }

  of(owner: string, each: Export): ExportEstimate | null {
    if (isTerminal(each.status)) return null;
    const kind = this.kindOf(each);
    const from = toStart(each, each.transitions);
    const seen =
      kind === null ? undefined : this.seen.get(toName([owner, each.key.vendor, each.key.account, kind]));
    if (from === null || seen === undefined || seen.length < MIN_SEEN) return null;
    const sorted = [...seen].sort((one, other) => one - other);
    return {
      finishAt: from + quantile(sorted, 0.5),
      finishAtLatest: from + quantile(sorted, 0.9),
      basedOn: sorted.length,
    };
  }

  private kindOf(snapshot: ExportSnapshot): string | null {
    return this.vendors.get(snapshot.key.vendor)?.kindOf(snapshot) ?? null;
  }

  private add(parts: readonly string[], ms: number): void {
    const name = toName(parts);
    const seen = this.seen.get(name) ?? [];
    seen.push(ms);
    if (seen.length > MAX_SEEN) seen.shift();
    this.seen.set(name, seen);
  }
}

/** When a job began to be one: as the vendor says, else when this gateway saw it waiting. */
function toStart(
  { createdAt, startedAt }: ExportSnapshot,
  [first]: readonly ExportTransition[],
): number | null {
  return createdAt ?? startedAt ?? (first?.to === 'QUEUED' ? first.at : null);
}

/** The smallest value that so large a share does not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function toName(parts: readonly string[]): string {
  return JSON.stringify(parts);
}
