import { StoreUnavailableError } from '../export/errors.ts';
import type { Store, TrackedChange } from '../export/store.ts';
import type { Tools } from '../runtime/tools.ts';
import { mergeChanges, toName } from './tracked-change.ts';

/** Changes that go in one transaction. */
const MAX_BATCH = 500;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;

/**
 * Writes down what happens to tracked exports, in the order in which it happens, and holds it while the store cannot be reached.
 *
 * What waits is bounded by the number of tracked exports: a later state takes the place of an earlier one, and their webhooks add up.
 */
export class TrackedWrites {
  private readonly store: Store;
  private readonly tools: Tools;
  private readonly onWritten: (changes: readonly TrackedChange[]) => void;
  private readonly waiting = new Map<string, TrackedChange>();
  private running: Promise<void> | null = null;
  private retryMs = FIRST_RETRY_MS;
  private cancelRetry: (() => void) | null = null;
  private isClosed = false;

  /** @param onWritten - called after each transaction */
  constructor(store: Store, tools: Tools, onWritten: (changes: readonly TrackedChange[]) => void) {
    this.store = store;
    this.tools = tools;
    this.onWritten = onWritten;
  }

  add(change: TrackedChange): void {
    const name = toName(change);
    const before = this.waiting.get(name);
    this.waiting.delete(name);
    this.waiting.set(name, before === undefined ? change : mergeChanges(before, change));
    if (this.running === null && this.cancelRetry === null) this.start();
  }

  /** Something of this export waits to be written. */
  has(change: Pick<TrackedChange, 'tenant' | 'exportId'>): boolean {
    return this.waiting.has(toName(change));
  }

  /** Forgets what waits to be written of an export that is tracked no longer. */
  forget(change: Pick<TrackedChange, 'tenant' | 'exportId'>): void {
    this.waiting.delete(toName(change));
  }

  /** Writes what waits, once more where the store was away; then nothing is written any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelRetry?.();
    this.cancelRetry = null;
    await this.running;
    if (this.waiting.size > 0) await this.write().catch(() => undefined);
    if (this.waiting.size > 0)
      this.tools.log.error(
        { exports: this.waiting.size },
        'The store could not be reached before the end: these exports are read anew after the next start.',
      );
  }

  private start(): void {
    // In a turn of its own, so that what happens in one turn is one transaction.
    this.running = Promise.resolve()
      .then(() => this.write())
      .then(
        () => {
          this.retryMs = FIRST_RETRY_MS;
          this.running = null;
          if (this.waiting.size > 0) this.start();
        },
        (error: unknown) => this.waitAfter(error),
      );
  }

  private async write(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = [...this.waiting.values()].slice(0, MAX_BATCH);
      for (const change of batch) this.waiting.delete(toName(change));
      try {
        await this.store.record(batch);
      } catch (error) {
        this.putBack(batch);
        throw error;
      }
      this.onWritten(batch);
    }
  }

  /** What was to be written, unless something newer waits already: then only its webhooks come in front. */
  private putBack(batch: readonly TrackedChange[]): void {
    const newer = [...this.waiting.values()];
    this.waiting.clear();
    for (const change of batch) this.waiting.set(toName(change), change);
    for (const change of newer) {
      const before = this.waiting.get(toName(change));
      this.waiting.set(toName(change), before === undefined ? change : mergeChanges(before, change));
    }
  }

  private waitAfter(error: unknown): void {
    this.running = null;
    this.tell(error);
    if (this.isClosed) return;
    const retryMs = this.retryMs * (0.5 + this.tools.random.next() / 2);
    this.retryMs = Math.min(MAX_RETRY_MS, this.retryMs * 2);
    this.cancelRetry = this.tools.clock.setTimer(retryMs, () => {
      this.cancelRetry = null;
      this.start();
    });
  }

  /** Once, however often it is tried. */
  private tell(error: unknown): void {
    if (this.retryMs > FIRST_RETRY_MS) return;
    const isAway = error instanceof StoreUnavailableError;
    this.tools.log[isAway ? 'warn' : 'error'](
      { waiting: this.waiting.size, ...(isAway ? {} : { error: String(error) }) },
      'What happened to tracked exports could not be written down: it is tried again.',
    );
  }
}
