import { isTerminal } from '../../src/export/export.ts';
import type {
  RefineRule,
  StatusReading,
  StatusRule,
  VendorDeclaration,
} from '../../src/vendor-file/declaration.ts';
import { toFurtherVendor } from '../../src/vendor-file/further.ts';
import { getFirst, holds, putAt, settle } from './json.ts';

/** How an export of the simulator stands. */
export type Stage = 'queued' | 'running' | 'canceling' | Ending;

/** How it may end. */
export type Ending = 'complete' | 'partial' | 'empty' | 'failed' | 'canceled' | 'expired';

export const STAGE_READINGS: Readonly<Record<Stage, StatusReading>> = {
  queued: { status: 'QUEUED', outcome: null },
  running: { status: 'RUNNING', outcome: null },
  canceling: { status: 'CANCELING', outcome: null },
  complete: { status: 'SUCCEEDED', outcome: 'COMPLETE' },
  partial: { status: 'SUCCEEDED', outcome: 'PARTIAL' },
  empty: { status: 'SUCCEEDED', outcome: 'EMPTY' },
  failed: { status: 'FAILED', outcome: null },
  canceled: { status: 'CANCELED', outcome: null },
  expired: { status: 'EXPIRED', outcome: null },
};

export const ENDINGS: readonly Ending[] = ['complete', 'partial', 'empty', 'failed', 'canceled', 'expired'];

/** How a vendor says that an export stands so. */
export interface Spelling {
  /** In the vendor's spelling. */
  readonly word: string;
  /** Which word is shown of the export: that of the further answer where that decides. */
  readonly shown: string;
  /** The rule that has to hold beside the word; null where the word alone says it. */
  readonly refined: RefineRule | null;
}

export type Spellings = Readonly<Partial<Record<Stage, Spelling>>>;

const STAGES = Object.keys(STAGE_READINGS) as Stage[];

/** How the vendor spells each stage, as far as its file has words for it. */
export function toSpellings(declaration: VendorDeclaration): Spellings {
  const { status, start } = declaration;
  const waiting: ReadonlySet<string> = new Set(start?.then?.waiting);
  return Object.fromEntries(
    STAGES.flatMap((stage) => {
      const wanted = STAGE_READINGS[stage];
      const spelling = findSpelling(status, wanted, waiting) ?? findOpenSpelling(declaration, wanted);
      return spelling === undefined ? [] : [[stage, spelling]];
    }),
  );
}

/** How the further call spells each stage: in words that contradict none of the first answer's; empty where there is no such call. */
export function toFurtherSpellings(declaration: VendorDeclaration): Spellings {
  const further = toFurtherVendor(declaration);
  if (further === null) return {};
  const own = toSpellings(further);
  return Object.fromEntries(
    STAGES.flatMap((stage) => {
      const { status: wanted } = STAGE_READINGS[stage];
      const alike = STAGES.find(
        (other) => own[other] !== undefined && STAGE_READINGS[other].status === wanted,
      );
      const spelling = own[stage] ?? own[alike ?? 'running'] ?? own.queued;
      return spelling === undefined ? [] : [[stage, spelling]];
    }),
  );
}

/** True where the word that says a stage leaves something open, so that the further call is made. */
export function isOpen({ status }: VendorDeclaration, { word }: Spelling): boolean {
  return openWordsOf(status).includes(word);
}

/** The words at which the further call is made, as the table spells them. */
function openWordsOf({ words, caseless, further }: StatusRule): readonly string[] {
  const spell = caseless ? (word: string) => word.toLowerCase() : (word: string) => word;
  const open = new Set(further?.when.words.map(spell));
  return Object.keys(words).filter((word) => open.has(spell(word)));
}

/** A word of the first answer that leaves open what only the further one says: how the export has ended. */
function findOpenSpelling(declaration: VendorDeclaration, wanted: StatusReading): Spelling | undefined {
  const { status } = declaration;
  const further = toFurtherVendor(declaration);
  const told = further === null ? undefined : findSpelling(further.status, wanted, new Set());
  if (told === undefined || !isTerminal(wanted.status)) return undefined;
  const open = openWordsOf(status);
  const alike = open.find((word) => status.words[word]?.status === wanted.status);
  const word = alike ?? open[0];
  return word === undefined
    ? undefined
    : { word, shown: alike === undefined ? told.word : word, refined: null };
}

/** @param waiting - words of exports that were not begun: no other says so where there is a further word for it */
function findSpelling(
  status: StatusRule,
  wanted: StatusReading,
  waiting: ReadonlySet<string>,
): Spelling | undefined {
  const words = Object.entries(status.words).sort(
    ([left], [right]) => Number(waiting.has(left)) - Number(waiting.has(right)),
  );
  const plain = words
    .filter(([, reading]) => isSame(reading, wanted))
    .map(([word]): Spelling => ({ word, shown: word, refined: null }));
  const refined = status.refine
    .filter(({ is }) => isSame(is, wanted))
    .flatMap((rule): Spelling[] => {
      const word = rule.word ?? words.find(([, { status: base }]) => base === wanted.status)?.[0];
      return word === undefined ? [] : [{ word, shown: word, refined: rule }];
    });
  return [...plain, ...refined].find((spelling) =>
    isSame(readStage(status, settleSpelling(status, {}, spelling)), wanted),
  );
}

/** Writes the word, and makes what stands beside it say that stage and no other. */
export function settleSpelling(status: StatusRule, object: unknown, { word, refined }: Spelling): unknown {
  let settled = putAt(object, status.word[0], word);
  for (const condition of refined?.where ?? []) settled = settle(settled, condition, true);
  for (const rule of status.refine) {
    if (rule === refined) break;
    if (!fits(status, rule, settled)) continue;
    // One that does not hold is enough; one that the wanted rule needs has to stay.
    const other = rule.where.find(({ at }) => !refined?.where.some((kept) => isSamePointer(kept.at, at)));
    if (other !== undefined) settled = settle(settled, other, false);
  }
  return settled;
}

/** What the file says an object stands for; undefined where it has no such word. */
export function readStage(status: StatusRule, object: unknown): StatusReading | undefined {
  const refined = status.refine.find((rule) => fits(status, rule, object));
  return refined?.is ?? status.words[String(getFirst(object, status.word))];
}

function fits(status: StatusRule, rule: RefineRule, object: unknown): boolean {
  const word = getFirst(object, status.word);
  return (
    (rule.word === null || rule.word === word) && rule.where.every((condition) => holds(object, condition))
  );
}

export function isSame(left: StatusReading | undefined, right: StatusReading): boolean {
  return left?.status === right.status && left.outcome === right.outcome;
}

function isSamePointer(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((token, index) => token === right[index]);
}
