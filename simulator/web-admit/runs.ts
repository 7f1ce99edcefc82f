import type { Clock, Random } from '../../src/runtime/clock.ts';
import { type JobStep, SimulatedJob } from '../job.ts';
import type { SampleFile } from '../sample-files.ts';
import type { Template } from './catalogue.ts';

/** The words the real API sends. */
export type Word =
  | 'Initializing'
  | 'Queued'
  | 'In Progress'
  | 'Available'
  | 'Success With Errors'
  | 'Empty List'
  | 'Failed';

/** One run of a template. */
export interface Run {
  readonly id: number;
  readonly template: Template;
  readonly file: SampleFile;
  /** Where the run stands now. */
  look(): Word;
  /** Simulated milliseconds until it ends; 0 once it has. */
  remainingMs(): number;
}

/** How a run goes. */
export interface RunPlan {
  readonly ends: Word;
  /** How long it runs, in all; an ended one has 0. */
  readonly takesMs: number;
  readonly start: 'now' | 'at-first-look';
}

/** More than a demo starts; the oldest go first. */
const MAX_RUNS = 10_000;

/** Every run so far, and the rule that a template runs once at a time. */
export class RunBook {
  private readonly clock: Clock;
  private readonly runs: Run[] = [];
  private nextId = 74_780;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(template: Template, plan: RunPlan): Run {
    const job = new SimulatedJob(this.clock, toSteps(plan), plan.start);
    const run: Run = {
      id: this.nextId,
      template,
      file: template.createFile(),
      look: () => job.look().word,
      remainingMs: () => job.remainingMs(),
    };
    this.nextId += 1;
    this.runs.push(run);
    if (this.runs.length > MAX_RUNS) this.runs.shift();
    return run;
  }

  find(exportId: string, exportFileId: string): Run | undefined {
    return this.runs.find((run) => String(run.id) === exportFileId && String(run.template.id) === exportId);
  }

  /** The run of a template that is under way, if there is one. */
  running(template: Template): Run | undefined {
    return this.runs.find((run) => run.template === template && run.remainingMs() > 0);
  }

  /** Newest first. */
  ofIdentity(identityId: number, limit: number): readonly Run[] {
    return this.runs
      .filter((run) => run.template.identityId === identityId)
      .reverse()
      .slice(0, limit);
  }
}

function toSteps({ ends, takesMs }: RunPlan): readonly JobStep<Word>[] {
  const last = { word: ends, lastsMs: Number.POSITIVE_INFINITY };
  if (takesMs === 0) return [last];
  return [
    { word: 'Initializing', lastsMs: takesMs * 0.1 },
    { word: 'Queued', lastsMs: takesMs * 0.2 },
    { word: 'In Progress', lastsMs: takesMs * 0.7 },
    last,
  ];
}

const LEAST_RUN_MS = 20_000;
const RUN_SPREAD_MS = 20_000;
const SLOW_FACTOR = 10;

const ENDINGS: readonly (readonly [order: string, ends: Word])[] = [
  ['failed', 'Failed'],
  ['empty', 'Empty List'],
  ['partial', 'Success With Errors'],
];

/**
 * How a new run goes, from the `x-simulate` header of its start: `failed`, `empty` or `partial` say how it ends, `slow`
 * (ten times as long) and `instant` how soon; several are separated by commas, and others' words are left alone.
 */
export function toRunPlan(header: string | undefined, random: Random): RunPlan {
  const orders = new Set((header ?? '').split(',').map((order) => order.trim().toLowerCase()));
  const ends = ENDINGS.find(([order]) => orders.has(order))?.[1] ?? 'Available';
  const usualMs = LEAST_RUN_MS + Math.floor(random.next() * RUN_SPREAD_MS);
  const takesMs = orders.has('instant') ? 0 : orders.has('slow') ? usualMs * SLOW_FACTOR : usualMs;
  return { ends, takesMs, start: 'now' };
}
