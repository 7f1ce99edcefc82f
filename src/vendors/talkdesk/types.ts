import type { LocatorGrammar } from '../../export/ports.ts';
import { field, readEntries, toErrorCode, toFields, toText } from '../shared/answers.ts';
import { idRule } from '../shared/id-rules.ts';

/** The ids of one job, in the order in which they stand in a global id. A type alias, so that it is a `LocatorIds`. */
export type TalkdeskIds = { reportType: string; jobId: string };

/** The ids of a report job. Report types are no enumeration: Talkdesk has more of them than it has published slugs for. */
export const TALKDESK_LOCATOR: LocatorGrammar<TalkdeskIds> = {
  reportType: idRule(
    /^[a-z][a-z0-9_]{0,63}$/,
    'a report type: lower-case letters, digits and underscores, a letter first, at most 64',
  ),
  // UUIDs in real traffic, 24 hex digits in the retired API.
  jobId: idRule(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 letters, digits, hyphens or underscores', '6f1c3c1e09'),
};

/** The report types whose slugs are confirmed: what is listed where the configuration names none. */
export const KNOWN_REPORT_TYPES: readonly string[] = [
  'calls',
  'explore_calls',
  'user_status',
  'contacts',
  'ring_attempts',
  'studio_flow_execution',
  'advanced_dialer_calls_report',
];

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

/** Reads a job body, wrapped in `job` or flat. @returns undefined where the body holds no object to read */
export function parseJob(body: unknown): WireJob | undefined {
  const outer = toFields(body);
  const fields = outer && toFields(outer.job ?? outer);
  if (fields === undefined) return undefined;
  const timespan = toFields(fields.timespan);
  return {
    id: toId(fields.id) ?? toId(fields.ID), // one client's handling knows it in capitals
    status: toText(fields.status),
    name: toText(fields.name),
    // documented at the top; some clients nest it inside the timespan
    timezone: toText(fields.timezone) ?? toText(timespan?.timezone),
    format: toText(fields.format),
    createdAt: toText(fields.created_at),
    from: toText(timespan?.from),
    to: toText(timespan?.to),
  };
}

/** True where the body is the report itself: an object with `entries` and no job. */
export function isReport(body: unknown): boolean {
  const fields = toFields(body);
  return Array.isArray(fields?.entries) && (fields.job ?? null) === null;
}

/** Entries of one page that are looked at: ten times as many as are asked for. */
const MAX_ENTRIES = 1_000;

/** Reads a list page; entries that are no objects are left out. @returns undefined where the body is no list page */
export function parseJobPage(body: unknown): readonly WireJob[] | undefined {
  const fields = toFields(body);
  // "_embdedded" is how the predecessor's specification spells it; an empty list may omit the key.
  const embedded = fields && (fields._embedded ?? fields._embdedded ?? {});
  const jobs = toFields(embedded)?.jobs ?? [];
  if (toFields(embedded) === undefined || !Array.isArray(jobs)) return undefined;
  return readEntries(jobs, MAX_ENTRIES, parseJob);
}

/** Talkdesk's own code in an error body: documented as text, observed as a number; `error` is the token endpoint's field. */
export function parseErrorCode(body: unknown): string | undefined {
  return toErrorCode(toId(field(body, 'code')) ?? toText(field(body, 'error')));
}

function toId(value: unknown): string | null {
  return Number.isFinite(value) ? String(value) : toText(value);
}
