import type { Clock } from '../src/runtime/clock.ts';

/** One state of a simulated job and how long it lasts; the last one lasts for ever. */
export interface JobStep<Word extends string> {
  readonly word: Word;
  readonly lastsMs: number;
}

/** A job that moves through its states by the clock alone, from the moment it is started. */
export class SimulatedJob<Word extends string> {
  readonly createdAt: number;
  private readonly clock: Clock;
  private readonly steps: readonly JobStep<Word>[];
  private startedAt: number | null;

  /** @param start - `now`, or `at-first-look` for a seeded job whose clock starts when its status is first read */
  constructor(clock: Clock, steps: readonly JobStep<Word>[], start: 'now' | 'at-first-look') {
    if (steps.length === 0) throw new RangeError('A simulated job needs at least one step.');
    this.clock = clock;
    this.steps = steps;
    this.createdAt = clock.now();
    this.startedAt = start === 'now' ? this.createdAt : null;
  }

  /** Where the job stands now; the first call starts a job that waits for a look. */
  look(): {
    readonly word: Word;
    readonly stepIndex: number;
    readonly sinceMs: number;
    readonly fraction: number;
    readonly enteredAt: number;
  } {
    this.startedAt ??= this.clock.now();
    let enteredAt = this.startedAt;
    const now = this.clock.now();
    for (const [stepIndex, step] of this.steps.entries()) {
      const isLast = stepIndex === this.steps.length - 1;
      if (isLast || now < enteredAt + step.lastsMs) {
        const sinceMs = now - enteredAt;
        return {
          word: step.word,
          stepIndex,
          sinceMs,
          fraction: isLast ? 1 : sinceMs / step.lastsMs,
          enteredAt,
        };
      }
      enteredAt += step.lastsMs;
    }
    throw new Error('unreachable: the last step lasts for ever');
  }

  /** Simulated milliseconds until its last step begins; 0 once it has. Starts a job that waits for a look. */
  remainingMs(): number {
    const { stepIndex, sinceMs } = this.look();
    const ahead = this.steps.slice(stepIndex, -1).reduce((sum, step) => sum + step.lastsMs, 0);
    return Math.max(0, ahead - (stepIndex === this.steps.length - 1 ? 0 : sinceMs));
  }
}
