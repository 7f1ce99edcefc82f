/** The way to a key: mapping keys and list positions, from the top. */
export type KeyPath = readonly (string | number)[];

/** One thing that is wrong with a configuration; what was found never holds a secret. */
export interface Problem {
  readonly path: KeyPath;
  readonly found: string;
  readonly allowed: string;
}

/** A position in a file as editors count them: both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The longest piece of a value that a problem shows. */
const MAX_SHOWN_LENGTH = 60;
const MAX_LINES = 100;

/** How a line about a key begins where the file is known by name, so that editors and terminals jump to it: `FILE:LINE:COLUMN`. */
export function toEditorPrefix(file: string, { line, column }: Place): string {
  return `${escapeControls(file)}:${line}:${column}`;
}

/** The same for files whose lines name the line alone: `FILE:LINE`. */
export function toFilePrefix(file: string, { line }: Place): string {
  return `${escapeControls(file)}:${line}`;
}

/** A problem as one line for a person: `accounts[1].limits.timeoutMs: found 50, allowed: a whole number from 100 to 120000`. */
export function toLine({ path, found, allowed }: Problem): string {
  return `${formatPath(path)}: found ${found}, allowed: ${allowed}`;
}

/** `accounts[1].credential.apiKey`; names that are no plain words are quoted. */
export function formatPath(path: KeyPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (!isPlainName(part)) text += `[${quote(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text === '' ? '(top level)' : text;
}

/** True for names such as keys of ours are: letters, digits, `_`, `-`, at most 40. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_-]{0,39}$/.test(name);
}

/** A text in quotes on one line, bounded, everything that could move a cursor escaped. */
export function quote(text: string, maxLength = MAX_SHOWN_LENGTH): string {
  const isLong = text.length > maxLength;
  // JSON escapes what is below U+0020; the rest of Unicode's control, format and line characters is escaped here.
  const escaped = escapeControls(JSON.stringify(text.slice(0, maxLength)));
  return isLong ? `${escaped.slice(0, -1)}…"` : escaped;
}

/** Everything escaped that could move a cursor. */
function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** A name as it stands in a sentence: bounded and escaped like a text, without the quotes. */
export function shorten(name: string): string {
  return quote(name).slice(1, -1);
}

/** What kind of value it is, without telling anything of a text or a number itself. */
export function describeKind(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (value === '') return 'an empty string';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  return Array.isArray(value) ? 'a list' : 'a mapping';
}

/** The value itself where it is a text, a number, true or false; its kind otherwise. Only for what is no secret. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string' && value !== '') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return describeKind(value);
}

/** So many lines as a person reads; the last says how many more there are. */
export function boundLines(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_LINES) return lines;
  return [
    ...lines.slice(0, MAX_LINES),
    `(top level): found ${lines.length - MAX_LINES} more problems, allowed: none`,
  ];
}
