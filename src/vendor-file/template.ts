import type { PathPiece, Template, TemplatePart } from './declaration.ts';
import { isPointer, toPointer } from './pointer.ts';

/** What a locator's ids, settings, details and the fields of an order are called: names of GraphQL's. */
export const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;

/** Text with `{name}` and `{/pointer}` in it, taken apart; undefined where anything else stands between braces. */
export function parseTemplate(text: string): Template | undefined {
  const parts: TemplatePart[] = [];
  for (const piece of text.split(/(\{[^{}]*\})/)) {
    if (piece === '') continue;
    const inner = piece.startsWith('{') && piece.endsWith('}') ? piece.slice(1, -1) : undefined;
    if (inner === undefined) {
      if (/[{}]/.test(piece)) return undefined;
      parts.push({ text: piece });
    } else if (NAME_PATTERN.test(inner)) parts.push({ name: inner });
    else if (inner.startsWith('/') && isPointer(inner)) parts.push({ pointer: toPointer(inner) });
    else return undefined;
  }
  return parts;
}

/** As `parseTemplate`, of a text that was checked before. */
export function toTemplate(text: string): Template {
  return parseTemplate(text) ?? [{ text }];
}

/** A body's text: names that are known are replaced, every other brace is text. */
export function toBodyTemplate(text: string, isName: (name: string) => boolean): Template {
  const parts: TemplatePart[] = [];
  let fixed = '';
  for (const piece of text.split(/(\{[^{}]*\})/)) {
    const part = toBodyPart(piece, isName);
    if (part === undefined) {
      fixed += piece;
      continue;
    }
    if (fixed !== '') parts.push({ text: fixed });
    fixed = '';
    parts.push(part);
  }
  if (fixed !== '' || parts.length === 0) parts.push({ text: fixed });
  return parts;
}

function toBodyPart(piece: string, isName: (name: string) => boolean): TemplatePart | undefined {
  if (!piece.startsWith('{') || !piece.endsWith('}')) return undefined;
  const inner = piece.slice(1, -1);
  if (NAME_PATTERN.test(inner) && isName(inner)) return { name: inner };
  return inner.startsWith('/') && isPointer(inner) && isName(inner)
    ? { pointer: toPointer(inner) }
    : undefined;
}

/** The names in a template. */
export function namesIn(template: Template): readonly string[] {
  return template.flatMap((part) => ('name' in part ? [part.name] : []));
}

/** A path's parts: those in brackets may fall away. */
interface PathPart {
  readonly text: string;
  readonly isOptional: boolean;
}

/** What is wrong with a path; undefined where it can be appended to a base URL without leaving its place. */
export function findPathFault(path: string): string | undefined {
  if (path.length > 500) return 'more than 500 characters';
  if (!path.startsWith('/') && !path.startsWith('[/')) return 'a path that does not begin with "/"';
  const parts = splitPath(path);
  if (parts === undefined) return 'brackets that hold no whole part, "[/…]"';
  const template = parseTemplate(path.replaceAll(/[[\]]/g, ''));
  if (template === undefined) return 'braces with something other than a name between them';
  const fixed = template.map((part) => ('text' in part ? part.text : 'x')).join('');
  if (/[?#]/.test(fixed)) return '"?" or "#", which belong to "query"';
  if (/[\\%\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(fixed) || !fixed.isWellFormed()) {
    return 'a backslash, "%" or a control character';
  }
  const segments = fixed.split('/').slice(1);
  if (fixed !== '/' && segments.some((segment) => segment === ''))
    return 'an empty part, "//" or a "/" at the end';
  if (segments.some((segment) => /^\.+$/.test(segment) || segment.includes('..')))
    return 'a part of dots alone, or ".."';
  return undefined;
}

/** Takes a path apart; it was checked before. */
export function toPath(path: string, optionalIds: ReadonlySet<string>): readonly PathPiece[] {
  return (splitPath(path) ?? []).flatMap(({ text, isOptional }) => {
    const segments = toSegments(text);
    const names = segments.flatMap(namesIn).filter((name) => optionalIds.has(name));
    return segments.length === 0 ? [] : [{ segments, needs: isOptional ? [...new Set(names)] : [] }];
  });
}

/** Cuts at slashes, but for those between braces. */
function toSegments(path: string): readonly Template[] {
  const segments: TemplatePart[][] = [];
  for (const part of toTemplate(path)) {
    if (!('text' in part)) {
      segments.at(-1)?.push(part);
      continue;
    }
    const [first = '', ...others] = part.text.split('/');
    if (first !== '') segments.at(-1)?.push({ text: first });
    segments.push(...others.map((text) => (text === '' ? [] : [{ text }])));
  }
  return segments.filter((segment) => segment.length > 0);
}

/** The names in a path: in brackets, and outside of them. */
export function namesInPath(path: string): {
  readonly bracketed: readonly string[][];
  readonly plain: readonly string[];
} {
  const parts = splitPath(path) ?? [];
  const names = ({ text }: PathPart) => [...namesIn(parseTemplate(text) ?? [])];
  return {
    bracketed: parts.filter(({ isOptional }) => isOptional).map(names),
    plain: parts.filter(({ isOptional }) => !isOptional).flatMap(names),
  };
}

/** Cuts at brackets, each of which holds whole parts; undefined where they do not pair or stand inside a part. */
function splitPath(path: string): readonly PathPart[] | undefined {
  const parts: PathPart[] = [];
  for (const piece of path.split(/(\[[^[\]]*\])/)) {
    if (piece === '') continue;
    const isOptional = piece.startsWith('[') && piece.endsWith(']');
    const text = isOptional ? piece.slice(1, -1) : piece;
    if (/[[\]]/.test(text) || !text.startsWith('/') || (isOptional && text.length < 2)) return undefined;
    parts.push({ text, isOptional });
  }
  return parts;
}
