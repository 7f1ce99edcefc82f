import {
  answerSchema,
  answerTypes,
  findItems,
  findLink,
  findProperty,
  findStatus,
  hasType,
  toDescription,
  toFieldName,
  toType,
} from './answer.ts';
import { toCredentials } from './credentials.ts';
import type {
  DraftDetail,
  DraftFile,
  DraftId,
  DraftList,
  DraftRequest,
  DraftStart,
  VendorDraft,
} from './draft.ts';
import { USUAL_WORDS } from './from-answers.ts';
import { asList, asObject, asText, type Json, type OpenApi, type Operation } from './openapi.ts';

/** The operations that do each thing. */
export interface Operations {
  readonly status: Operation;
  readonly list: Operation | null;
  readonly start: Operation | null;
  readonly cancel: Operation | null;
  readonly file: Operation | null;
}

const ANY_ID = '[A-Za-z0-9_-]{1,64}';
const UUID = '[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}';

/** What an OpenAPI document tells of a vendor. */
export function toDraft(
  api: OpenApi,
  operations: Operations,
  names: { readonly id: string; readonly name: string | null },
): VendorDraft {
  const { status, list, start, cancel, file } = operations;
  const left: string[] = [];
  const locator = toLocator(api, status);
  const ids = locator.map(({ name }) => name);
  const last = ids.at(-1) ?? 'jobId';
  const answer = findStatus(api, answerSchema(api, status), [last, lastParameter(status)]);
  const server = toServer(api, left);
  if (ids.length === 0)
    left.push(
      'the path of the status call holds no id: say in `locator` which one names an export, and in `path` where it goes.',
    );
  if (answer === null)
    left.push(
      'the answer of the status call has nothing called status or state: say in `status.word` where it is.',
    );
  const isTold = answer !== null && answer.words.length > 0;
  if (!isTold)
    left.push(
      'the document does not list the words of the status: those of `status.words` are usual ones, and no vendor’s.',
    );
  for (const { word, status: is } of answer?.words ?? [])
    if (is === null) left.push(`what the word ${JSON.stringify(word)} means could not be told.`);
  const files = file === null ? (answer?.links ?? []) : [toFile(api, file, ids, left)];
  if (files.length === 0) left.push('where a finished file is was not found: write `files`.');
  const info = asObject(api.root.info);
  return {
    id: names.id,
    name: names.name ?? toName(info.title) ?? names.id,
    docs: asText(asObject(api.root.externalDocs).url),
    baseUrl: server.baseUrl,
    settings: server.settings,
    credentials: toCredentials(api, status, left),
    locator,
    status: {
      request: toRequest(api, status, left),
      at: answer?.at ?? '',
      id: answer === null ? '/id' : answer.id,
      word: { value: answer?.word ?? '/status', note: answer === null ? 'to be said' : null },
      words: isTold ? answer.words : USUAL_WORDS,
      fields: answer?.fields ?? {},
      details: answer?.details ?? {},
    },
    list: list === null ? null : toList(api, list, left),
    start: start === null ? null : toStart(api, start, ids, left),
    cancel: cancel === null ? null : toRequest(api, cancel, left),
    files,
    errors: toErrors(api, status),
    left,
  };
}

/** `Acme Reports API` is “Acme Reports”; null where nothing is left. */
function toName(title: unknown): string | null {
  return asText(
    asText(title)
      ?.slice(0, 80)
      .replace(/\s+(?:REST\s+)?API(?:\s+v?[\d.]+)?$/i, ''),
  );
}

