import type { Clock } from '../../src/runtime/clock.ts';
import type { TALKDESK_STATUS } from '../../src/vendors/talkdesk/mapping.ts';
import { type JobStep, SimulatedJob } from '../job.ts';
import { createSampleFile, type SampleFile } from '../sample-files.ts';

/** A status word as Talkdesk documents it. */
export type TalkdeskWord = keyof typeof TALKDESK_STATUS;

export type ReportFormat = 'csv' | 'json' | 'json_bulk';

/** What a create call asks for. */
export interface ReportOrder {
  readonly name: string | null;
  readonly timezone: string;
  readonly format: ReportFormat;
  readonly timespan: { readonly from: string; readonly to: string };
}

/** How long a job is in each state, in simulated milliseconds, and how it ends. */
export interface JobPlan {
  readonly createdMs: number;
  readonly processingMs: number;
  readonly uploadingMs: number;
  readonly ends: 'done' | 'failed' | 'canceled';
}

/** The orders of `x-simulate` on a create call. */
export const PLANS: Readonly<Record<string, JobPlan>> = {
  normal: { createdMs: 2_000, processingMs: 6_000, uploadingMs: 2_000, ends: 'done' },
  failed: { createdMs: 2_000, processingMs: 6_000, uploadingMs: 0, ends: 'failed' },
  canceled: { createdMs: 2_000, processingMs: 3_000, uploadingMs: 0, ends: 'canceled' },
  instant: { createdMs: 0, processingMs: 0, uploadingMs: 0, ends: 'done' },
  slow: { createdMs: 30_000, processingMs: 240_000, uploadingMs: 30_000, ends: 'done' },
};

/** One report job of the simulator. */
export interface ReportJob {
  readonly id: string;
  readonly type: string;
  readonly order: ReportOrder;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly file: SampleFile;
  isDeleted: boolean;
  /** Asks it to stop, which takes a while; a job that is done by then is done. */
  cancel(takesMs: number): void;
  /** The word of its status now. */
  look(): TalkdeskWord;
}

/** The steps of a plan; a state that takes no time is left out. */
export function toSteps(plan: JobPlan): readonly JobStep<TalkdeskWord>[] {
  const steps: readonly JobStep<TalkdeskWord>[] = [
    { word: 'created', lastsMs: plan.createdMs },
    { word: 'processing', lastsMs: plan.processingMs },
    { word: 'uploading', lastsMs: plan.uploadingMs },
  ];
  return [
    ...steps.filter(({ lastsMs }) => lastsMs > 0),
    { word: plan.ends, lastsMs: Number.POSITIVE_INFINITY },
  ];
}

interface JobParts extends Pick<ReportJob, 'id' | 'type' | 'order'> {
  readonly createdAt?: number;
  readonly steps: readonly JobStep<TalkdeskWord>[];
  readonly start: 'now' | 'at-first-look';
}

export function createReportJob(
  clock: Clock,
  { id, type, order, createdAt, steps, start }: JobParts,
): ReportJob {
  const played = new SimulatedJob(clock, steps, start);
  let cancelsAt = Number.POSITIVE_INFINITY;
  return {
    id,
    type,
    order,
    createdAt: createdAt ?? played.createdAt,
    file: createReportFile(order.format, order.name ?? type),
    isDeleted: false,
    cancel(takesMs) {
      if (played.remainingMs() > takesMs) cancelsAt = Math.min(cancelsAt, clock.now() + takesMs);
    },
    look() {
      if (this.isDeleted) return 'deleted';
      return clock.now() >= cancelsAt ? 'canceled' : played.look().word;
    },
  };
}

/** A real report: CSV, JSON with `entries`, or the same entries line by line. */
function createReportFile(format: ReportFormat, title: string): SampleFile {
  if (format !== 'json_bulk') return createSampleFile(format, title);
  const json = createSampleFile('json', title);
  return {
    name: `${json.name}l`,
    mediaType: 'application/x-ndjson',
    async bytes() {
      const report: { entries: readonly object[] } = JSON.parse(
        Buffer.from(await json.bytes()).toString('utf8'),
      );
      return Buffer.from(report.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), 'utf8');
    },
  };
}
