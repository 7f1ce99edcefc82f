import * as z from 'zod';

/*
 * Every check of every key carries one and the same message: what is allowed there. It becomes the last part of the
 * problem's line, so it reads as the end of "…, allowed: ".
 */

/** A mapping with these keys and no others. The message about an unknown key lists the known ones, comma-separated. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : 'a mapping'),
  });
}

/** A list of at most so many items. */
export function list<Item extends z.core.$ZodType>(item: Item, maximum: number) {
  const allowed = `a list of at most ${maximum}`;
  return z.array(item, { error: allowed }).max(maximum, { error: allowed });
}

/** A whole number within bounds, both included. */
export function wholeNumber(minimum: number, maximum: number) {
  const allowed = { error: `a whole number from ${minimum} to ${maximum}` };
  return z.number(allowed).int(allowed).min(minimum, allowed).max(maximum, allowed);
}

/** A switch. */
export function yesOrNo() {
  return z.boolean({ error: 'true or false' });
}

/** One of a few words. */
export function word<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: oneOf(words) });
}

/** `"open", "keys" or "jwt"` */
export function oneOf(words: readonly string[]): string {
  const quoted = words.map((each) => JSON.stringify(each));
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

/** A text that a test of ours accepts. */
export function text(allowed: string, isAllowed: (value: string) => boolean) {
  return z.string({ error: allowed }).refine(isAllowed, { error: allowed });
}

/** A text that a pattern accepts; the pattern also stands in the published schema. */
export function patternText(allowed: string, pattern: RegExp) {
  return z.string({ error: allowed }).regex(pattern, { error: allowed });
}

/** A line of text without control characters. */
export function lineOfText(maximum: number) {
  return text(
    `a non-empty string of at most ${maximum} characters, without control characters`,
    (value) => value !== '' && value.length <= maximum && isCleanText(value),
  );
}

/** A secret that travels in an HTTP header: visible ASCII, so that nothing is dropped or re-encoded on the way. */
export function headerSecret() {
  return patternText('a non-empty string of visible ASCII characters', /^[!-~]{1,8192}$/);
}

/** The key of an account or an endpoint. */
export function keyWord() {
  return patternText('1 to 40 lower-case letters, digits or "-"', /^[a-z0-9-]{1,40}$/);
}

/** The name of a tenant or a caller: one word, as it stands in logs. */
export function nameWord() {
  return patternText('1 to 64 letters, digits, "_", ".", ":", "@" or "-"', /^[A-Za-z0-9_.:@-]{1,64}$/);
}

/** True for text that can be logged, sent and compared: no control characters, no broken surrogates. */
export function isCleanText(value: string): boolean {
  return value.isWellFormed() && !/\p{Cc}/u.test(value);
}