function toServer(api: OpenApi, left: string[]): Pick<VendorDraft, 'baseUrl' | 'settings'> {
  const server = asObject(asList(api.root.servers)[0]);
  const url = (asText(server.url) ?? '').replace(/\/$/, '');
  const settings: Record<string, { readonly pattern: string; readonly default: string | null }> = {};
  for (const [, name = ''] of url.matchAll(/\{([^{}]+)\}/g)) {
    const variable = asObject(asObject(server.variables)[name]);
    const words = asList(variable.enum).filter((word) => typeof word === 'string' && /^[\w.-]+$/.test(word));
    settings[toFieldName(name) ?? name] = {
      pattern:
        words.length === 0
          ? '[A-Za-z0-9-]{1,63}'
          : words.map((word) => String(word).replaceAll('.', '[.]')).join('|'),
      default: asText(variable.default),
    };
  }
  const named = url.replace(/\{([^{}]+)\}/g, (_, name: string) => `{${toFieldName(name) ?? name}}`);
  if (/^https:\/\//.test(named)) return { baseUrl: { value: named, note: null }, settings };
  left.push('the document names no https address of the API: write `baseUrl`.');
  return { baseUrl: { value: 'https://api.example.com', note: 'to be said' }, settings: {} };
}

function toLocator(api: OpenApi, { path, parameters }: Operation): readonly DraftId[] {
  return pathNames(path).map((name) => {
    const parameter = parameters.find((each) => each.in === 'path' && each.name === name) ?? {};
    const schema = api.schema(parameter.schema);
    return {
      name: toIdName(path, name),
      pattern: toPattern(schema),
      isOptional: false,
      description: toDescription(parameter.description ?? schema.description),
    };
  });
}

function toPattern({ type, format, pattern }: Json): DraftId['pattern'] {
  if (hasType(type, 'integer')) return { value: '[0-9]{1,19}', note: null };
  if (format === 'uuid') return { value: UUID, note: null };
  const own = asText(pattern)?.replace(/^\^/, '').replace(/\$$/, '');
  // What a linear matcher has not, and what would let an id leave its place in a path, is left out.
  const isUsable = own !== undefined && own.length <= 200 && !/\(\?|\\[1-9bBk]|[/]|\.[*+]/.test(own);
  return isUsable
    ? { value: own, note: null }
    : { value: ANY_ID, note: 'guessed: which ids does the vendor give?' };
}

function pathNames(path: string): readonly string[] {
  return [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name);
}

function lastParameter({ path }: Operation): string {
  return pathNames(path).at(-1) ?? 'id';
}

/** `{id}` of `/jobs/{id}` is `jobId`: an export’s `id` is another one. */
function toIdName(path: string, name: string): string {
  const own = toFieldName(name) ?? 'exportId';
  if (own !== 'id') return own;
  const [, before = 'export'] = path.split(`{${name}}`)[0]?.match(/([A-Za-z]+)\/$/) ?? [];
  return `${before
    .replace(/ies$/, 'y')
    .replace(/s$/, '')
    .replace(/^./, (letter) => letter.toLowerCase())}Id`;
}

function toPath(path: string): string {
  return path.replace(/\{([^{}]+)\}/g, (_, name: string) => `{${toIdName(path, name)}}`);
}

const LIMIT_NAMES = /^(?:limit|per_?page|page_?size|count|max_?results|\$top|first|page\[size\])$/i;

/** The call of an operation. What it must have beside its path is written with what the document gives, or left to be said. */
function toRequest(api: OpenApi, operation: Operation, left: string[]): DraftRequest {
  const query: Record<string, string> = {};
  const headers: Record<string, string> = {};
  for (const parameter of operation.parameters) {
    const name = asText(parameter.name);
    if (name === null || parameter.required !== true || parameter.in === 'path') continue;
    if (LIMIT_NAMES.test(name) || /^(?:authorization|content-type|accept|idempotency-key)$/i.test(name))
      continue;
    const schema = api.schema(parameter.schema);
    const given = [schema.default, asList(schema.enum)[0], parameter.example, schema.example].find(
      (each) => each !== undefined,
    );
    if (given === undefined)
      left.push(
        `${operation.method} ${operation.path} needs ${name} (${String(parameter.in)}): say what it holds.`,
      );
    if (parameter.in === 'query') query[name] = String(given ?? '');
    if (parameter.in === 'header') headers[name] = String(given ?? '');
  }
  return { method: operation.method, path: toPath(operation.path), query, headers };
}

function toList(api: OpenApi, operation: Operation, left: string[]): DraftList | null {
  const schema = answerSchema(api, operation);
  const items = findItems(api, schema);
  if (items === null) {
    left.push('the answer of the list call holds no list: `list` was left out.');
    return null;
  }
  const request = toRequest(api, operation, left);
  const named = operation.parameters
    .filter((each) => each.in === 'query')
    .flatMap((each) => asText(each.name) ?? []);
  const limit = named.find((name) => LIMIT_NAMES.test(name));
  return {
    request: {
      ...request,
      query: { ...request.query, ...(limit === undefined ? {} : { [limit]: '{limit}' }) },
    },
    items,
    next: toNext(api, schema, named, limit),
  };
}

function toNext(
  api: OpenApi,
  schema: Json,
  parameters: readonly string[],
  limit: string | undefined,
): Readonly<Record<string, string>> | null {
  const url = findProperty(api, schema, /^(?:next|nexturl|nextlink|odatanextlink|nextpageurl)$/);
  const query = parameters.find((name) =>
    /^(?:cursor|page_?token|next_?page_?token|after|starting_?after|next_?cursor|offset_?token)$/i.test(name),
  );
  const cursor = findProperty(
    api,
    schema,
    /^(?:nextcursor|nextpagetoken|cursor|after|nextpage|endcursor|nexttoken)$/,
  );
  if (query !== undefined && cursor !== null) return { cursor, query };
  if (url !== null) return { url };
  const offset = parameters.find((name) => /^(?:offset|skip|\$skip|start)$/i.test(name));
  return offset !== undefined && limit !== undefined ? { offset, size: limit } : null;
}

function toStart(api: OpenApi, operation: Operation, ids: readonly string[], left: string[]): DraftStart {
  const missing = pathNames(toPath(operation.path)).filter((name) => !ids.includes(name));
  if (missing.length > 0)
    left.push(
      `the path of the start call needs ${missing.join(', ')}, which the locator does not have: make ${missing.length === 1 ? 'it' : 'them'} an optional id of the locator.`,
    );
  const content = Object.entries(asObject(api.resolve(operation.own.requestBody).content));
  const json = content.find(([type]) => /[/+]json\b/.test(type));
  const form = content.find(([type]) => /x-www-form-urlencoded|form-data/.test(type));
  const [, body] = json ?? form ?? [];
  const answer = answerSchema(api, operation);
  const last = ids.at(-1) ?? 'id';
  const status = findStatus(api, answer, [last]);
  const id = status?.id ?? findProperty(api, answer, new RegExp(`^(?:${last.toLowerCase()}|id|uuid)$`));
  if (id === null) left.push('the answer of the start call has no id: say in `start.answer` where it is.');
  const header = operation.parameters.find(
    (each) =>
      each.in === 'header' && /^(?:x-)?(?:idempotency|request)-?(?:key|id|token)$/i.test(String(each.name)),
  );
  return {
    request: toRequest(api, operation, left),
    body: json !== undefined ? 'json' : form !== undefined ? 'form' : null,
    order: toOrder(api, api.schema(asObject(body).schema)),
    idempotencyHeader: asText(header?.name),
    answer: { at: status?.at ?? '', id: id ?? '/id' },
  };
}

function toOrder(api: OpenApi, schema: Json): Readonly<Record<string, DraftDetail>> {
  const required = new Set(asList(schema.required));
  const order: Record<string, DraftDetail> = {};
  for (const [name, value] of Object.entries(asObject(schema.properties)).slice(0, 50)) {
    const own = api.schema(value);
    const field = toFieldName(name);
    if (own.readOnly === true || field === null || field === 'account' || Object.hasOwn(order, field))
      continue;
    const words = asList(own.enum).filter((word) => typeof word === 'string');
    const said = [
      toDescription(own.description),
      words.length === 0 ? null : `One of ${words.slice(0, 20).join(', ')}.`,
    ];
    order[field] = {
      type: `${toType({ ...own, items: api.schema(own.items) }, true)}${required.has(name) ? '!' : ''}`,
      at: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      description: said.filter((text) => text !== null).join(' ') || null,
    };
  }
  return order;
}

function toFile(api: OpenApi, operation: Operation, ids: readonly string[], left: string[]): DraftFile {
  const types = answerTypes(api, operation);
  const link = findLink(api, answerSchema(api, operation));
  const request = toRequest(api, operation, left);
  if (link !== null) return { kind: 'lookup', request, at: link };
  const type = types.find((each) => !/json/.test(each)) ?? types[0];
  const accept: DraftRequest['headers'] = type === undefined || type === '*/*' ? {} : { Accept: type };
  const ending = /csv/.test(type ?? '')
    ? 'csv'
    : /zip/.test(type ?? '')
      ? 'zip'
      : /json/.test(type ?? '')
        ? 'json'
        : 'dat';
  return {
    kind: 'stream',
    request: { ...request, headers: { ...accept, ...request.headers } },
    name: `{${ids.at(-1) ?? 'jobId'}}.${ending}`,
  };
}

function toErrors(api: OpenApi, { own }: Operation): VendorDraft['errors'] {
  const responses = Object.entries(asObject(own.responses)).filter(([code]) => /^[45]/.test(code));
  const schemas = responses.map(([, response]) => {
    const content = Object.entries(asObject(api.resolve(response).content)).find(([type]) =>
      /json/.test(type),
    );
    return api.schema(asObject(content?.[1]).schema);
  });
  const all = (names: RegExp) =>
    [...new Set(schemas.flatMap((schema) => findProperty(api, schema, names) ?? []))].slice(0, 4);
  return {
    code: all(/^(?:code|errorcode|error|type)$/),
    message: all(/^(?:message|errormessage|detail|description|errordescription)$/),
  };
}
