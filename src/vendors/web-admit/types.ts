import { z } from 'zod';

/** How a locator names one run: the template, the run, and the identity that lets many runs be read in one call. */
export type WebAdmitIds = { userIdentityId?: string; exportId: string; exportFileId: string };

/** What only WebAdMIT tells: the fields of the GraphQL type `WebAdmitExport` beyond `Export`. */
export interface WebAdmitDetails {
  /** The template that was asked for. */
  readonly exportId: string;
  /** The run that was asked for. */
  readonly exportFileId: string;
  readonly userIdentityId: string | null;
  /** The run's path as the answer gives it; it may name another template than `export_id` does. */
  readonly href: string | null;
}

/** One run of a template as an answer describes it; null where the answer does not say. */
export interface WireRun {
  readonly id: string | null;
  readonly href: string | null;
  readonly exportId: string | null;
  /** The vendor's word, in its own spelling. */
  readonly status: string;
  /** A presigned link, byte for byte. Absent, null and empty mean the same. */
  readonly downloadUrl: string | null;
}

/** One role of the API user in one organisation and cycle; templates and runs belong to it. */
export interface WireIdentity {
  readonly id: string;
}

/** What checking an answer came to. `problem` names the field: `"export_files.status" is missing`. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

/** An id this vendor gives. Other ids of this API have 14 digits; 18 always fit a signed 64-bit number. */
export const ID_PATTERN = /^[1-9][0-9]{0,17}$/;

/** Entries of one list that are looked at: the vendor bounds its lists itself, and names no number. */
const MAX_ENTRIES = 2_000;

/** Issues carry the value they are about, so that a missing field can be told from a wrong one. */
const REPORTING = { reportInput: true } as const;

const wireId = z.unknown().optional().transform(toWireId);
// An oddity in a field we can do without is no reason to lose the run.
const optionalText = z.string().nullish().catch(null);

const runSchema = z
  .object({
    id: wireId,
    href: optionalText,
    export_id: wireId,
    status: z.string(),
    download_url: optionalText,
  })
  .transform(
    (run): WireRun => ({
      id: run.id,
      href: run.href || null,
      exportId: run.export_id,
      status: run.status,
      downloadUrl: run.download_url || null,
    }),
  );

const singleRunSchema = z.object({
  export_files: z.preprocess(unwrap, runSchema),
});

const runListSchema = z.object({ export_files: z.array(z.unknown()) });

const identitySchema = z.object({ id: wireId });
const identityListSchema = z.object({ user_identities: z.array(z.unknown()) });

/** Checks `{ "export_files": Run }`, the answer to a single status call. */
export function checkSingleRun(json: unknown): Checked<WireRun> {
  const parsed = singleRunSchema.safeParse(unwrap(json), REPORTING);
  return parsed.success
    ? { ok: true, value: parsed.data.export_files }
    : { ok: false, problem: toProblem(parsed.error) };
}

/** Checks `{ "export_files": [Run] }`, an identity's recent runs. A run that cannot be read is left out. */
export function checkRunList(json: unknown): Checked<readonly WireRun[]> {
  const parsed = runListSchema.safeParse(unwrap(json), REPORTING);
  if (!parsed.success) return { ok: false, problem: toProblem(parsed.error) };
  return { ok: true, value: keepReadable(runSchema, parsed.data.export_files) };
}

/** Checks `{ "user_identities": [Identity] }`. An identity without a readable id is left out. */
export function checkIdentityList(json: unknown): Checked<readonly WireIdentity[]> {
  const parsed = identityListSchema.safeParse(unwrap(json), REPORTING);
  if (!parsed.success) return { ok: false, problem: toProblem(parsed.error) };
  const identities = keepReadable(identitySchema, parsed.data.user_identities);
  return { ok: true, value: identities.flatMap(({ id }) => (id === null ? [] : [{ id }])) };
}

/** An id as decimal digits without leading zeros, whether it came as a number or as text; null for anything else. */
export function toWireId(value: unknown): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text.length > 40) return null;
  const digits = text.trim().replace(/^0+(?=\d)/, '');
  return ID_PATTERN.test(digits) ? digits : null;
}

function keepReadable<T>(schema: z.ZodType<T>, entries: readonly unknown[]): readonly T[] {
  return entries.slice(0, MAX_ENTRIES).flatMap((entry) => {
    const parsed = schema.safeParse(unwrap(entry));
    return parsed.success ? [parsed.data] : [];
  });
}

/** The docs before May 2018 showed an array of one where an object comes today: both are accepted. */
function unwrap(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

/** Names the first field at fault, and nothing of what stood in it. */
function toProblem({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined || issue.path.length === 0) return 'the body is not a JSON object';
  const isMissing = issue.input === undefined || issue.input === null;
  return `"${issue.path.join('.')}" ${isMissing ? 'is missing' : 'is of another type than documented'}`;
}
