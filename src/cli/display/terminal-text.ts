import { stripVTControlCharacters } from 'node:util';

/** Control characters and the separators that some terminals break lines at. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** Invisible characters that reorder or hide text: bidi marks, embeddings and isolates, zero-width ones, tags; and lone surrogates. */
const DECEPTIVE =
  /[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}\p{Cs}]+/gu;

/**
 * Text that came over the network, as a terminal may see it: one line, without escape sequences or control characters.
 *
 * Whatever a vendor calls an export is data; printed as it is, it could move the cursor, change the window's title or hide itself.
 */
export function toTerminalText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(CONTROLS, ' ')
    .replace(DECEPTIVE, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters that take two columns: East Asian wide ones, and emoji. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|.\u{FE0F}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}])/u;

/** How many columns a text takes in a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += widthOfCharacter(segment);
  return width;
}

/** The text in exactly `width` columns: cut with an ellipsis, or filled with blanks. */
export function toWidth(text: string, width: number): string {
  const own = widthOf(text);
  if (own <= width) return text + ' '.repeat(width - own);
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const next = widthOfCharacter(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return width <= 0 ? '' : `${kept}…${' '.repeat(width - used - 1)}`;
}

function widthOfCharacter(character: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
