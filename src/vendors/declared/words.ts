import type { ExportOutcome, ExportStatus } from '../../export/export.ts';
import type { StatusReading, StatusRule } from '../../vendor-file/declaration.ts';
import { compileConditions } from './conditions.ts';

/** What a vendor's word means, together with what stands beside it. */
export interface WordReading {
  readonly status: ExportStatus;
  /** Null unless `status` is SUCCEEDED. */
  readonly outcome: ExportOutcome | null;
}

export type ReadWord = (word: string, source: unknown) => WordReading;

const UNLISTED: WordReading = { status: 'UNKNOWN', outcome: null };

/** The status table of a vendor file. An unlisted word is UNKNOWN, whatever stands beside it, unless a row names it. */
export function compileWords({
  words,
  caseless,
  refine,
}: Pick<StatusRule, 'words' | 'caseless' | 'refine'>): ReadWord {
  const spell = caseless ? (word: string) => word.toLowerCase() : (word: string) => word;
  // A map, not an object: "constructor" is a word every object knows.
  const listed = new Map(Object.entries(words).map(([word, reading]) => [spell(word), toReading(reading)]));
  const refinements = refine.map(({ word, where, is }) => ({
    word: word === null ? null : spell(word),
    holds: compileConditions(where),
    reading: toReading(is),
  }));
  const read: ReadWord = (word, source) => {
    const spelt = spell(word);
    const reading = listed.get(spelt);
    for (const refinement of refinements) {
      const isMeant = refinement.word === null ? reading !== undefined : refinement.word === spelt;
      if (isMeant && refinement.holds(source)) return refinement.reading;
    }
    return reading ?? UNLISTED;
  };
  return refinements.length > 0 ? read : (word) => listed.get(spell(word)) ?? UNLISTED;
}

/** Words that the file itself calls UNKNOWN: they are no news. */
export function knownUnknowns({ words }: Pick<StatusRule, 'words'>): readonly string[] {
  return Object.keys(words).filter((word) => words[word]?.status === 'UNKNOWN');
}

function toReading({ status, outcome }: StatusReading): WordReading {
  return { status, outcome: status === 'SUCCEEDED' ? (outcome ?? 'COMPLETE') : null };
}
