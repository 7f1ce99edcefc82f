import { z } from 'zod';

/** The ids that name one export at Hi Energy. */
export type HiEnergyIds = {
  /** A positive integer of up to 19 digits, kept as text: a float cannot hold all of them. */
  exportId: string;
};

/** What only Hi Energy tells about an export: the own fields of the GraphQL type `HiEnergyExport`. */
export interface HiEnergyDetails {
  readonly exportId: string;
  /** `advertisers_csv`, `deals_excel`, `hot_advertisers_excel`, `clicks_details_excel`, or a later word. */
  readonly reportType: string;
  readonly displayName: string | null;
  /** The vendor's label for the status; localised, so nothing branches on it. */
  readonly statusDisplay: string | null;
  /** The request's filters and columns, free-form: may hold business data. */
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly filename: string | null;
  readonly errorMessage: string | null;
  readonly partsReady: number | null;
  readonly totalParts: number | null;
  readonly isChunked: boolean;
  /** The export this one is a chunk of. */
  readonly parentExportId: string | null;
}

/** What an export id looks like. Source: Hi Energy API page of `getExportReport`, path parameter `id`; read 2026-11. */
export const EXPORT_ID_PATTERN = /^[1-9][0-9]{0,18}$/;

// The vendor writes ids as JSON numbers; those a float cannot hold reach us as decimal strings.
const exportId = z.union([z.int().positive().transform(String), z.string().regex(EXPORT_ID_PATTERN)]);

// A field we could live without is read as absent when it has another type than documented.
// By default, not only by `catch`: to make an error of each absent field takes a hundred times longer.
const text = z.string().nullable().default(null).catch(null);
// Whatever is in it: to go through thousands of keys would prove nothing.
const mapping = z.custom<Readonly<Record<string, unknown>>>(isMapping);
// GraphQL's Int has 32 bits; more parts than that are no count of anything.
const count = z.int().min(0).max(2_147_483_647).nullable().default(null).catch(null);

const exportFields = {
  report_type: z.string(),
  status: z.string(),
  display_name: text,
  status_display: text,
  parameters: mapping.nullable().default(null).catch(null),
  filename: text,
  download_url: text,
  download_expires_in_seconds: z.number().positive().nullable().default(null).catch(null),
  error_message: text,
  progress: z.object({ parts_ready: count, total_parts: count }).nullable().default(null).catch(null),
  parent_report_id: exportId.nullable().default(null).catch(null),
  chunked_export: z.boolean().nullable().default(null).catch(null),
  created_at: text,
  updated_at: text,
  started_at: text,
  completed_at: text,
};

const listedExport = z.object({ id: exportId, ...exportFields });
const singleAnswer = z.object({ export: z.object({ id: exportId.nullish(), ...exportFields }) });
/** Entries of one list that are looked at: ten times as many as are asked for. */
const MAX_ENTRIES = 1_000;
const listAnswer = z.object({ exports: z.array(z.unknown()) });

/** One export as the list call describes it. */
export type ListedExport = z.infer<typeof listedExport>;

/** One export as its own status call describes it; that call may leave the id out, since it was asked for. */
export type WireExport = Omit<ListedExport, 'id'> & { readonly id?: string | null | undefined };

/** How an answer came, beside what it says. */
export interface AnswerFacts {
  /** The list may leave links out, so that a missing one says nothing there. */
  readonly source: 'single' | 'list';
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Not documented for this vendor, honoured when it comes; null when it did not. */
  readonly retryAfterMs: number | null;
}

/** A body that could be read, or what is wrong with it, in words that hold nothing of the body. */
export type Checked<Wire> = { readonly wire: Wire } | { readonly problem: string };

/** Reads the body of `GET /exports/{id}`. */
export function checkSingleAnswer(json: unknown): Checked<WireExport> {
  const result = singleAnswer.safeParse(json, { reportInput: true });
  return result.success ? { wire: result.data.export } : { problem: toProblem(result.error) };
}

/** Reads the body of `GET /exports`; entries that cannot be read are left out, so that they spoil no other. */
export function checkListAnswer(json: unknown): Checked<readonly ListedExport[]> {
  const result = listAnswer.safeParse(json, { reportInput: true });
  if (!result.success) return { problem: toProblem(result.error) };
  const entries = result.data.exports.slice(0, MAX_ENTRIES).map((entry) => listedExport.safeParse(entry));
  return { wire: entries.flatMap((entry) => (entry.success ? [entry.data] : [])) };
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined || issue.path.length === 0) return 'the body is not a JSON object';
  const isMissing = issue.input === undefined || issue.input === null;
  return `"${issue.path.join('.')}" is ${isMissing ? 'missing' : 'not of the documented type'}`;
}
