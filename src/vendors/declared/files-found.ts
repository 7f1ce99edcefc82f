import { type ExportStatus, type FileDescription, isTerminal, type LocatorIds } from '../../export/export.ts';
import { toFileName } from '../../export/file-name.ts';
import type { FactRule, FieldRules, FileRule, VendorDeclaration } from '../../vendor-file/declaration.ts';
import { extensionFor, extensionOf, mediaTypeOf, toMediaType } from '../shared/media-types.ts';
import { linkPath, readLink } from '../shared/presigned-link.ts';
import { compileConditions } from './conditions.ts';
import { compilePointers, type ReadPointer } from './pointer.ts';
import {
  compilePath,
  compileTemplate,
  type FillPath,
  type SettingValues,
  type TemplateValues,
} from './template.ts';
import { compileInstantRule, compileValue, type Misfit, toLine } from './values.ts';

/** What is known of an export when its files are looked for. */
export interface FileSource {
  readonly ids: LocatorIds;
  readonly status: ExportStatus;
  /** The export as it stands in the vendor's answer. */
  readonly wire: unknown;
}

/** A file of an export, as far as the status answer tells. */
export interface FoundFile {
  /** The place of its rule in the vendor file's `files`. */
  readonly rule: number;
  /** Of `link` and `links`, byte for byte; null for those whose place is asked for, or fixed. */
  readonly url: string | null;
  readonly description: FileDescription;
}

/** The files of a vendor's exports. */
export interface Files {
  /** In the order of the rules; empty where there is none. */
  find(source: FileSource): readonly FoundFile[];
  /**
   * See `ExportSnapshot.files`.
   *
   * @param isWhole - the answer was about this export alone: what it leaves out is not there. Of a list's entry it is not known.
   */
  describe(source: FileSource, isWhole: boolean): readonly FileDescription[] | null | undefined;
  /** What else is known of a file of this rule, once a further answer tells. */
  describeBy(rule: number, source: FileSource, url: string, answer: unknown): FileDescription;
}

/** What is said of one file: by the export, or by the further answer that holds its link. */
interface Facts {
  readonly source: FileSource;
  readonly answer: unknown;
  readonly url: string | null;
  /** Of several links: which of them. */
  readonly place: number | null;
}

type ReadFact = (facts: Facts, misfit: Misfit) => string | null;

const MAX_LINK_LENGTH = 8_192;
const MAX_NAME_LENGTH = 300;
/** As many links of one export are offered; a caller that asks for more is not served by a list of files. */
const MAX_LINKS = 1_000;

/** @param misfit - told of a value that is not what the file says it is */
export function compileFiles(
  { id, files, locator, status }: Pick<VendorDeclaration, 'id' | 'files' | 'locator' | 'status'>,
  settings: SettingValues,
  misfit: Misfit,
): Files {
  const lastId = Object.keys(locator).at(-1) ?? '';
  const rules = files.map((rule) =>
    compileRule(rule, settings, { id, lastId, fields: status.fields }, misfit),
  );
  const find = (source: FileSource): readonly FoundFile[] =>
    rules.flatMap(({ links, describe }, rule) => {
      const urls = links(source);
      return urls.map((url, index) => {
        const place = urls.length > 1 ? index + 1 : null;
        return { rule, url, description: describe({ source, answer: source.wire, url, place }) };
      });
    });

  return {
    find,
    describe(source, isWhole) {
      if (!isTerminal(source.status)) return null;
      const found = find(source);
      if (found.length > 0 || isWhole) return found.map(({ description }) => description);
      return rules.some(({ of }) => of.has(source.status)) ? undefined : [];
    },
    describeBy(rule, source, url, answer) {
      const facts = { source, answer, url, place: null };
      return (rules[rule] as CompiledRule).describe(facts);
    },
  };
}

interface CompiledRule {
  readonly of: ReadonlySet<ExportStatus>;
  /** One entry per file; null where its place is not in the answer. */
  links(source: FileSource): readonly (string | null)[];
  describe(facts: Facts): FileDescription;
}

function compileRule(
  rule: FileRule,
  settings: SettingValues,
  { id, lastId, fields }: { readonly id: string; readonly lastId: string; readonly fields: FieldRules },
  misfit: Misfit,
): CompiledRule {
  const of = new Set(rule.of);
  const holds = compileConditions(rule.where);
  const links = compileLinks(rule, settings);
  const readName = compileFact('files.name', rule.name, settings);
  const readType = compileFact('files.mediaType', rule.mediaType, settings);
  const readEnd = compileEnd(rule, fields, misfit);
  const isGzip = compileGzip(rule);
  return {
    of,
    links: (source) => (of.has(source.status) && holds(source.wire) ? links(source) : []),
    describe(facts) {
      // A name says which of several it is; a media type does not.
      const said = readType({ ...facts, place: null }, misfit);
      const known = said === null ? null : toMediaType(said);
      const fallback = `${id}-${facts.source.ids[lastId] ?? 'export'}`;
      const name = readName(facts, misfit) ?? nameOfLink(facts.url) ?? fallback;
      return { ...toNamed(name, known, facts, isGzip(facts)), availableUntil: readEnd(facts) };
    },
  };
}

