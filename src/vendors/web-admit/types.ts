import type { LocatorGrammar } from '../../export/ports.ts';
import {
  type Checked,
  type Fields,
  field,
  NO_OBJECT,
  readEntries,
  toFields,
  toProblem,
  toText,
} from '../shared/answers.ts';
import { hint, integerRule } from '../shared/id-rules.ts';

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

/** A run that was started, or that was under way already. */
export interface StartedRun extends WireRun {
  readonly id: string;
}

/** One role of the API user in one organisation and cycle; templates and runs belong to it. */
export interface WireIdentity {
  readonly id: string;
}

/** An id this vendor gives. Other ids of this API have 14 digits; 18 always fit a signed 64-bit number. */
export const ID_PATTERN = /^[1-9][0-9]{0,17}$/;

/** The rule for each of its ids. */
export const ID = integerRule(18);

/** WebAdMIT's ids; a run is named without its identity, which is what lets it be read together with others. */
export const WEB_ADMIT_LOCATOR: LocatorGrammar<WebAdmitIds> = {
  userIdentityId: hint(ID),
  exportId: ID,
  exportFileId: ID,
};

/** Entries of one list that are looked at: the vendor bounds its lists itself, and names no number. */
const MAX_ENTRIES = 2_000;

/** Checks `{ "export_files": Run }`, the answer to a single status call. */
export function checkSingleRun(json: unknown): Checked<WireRun> {
  const body = toFields(unwrap(json));
  if (body === undefined) return NO_OBJECT;
  const run = toFields(unwrap(body.export_files));
  if (run === undefined) return toProblem('export_files', body.export_files);
  return readRun(run) ?? toProblem('export_files.status', run.status);
}

/** The "word" of a run that was begun and of whose status nothing was said: UNKNOWN, and asking goes on. */
export const ACCEPTED_WORD = 'accepted';

/**
 * Checks the answer to a start: the same shape, and nothing without the run's id. What else it leaves out is no reason to call it lost.
 */
export function checkStartedRun(json: unknown): Checked<StartedRun> {
  const run = toFields(unwrap(field(unwrap(json), 'export_files')));
  if (run === undefined) return toProblem('export_files', field(unwrap(json), 'export_files'));
  const id = toWireId(run.id);
  const { status } = run;
  const read = readRun({ ...run, status: typeof status === 'string' ? status : ACCEPTED_WORD });
  return id === null || read === undefined
    ? toProblem('export_files.id', run.id)
    : { wire: { ...read.wire, id } };
}

/** Checks `{ "export_files": [Run] }`, an identity's recent runs. A run that cannot be read is left out. */
export function checkRunList(json: unknown): Checked<readonly WireRun[]> {
  return checkList(json, 'export_files', (entry) => readRun(entry)?.wire);
}

/** Checks `{ "user_identities": [Identity] }`. An identity without a readable id is left out. */
export function checkIdentityList(json: unknown): Checked<readonly WireIdentity[]> {
  return checkList(json, 'user_identities', (entry) => {
    const id = toWireId(entry.id);
    return id === null ? undefined : { id };
  });
}

/** An id as decimal digits without leading zeros, whether it came as a number or as text; null for anything else. */
export function toWireId(value: unknown): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text.length > 40) return null;
  const digits = text.trim().replace(/^0+(?=\d)/, '');
  return ID_PATTERN.test(digits) ? digits : null;
}

function readRun(run: Fields): { readonly wire: WireRun } | undefined {
  const { status } = run;
  if (typeof status !== 'string') return undefined;
  return {
    wire: {
      id: toWireId(run.id),
      href: toText(run.href) || null,
      exportId: toWireId(run.export_id),
      status,
      downloadUrl: toText(run.download_url) || null,
    },
  };
}

function checkList<Wire>(
  json: unknown,
  name: string,
  read: (entry: Fields) => Wire | undefined,
): Checked<readonly Wire[]> {
  const body = toFields(unwrap(json));
  if (body === undefined) return NO_OBJECT;
  const entries = body[name];
  if (!Array.isArray(entries)) return toProblem(name, entries);
  const readEntry = (entry: unknown): Wire | undefined => {
    const fields = toFields(unwrap(entry));
    return fields && read(fields);
  };
  return { wire: readEntries(entries, MAX_ENTRIES, readEntry) };
}

/** The docs before May 2018 showed an array of one where an object comes today: both are accepted. */
function unwrap(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}
