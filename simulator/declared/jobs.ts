import type { Clock } from '../../src/runtime/clock.ts';
import { type JobStep, SimulatedJob } from '../job.ts';
import type { SampleFile } from '../sample-files.ts';
import type { Ending, Stage } from './words.ts';

/** How an export goes. */
export interface JobPlan {
  readonly ends: Ending;
  /** In simulated milliseconds, one after the other. */
  readonly queuedMs: number;
  readonly runningMs: number;
}

/** Where an export stands at this moment; instants in epoch milliseconds. */
export interface Look {
  readonly stage: Stage;
  /** Of the work, 0 to 1. */
  readonly fraction: number;
  readonly startedAt: number | null;
  readonly updatedAt: number;
  readonly finishedAt: number | null;
}

export interface JobFacts {
  /** In the locator's order. */
  readonly ids: Readonly<Record<string, string>>;
  /** Which one it is, from 1 on. */
  readonly number: number;
  readonly title: string;
  /** What was ordered, by the order's fields; of one that was there from the beginning, what might have been. */
  readonly order: Readonly<Record<string, unknown>>;
  readonly file: SampleFile;
  readonly createdAt: number;
}

/** One export of a declared vendor. */
export interface DeclaredJob extends JobFacts {
  look(): Look;
  /** Whether it waits for the second call of its start. */
  isWaiting(): boolean;
  /** Lets one that waits for a second call run. */
  begin(): void;
  /** Asks it to stop. @returns false where nothing is left to stop */
  cancel(): boolean;
  /** Simulated milliseconds until it ends; 0 once it has. */
  remainingMs(): number;
}

/** How long one that was told to stop goes on. */
const CANCELING_MS = 2_000;
/** How long one took that was at its end before the simulator began. */
const USUAL_MS = 94_000;

/** @param start - when its clock starts: at once, when it is first looked at, or once it is told to */
export function createJob(
  clock: Clock,
  facts: JobFacts,
  plan: JobPlan,
  start: 'now' | 'at-first-look' | 'when-told',
): DeclaredJob {
  const steps = toSteps(plan);
  let played = start === 'when-told' ? null : new SimulatedJob<Stage>(clock, steps, start);
  let stopsAt = Number.POSITIVE_INFINITY;
  const isOver = plan.queuedMs + plan.runningMs === 0;

  return {
    ...facts,
    isWaiting: () => played === null,
    begin() {
      played ??= new SimulatedJob<Stage>(clock, steps, 'now');
    },
    cancel() {
      if (played?.remainingMs() === 0 || stopsAt <= clock.now()) return false;
      stopsAt = Math.min(stopsAt, clock.now() + CANCELING_MS);
      return true;
    },
    remainingMs: () => (played === null ? Number.POSITIVE_INFINITY : played.remainingMs()),
    look() {
      const now = clock.now();
      if (now >= stopsAt)
        return { stage: 'canceled', fraction: 1, startedAt: null, updatedAt: stopsAt, finishedAt: stopsAt };
      if (played === null)
        return {
          stage: 'queued',
          fraction: 0,
          startedAt: null,
          updatedAt: facts.createdAt,
          finishedAt: null,
        };
      const { word, fraction, enteredAt, stepIndex } = played.look();
      const isLast = stepIndex === steps.length - 1;
      const endedAt = isOver ? facts.createdAt + USUAL_MS : enteredAt;
      const stage = stopsAt < Number.POSITIVE_INFINITY && !isLast ? 'canceling' : word;
      if (isLast)
        return {
          stage,
          fraction: 1,
          startedAt: endedAt - plan.runningMs,
          updatedAt: endedAt,
          finishedAt: endedAt,
        };
      return {
        stage,
        fraction: word === 'running' ? fraction : 0,
        startedAt: word === 'running' ? enteredAt : null,
        updatedAt: word === 'running' ? now : enteredAt,
        finishedAt: null,
      };
    },
  };
}

function toSteps({ ends, queuedMs, runningMs }: JobPlan): readonly JobStep<Stage>[] {
  const steps: readonly JobStep<Stage>[] = [
    { word: 'queued', lastsMs: queuedMs },
    { word: 'running', lastsMs: runningMs },
  ];
  return [...steps.filter(({ lastsMs }) => lastsMs > 0), { word: ends, lastsMs: Number.POSITIVE_INFINITY }];
}
