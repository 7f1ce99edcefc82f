import type { Clock } from '../runtime/clock.ts';

/** For so long a backplane may be away before subscribers are told and polling stops. */
export const TOLD_AFTER_MS = 5_000;
/** What the backplane did not take is offered to it again this much later, unless it says itself when it can be reached. */
const RETRY_MS = 1_000;
/** A call that failed longer ago than this tells nothing of now. */
const FAILURE_COUNTS_MS = 2_500;

export interface OutageSettings {
  readonly clock: Clock;
  /** It lasts so long that subscribers are to be told. */
  readonly onTold: () => void;
  /** It is over. Called before anything goes on that waited for this. @param wasTold - so `onTold` was called */
  readonly onBack: (wasTold: boolean) => void;
}

/** When the backplane cannot be reached, as far as this process sees: by the backplane's own word, and by calls that fail. */
export class Outage {
  /** How many there have been. */
  count = 0;
  isTold = false;
  private readonly settings: OutageSettings;
  private since: number | null = null;
  /** The backplane says so itself. */
  private isSaid = false;
  private failedAt: number | null = null;
  /** It is told of as soon as one more call fails. */
  private isDue = false;
  private isClosed = false;
  private cancelTick: (() => void) | null = null;
  private waiting: (() => void)[] = [];

  constructor(settings: OutageSettings) {
    this.settings = settings;
  }

  get isNow(): boolean {
    return this.since !== null;
  }

  /** Takes the backplane's own word. */
  say(isReachable: boolean): void {
    this.isSaid = !isReachable;
    if (isReachable) this.end();
    else this.begin();
  }

  failed(): void {
    this.failedAt = this.settings.clock.now();
    if (this.isDue) this.tell();
    else this.begin();
  }

  succeeded(): void {
    if (this.since !== null && !this.isSaid) this.end();
  }

  /** The log goes on: what is told of it comes after the end of what was told of the outage. */
  heard(): void {
    if (!this.isTold) return;
    this.end();
    if (this.isSaid) this.begin();
  }

  /** Calls the backplane until it answers, and no outage is told of any more. Rejects where nobody needs it, or it was closed. */
  async until<Result>(call: () => Promise<Result>, isNeeded: () => boolean): Promise<Result> {
    for (;;) {
      try {
        const result = await call();
        this.succeeded();
        while (this.isTold && !this.isClosed) await this.nextTry();
        return result;
      } catch (error) {
        this.failed();
        await this.nextTry();
        if (this.isClosed || !isNeeded()) throw error;
      }
    }
  }

  /** Resolves when it is worth trying once more what has failed, or when it was closed. */
  nextTry(): Promise<void> {
    if (this.since === null || this.isClosed) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  close(): void {
    this.isClosed = true;
    this.cancelTick?.();
    this.release();
  }

  private begin(): void {
    if (this.since !== null || this.isClosed) return;
    this.since = this.settings.clock.now();
    this.count += 1;
    this.arm();
  }

  private end(): void {
    this.failedAt = null;
    if (this.since === null) return;
    this.since = null;
    this.isDue = false;
    this.cancelTick?.();
    const wasTold = this.isTold;
    this.isTold = false;
    this.settings.onBack(wasTold);
    this.release();
  }

  private arm(): void {
    this.cancelTick = this.settings.clock.setTimer(RETRY_MS, () => this.tick());
  }

  private tick(): void {
    if (this.since === null) return;
    const now = this.settings.clock.now();
    // Nothing has failed for a while: whatever did is not wanted any more.
    if (!this.isSaid && now - (this.failedAt ?? 0) > FAILURE_COUNTS_MS) {
      this.end();
      return;
    }
    this.arm();
    if (!this.isTold && now - this.since >= TOLD_AFTER_MS) {
      if (this.isSaid) this.tell();
      else this.isDue = true;
    }
    if (!this.isSaid) this.release();
  }

  private tell(): void {
    this.isDue = false;
    this.isTold = true;
    this.settings.onTold();
  }

  private release(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const goOn of waiting) goOn();
  }
}
