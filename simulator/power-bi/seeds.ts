import type { PowerBiStatus } from '../../src/vendors/power-bi/types.ts';
import type { JobStep } from '../job.ts';
import type { SeededJob } from '../simulator.ts';
import { createExportId, createUuid } from './ids.ts';
import type { JobPlan, JobStore } from './jobs.ts';

/** The workspaces of the demo; an export without one lies in My workspace. */
const WORKSPACES = {
  finance: createUuid('workspace finance'),
  operations: createUuid('workspace operations'),
};

/** What one seeded export is, but for its ids. */
type Seed = Omit<JobPlan, 'ids' | 'steps' | 'start'> & {
  readonly workspace?: keyof typeof WORKSPACES;
  readonly waitsMs: number;
  readonly runsMs: number;
  readonly ends: 'Succeeded' | 'Failed';
  readonly isUndefinedFirst?: boolean;
};

/** In every state, every ending, every manner; all take between 20 and 60 seconds. */
const SEEDS: readonly [Seed, ...Seed[]] = [
  {
    reportName: 'Quarterly revenue by region',
    workspace: 'finance',
    format: 'pdf',
    pages: 12,
    waitsMs: 4_000,
    runsMs: 26_000,
    ends: 'Succeeded',
  },
  {
    reportName: '売上ダッシュボード 2026年度',
    workspace: 'finance',
    format: 'pptx',
    pages: 8,
    waitsMs: 8_000,
    runsMs: 40_000,
    ends: 'Succeeded',
    manners: { spellsExtensionWithCapital: true },
  },
  {
    reportName: 'Warehouse stock ageing',
    workspace: 'operations',
    format: 'xlsx',
    pages: 1,
    waitsMs: 3_000,
    runsMs: 17_000,
    ends: 'Succeeded',
    manners: { sendsPercent: false },
  },
  {
    reportName: 'Store visits heatmap',
    workspace: 'operations',
    format: 'zip', // several pages as PNG
    pages: 20,
    waitsMs: 6_000,
    runsMs: 50_000,
    ends: 'Succeeded',
    isUndefinedFirst: true,
    manners: { sendsRetryAfter: false },
  },
  {
    reportName: 'Umsatzübersicht Köln',
    format: 'pdf',
    pages: 5,
    waitsMs: 5_000,
    runsMs: 20_000,
    ends: 'Succeeded',
    manners: { sendsContext: false },
  },
  {
    reportName: 'Fleet maintenance log',
    workspace: 'operations',
    format: 'pptx',
    pages: 6,
    waitsMs: 6_000,
    runsMs: 15_000,
    ends: 'Failed',
    error: { code: 'PowerBIEntityNotFound', message: 'A page of the report was not found.' },
  },
  {
    reportName: 'Group consolidation',
    workspace: 'finance',
    format: 'pdf',
    pages: 30,
    waitsMs: 10_000,
    runsMs: 22_000,
    ends: 'Failed',
    isBusy: true,
  },
];

/** How long an export whose state the service does not know itself stays so. */
const UNDEFINED_MS = 3_000;

/** A report that the demo knows. */
export interface DemoReport {
  readonly groupId?: string;
  readonly reportId: string;
  readonly reportName: string;
}

/** The reports that the demo knows, each where its workspace is. */
export const DEMO_REPORTS: readonly [DemoReport, ...DemoReport[]] = [
  toReport(SEEDS[0]),
  ...SEEDS.slice(1).map(toReport),
];

/** Puts the demo's exports in place; their ids are the same at every start. */
export function seedJobs(store: JobStore): readonly SeededJob[] {
  return SEEDS.map((seed) => {
    const { groupId, reportId, exportId } = store.add(toPlan(seed)).plan.ids;
    const ids: SeededJob['ids'] =
      groupId === undefined ? { reportId, exportId } : { groupId, reportId, exportId };
    return { ids, ends: seed.ends, title: seed.reportName };
  });
}

/** The name of a report that the demo knows. */
export function findReportName(reportId: string): string | undefined {
  return SEEDS.find(({ reportName }) => toReportId(reportName) === reportId.toLowerCase())?.reportName;
}

function toReport({ workspace, reportName }: Seed): DemoReport {
  const group = workspace === undefined ? {} : { groupId: WORKSPACES[workspace] };
  return { ...group, reportId: toReportId(reportName), reportName };
}

function toPlan(seed: Seed): JobPlan {
  const { reportName, ...ids } = toReport(seed);
  return {
    ...seed,
    ids: { ...ids, exportId: createExportId(`seed ${reportName}`) },
    steps: toSteps(seed),
    start: 'at-first-look',
  };
}

function toReportId(reportName: string): string {
  return createUuid(`report ${reportName}`);
}

function toSteps(seed: Seed): readonly JobStep<PowerBiStatus>[] {
  const { waitsMs, runsMs, ends } = seed;
  return [
    ...(seed.isUndefinedFirst === true ? [{ word: 'Undefined' as const, lastsMs: UNDEFINED_MS }] : []),
    { word: 'NotStarted', lastsMs: waitsMs },
    { word: 'Running', lastsMs: runsMs },
    { word: ends, lastsMs: 0 },
  ];
}
