import { z } from 'zod';

/** The ids of one job, in the order in which they stand in a global id. A type alias, so that it is a `LocatorIds`. */
export type TalkdeskIds = { reportType: string; jobId: string };

/** What only Talkdesk tells about an export. Instants are epoch milliseconds. */
export interface TalkdeskDetails {
  readonly jobId: string;
  readonly reportType: string;
  /** IANA zone the timespan is meant in. */
  readonly timezone: string | null;
  /** `csv`, `json`, `json_bulk`, or a later word of the vendor's. */
  readonly format: string | null;
  readonly timespan: { readonly from: number | null; readonly to: number | null } | null;
}

/** A job as Talkdesk writes it, only the fields we read; null where the answer does not hold one. */
export interface WireJob {
  readonly id: string | null;
  readonly status: string | null;
  readonly name: string | null;
  readonly timezone: string | null;
  readonly format: string | null;
  /** ISO 8601, usually without a zone. */
  readonly createdAt: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

/** What a status call said: the status word, and whatever else came with it. */
export interface JobReading {
  /** In the vendor's own spelling. */
  readonly word: string;
  readonly job: WireJob;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** A job of which nothing is known beside its ids. */
export const EMPTY_JOB: WireJob = {
  id: null,
  status: null,
  name: null,
  timezone: null,
  format: null,
  createdAt: null,
  from: null,
  to: null,
};

/** A field of another type than documented says as much as one that is not there. */
const text = z.string().nullish().catch(null);
const id = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(null);

const timespan = z.object({ from: text, to: text, timezone: text }).nullish().catch(null);

const job = z
  .object({
    id,
    ID: id, // one client's handling knows it in capitals
    status: text,
    name: text,
    timezone: text,
    format: text,
    created_at: text,
    timespan,
  })
  .transform(
    (wire): WireJob => ({
      id: wire.id ?? wire.ID ?? null,
      status: wire.status ?? null,
      name: wire.name ?? null,
      // documented at the top; some clients nest it inside the timespan
      timezone: wire.timezone ?? wire.timespan?.timezone ?? null,
      format: wire.format ?? null,
      createdAt: wire.created_at ?? null,
      from: wire.timespan?.from ?? null,
      to: wire.timespan?.to ?? null,
    }),
  );

const wrapped = z.object({ job: z.unknown().optional() });

/**
 * Reads a job body, wrapped in `job` or flat.
 *
 * @returns undefined where the body holds no object to read
 */
export function parseJob(body: unknown): WireJob | undefined {
  const wrapper = wrapped.safeParse(body);
  if (!wrapper.success) return undefined;
  return job.safeParse(wrapper.data.job ?? body).data;
}

const report = z.object({ entries: z.array(z.unknown()), job: z.null().optional() });

/** True where the body is the report itself: an object with `entries` and no job. */
export function isReport(body: unknown): boolean {
  return report.safeParse(body).success;
}

/** Entries of one page that are looked at: ten times as many as are asked for. */
const MAX_ENTRIES = 1_000;
const embedded = z.object({ jobs: z.array(z.unknown()).nullish() }).nullish();
// "_embdedded" is how the predecessor's specification spells it; an empty list may omit the key.
const page = z.object({ _embedded: embedded, _embdedded: embedded });

/**
 * Reads a list page; entries that are no objects are left out.
 *
 * @returns undefined where the body is no list page
 */
export function parseJobPage(body: unknown): readonly WireJob[] | undefined {
  const parsed = page.safeParse(body);
  if (!parsed.success) return undefined;
  const entries = (parsed.data._embedded ?? parsed.data._embdedded)?.jobs ?? [];
  return entries.slice(0, MAX_ENTRIES).flatMap((entry) => parseJob(entry) ?? []);
}

const errorBody = z.object({
  code: z.union([z.string(), z.number()]).nullish().catch(null),
  error: text, // the token endpoint's field
});

/** The longest word that is still a code. */
const MAX_CODE_LENGTH = 64;

/** Talkdesk's own code in an error body: documented as text, observed as a number. */
export function parseErrorCode(body: unknown): string | undefined {
  const { code, error } = errorBody.safeParse(body).data ?? {};
  const word = String(code ?? error ?? '');
  return word.length <= MAX_CODE_LENGTH && /^[\w.-]+$/.test(word) ? word : undefined;
}
