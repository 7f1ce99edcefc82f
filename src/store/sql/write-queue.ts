import type { SqlJob } from './runner.ts';

export interface WaitingWrite {
  readonly job: SqlJob<unknown>;
  /** True once its caller has been told that it came to nothing. */
  readonly isLate: () => boolean;
}

interface Entry extends WaitingWrite {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface WriteQueueOptions {
  /** As many share one transaction at most. */
  readonly maxBatch: number;
  /** Runs them in one transaction, in their order. @returns their results */
  commit(batch: readonly WaitingWrite[]): Promise<readonly unknown[]>;
  /** The database's trouble, which is everybody's; else one write's own. */
  isFault(error: unknown): boolean;
}

/**
 * Writes that come in one turn of the loop, or while others are being written, share a transaction, and with it one wait for the disk.
 *
 * Each is told when that is over, so none hears of success before it is durable.
 */
export class WriteQueue {
  private readonly options: WriteQueueOptions;
  private waiting: Entry[] = [];
  private isRunning = false;
  private onIdle: (() => void) | null = null;

  constructor(options: WriteQueueOptions) {
    this.options = options;
  }

  add<Result>(job: SqlJob<Result>, isLate: () => boolean = () => false): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({ job, isLate, resolve: resolve as (result: unknown) => void, reject });
      this.schedule();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drain(): Promise<void> {
    if (!this.isRunning) return;
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
    });
  }

  private schedule(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    setImmediate(() => void this.runNext());
  }

  private async runNext(): Promise<void> {
    await this.run(this.waiting.splice(0, this.options.maxBatch));
    this.isRunning = false;
    if (this.waiting.length > 0) this.schedule();
    else this.onIdle?.();
  }

  private async run(entries: readonly Entry[]): Promise<void> {
    const batch = entries.filter(({ isLate }) => !isLate());
    if (batch.length === 0) return;
    try {
      const results = await this.options.commit(batch);
      batch.forEach(({ resolve }, index) => {
        resolve(results[index]);
      });
    } catch (error) {
      // One write's own mistake must not be the others' loss: they go one by one.
      if (batch.length > 1 && !this.options.isFault(error)) for (const one of batch) await this.run([one]);
      else for (const { reject } of batch) reject(error);
    }
  }
}
