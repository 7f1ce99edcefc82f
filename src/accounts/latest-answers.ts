import type { Reading } from '../export/ports.ts';
import type { Clock } from '../runtime/clock.ts';

/** How long an answer is kept for callers that asked before it came and are still on their way to it. */
const KEPT_MS = 1_000;
const MAX_KEPT = 1_000;

interface Answer {
  readonly reading: Reading;
  /** How many answers had come before it. */
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
  private readonly answers = new Map<string, Answer>();
  private count = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Stands for this moment: how many answers have come so far. */
  get moment(): number {
    return this.count;
  }

  /** @param name - of the export, for one identity */
  add(name: string, reading: Reading): void {
    const at = this.clock.now();
    this.answers.delete(name);
    this.answers.set(name, { reading, order: this.count, at });
    this.count += 1;
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
