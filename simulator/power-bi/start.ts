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

/** Which kind of report can be exported so, and as what; `null` are files that this simulator cannot write. */
interface Format {
  readonly kind: 'both' | 'power-bi' | 'paginated';
  readonly file: SampleFormat | null;
}

/** Source: Power BI REST docs, "Reports - Export To File In Group", `FileFormat`; read 2026-11. */
const FORMATS: Readonly<Record<string, Format>> = {
  PPTX: { kind: 'both', file: 'pptx' },
  PDF: { kind: 'both', file: 'pdf' },
  PNG: { kind: 'power-bi', file: 'zip' },
  IMAGE: { kind: 'paginated', file: 'png' },
  XLSX: { kind: 'paginated', file: 'xlsx' },
  CSV: { kind: 'paginated', file: 'csv' },
  ACCESSIBLEPDF: { kind: 'paginated', file: 'pdf' },
  DOCX: { kind: 'paginated', file: null },
  XML: { kind: 'paginated', file: null },
  MHTML: { kind: 'paginated', file: null },
};

/** Exported items per job. Source: the vendor's conceptual page of 2025-12-15; read 2026-11. */
const MAX_PAGES = 50;
const DEFAULT_PAGES = 10;

const text = z.string().nullish();
const bookmark = z.object({ name: text, state: text }).nullish();
const identities = z.array(z.record(z.string(), z.unknown())).nullish();

const startSchema = z.object({
  format: z.string(),
  powerBIReportConfiguration: z
    .object({
      settings: z.object({ locale: text, includeHiddenPages: z.boolean().nullish() }).nullish(),
      datasetToBind: text,
      defaultBookmark: bookmark,
      pages: z.array(z.object({ pageName: z.string(), visualName: text, bookmark })).nullish(),
      reportLevelFilters: z
        .array(z.object({ filter: text }))
        .max(1)
        .nullish(),
      identities,
    })
    .nullish(),
  paginatedReportConfiguration: z
    .object({
      identities,
      formatSettings: z.record(z.string(), z.string()).nullish(),
      parameterValues: z.array(z.object({ name: z.string(), value: text })).nullish(),
    })
    .nullish(),
});

const LEAST_WAIT_MS = 3_000;
const WAIT_SPREAD_MS = 5_000;
const LEAST_RUN_MS = 17_000;
const RUN_SPREAD_MS = 15_000;
const UNDEFINED_MS = 10_000;
const SLOW_FACTOR = 10;

/** What a start asks for, checked as the API checks it. */
export interface StartOrder {
  readonly file: SampleFormat;
  readonly pages: number;
  /** Word for word. */
  readonly asked: object;
}

type Refused = { readonly refusal: SimulatorResponse };

/** Reads the body of a start, or says why it is refused. */
export function parseStart(body: string): StartOrder | Refused {
  const asked = parseJson(body);
  const parsed = startSchema.safeParse(asked);
  if (!parsed.success) {
    const target = String(parsed.error.issues[0]?.path[0] ?? 'body');
    return { refusal: refuseField(target, `The request is invalid: "${target}" cannot be read.`) };
  }
  const { format: name, powerBIReportConfiguration, paginatedReportConfiguration } = parsed.data;
  const pages = powerBIReportConfiguration?.pages?.length || DEFAULT_PAGES;
  if (pages > MAX_PAGES) return { refusal: refuseField('pages', 'More than 50 pages were asked for.') };
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format === undefined)
    return { refusal: refuseField('format', 'The requested format is not supported.') };
  if (powerBIReportConfiguration && paginatedReportConfiguration)
    return { refusal: refuseField('paginatedReportConfiguration', 'A report is of one kind only.') };
  const isOther = powerBIReportConfiguration ? 'paginated' : paginatedReportConfiguration ? 'power-bi' : null;
  if (format.kind === isOther)
    return { refusal: refuseField('format', 'The requested format is not supported for such a report.') };
  if (format.file === null) return { refusal: refuse(400, 'FeatureNotAvailableError') };
  // One page stays a picture; several arrive as an archive.
  const file = format.file === 'zip' && pages === 1 ? 'png' : format.file;
  return { file, pages, asked: asked as object };
}

/** A start that is taken: where, what, and how it is to go. */
export interface StartCall {
  readonly groupId: string | undefined;
  readonly reportId: string;
  readonly order: StartOrder;
  /** Words of its `x-simulate` header: `failed`, `failed-busy`, `undefined`, `slow`, `instant`. */
  readonly words: ReadonlySet<string>;
}

/** How a started export will go. */
export function toJobPlan({ groupId, reportId, order, words }: StartCall, random: Random): JobPlan {
  const workspace = groupId === undefined ? {} : { groupId };
  return {
    ids: { ...workspace, reportId, exportId: createExportId(`started ${random.next()} ${random.next()}`) },
    reportName: findReportName(reportId) ?? `Report ${reportId.slice(0, 8)}`,
    format: order.file,
    pages: order.pages,
    steps: toSteps(words, random),
    start: 'now',
    isBusy: words.has('failed-busy'),
    ...(words.has('failed') ? { error: FAILURE } : {}),
  };
}

const FAILURE = { code: 'DM_SimulatedError', message: 'The export failed because it was asked to.' };

function toSteps(words: ReadonlySet<string>, random: Random): readonly JobStep<PowerBiStatus>[] {
  const factor = words.has('instant') ? 0 : words.has('slow') ? SLOW_FACTOR : 1;
  const lasts = (leastMs: number, spreadMs: number) =>
    Math.floor(leastMs + random.next() * spreadMs) * factor;
  const isFailing = words.has('failed') || words.has('failed-busy');
  return [
    { word: 'NotStarted', lastsMs: lasts(LEAST_WAIT_MS, WAIT_SPREAD_MS) },
    ...(words.has('undefined') ? [{ word: 'Undefined' as const, lastsMs: UNDEFINED_MS * factor }] : []),
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
