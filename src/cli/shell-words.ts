/** What a POSIX shell reads as it stands. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * Words as a person can paste them into a POSIX shell; undefined where one of them holds what must not be printed.
 *
 * Nothing in single quotes means anything to a shell but the quote itself.
 */
export function toShellText(words: readonly string[]): string | undefined {
  if (words.some((word) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(word))) return undefined;
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
