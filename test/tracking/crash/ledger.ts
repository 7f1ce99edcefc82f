import type { CrashVendorId } from './vendor.ts';

/** An idempotency key, and what its owner was told. */
export interface KeyEntry {
  /** Key, label, and what stands in the order. */
  readonly name: string;
  readonly vendor: CrashVendorId;
  /** The export that the key stands for, once its owner was told. */
  exportId: string | null;
  /** How often START_OUTCOME_UNKNOWN was told. */
  unknown: number;
  /** Asks whose gateway was killed before it answered. */
  unanswered: number;
}

type Tracking =
  | 'tracked'
  | 'unsure' // it was asked to be tracked no longer, and nobody knows whether that was heard
  | 'untracked';

/** What a gateway has given its word for. */
export class Ledger {
  readonly keys: KeyEntry[] = [];
  readonly exports = new Map<string, Tracking>();
  /** What must never be, in words. */
  readonly problems: string[] = [];
  started = 0;
  tracks = 0;
  untracks = 0;

  addKey(name: string, vendor: CrashVendorId): KeyEntry {
    const entry: KeyEntry = { name, vendor, exportId: null, unknown: 0, unanswered: 0 };
    this.keys.push(entry);
    return entry;
  }

  /** It was told that this export is tracked. */
  track(exportId: string): void {
    if (!this.exports.has(exportId)) this.exports.set(exportId, 'tracked');
  }

  tracked(): readonly string[] {
    return [...this.exports].flatMap(([id, tracking]) => (tracking === 'tracked' ? [id] : []));
  }

  untracked(): readonly string[] {
    return [...this.exports].flatMap(([id, tracking]) => (tracking === 'untracked' ? [id] : []));
  }

  /** @param known - the export that the key stood for when it was asked with */
  onStarted(
    entry: KeyEntry,
    known: string | null,
    { id, isExisting }: { readonly id: string; readonly isExisting: boolean },
  ): void {
    if (known !== null && (known !== id || !isExisting))
      this.problems.push(`The key ${entry.name} stood for ${known} and stands for ${id}.`);
    entry.exportId ??= id;
    this.track(id);
  }

  onRefused(entry: KeyEntry, known: string | null, code: string): void {
    if (known !== null)
      this.problems.push(`The key ${entry.name} stood for ${known} and is answered ${code}.`);
    if (code === 'START_OUTCOME_UNKNOWN') entry.unknown += 1;
    else this.problems.push(`The key ${entry.name} is answered ${code}.`);
  }
}