/** Where the files of a rule are: for `stream` and `lookup`, whether the answer holds what their request needs. */
function compileLinks({ kind, at, request }: FileRule, settings: SettingValues): CompiledRule['links'] {
  if (kind === 'link' || kind === 'links') {
    const read = at === null ? () => undefined : compilePointers(at);
    const isMany = kind === 'links';
    return ({ wire }) => {
      const value = read(wire);
      const urls = isMany ? (Array.isArray(value) ? value.slice(0, MAX_LINKS) : []) : [value];
      return urls.filter(isLink);
    };
  }
  const fill: FillPath = request === null ? () => [] : compilePath(request.path, settings);
  return ({ ids, wire }) => (fill({ ids, answer: wire }) === undefined ? [] : [null]);
}

/** A further answer's own word goes before what the export says. */
function compileFact(field: string, rule: FactRule | null, settings: SettingValues): ReadFact {
  if (rule === null) return () => null;
  if ('template' in rule) {
    const fill = compileTemplate(rule.template, settings);
    return ({ source, place }) => {
      const text = fill(toValues(source));
      return text === undefined || place === null ? (text ?? null) : withPlace(text, place);
    };
  }
  const read = compileValue(field, rule, toLine(MAX_NAME_LENGTH));
  return ({ source, answer }, misfit) => (read(answer, misfit) ?? read(source.wire, misfit)) || null;
}

/** Epoch milliseconds; what a link says of itself ends the link, and not the file. */
function compileEnd(
  { expiresAt }: FileRule,
  fields: FieldRules,
  misfit: Misfit,
): (facts: Facts) => number | null {
  if (expiresAt === null || 'link' in expiresAt) return () => null;
  const read = compileInstantRule('files.expiresAt', expiresAt, fields);
  return ({ source, answer }) => read(answer, misfit) ?? read(source.wire, misfit);
}

/** `GZIP`, `gzip` or true. */
function compileGzip({ gzip }: FileRule): (facts: Facts) => boolean {
  if (gzip === null) return () => false;
  const read: ReadPointer = compilePointers(gzip.at);
  const says = (value: unknown) =>
    value === true || (typeof value === 'string' && /^gzip$/i.test(value) && !gzip.absent.includes(value));
  return ({ source, answer }) => says(read(answer) ?? read(source.wire));
}

/** A safe name with its extension, and the media type that goes with it. */
function toNamed(
  name: string,
  mediaType: string | null,
  { url }: Facts,
  isGzip: boolean,
): Pick<FileDescription, 'name' | 'mediaType'> {
  const extension = extensionOf(name);
  const ownType = mediaType ?? (url === null ? null : readLink(url).mediaType) ?? mediaTypeOf(extension);
  const plain = extension === '' ? toFileName(name, extensionFor(ownType)) : toFileName(name, extension);
  if (!isGzip || /\.(?:gz|gzip)$/i.test(plain)) return { name: plain, mediaType: ownType };
  const whole = extension === '' ? `${extensionFor(ownType)}.gz` : `${extension}.gz`;
  const base = extension === '' ? name : name.slice(0, -extension.length - 1);
  return { name: toFileName(base, whole.replace(/^\./, '')), mediaType: 'application/gzip' };
}

/** What a store calls the file, or the end of its path; null where neither is there. */
function nameOfLink(url: string | null): string | null {
  if (url === null) return null;
  const last =
    linkPath(url)
      .replace(/^[a-z]+:\/\/[^/]*/i, '')
      .split('/')
      .at(-1) ?? '';
  return readLink(url).fileName ?? (decode(last) || null);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** `contacts.csv` is `contacts-2.csv` as the second of several. */
function withPlace(name: string, place: number): string {
  const extension = extensionOf(name);
  const base = extension === '' ? name : name.slice(0, -extension.length - 1);
  return extension === '' ? `${base}-${place}` : `${base}-${place}.${extension}`;
}

function toValues({ ids, wire }: FileSource): TemplateValues {
  return { ids, answer: wire };
}

function isLink(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_LINK_LENGTH;
}
