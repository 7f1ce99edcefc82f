import type { LocatorIds } from '../../export/export.ts';
import type { BodyNode, PathPiece, Template, TemplatePart } from '../../vendor-file/declaration.ts';
import { compilePointer } from './pointer.ts';

/** What the places of a template are filled with, beside an account's settings. */
export interface TemplateValues {
  readonly ids: LocatorIds;
  /** `{limit}`: how many exports the gateway wants. */
  readonly limit?: number | undefined;
  /** `{ids}`: the exports that one call asks about, as the vendor writes their ids. */
  readonly wanted?: readonly string[] | undefined;
  /** What `{/pointer}` reads: the export in the status answer. */
  readonly answer?: unknown;
}

/** An account's settings, defaults filled in. */
export type SettingValues = Readonly<Record<string, string>>;

/** Text, raw; undefined where a place has nothing to be filled with. */
export type FillText = (values: TemplateValues) => string | undefined;
/** Segments, raw: who sends them encodes each. Undefined where a place has nothing to be filled with. */
export type FillPath = (values: TemplateValues) => readonly string[] | undefined;
/** A JSON value; undefined where it falls away. */
export type FillBody = (values: TemplateValues) => unknown;

/** The longest value of an answer that is put into an address. */
const MAX_VALUE_LENGTH = 512;

export function compileTemplate(template: Template, settings: SettingValues): FillText {
  const parts = joinTexts(template, settings).map(compilePart);
  const [first] = parts;
  if (first === undefined) return () => '';
  if (parts.length === 1) return first;
  return (values) => {
    let text = '';
    for (const part of parts) {
      const filled = part(values);
      if (filled === undefined) return undefined;
      text += filled;
    }
    return text;
  };
}

export function compilePath(pieces: readonly PathPiece[], settings: SettingValues): FillPath {
  const steps = pieces.flatMap(({ segments, needs }) =>
    segments.map((segment) => ({ fill: compileTemplate(segment, settings), needs })),
  );
  return (values) => {
    const path: string[] = [];
    for (const { fill, needs } of steps) {
      if (needs.length > 0 && !needs.every((name) => idOf(values.ids, name) !== undefined)) continue;
      const text = fill(values);
      if (text === undefined) return undefined;
      path.push(text);
    }
    return path;
  };
}

/** Names with their texts. One whose template cannot be filled falls away. */
export function compileTexts(
  templates: Readonly<Record<string, Template>>,
  settings: SettingValues,
): (values: TemplateValues) => Readonly<Record<string, string>> {
  const entries = Object.entries(templates);
  const fixed = entries.map(([name, template]) => [name, toFixedText(template, settings)] as const);
  if (fixed.every(([, text]) => text !== undefined)) {
    // One object for all requests: whoever joins headers knows it again.
    const texts = Object.fromEntries(fixed) as Readonly<Record<string, string>>;
    return () => texts;
  }
  const fills = entries.map(([name, template]) => [name, compileTemplate(template, settings)] as const);
  return (values) => {
    const texts: Record<string, string> = {};
    for (const [name, fill] of fills) {
      const text = fill(values);
      if (text !== undefined) texts[name] = text;
    }
    return texts;
  };
}

/** `{ids}` alone is a list of texts, `{limit}` alone a number; everything else that is filled is text. */
export function compileBody(node: BodyNode, settings: SettingValues): FillBody {
  if ('value' in node) return () => node.value;
  if ('template' in node) return compileBodyText(node.template, settings);
  if ('list' in node) {
    const entries = node.list.map((entry) => compileBody(entry, settings));
    return (values) => entries.map((fill) => fill(values)).filter((entry) => entry !== undefined);
  }
  const members = Object.entries(node.members).map(
    ([name, member]) => [name, compileBody(member, settings)] as const,
  );
  return (values) =>
    Object.fromEntries(
      members.map(([name, fill]) => [name, fill(values)] as const).filter(([, value]) => value !== undefined),
    );
}

function compileBodyText(template: Template, settings: SettingValues): FillBody {
  const [only, ...others] = template;
  if (only !== undefined && 'name' in only && others.length === 0 && !Object.hasOwn(settings, only.name)) {
    if (only.name === 'ids') return ({ wanted }) => wanted;
    if (only.name === 'limit') return ({ limit }) => limit;
  }
  return compileTemplate(template, settings);
}

/** Text of which nothing has to be filled in but settings; undefined where there is something else. */
export function toFixedText(template: Template, settings: SettingValues): string | undefined {
  const parts = joinTexts(template, settings);
  if (parts.length === 0) return '';
  const [only] = parts;
  return parts.length === 1 && only !== undefined && 'text' in only ? only.text : undefined;
}

/** Settings are known once an account is opened: with the text around them they are one. */
function joinTexts(template: Template, settings: SettingValues): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  for (const part of template) {
    const known =
      'name' in part && Object.hasOwn(settings, part.name) ? { text: settings[part.name] ?? '' } : part;
    const last = parts.at(-1);
    if ('text' in known && last !== undefined && 'text' in last)
      parts[parts.length - 1] = { text: last.text + known.text };
    else parts.push(known);
  }
  return parts;
}

function compilePart(part: TemplatePart): FillText {
  if ('text' in part) return () => part.text;
  if ('pointer' in part) {
    const read = compilePointer(part.pointer);
    return ({ answer }) => toAddressText(read(answer));
  }
  const { name } = part;
  return (values) => {
    const id = idOf(values.ids, name);
    if (id !== undefined) return id;
    if (name === 'limit' && values.limit !== undefined) return String(values.limit);
    if (name === 'ids') return values.wanted?.join(',');
    return undefined;
  };
}

function idOf(ids: LocatorIds, name: string): string | undefined {
  return Object.hasOwn(ids, name) ? ids[name] : undefined;
}

/** A vendor's value that may stand in an address; undefined for one that could lead elsewhere: an answer is not to be trusted. */
function toAddressText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH || !value.isWellFormed()) return undefined;
  return value === '' || value === '.' || value === '..' || /\p{Cc}/u.test(value) ? undefined : value;
}
