import {
  type DetailRule,
  type FactRule,
  type FileRule,
  INSTANT_FIELDS,
  type InstantField,
  type Pointer,
  type VendorDeclaration,
} from '../../src/vendor-file/declaration.ts';
import { lastIdOf } from './ids.ts';
import type { JobFacts, Look } from './jobs.ts';
import { getAt, holds, putAt, putInstant, putValue, settle } from './json.ts';
import { type Spellings, STAGE_READINGS, settleSpelling } from './words.ts';

/** One export as an answer tells of it. */
export interface ToldExport extends Pick<JobFacts, 'ids' | 'number' | 'title' | 'order' | 'createdAt'> {
  readonly look: Look;
  /** One entry per rule of the file's `files`. */
  readonly files: readonly ToldFile[];
}

/** What an answer says of a file. */
export interface ToldFile {
  readonly urls: readonly string[];
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly checksum: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Rows of an export that has some. */
const ROWS = 1_776;
const PARTS = 12;

/** Writes an export below `status.at`, by the pointers that the file reads it by. */
export function writeExport(declaration: VendorDeclaration, spellings: Spellings, told: ToldExport): unknown {
  const { status } = declaration;
  const spelling = spellings[told.look.stage] ?? spellings.running ?? spellings.queued;
  if (spelling === undefined)
    throw new RangeError(`${declaration.name} has no word for an export that runs.`);
  let object: unknown = {};
  for (const [name, rule] of Object.entries(status.details))
    object = putDetail(object, name, rule, told, declaration);
  object = putFields(object, declaration, told);
  object = putFiles(object, declaration, told);
  if (status.id !== null) object = putAt(object, status.id.at[0], status.id.prefix + toId(declaration, told));
  return settleSpelling(status, object, spelling);
}

/** The id of an export as it stands in an answer. */
function toId(declaration: VendorDeclaration, { ids }: Pick<ToldExport, 'ids'>): string {
  return ids[lastIdOf(declaration)] ?? '';
}

/** A whole answer about one export. */
export function toSingleAnswer({ status }: VendorDeclaration, object: unknown): object {
  return withSuccess(status.success, putAt({}, status.at[0], object)) as object;
}

/** Where a body says that the call went well. */
export function withSuccess(success: VendorDeclaration['status']['success'], body: unknown): unknown {
  return success === null ? body : putAt(body, success.at, success.is);
}

function putFields(object: unknown, { status }: VendorDeclaration, told: ToldExport): unknown {
  const { fields } = status;
  const { look, title, createdAt } = told;
  const isFailed = STAGE_READINGS[look.stage].status === 'FAILED';
  const instants: Readonly<Record<InstantField, number | null>> = {
    createdAt,
    startedAt: look.startedAt,
    updatedAt: look.updatedAt,
    finishedAt: look.finishedAt,
  };
  let written = object;
  for (const name of INSTANT_FIELDS) {
    const rule = fields[name];
    if (rule !== undefined && 'at' in rule) written = putInstant(written, rule, instants[name]);
  }
  const values = [
    [fields.name, title],
    [fields.percent, Math.round(look.fraction * 100)],
    [fields.completedParts, Math.floor(look.fraction * PARTS)],
    [fields.totalParts, PARTS],
    [fields.failureCode, isFailed ? 'EXPORT_FAILED' : null],
    [fields.failureMessage, isFailed ? 'The export could not be made.' : null],
  ] as const;
  for (const [rule, value] of values) if (rule !== undefined) written = putValue(written, rule, value);
  const wait = fields.retryAfterMs;
  if (wait === undefined || 'header' in wait || look.finishedAt !== null) return written;
  return putValue(written, wait, 2_000);
}

/** The header by which an answer says when to ask again. */
export function toRetryHeaders({ status }: VendorDeclaration, look: Look): Readonly<Record<string, string>> {
  const wait = status.fields.retryAfterMs;
  return wait !== undefined && 'header' in wait && look.finishedAt === null
    ? { [wait.header.toLowerCase()]: '2' }
    : {};
}

function putDetail(
  object: unknown,
  name: string,
  rule: DetailRule,
  told: ToldExport,
  { start }: VendorDeclaration,
): unknown {
  if (!('at' in rule)) return object;
  if (rule.type === 'DateTime') return putInstant(object, rule, told.look.startedAt ?? told.createdAt);
  const ordered = told.order[name] ?? start?.order[name]?.example;
  if (ordered !== undefined) return putValue(object, { ...rule, as: null }, ordered);
  const value = toDetail(rule, told);
  return putValue(object, rule, rule.isList ? [value] : value);
}

function toDetail({ type }: DetailRule, { number, look }: ToldExport): unknown {
  switch (type) {
    case 'Int':
      return look.stage === 'empty' ? 0 : Math.round(ROWS * look.fraction);
    case 'Float':
      return look.stage === 'empty' ? 0 : ROWS + 0.5;
    case 'Boolean':
      return true;
    case 'ID':
      return String(1_000 + number);
    case 'JSON':
      return { rows: ROWS };
    case 'URL':
      return `https://www.example.com/exports/${number}`;
    default:
      return 'sample';
  }
}

function putFiles(object: unknown, { files }: VendorDeclaration, told: ToldExport): unknown {
  const { status } = STAGE_READINGS[told.look.stage];
  return files.reduce((written, rule, index) => {
    const file = told.files[index];
    if (file === undefined || !rule.of.includes(status)) return written;
    return putFile(written, rule, file, told.number);
  }, object);
}

function putFile(object: unknown, rule: FileRule, file: ToldFile, number: number): unknown {
  let written = object;
  for (const pointer of listPointers(rule))
    if (getAt(written, pointer) === undefined) written = putAt(written, pointer, `file-${number}`);
  if (rule.kind === 'link' || rule.kind === 'links') written = putLink(written, rule, file);
  written = putFileFacts(written, rule, file);
  for (const condition of rule.where)
    if (!holds(written, condition)) written = settle(written, condition, true);
  return written;
}

/** Puts the link, or the links, where the rule reads them. */
export function putLink(object: unknown, { kind, at }: FileRule, { urls }: ToldFile): unknown {
  if (at === null) return object;
  return putAt(object, at[0], kind === 'links' ? urls : urls[0]);
}

/** Puts what an answer says of a file beside its link. */
export function putFileFacts(object: unknown, rule: FileRule, file: ToldFile): unknown {
  let written = object;
  const facts: readonly (readonly [FactRule | null, unknown])[] = [
    [rule.name, file.name],
    [rule.mediaType, file.mediaType],
    [rule.size, file.sizeBytes],
    [rule.checksum, file.checksum],
  ];
  for (const [fact, value] of facts)
    if (fact !== null && 'at' in fact) written = putValue(written, fact, value);
  const { expiresAt } = rule;
  if (expiresAt !== null && 'at' in expiresAt) written = putInstant(written, expiresAt, file.expiresAt);
  return written;
}

/** What the request for a file takes from the status answer. */
function listPointers({ request }: FileRule): readonly Pointer[] {
  if (request === null) return [];
  const templates = [...request.path.flatMap(({ segments }) => segments), ...Object.values(request.query)];
  return templates.flat().flatMap((part) => ('pointer' in part ? [part.pointer] : []));
}
