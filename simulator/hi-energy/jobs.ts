import type { Clock } from '../../src/runtime/clock.ts';
import type { HI_ENERGY_STATUS } from '../../src/vendors/hi-energy/mapping.ts';
import { type JobStep, SimulatedJob } from '../job.ts';
import { createSampleFile, type SampleFile } from '../sample-files.ts';

/** A status word as the vendor documents it. */
export type HiEnergyWord = keyof typeof HI_ENERGY_STATUS;

/** The report types the vendor documents, and how it titles them; it makes a file of the format they end in. */
export const REPORT_TITLES: Readonly<Record<string, string>> = {
  advertisers_csv: 'Advertisers',
  deals_excel: 'Deals',
  hot_advertisers_excel: 'Hot advertisers',
  clicks_details_excel: 'Click details',
};

/** What a start request asks for. */
export interface StartRequest {
  readonly report_type: string;
  readonly search_params: Readonly<Record<string, unknown>>;
  readonly index_params: Readonly<Record<string, unknown>>;
}

/** Where a simulated export stands; instants are epoch milliseconds. */
export interface JobView {
  readonly word: HiEnergyWord;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly updatedAt: number;
  readonly parts: { readonly ready: number; readonly total: number } | null;
}

/** One export of the simulator. */
export interface SimulatedExport {
  readonly id: bigint;
  /** The credential that started it; no other one sees it. */
  readonly owner: string;
  readonly request: StartRequest;
  readonly title: string;
  readonly parentId: bigint | null;
  /** Null where the vendor has already removed it. */
  readonly file: SampleFile | null;
  readonly errorMessage: string | null;
  readonly look: () => JobView;
}

/** How long a job waits, works, and what comes of it. */
export interface JobPlan {
  readonly pendingMs: number;
  readonly processingMs: number;
  readonly ends: 'completed' | 'failed';
  /** The number of chunks, for a chunked parent. */
  readonly parts?: number;
}

/** A job that moves by the clock. */
export function playJob(clock: Clock, plan: JobPlan, start: 'now' | 'at-first-look'): () => JobView {
  const steps: readonly JobStep<HiEnergyWord>[] = [
    { word: 'pending', lastsMs: plan.pendingMs },
    { word: 'processing', lastsMs: plan.processingMs },
    { word: plan.ends, lastsMs: Number.POSITIVE_INFINITY },
  ];
  const job = new SimulatedJob(clock, steps, start);
  return () => {
    const { word, enteredAt, fraction } = job.look();
    const isProcessing = word === 'processing';
    const ready = isProcessing
      ? Math.floor(fraction * (plan.parts ?? 0))
      : word === 'pending'
        ? 0
        : plan.parts;
    const startedAt = word === 'pending' ? null : isProcessing ? enteredAt : enteredAt - plan.processingMs;
    return {
      word,
      createdAt: job.createdAt,
      startedAt,
      completedAt: word === 'completed' ? enteredAt : null,
      updatedAt:
        word === 'pending' ? job.createdAt : enteredAt + (isProcessing ? partsMs(plan, ready ?? 0) : 0),
      parts: plan.parts === undefined ? null : { ready: ready ?? 0, total: plan.parts },
    };
  };
}

/** A job that ended before the simulator began. */
export function pastJob(word: 'completed' | 'failed', createdAt: number, tookMs: number): () => JobView {
  const endedAt = createdAt + tookMs;
  const view: JobView = {
    word,
    createdAt,
    startedAt: createdAt + Math.min(4_000, tookMs),
    completedAt: word === 'completed' ? endedAt : null,
    updatedAt: endedAt,
    parts: null,
  };
  return () => view;
}

/** One chunk of a chunked export: its parent makes them one after the other. */
export function playChunk(lookAtParent: () => JobView, plan: JobPlan, index: number): () => JobView {
  return () => {
    const { createdAt, startedAt, parts } = lookAtParent();
    const ready = parts?.ready ?? 0;
    if (startedAt === null || index > ready)
      return {
        word: 'pending',
        createdAt,
        startedAt: null,
        completedAt: null,
        updatedAt: createdAt,
        parts: null,
      };
    const beganAt = startedAt + partsMs(plan, index);
    const endedAt = startedAt + partsMs(plan, index + 1);
    const isReady = index < ready;
    return {
      word: isReady ? 'completed' : 'processing',
      createdAt,
      startedAt: beganAt,
      completedAt: isReady ? endedAt : null,
      updatedAt: isReady ? endedAt : beganAt,
      parts: null,
    };
  };
}

/** The chunks of a chunked export, numbered on from its id; none for any other. */
export function createChunks(
  parent: SimulatedExport,
  plan: JobPlan,
  day: number,
): readonly SimulatedExport[] {
  return Array.from({ length: plan.parts ?? 0 }, (_, index) => {
    const id = parent.id + BigInt(index + 1);
    const title = `${parent.title}, part ${index + 1}`;
    const file = createReportFile(id, parent.request.report_type, title, day);
    return { ...parent, id, title, parentId: parent.id, file, look: playChunk(parent.look, plan, index) };
  });
}

/** The file of a report. The id stands in its name, so that two files of one day can be told apart. */
export function createReportFile(id: bigint, reportType: string, title: string, day: number): SampleFile {
  const format = reportType.endsWith('_csv') ? 'csv' : 'xlsx';
  const sample = createSampleFile(format, title);
  const stem = (REPORT_TITLES[reportType] ?? 'Report').toLowerCase().replaceAll(' ', '-');
  return {
    name: `${stem}-${id}-${new Date(day).toISOString().slice(0, 10)}.${format}`,
    mediaType: sample.mediaType,
    bytes: () => sample.bytes(),
  };
}

/** How long the first `count` chunks take. */
function partsMs(plan: JobPlan, count: number): number {
  return plan.parts === undefined ? 0 : (plan.processingMs / plan.parts) * count;
}
