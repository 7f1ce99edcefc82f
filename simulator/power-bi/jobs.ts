import type { Clock } from '../../src/runtime/clock.ts';
import type { PowerBiIds, PowerBiStatus } from '../../src/vendors/power-bi/types.ts';
import { type JobStep, SimulatedJob } from '../job.ts';
import { createSampleFile, type SampleFile, type SampleFormat } from '../sample-files.ts';
import type { PowerBiManners } from './options.ts';

/** How a simulated export goes. */
export interface JobPlan {
  readonly ids: PowerBiIds;
  readonly reportName: string;
  readonly format: SampleFormat;
  /** The percentage jumps from page to page. */
  readonly pages: number;
  readonly steps: readonly JobStep<PowerBiStatus>[];
  readonly start: 'now' | 'at-first-look';
  /** What a failed export says of itself; most say nothing. */
  readonly error?: { readonly code: string; readonly message: string };
  /** A failed export comes with `Retry-After`: the service was too busy. */
  readonly isBusy?: boolean;
  /** Where this export differs from the simulator's options. */
  readonly manners?: Partial<PowerBiManners>;
}

/** Where a simulated export stands. Instants are epoch milliseconds of the simulation. */
export interface JobView {
  readonly status: PowerBiStatus;
  readonly percent: number;
  readonly createdAt: number;
  readonly lastActionAt: number;
  /** Null until it has succeeded. */
  readonly expiresAt: number | null;
}

/** A file is kept this long after the end. Source: the vendor's conceptual page of 2025-12-15; read 2026-11. */
const FILE_LIFETIME_MS = 24 * 3_600_000;

/** One simulated export. */
export class PowerBiJob {
  readonly plan: JobPlan;
  readonly file: SampleFile;
  private readonly job: SimulatedJob<PowerBiStatus>;

  constructor(clock: Clock, plan: JobPlan) {
    this.plan = plan;
    this.file = createSampleFile(plan.format, plan.reportName);
    this.job = new SimulatedJob(clock, plan.steps, plan.start);
  }

  get isOver(): boolean {
    return this.job.remainingMs() === 0;
  }

  look(): JobView {
    const { word, stepIndex, fraction, enteredAt } = this.job.look();
    const pagesDone = word === 'Running' ? Math.floor(fraction * this.plan.pages) : 0;
    const pageMs = (this.plan.steps[stepIndex]?.lastsMs ?? 0) / this.plan.pages;
    return {
      status: word,
      percent: word === 'Succeeded' ? 100 : Math.floor((pagesDone / this.plan.pages) * 100),
      createdAt: this.job.createdAt,
      lastActionAt: stepIndex === 0 ? this.job.createdAt : Math.floor(enteredAt + pagesDone * pageMs),
      expiresAt: word === 'Succeeded' ? enteredAt + FILE_LIFETIME_MS : null,
    };
  }
}

/** More exports than a demo starts; the oldest go first. */
const MAX_JOBS = 10_000;

/** Every simulated export, found by its ids as a path gives them. */
export class JobStore {
  private readonly jobs = new Map<string, PowerBiJob>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(plan: JobPlan): PowerBiJob {
    const job = new PowerBiJob(this.clock, plan);
    this.jobs.set(plan.ids.exportId, job);
    const oldest = this.jobs.keys().next().value;
    if (this.jobs.size > MAX_JOBS && oldest !== undefined) this.jobs.delete(oldest);
    return job;
  }

  /** How many of those that were started are under way; seeded ones wait for a look, and are left alone. */
  countRunning(): number {
    return [...this.jobs.values()].filter(({ plan, isOver }) => plan.start === 'now' && !isOver).length;
  }

  /** An export is only found where it was started: the workspace and the report must be its own. */
  find(ids: PowerBiIds): PowerBiJob | undefined {
    const job = this.jobs.get(ids.exportId);
    if (job === undefined) return undefined;
    const own = job.plan.ids;
    return isSameUuid(own.reportId, ids.reportId) && isSameUuid(own.groupId, ids.groupId) ? job : undefined;
  }
}

function isSameUuid(left: string | undefined, right: string | undefined): boolean {
  return left?.toLowerCase() === right?.toLowerCase();
}
