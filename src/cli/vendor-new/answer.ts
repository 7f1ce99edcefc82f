import type { DraftDetail, DraftField, DraftWord } from './draft.ts';
import { asList, asObject, asText, type Json, type OpenApi, type Operation } from './openapi.ts';
import { guessWord } from './words.ts';

/** What may be found in the answer that says how an export stands. */
export interface FoundAnswer {
  readonly at: string;
  readonly word: string;
  /** Below `at`; null where there is none. */
  readonly id: string | null;
  readonly words: readonly DraftWord[];
  readonly fields: Readonly<Record<string, DraftField>>;
  readonly details: Readonly<Record<string, DraftDetail>>;
  /** Links to files, below `at`. */
  readonly links: readonly { readonly kind: 'link' | 'links'; readonly at: string }[];
}

interface Property {
  readonly name: string;
  /** A pointer to it. */
  readonly at: string;
  /** A pointer to what it stands in. */
  readonly within: string;
  readonly schema: Json;
}

const MAX_DEPTH = 3;
const MAX_PROPERTIES = 500;
const MAX_DETAILS = 20;
const MAX_WORDS = 200;

/** Names of what says how a job stands, the likeliest first. */
const STATUS_NAMES =
  /^(?:(?:job|export|report|task|operation|run|file|query|bulk)?(?:status|state)(?:code|name)?|phase|stage|lifecycle)$/;

const FIELDS: readonly (readonly [field: string, names: RegExp])[] = [
  ['name', /^(?:name|title|displayname|label|exportname|reportname|jobname)$/],
  [
    'createdAt',
    /^(?:created|createdat|createdon|createdtime|createddatetime|creationdate|creationtime|datecreated|requestedat|submittedat|queuedat|createtime)$/,
  ],
  ['startedAt', /^(?:started|startedat|startedon|starttime|startdatetime|processingstarttime)$/],
  [
    'updatedAt',
    /^(?:updated|updatedat|updatedon|modifiedat|modified|lastmodified|lastmodifieddatetime|updatetime|lastupdated)$/,
  ],
  [
    'finishedAt',
    /^(?:finished|finishedat|finishedon|completed|completedat|completedon|completiontime|endedat|endtime|completeddatetime|processingendtime)$/,
  ],
  [
    'percent',
    /^(?:progress|percent|percentage|percentcomplete|progresspercent|progresspercentage|completionpercentage)$/,
  ],
  [
    'completedParts',
    /^(?:processedrecords|processed|completedparts|partsdone|completedcount|processedcount)$/,
  ],
  ['totalParts', /^(?:totalrecords|total|totalparts|totalcount)$/],
  ['failureCode', /^(?:errorcode|failurecode|error\/code|failure\/code|error\/type)$/],
  [
    'failureMessage',
    /^(?:errormessage|failuremessage|failurereason|error|error\/message|failure\/message|failure\/reason|errordescription|statusmessage)$/,
  ],
];
const INSTANTS = new Set(['createdAt', 'startedAt', 'updatedAt', 'finishedAt']);
const LINK_NAMES =
  /^(?:url|urls|downloadurl|downloadlink|downloaduri|fileurl|resulturl|resulturls|resultlink|reporturl|exporturl|link|files|href|resultfile)$/;

/** What every export has, and what stands for its vendor: no vendor's own field may be called so. */
export const TAKEN = new Set(
  'id vendor account name status rawStatus isTerminal outcome failure progress createdAt startedAt updatedAt finishedAt files observation transitions tracking estimate'.split(
    ' ',
  ),
);

/** The schema of the answer of an operation that went well, brought together; empty where the document has none. */
export function answerSchema(api: OpenApi, { own }: Operation): Json {
  const responses = asObject(own.responses);
  const code = ['200', '201', '202', '2XX', '203', 'default'].find((each) => Object.hasOwn(responses, each));
  const { content } = api.resolve(code === undefined ? {} : responses[code]);
  const json = Object.entries(asObject(content)).find(([type]) => /[/+]json\b|^\*\/\*$/.test(type));
  return json === undefined ? {} : api.schema(asObject(json[1]).schema);
}

/** The media types of the answer of an operation that went well. */
export function answerTypes(api: OpenApi, { own }: Operation): readonly string[] {
  const responses = asObject(own.responses);
  const code = ['200', '2XX', 'default'].find((each) => Object.hasOwn(responses, each));
  return Object.keys(asObject(api.resolve(code === undefined ? {} : responses[code]).content));
}

/** Looks for a job's status in an answer's schema; null where nothing is called so. @param ids - what a job's id may be called */
export function findStatus(api: OpenApi, schema: Json, ids: readonly string[]): FoundAnswer | null {
  const all = propertiesOf(api, schema);
  const candidates = all.filter(({ name }) => STATUS_NAMES.test(plain(name)));
  const isScalar = ({ schema: { type } }: Property) => type === undefined || hasType(type, 'string');
  const found =
    candidates.find(({ schema: { enum: words } }) => asList(words).length > 0) ?? candidates.find(isScalar);
  if (found === undefined) return null;
  const at = found.within;
  const inside = all.filter((each) => each.at.startsWith(`${at}/`));
  const below = (pointer: string) => pointer.slice(at.length);
  const id = [...ids.map(plain), 'id', 'uuid', 'gid']
    .map((name) => inside.find((each) => each.within === at && plain(each.name) === name))
    .find((each) => each !== undefined);
  const fields: Record<string, DraftField> = {};
  for (const [field, names] of FIELDS) {
    const one = inside.find((each) => each !== found && names.test(nested(below(each.at))) && isPlain(each));
    if (one !== undefined) fields[field] = { at: below(one.at), as: conversion(field, one.schema) };
  }
  // The first one: a job may hold others, and their links.
  const links = inside.flatMap((each) => toLink(api, each, below(each.at))).slice(0, 1);
  const used = new Set([
    found.at,
    id?.at,
    ...Object.values(fields).map((field) => at + field.at),
    ...links.map((link) => at + link.at),
  ]);
  return {
    at,
    word: below(found.at),
    id: id === undefined ? null : below(id.at),
    words: asList(found.schema.enum)
      .filter((word) => typeof word === 'string')
      .slice(0, MAX_WORDS)
      .map(guessWord),
    fields,
    details: toDetails(
      inside.filter((each) => each.within === at && !used.has(each.at)),
      below,
      ids,
    ),
    links,
  };
}

