import { StoreUnavailableError } from '../export/errors.ts';
import type { StartedExport, VendorAccount } from '../export/ports.ts';
import type { StartKey } from '../export/store.ts';
import type { Tools } from '../runtime/tools.ts';

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;

/** An export that was started, and could not be written down. */
export interface LateStart {
  readonly account: VendorAccount;
  readonly started: StartedExport;
  /** The idempotency key that stands for it. */
  readonly key: Pick<StartKey, 'tenant' | 'key'> | null;
  /** Of the order under the key. */
  readonly digest: string | null;
  /** @throws StoreUnavailableError */
  write(): Promise<void>;
}

/** Holds what was started while the store was away, answers for its keys, and writes it down as soon as it can. */
export class LateStarts {
  private readonly tools: Tools;
  private waiting: readonly LateStart[] = [];
  private retryMs = FIRST_RETRY_MS;
  private cancelRetry: (() => void) | null = null;

  constructor(tools: Tools) {
    this.tools = tools;
  }

  add(start: LateStart): void {
    this.tools.log.warn(
      { account: start.account.key, exportId: start.started.snapshot.key.id },
      'An export was started, and the store could not be reached to track it: it is tried again.',
    );
    this.waiting = [...this.waiting, start];
    if (this.cancelRetry === null) this.plan();
  }

  /** What a key stands for that could not be written down yet. */
  find(tenant: string, key: string): LateStart | undefined {
    return this.waiting.find((each) => each.key?.tenant === tenant && each.key.key === key);
  }

  async close(): Promise<void> {
    this.cancelRetry?.();
    if (this.waiting.length > 0) await this.writeAll();
    for (const { account, started } of this.waiting)
      this.tools.log.error(
        { account: account.key, exportId: started.snapshot.key.id },
        'An export was started, but the store could not be reached before the end: track it again.',
      );
  }

  private plan(): void {
    const delayMs = this.retryMs * (0.5 + this.tools.random.next() / 2);
    this.retryMs = Math.min(MAX_RETRY_MS, this.retryMs * 2);
    this.cancelRetry = this.tools.clock.setTimer(delayMs, () => void this.retry());
  }

  private async retry(): Promise<void> {
    await this.writeAll();
    this.cancelRetry = null;
    if (this.waiting.length > 0) this.plan();
    else this.retryMs = FIRST_RETRY_MS;
  }

  /** One after another: where the first cannot be written, the others need not be tried. Never rejects. */
  private async writeAll(): Promise<void> {
    for (const start of this.waiting) {
      try {
        await start.write();
      } catch (error) {
        if (error instanceof StoreUnavailableError) return;
        this.tools.log.error({ account: start.account.key, error: String(error) }, 'a start was not tracked');
      }
      this.waiting = this.waiting.filter((each) => each !== start);
    }
  }
}
