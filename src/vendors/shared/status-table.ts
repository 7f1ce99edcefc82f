import type { ExportOutcome, ExportStatus } from '../../export/export.ts';

/** What one of a vendor's status words means in ours. */
export interface StatusReading {
  readonly status: ExportStatus;
  /** Stands only beside SUCCEEDED. */
  readonly outcome?: ExportOutcome;
}

/** A vendor's words, in its own spelling, in ours. */
export type StatusTable = Readonly<Record<string, StatusReading>>;

const UNLISTED: StatusReading = { status: 'UNKNOWN' };

/**
 * Looks a vendor's word up. An unlisted word is UNKNOWN: never an error, never an end.
 *
 * @param normalise - where the vendor spells its words in several ways; applied to the word and to the table's words alike
 */
export function readStatus(
  table: StatusTable,
  word: string,
  normalise?: (word: string) => string,
): StatusReading {
  // hasOwn, not "in": "constructor" is a word every object knows.
  if (Object.hasOwn(table, word)) return table[word] ?? UNLISTED;
  if (normalise === undefined) return UNLISTED;
  const wanted = normalise(word);
  const listed = Object.keys(table).find((key) => normalise(key) === wanted);
  return listed === undefined ? UNLISTED : (table[listed] ?? UNLISTED);
}

/** The longest status word that is shown raw. */
const MAX_RAW_STATUS_LENGTH = 100;

/** A vendor's word as shown to people: bounded, on one line. */
export function toRawStatus(word: string): string {
  return toPlainText(word, MAX_RAW_STATUS_LENGTH);
}

/** A vendor's text as shown to people: no control characters, well-formed, bounded. */
export function toPlainText(text: string, maxLength: number): string {
  // Most are: the patterns below cost more than all the rest of reading a status.
  const isPlain = /^[\x20-\x7e]*$/.test(text);
  const plain = isPlain ? text.trim() : toPrintable(text);
  return plain.length <= maxLength ? plain : `${plain.slice(0, maxLength - 1).toWellFormed()}…`;
}

function toPrintable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}
