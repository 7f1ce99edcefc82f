import {
  type ExportFailure,
  type ExportKey,
  type ExportProgress,
  type ExportSnapshot,
  type ExportStatus,
  type FileDescription,
  isTerminal,
  type LocatorIds,
} from '../../export/export.ts';
import type { AccountResponse, ResponseHeaders } from '../../http/types.ts';
import type {
  FieldRules,
  InstantField,
  StatusRule,
  ValueRule,
  VendorDeclaration,
} from '../../vendor-file/declaration.ts';
import { toRawStatus } from '../shared/status-table.ts';
import { compileDetails, type Details } from './details.ts';
import type { FoundExport } from './status.ts';
import {
  compileInstantRule,
  compilePresent,
  compileValue,
  headerWaitMs,
  type Misfit,
  type ReadInstant,
  type ReadValue,
  toInt,
  toLine,
  toPercent,
  toWaitMs,
} from './values.ts';
import { compileWords, type WordReading } from './words.ts';

/** How an answer came, beside what it says. */
export interface AnswerFacts {
  /** A list, a batch and the answer to an order may leave out what a single answer holds. */
  readonly source: 'single' | 'list' | 'order';
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly headers: ResponseHeaders;
}

/** How a single answer came. */
export function toSingleFacts({ headers, receivedAt }: AccountResponse): AnswerFacts {
  return { source: 'single', headers, receivedAt };
}

/** What an answer says of an export's files; see `ExportSnapshot.files`. */
export type DescribeFiles = (
  ids: LocatorIds,
  found: FoundExport,
  status: ExportStatus,
  facts: AnswerFacts,
) => readonly FileDescription[] | null | undefined;

/** What the mapping needs of the account that was asked. */
export interface MappingContext {
  readonly misfit: Misfit;
  /** A vendor's words for a person, without links and secrets; undefined where nothing is left. */
  readonly cleanWords: (words: string) => string | undefined;
  readonly describeFiles: DescribeFiles;
}

export type Snapshot = ExportSnapshot<Details>;

/** What an export stands for, where more than its own answer decides. @param own - what that answer says */
export type Decide = (own: WordReading) => WordReading;

/** An export as an answer describes it, in our words. */
export type ToSnapshot = (
  key: ExportKey,
  found: FoundExport,
  facts: AnswerFacts,
  context: MappingContext,
  decide?: Decide,
) => Snapshot;

const MAX_NAME_LENGTH = 300;
const MAX_CODE_LENGTH = 100;
const MAX_COUNT_LEAST = 0;
/** As much of a failure's text is looked at: more is not shown. */
const MAX_MESSAGE_LENGTH = 2_000;

/** Compiles how a vendor file's answers are mapped. */
export function compileMapping(declaration: VendorDeclaration): ToSnapshot {
  const { name: vendorName, status } = declaration;
  const readWord = compileWords(status);
  const readDetails = compileDetails(declaration);
  const { fields } = status;
  const readName = compileText('name', fields.name, MAX_NAME_LENGTH);
  const readProgress = compileProgress(fields);
  const [createdAt, startedAt, updatedAt, finishedAt] = (
    ['createdAt', 'startedAt', 'updatedAt', 'finishedAt'] as const
  ).map((field) => compileInstant(field, fields)) as [ReadInstant, ReadInstant, ReadInstant, ReadInstant];
  const readWait = compileWait(fields.retryAfterMs);
  const readFailure = compileFailure(vendorName, status);

  return (key, found, facts, context, decide) => {
    const { source, word } = found;
    const { misfit, describeFiles } = context;
    const own = readWord(word, source);
    const reading = decide === undefined ? own : decide(own);
    const hasEnded = isTerminal(reading.status);
    const waitMs = readWait(source, facts);
    return {
      key,
      name: readName(source, misfit),
      status: reading.status,
      rawStatus: toRawStatus(word),
      outcome: reading.outcome,
      failure: reading.status === 'FAILED' ? readFailure(source, waitMs, context) : null,
      progress: readProgress(source, misfit),
      createdAt: createdAt(source, misfit),
      startedAt: startedAt(source, misfit),
      updatedAt: updatedAt(source, misfit),
      finishedAt: hasEnded ? finishedAt(source, misfit) : null,
      files: hasEnded ? describeFiles(key.ids, found, reading.status, facts) : null,
      pollAfterMs: hasEnded ? null : waitMs,
      observedAt: facts.receivedAt,
      details: readDetails(key.ids, source, misfit),
    };
  };
}

