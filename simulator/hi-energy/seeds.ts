import type { Clock } from '../../src/runtime/clock.ts';
import { DEMO_HI_ENERGY_API_KEY } from '../demo-credentials.ts';
import type { SeededJob } from '../simulator.ts';
import {
  createChunks,
  createReportFile,
  type JobPlan,
  type JobView,
  pastJob,
  playJob,
  type SimulatedExport,
} from './jobs.ts';

/** A second customer, whose exports the demo's account must not see. */
export const OTHER_KEY = 'other-hi-energy-key';

/** A key that may look and may not start anything. */
export const READ_ONLY_KEY = 'read-only-hi-energy-key';

interface Seed {
  readonly id: bigint;
  readonly owner?: string;
  readonly reportType: string;
  readonly title: string;
  readonly filters?: Readonly<Record<string, unknown>>;
  /** A job under way, or one that ended this long ago. */
  readonly plan: JobPlan | { readonly ended: 'completed' | 'failed'; readonly agoMs: number };
  readonly errorMessage?: string;
  readonly isFileRemoved?: boolean;
}

const MINUTE_MS = 60_000;

/** Oldest first. */
const SEEDS: readonly Seed[] = [
  {
    id: 4203n,
    reportType: 'advertisers_csv',
    title: 'Advertisers of last quarter',
    plan: { ended: 'completed', agoMs: 9_000 * MINUTE_MS },
    isFileRemoved: true,
  },
  {
    id: 4207n,
    reportType: 'hot_advertisers_excel',
    title: 'Hot advertisers, beauty',
    plan: { ended: 'failed', agoMs: 1_500 * MINUTE_MS },
  },
  {
    id: 4210n,
    reportType: 'deals_excel',
    title: 'Deals, Black Friday',
    filters: { q: 'black friday', min_discount: 20 },
    plan: { ended: 'completed', agoMs: 190 * MINUTE_MS },
  },
  {
    id: 4213n,
    reportType: 'advertisers_csv',
    title: 'Advertisers',
    plan: { ended: 'completed', agoMs: 42 * MINUTE_MS },
  },
  {
    id: 4214n,
    reportType: 'hot_advertisers_excel',
    title: 'Hot advertisers',
    plan: { ended: 'failed', agoMs: 12 * MINUTE_MS },
    errorMessage: 'Export could not be generated',
  },
  {
    id: 5101n,
    owner: OTHER_KEY,
    reportType: 'deals_excel',
    title: 'Deals of somebody else',
    plan: { ended: 'completed', agoMs: 5 * MINUTE_MS },
  },
  {
    id: 5102n,
    owner: OTHER_KEY,
    reportType: 'advertisers_csv',
    title: 'Advertisers of somebody else',
    plan: { pendingMs: 4_000, processingMs: 30_000, ends: 'completed' },
  },
  {
    id: 4211n,
    reportType: 'deals_excel',
    title: 'Deals, shoes',
    filters: { q: 'shoes' },
    plan: { pendingMs: 5_000, processingMs: 15_000, ends: 'completed' },
  },
  {
    id: 4216n,
    reportType: 'clicks_details_excel',
    title: 'Click details, third quarter',
    filters: { from: '2026-07-01', to: '2026-09-30' },
    plan: { pendingMs: 4_000, processingMs: 48_000, ends: 'completed', parts: 8 },
  },
  {
    id: 4225n,
    reportType: 'hot_advertisers_excel',
    title: 'Hot advertisers, travel',
    plan: { pendingMs: 3_000, processingMs: 27_000, ends: 'failed' },
    errorMessage: 'The report grew beyond 1,000,000 rows; narrow the filters and try again',
  },
  {
    // 2^53 + 1: the first integer that a float cannot hold.
    id: 9_007_199_254_740_993n,
    reportType: 'advertisers_csv',
    title: 'Advertisers, all networks',
    plan: { pendingMs: 20_000, processingMs: 40_000, ends: 'completed' },
  },
];

/** The demo's exports, oldest first; chunks stand right behind their parent. */
export function createSeededExports(clock: Clock): readonly SimulatedExport[] {
  return SEEDS.flatMap((seed) => createSeeded(clock, seed));
}

/** What the seeding tells its caller: the demo account's own exports, chunks left out. */
export function toSeededJobs(): readonly SeededJob[] {
  return SEEDS.filter(({ owner }) => owner === undefined).map(({ id, title, plan }) => ({
    ids: { exportId: String(id) },
    ends: 'ended' in plan ? plan.ended : plan.ends,
    title,
  }));
}

function createSeeded(clock: Clock, seed: Seed): readonly SimulatedExport[] {
  const { plan, reportType, title } = seed;
  const parent: SimulatedExport = {
    id: seed.id,
    owner: seed.owner ?? DEMO_HI_ENERGY_API_KEY,
    request: { report_type: reportType, search_params: seed.filters ?? {}, index_params: {} },
    title,
    parentId: null,
    file: seed.isFileRemoved ? null : createReportFile(seed.id, reportType, title, clock.now()),
    errorMessage: seed.errorMessage ?? null,
    look: toLook(clock, plan),
  };
  return 'ended' in plan ? [parent] : [parent, ...createChunks(parent, plan, clock.now())];
}

function toLook(clock: Clock, plan: Seed['plan']): () => JobView {
  if ('ended' in plan) return pastJob(plan.ended, clock.now() - plan.agoMs, 90_000);
  return playJob(clock, plan, 'at-first-look');
}
