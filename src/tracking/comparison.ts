import type { OpenName, Store } from '../export/store.ts';
import type { Tools } from '../runtime/tools.ts';
import { toName } from './tracked-change.ts';
import type { TrackedEntry } from './tracked-list.ts';

/** How often, give or take a half: gateways that start together do not ask together. */
const COMPARE_MS = 60_000;
const PAGE = 1_000;

export interface ComparisonSettings {
  readonly store: Pick<Store, 'listOpenNames'>;
  readonly tools: Pick<Tools, 'clock' | 'random'>;
  /** Those that count as open here. */
  readonly open: () => Iterable<TrackedEntry>;
  /** The store has one as open that is not known here. */
  readonly onMissing: (name: OpenName) => void;
  /** The store has another label, or nobody has been told of it since it was found by the last comparison. */
  readonly onDifferent: (entry: TrackedEntry, name: OpenName) => void;
  /** The store does not have it as open, and did not have it a comparison ago. */
  readonly onGone: (entry: TrackedEntry) => void;
}

/** Compares what is open here with the store, page by page, now and then: for what the log did not tell, whose gateway died or which was away. */
export class Comparison {
  private readonly settings: ComparisonSettings;
  /** Those that were not open in the store a comparison ago: the log may only have been late. */
  private doubtful = new Set<TrackedEntry>();
  private cancel: () => void = () => undefined;
  private isClosed = false;

  constructor(settings: ComparisonSettings) {
    this.settings = settings;
  }

  plan(): void {
    const { clock, random } = this.settings.tools;
    this.cancel = clock.setTimer(COMPARE_MS * (0.5 + random.next()), () => {
      // The next one comes anyway.
      void this.compare()
        .catch(() => undefined)
        .then(() => {
          if (!this.isClosed) this.plan();
        });
    });
  }

  close(): void {
    this.isClosed = true;
    this.cancel();
  }

  private async compare(): Promise<void> {
    const { store, open } = this.settings;
    const before = new Map([...open()].map((entry) => [toNameOf(entry), entry]));
    let after: OpenName | null = null;
    do {
      const page: readonly OpenName[] = await store.listOpenNames(after, PAGE);
      if (this.isClosed) return;
      for (const name of page) this.look(name, before);
      after = page.length < PAGE ? null : (page.at(-1) ?? null);
    } while (after !== null);
    this.lookAtRest(new Set(before.values()));
  }

  private look(name: OpenName, before: Map<string, TrackedEntry>): void {
    const entry = before.get(toName(name));
    before.delete(toName(name));
    if (entry === undefined) this.settings.onMissing(name);
    else if (entry.label !== name.label || !entry.isAnnounced) this.settings.onDifferent(entry, name);
  }

  private lookAtRest(rest: ReadonlySet<TrackedEntry>): void {
    const { open, onGone } = this.settings;
    const isOpen = new Set(open());
    const gone = [...rest].filter((entry) => isOpen.has(entry));
    for (const entry of gone) if (this.doubtful.has(entry)) onGone(entry);
    this.doubtful = new Set(gone);
  }
}

function toNameOf({ tenant, key }: TrackedEntry): string {
  return toName({ tenant, exportId: key.id });
}