/** One of the export's own instants; always null where the file names none. */
export function compileInstant(field: InstantField, fields: FieldRules): ReadInstant {
  return compileInstantRule(field, fields[field], fields);
}

/** Text for a person, on one line; null where nothing is left of it. */
function compileText(
  field: string,
  rule: ValueRule | undefined,
  maxLength: number,
  takesNumbers = false,
): ReadValue<string> {
  if (rule === undefined) return () => null;
  const read = compileValue(field, rule, toLine(maxLength, takesNumbers));
  return (source, misfit) => read(source, misfit) || null;
}

/** Of what the vendor tells alone: a status never becomes a percentage. */
function compileProgress(fields: FieldRules): ReadValue<ExportProgress> {
  const { percent, completedParts, totalParts } = fields;
  if (percent === undefined && completedParts === undefined && totalParts === undefined) return () => null;
  const readPercent = percent && compileValue('percent', percent, toPercent(percent.as));
  const readCompleted = compileCount('completedParts', completedParts);
  const readTotal = compileCount('totalParts', totalParts);
  return (source, misfit) => {
    const told = readPercent?.(source, misfit) ?? null;
    const completed = readCompleted(source, misfit);
    const total = readTotal(source, misfit);
    if (told === null && completed === null && total === null) return null;
    return { percent: told ?? toShare(completed, total), completedParts: completed, totalParts: total };
  };
}

function compileCount(field: string, rule: ValueRule | undefined): ReadValue<number> {
  return rule === undefined ? () => null : compileValue(field, rule, toInt(rule.as, MAX_COUNT_LEAST));
}

/** Vendors may count more parts ready than there are. */
function toShare(completed: number | null, total: number | null): number | null {
  if (completed === null || total === null || total <= 0) return null;
  return Math.min(100, Math.floor((100 * completed) / total));
}

/** How long the vendor asks to leave the export alone; by `Retry-After` where the file says nothing. */
function compileWait(
  rule: FieldRules['retryAfterMs'],
): (source: unknown, facts: AnswerFacts) => number | null {
  if (rule === undefined || 'header' in rule) {
    const name = (rule?.header ?? 'retry-after').toLowerCase();
    return (_source, { headers, receivedAt }) => headerWaitMs(headers[name], null, receivedAt) ?? null;
  }
  const read = compilePresent(rule);
  return (source, { receivedAt }) => toWaitMs(read(source), rule.as, receivedAt) ?? null;
}

/** What is said of a failure for which the vendor gives no reason. */
export function toUnexplained(vendorName: string): string {
  return `${vendorName} reports that the export failed, without saying why.`;
}

function compileFailure(
  vendorName: string,
  { fields, failureIsRetryable = false }: StatusRule,
): (source: unknown, waitMs: number | null, context: MappingContext) => ExportFailure {
  const readCode = compileText('failureCode', fields.failureCode, MAX_CODE_LENGTH, true);
  const readMessage =
    fields.failureMessage &&
    compileValue('failureMessage', fields.failureMessage, (value) =>
      typeof value === 'string' ? value.slice(0, MAX_MESSAGE_LENGTH) : undefined,
    );
  const retryable = new Set(typeof failureIsRetryable === 'boolean' ? [] : failureIsRetryable);
  return (source, waitMs, { misfit, cleanWords }) => {
    const words = readMessage?.(source, misfit) ?? '';
    const code = readCode(source, misfit);
    return {
      code,
      message: cleanWords(words) ?? toUnexplained(vendorName),
      // A vendor that says when to come back says that it may work then.
      isRetryable: failureIsRetryable === true || waitMs !== null || (code !== null && retryable.has(code)),
      retryAfterMs: waitMs,
    };
  };
}