/** A pointer to the first list of objects that have what tells a status; null where there is none. */
export function findItems(api: OpenApi, schema: Json): string | null {
  if (hasType(schema.type, 'array')) return '';
  const lists = propertiesOf(api, schema).filter(({ schema: { type } }) => hasType(type, 'array'));
  const isOfJobs = ({ schema: { items } }: Property) =>
    propertiesOf(api, api.schema(items)).some(({ name }) => STATUS_NAMES.test(plain(name)));
  return (lists.find(isOfJobs) ?? lists[0])?.at ?? null;
}

/** A pointer to the first plain value of such a name; null where there is none. */
export function findProperty(api: OpenApi, schema: Json, names: RegExp): string | null {
  return propertiesOf(api, schema).find((each) => names.test(plain(each.name)) && isPlain(each))?.at ?? null;
}

/** Where an answer that is a link has it; null where nothing looks like one. */
export function findLink(api: OpenApi, schema: Json): string | null {
  return propertiesOf(api, schema).flatMap((each) => toLink(api, each, each.at))[0]?.at ?? null;
}

function propertiesOf(api: OpenApi, schema: Json): readonly Property[] {
  const found: Property[] = [];
  let level: readonly { readonly at: string; readonly schema: Json }[] = [{ at: '', schema }];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const next: { readonly at: string; readonly schema: Json }[] = [];
    for (const { at: within, schema: parent } of level) {
      for (const [name, value] of Object.entries(asObject(parent.properties))) {
        if (found.length >= MAX_PROPERTIES) return found;
        const at = `${within}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const own = api.schema(value);
        found.push({ name, at, within, schema: own });
        next.push({ at, schema: own });
      }
    }
    level = next;
  }
  return found;
}

function toLink(
  api: OpenApi,
  { name, schema }: Property,
  at: string,
): readonly { readonly kind: 'link' | 'links'; readonly at: string }[] {
  if (!LINK_NAMES.test(plain(name))) return [];
  if (hasType(schema.type, 'string')) return [{ kind: 'link', at }];
  const isList = hasType(schema.type, 'array') && hasType(api.schema(schema.items).type, 'string');
  return isList ? [{ kind: 'links', at }] : [];
}

function toDetails(
  properties: readonly Property[],
  below: (pointer: string) => string,
  ids: readonly string[],
): Readonly<Record<string, DraftDetail>> {
  const taken = new Set([...TAKEN, ...ids]);
  const details: Record<string, DraftDetail> = {};
  for (const { name, at, schema } of properties) {
    const own = toFieldName(name);
    const type = toType(schema);
    if (own === null || type === null || taken.has(own) || Object.keys(details).length >= MAX_DETAILS)
      continue;
    taken.add(own);
    details[own] = { type, at: below(at), description: toDescription(schema.description) };
  }
  return details;
}

/** A name as GraphQL's are: `row_count` is `rowCount`; null where there is nothing to make one of. */
export function toFieldName(name: string): string | null {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const own = words
    .map(
      (word, index) =>
        (index === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1),
    )
    .join('');
  return /^[a-z][A-Za-z0-9]*$/.test(own) ? own : null;
}

/** The GraphQL type of a plain value, or of a list of them; JSON for an object where that is asked for. */
export function toType(schema: Json, isAnything = false): string | null {
  const { type, format } = schema;
  if (hasType(type, 'integer')) return format === 'int64' ? 'Float' : 'Int';
  if (hasType(type, 'number')) return 'Float';
  if (hasType(type, 'boolean')) return 'Boolean';
  if (hasType(type, 'string')) {
    if (format === 'date-time') return 'DateTime';
    return format === 'uri' || format === 'url' ? 'URL' : 'String';
  }
  if (!isAnything) return null;
  const items = asObject(schema.items);
  return hasType(type, 'array') && hasType(items.type, 'string') ? '[String!]' : 'JSON';
}

export function toDescription(value: unknown): string | null {
  const text = asText(value)?.replace(/\s+/g, ' ').trim() ?? '';
  if (text === '') return null;
  const [first = text] = /^.*?[.!?](?=\s|$)/.exec(text) ?? [];
  return first.length <= 200 ? first : `${first.slice(0, 199)}…`;
}

function conversion(field: string, { type, maximum }: Json): string | null {
  const isNumber = hasType(type, 'integer') || hasType(type, 'number');
  if (INSTANTS.has(field) && isNumber) return 'epoch-seconds';
  return field === 'percent' && maximum === 1 ? 'fraction' : null;
}

function isPlain({ schema: { type, properties } }: Property): boolean {
  return !hasType(type, 'object') && !hasType(type, 'array') && properties === undefined;
}

export function hasType(type: unknown, wanted: string): boolean {
  return type === wanted || asList(type).includes(wanted);
}

function plain(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** `/error/message` is `error/message`. */
function nested(pointer: string): string {
  return pointer.slice(1).split('/').map(plain).join('/');
}
