/** The longest name we give, in UTF-8 bytes: below every file system's 255, with room for a browser's ` (1)`. */
export const MAX_FILE_NAME_BYTES = 200;

/** What a file is called when nothing of its name is left. */
const NAMELESS = 'export';

/** One or two suffixes of letters and digits, the dot in front optional: `pdf`, `.xlsx`, `.tar.gz`. */
const EXTENSION = /^\.?([A-Za-z0-9]{1,16}(?:\.[A-Za-z0-9]{1,16})?)$/;

/** Control characters, line and paragraph separators, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu;

/** Invisible characters that reorder or hide text (bidi marks, embeddings, isolates, byte order mark, annotations). */
const DECEPTIVE =
  /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\p{Noncharacter_Code_Point}]+/gu;

/** What Windows refuses in a name; holds both path separators. */
const REFUSED = /[<>:"/\\|?*]+/g;

/** Device names, which Windows opens whatever extension follows. Source: Microsoft "Naming Files, Paths"; general knowledge. */
const DEVICE = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])\s*(?:\.|$)/i;

/** What commands take for an option (`rm *` in a folder with `-rf`), and a shell for somebody's home. */
const SHELL_WORD = /^[-~]/;

/**
 * A file name that is safe on every system, from a title as people write it.
 *
 * No path parts, no control or bidi characters, no leading dot, dash or tilde, no Windows device; never empty, and bounded to
 * `MAX_FILE_NAME_BYTES` with the extension kept. Letters of every script stay as they are.
 *
 * @param base - a title or a file name; one that already ends in the extension does not get it twice
 * @param extension - with or without its dot; anything that is not a plain extension counts as none
 */
export function toFileName(base: string, extension: string): string {
  const suffix = toSuffix(extension);
  const clean = trimEdges(
    base
      .toWellFormed()
      .replace(DECEPTIVE, '')
      .replace(UNPRINTABLE, ' ')
      .normalize('NFC')
      .replace(REFUSED, '_')
      .replace(/\s+/gu, ' '),
  );
  const stem = trimEdges(hasSuffix(clean, suffix) ? clean.slice(0, -suffix.length) : clean) || NAMELESS;
  const harmless = DEVICE.test(stem) || SHELL_WORD.test(stem) ? `_${stem}` : stem;
  return `${cutToBytes(harmless, MAX_FILE_NAME_BYTES - suffix.length)}${suffix}`;
}

function toSuffix(extension: string): string {
  const match = EXTENSION.exec(extension.trim());
  return match === null ? '' : `.${match[1]}`;
}

function hasSuffix(name: string, suffix: string): boolean {
  return suffix !== '' && name.toLowerCase().endsWith(suffix.toLowerCase());
}

/** Dots in front hide a file or climb a folder; dots and spaces behind are dropped by Windows in silence. */
function trimEdges(name: string): string {
  return name.replace(/^[\s.]+/u, '').replace(/[\s.]+$/u, '');
}

/** Cuts between characters, never inside one. */
function cutToBytes(name: string, maxBytes: number): string {
  if (Buffer.byteLength(name) <= maxBytes) return name;
  let bytes = 0;
  let kept = '';
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return trimEdges(kept) || NAMELESS;
}
