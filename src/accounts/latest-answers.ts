import type { Reading } from '../export/ports.ts';
import type { Clock } from '../runtime/clock.ts';

/** How long an answer is kept for callers that asked before it came and are still on their way to it. */
const KEPT_MS = 1_000;
const MAX_KEPT = 1_000;

interface Answer {
  readonly reading: Reading;
  /** How many times answers had come before. */
  readonly order: number;
  readonly at: number;
}

/**
 * The answers that came last, for callers that had asked before they came.
 *
 * A hundred requests may arrive at once and be worked off one after the other; the vendor may answer in between. A caller that
 * asks after an answer came is never given it here: `maxAgeMs: 0` asks the vendor.
 */
export class LatestAnswers {
  private readonly clock: Clock;
  private readonly isAwaited: () => boolean;
  private readonly answers = new Map<string, Answer>();
  private count = 0;

  /** @param isAwaited - false while nobody has asked who is still on the way: then nothing is kept */
  constructor(clock: Clock, isAwaited: () => boolean) {
    this.clock = clock;
    this.isAwaited = isAwaited;
  }

  /** Stands for this moment: how many times answers have come so far. */
  get moment(): number {
    return this.count;
  }

  /** @param names - of the exports, for one identity */
  add(names: readonly string[], readings: readonly Reading[]): void {
    const order = this.count;
    this.count += 1;
    if (!this.isAwaited()) {
      if (this.answers.size > 0) this.answers.clear();
      return;
    }
    const at = this.clock.now();
    for (const [index, name] of names.entries()) {
      this.answers.delete(name);
      this.answers.set(name, { reading: readings[index] as Reading, order, at });
    }
    for (const [oldest, answer] of this.answers) {
      if (this.answers.size <= MAX_KEPT && at - answer.at < KEPT_MS) return;
      this.answers.delete(oldest);
    }
  }

  /** The answer that came since that moment, if there is one. */
  since(name: string, moment: number): Reading | undefined {
    if (moment === this.count) return undefined;
    const answer = this.answers.get(name);
    return answer !== undefined && answer.order >= moment ? answer.reading : undefined;
  }
}
