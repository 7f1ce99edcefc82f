import * as z from 'zod';
import type { Random } from '../../src/runtime/clock.ts';
import type { PowerBiStatus } from '../../src/vendors/power-bi/types.ts';
import type { JobStep } from '../job.ts';
import type { SampleFormat } from '../sample-files.ts';
import type { SimulatorResponse } from '../simulator.ts';
import { refuse, refuseField } from './answers.ts';
import { createExportId } from './ids.ts';
import type { JobPlan } from './jobs.ts';
import { findReportName } from './seeds.ts';

/** What an export may be asked for as; `null` are kinds that this simulator cannot write. */
const FORMATS: Readonly<Record<string, SampleFormat | null>> = {
  PPTX: 'pptx',
  PDF: 'pdf',
  PNG: 'zip',
  IMAGE: 'png',
  XLSX: 'xlsx',
  CSV: 'csv',
  ACCESSIBLEPDF: 'pdf',
  DOCX: null,
  XML: null,
  MHTML: null,
};

/** Exported items per job. Source: the vendor's conceptual page of 2025-12-15; read 2026-11. */
const MAX_PAGES = 50;
const DEFAULT_PAGES = 10;

const startSchema = z.object({
  format: z.string(),
  powerBIReportConfiguration: z
    .object({
      pages: z.array(z.object({ pageName: z.string() })).nullish(),
      reportLevelFilters: z.array(z.unknown()).max(1).nullish(),
    })
    .nullish(),
});

const LEAST_WAIT_MS = 3_000;
const WAIT_SPREAD_MS = 5_000;
const LEAST_RUN_MS = 17_000;
const RUN_SPREAD_MS = 15_000;
const UNDEFINED_MS = 10_000;
const SLOW_FACTOR = 10;

/** A start call: where, with what body, and what it orders. */
export interface StartCall {
  readonly groupId: string | undefined;
  readonly reportId: string;
  readonly body: string;
  /** Words of its `x-simulate` header: `failed`, `failed-busy`, `undefined`, `slow`, `instant`. */
  readonly orders: ReadonlySet<string>;
}

/** How a started export will go, or why it is not started. */
export function toJobPlan(
  call: StartCall,
  random: Random,
): { readonly plan: JobPlan } | { readonly refusal: SimulatorResponse } {
  const { groupId, reportId, orders } = call;
  const parsed = startSchema.safeParse(parseJson(call.body));
  if (!parsed.success) {
    const target = String(parsed.error.issues[0]?.path[0] ?? 'body');
    return { refusal: refuseField(target, `The request is invalid: "${target}" cannot be read.`) };
  }
  const { format, powerBIReportConfiguration } = parsed.data;
  const pages = powerBIReportConfiguration?.pages?.length || DEFAULT_PAGES;
  if (pages > MAX_PAGES) return { refusal: refuseField('pages', 'More than 50 pages were asked for.') };
  const sampleFormat = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (sampleFormat === undefined) {
    return { refusal: refuseField('format', 'The requested format is not supported.') };
  }
  if (sampleFormat === null) return { refusal: refuse(400, 'FeatureNotAvailableError') };

  const workspace = groupId === undefined ? {} : { groupId };
  return {
    plan: {
      ids: { ...workspace, reportId, exportId: createExportId(`started ${random.next()} ${random.next()}`) },
      reportName: findReportName(reportId) ?? `Report ${reportId.slice(0, 8)}`,
      // One page stays a picture; several arrive as an archive.
      format: sampleFormat === 'zip' && pages === 1 ? 'png' : sampleFormat,
      pages,
      steps: toSteps(orders, random),
      start: 'now',
      isBusy: orders.has('failed-busy'),
      ...(orders.has('failed') ? { error: FAILURE } : {}),
    },
  };
}

const FAILURE = { code: 'DM_SimulatedError', message: 'The export failed because it was asked to.' };

function toSteps(orders: ReadonlySet<string>, random: Random): readonly JobStep<PowerBiStatus>[] {
  const factor = orders.has('instant') ? 0 : orders.has('slow') ? SLOW_FACTOR : 1;
  const lasts = (leastMs: number, spreadMs: number) =>
    Math.floor(leastMs + random.next() * spreadMs) * factor;
  const isFailing = orders.has('failed') || orders.has('failed-busy');
  return [
    { word: 'NotStarted', lastsMs: lasts(LEAST_WAIT_MS, WAIT_SPREAD_MS) },
    ...(orders.has('undefined') ? [{ word: 'Undefined' as const, lastsMs: UNDEFINED_MS * factor }] : []),
    { word: 'Running', lastsMs: lasts(LEAST_RUN_MS, RUN_SPREAD_MS) },
    { word: isFailing ? 'Failed' : 'Succeeded', lastsMs: 0 },
  ];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
