import type * as z from 'zod';
import type { FieldRules, FurtherRule, ListRule, NextRule, StatusRule } from '../declaration.ts';
import { toPointer } from '../pointer.ts';
import type { listSchema, statusSchema } from '../schema/status.ts';
import { toType } from '../types.ts';
import type { Names } from './context.ts';
import { toRequest } from './request.ts';
import { mapValues, toConditions, toInstant, toPointers, toReading, toValue } from './values.ts';

type RawStatus = z.output<ReturnType<typeof statusSchema>>;

export function toStatus(raw: RawStatus, names: Names): StatusRule {
  const { answers = [], success, idPrefix = '', batch, further } = raw;
  const id =
    raw.id === undefined || (typeof raw.id === 'object' && 'idFrom' in raw.id)
      ? null
      : { at: toPointers(raw.id), prefix: idPrefix };
  return {
    request: toRequest(raw.request, names),
    answers,
    success: success === undefined ? null : { at: toPointer(success.at), is: success.is },
    at: toPointers(raw.at),
    id,
    caseless: raw.caseless,
    ...toContent(raw),
    failureIsRetryable: raw.failureIsRetryable,
    batch:
      batch === undefined
        ? null
        : {
            request: toRequest(batch.request, names, ['ids']),
            items: toPointers(batch.items),
            id:
              batch.id === undefined
                ? null
                : { at: toPointers(batch.id), prefix: batch.idPrefix ?? idPrefix },
            max: batch.max,
          },
    further: further === undefined ? null : toFurther(further, names),
  };
}

function toFurther(raw: NonNullable<RawStatus['further']>, names: Names): FurtherRule {
  const { id, idPrefix = '', when } = raw;
  return {
    request: toRequest(raw.request, names),
    when: { words: when.words, isStalled: when.stalled },
    at: toPointers(raw.at),
    id: id === undefined ? null : { at: toPointers(id), prefix: idPrefix },
    ...toContent(raw),
  };
}

/** What an answer says of an export. */
function toContent(
  raw: Pick<RawStatus, 'word' | 'words' | 'refine' | 'details'> & { readonly fields: RawFields },
): Pick<StatusRule, 'word' | 'words' | 'refine' | 'fields' | 'details'> {
  return {
    word: toPointers(raw.word),
    words: mapValues(raw.words, toReading),
    refine: raw.refine.map(({ word, where, is }) => ({
      word: word ?? null,
      where: toConditions(where),
      is: toReading(is),
    })),
    fields: toFields(raw.fields),
    details: mapValues(raw.details, ({ type, description, ...value }) => ({
      ...toInstant(value),
      type: toType(type).type,
      isList: toType(type).isList,
      description: description ?? null,
    })),
  };
}

type RawFields = Partial<RawStatus['fields']>;

function toFields(raw: RawFields): FieldRules {
  const { name, percent, completedParts, totalParts, failureCode, failureMessage } = raw;
  const { createdAt, startedAt, updatedAt, finishedAt, retryAfterMs } = raw;
  const values = { name, percent, completedParts, totalParts, failureCode, failureMessage };
  const instants = { createdAt, startedAt, updatedAt, finishedAt };
  return {
    ...mapValues(present(values), toValue),
    ...mapValues(present(instants), toInstant),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: toRetryAfter(retryAfterMs) }),
  };
}

function toRetryAfter(raw: NonNullable<RawStatus['fields']['retryAfterMs']>): FieldRules['retryAfterMs'] {
  return typeof raw === 'object' && raw.header !== undefined ? { header: raw.header } : toValue(raw);
}

/** Without what is undefined. */
function present<Value>(
  record: Readonly<Record<string, Value | undefined>>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

type RawList = z.output<ReturnType<typeof listSchema>>;

export function toList(raw: RawList, names: Names): ListRule {
  return {
    request: toRequest(raw.request, names, ['limit']),
    items: toPointers(raw.items),
    next: raw.next === undefined ? null : toNext(raw.next),
    holds: raw.holds,
    asBatch: raw.asBatch,
  };
}

/** Which keys stand together was checked before. */
function toNext(raw: NonNullable<RawList['next']>): NextRule {
  const { cursor, query = '', body, link, offset, size = '', url, more = '' } = raw;
  if (cursor !== undefined) {
    const rule = {
      at: toPointers(cursor),
      ...(raw.more === undefined ? {} : { more: toPointers(raw.more) }),
    };
    return body === undefined
      ? { kind: 'cursor', ...rule, query, ...(raw.alone === true ? { isAlone: true } : {}) }
      : { kind: 'body-cursor', ...rule, body: toPointer(body) };
  }
  if (link !== undefined) return { kind: 'link', relation: link };
  if (offset !== undefined) return { kind: 'offset', offset, size };
  if (url !== undefined) return { kind: 'url', at: toPointers(url) };
  return { kind: 'last', query, more: toPointers(more) };
}
