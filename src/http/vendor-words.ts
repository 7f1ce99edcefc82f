import type { Secrets } from '../telemetry/secrets.ts';

/** The most characters of a vendor's own words that are told. */
export const MAX_WORDS_LENGTH = 500;
/** As much as is gone through: a vendor that says more says nothing in the first five hundred characters either. */
const MAX_READ_LENGTH = 20_000;
const LINK = '[link]';

/** A tag, a comment or what looks like one. */
const TAG = /<[a-z/!?][^<>]*>/gi;
/** Tags that part no words. */
const INLINE = /^<\/?(?:a|abbr|b|code|em|font|i|mark|s|small|span|strong|sub|sup|tt|u|var|wbr)\b/i;
/** What would begin a tag if somebody took these words for markup. */
const TAG_START = /<(?=[a-z/!?])/gi;
/** Control characters, and those without a shape that turn or hide what stands beside them. */
const SHAPELESS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;
const SPACES = /[\s\p{Zs}\p{Zl}\p{Zp}]+/gu;
/** `scheme://…` right behind a digit too, `//host…`, `www.…`, and schemes that need no slashes. Bounded, so that no text makes it slow. */
const LINKS =
  /(?:[a-z][a-z0-9+.-]{0,30}:\/\/|(?<![\w:/])\/\/(?=\w)|\bwww\.|\b(?:javascript|data|mailto|vbscript|blob|file):)[^\s"'<>]*/gi;

const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/**
 * A vendor's own words as plain text for a person: without markup, control characters, links and known secrets, in one line of at
 * most 500 characters.
 *
 * @returns `undefined` where nothing is left
 */
export function cleanVendorWords(words: string, secrets: Pick<Secrets, 'mask'>): string | undefined {
  // Before anything is cut out: a secret may hold what is cut out. Afterwards: what was cut out may have parted one.
  const raw = secrets.mask(cut(words, MAX_READ_LENGTH).replace(SPACES, ' '));
  const text = toPlain(decodeEntities(toPlain(raw))).replace(TAG_START, '< ');
  const told = secrets.mask(secrets.mask(text).replace(LINKS, LINK)).trim();
  return told === '' ? undefined : shorten(told);
}

/** Spaces are made one before what has no shape is dropped: a line break parts words. */
function toPlain(text: string): string {
  return text
    .replace(TAG, (tag) => (INLINE.test(tag) ? '' : ' '))
    .replace(SPACES, ' ')
    .replace(SHAPELESS, '');
}

/** Once: what was escaped twice was meant to be read in its escaped form. */
function decodeEntities(text: string): string {
  return text.replace(ENTITY, (_entity, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? '';
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : '';
  });
}

/** At a space, so that no secret is cut in two and then not known any more. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, text.lastIndexOf(' ', length) + 1);
}

/** By whole characters, with a sign that there was more. */
function shorten(text: string): string {
  if (text.length <= MAX_WORDS_LENGTH) return text;
  const kept = text.slice(0, MAX_WORDS_LENGTH - 1);
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`;
}
