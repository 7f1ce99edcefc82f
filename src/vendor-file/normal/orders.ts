import type * as z from 'zod';
import type {
  CallbackRule,
  CancelRule,
  IdSource,
  OrderField,
  Pointers,
  StartRule,
  StartThenRule,
  StatusRule,
} from '../declaration.ts';
import { inspectPattern } from '../pattern/pattern.ts';
import { toExample } from '../pattern/samples.ts';
import { toPointer } from '../pointer.ts';
import type { callbackSchema, cancelSchema, startSchema } from '../schema/orders.ts';
import { toType } from '../types.ts';
import type { Names } from './context.ts';
import { toRow } from './errors.ts';
import { toRequest, toStartRequest } from './request.ts';
import { mapValues, toPointers } from './values.ts';

type RawStart = z.output<ReturnType<typeof startSchema>>;

export function toStart(raw: RawStart, id: StatusRule['id'], names: Names): StartRule {
  const { request, idempotency = 'none', existing, success, once } = raw;
  const under = raw.under ?? request.under;
  return {
    request: toStartRequest(request, raw.body, names),
    order: mapValues(raw.order, toOrderField),
    constants: Object.entries(raw.constants).map(([at, value]) => ({ at: toPointer(at), value })),
    under: under === undefined ? [] : toPointer(under),
    nesting: raw.nesting ?? request.nesting ?? null,
    idempotency: idempotency === 'none' ? null : idempotency,
    answer: { at: toPointers(raw.answer.at), ids: toIdSources(raw, id, names) },
    existing: existing === undefined ? null : { status: existing.status, at: toPointers(existing.at) },
    success,
    // biome-ignore lint/suspicious/noThenProperty: a key of the file's
    then: raw.then === undefined ? null : toThen(raw.then, names),
    once,
  };
}

function toThen({ request, waiting, done }: NonNullable<RawStart['then']>, names: Names): StartThenRule {
  return { ...toRequest(request, names), waiting, done: done.map((row) => toRow(row)) };
}

/** Where the ids of a new export stand: the last one as in a single answer, unless the file says otherwise. */
function toIdSources(
  { answer }: RawStart,
  id: StatusRule['id'],
  { ids }: Names,
): Readonly<Record<string, IdSource>> {
  const last = ids.at(-1) ?? '';
  const prefix = answer.idPrefix ?? id?.prefix ?? '';
  const own: Pointers | undefined = answer.id === undefined ? id?.at : toPointers(answer.id);
  const further = mapValues(answer.ids ?? {}, (at, name) => ({
    at: toPointers(at),
    prefix: name === last ? prefix : '',
  }));
  return own === undefined || Object.hasOwn(further, last)
    ? further
    : { ...further, [last]: { at: own, prefix } };
}

function toOrderField(raw: RawStart['order'][string]): OrderField {
  const { type, isList, isRequired } = toType(raw.type);
  const inspected = raw.pattern === undefined ? undefined : inspectPattern(raw.pattern);
  const pattern = inspected === undefined || 'found' in inspected ? null : inspected.source;
  return {
    type,
    isList,
    isRequired,
    at: toPointer(raw.at),
    description: raw.description ?? null,
    pattern,
    isMultiline: raw.multiline,
    example: raw.example ?? toOrderExample(type, isList, pattern),
  };
}

const EXAMPLES = {
  Int: 1,
  Float: 1.5,
  String: 'example',
  Boolean: true,
  ID: '4213',
  DateTime: '2026-11-01T00:00:00Z',
  URL: 'https://example.com/',
  JSON: {},
} as const;

function toOrderExample(type: OrderField['type'], isList: boolean, pattern: string | null): unknown {
  const one = pattern === null ? EXAMPLES[type] : toExample(pattern);
  return isList ? [one] : one;
}

export function toCancel(raw: z.output<ReturnType<typeof cancelSchema>>, names: Names): CancelRule {
  return {
    request: toRequest(raw.request, names),
    gone: raw.gone,
    success: raw.success,
    // biome-ignore lint/suspicious/noThenProperty: a key of the file's
    then: raw.then === undefined ? null : toRequest(raw.then.request, names),
  };
}

export function toCallback({
  at,
  query,
  body,
  id,
}: z.output<ReturnType<typeof callbackSchema>>): CallbackRule {
  return {
    address: query === undefined ? { at: toPointer(at ?? '') } : { query },
    body,
    id: toPointers(id),
  };
}
