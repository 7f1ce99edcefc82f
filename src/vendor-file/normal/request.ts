import type * as z from 'zod';
import { toBody } from '../body.ts';
import type { RequestRule } from '../declaration.ts';
import type { request, startRequest } from '../schema/request.ts';
import { toPath, toTemplate } from '../template.ts';
import { bodyNames, type Names } from './context.ts';
import { mapValues } from './values.ts';

type RawRequest = z.output<ReturnType<typeof request>>;
type RawStartRequest = z.output<ReturnType<typeof startRequest>>;

/** @param also - names that only this request's body knows */
export function toRequest(raw: RawRequest, names: Names, also: readonly string[] = []): RequestRule {
  const { method, body, encoding } = raw;
  return {
    method,
    ...toPlace(raw, names),
    body: body === undefined || body === null ? null : toBody(body, bodyNames(names, also)),
    encoding,
  };
}

/** A start's body is written as its words say; a mapping is what is in every body. */
export function toStartRequest(
  raw: RawStartRequest,
  encoding: RequestRule['encoding'] | undefined,
  names: Names,
): RequestRule {
  const { method, body } = raw;
  const word = body === 'json' || body === 'form' ? body : undefined;
  return {
    method,
    ...toPlace(raw, names),
    body: word !== undefined || body === undefined || body === null ? null : toBody(body, bodyNames(names)),
    encoding: word ?? raw.encoding ?? encoding ?? 'json',
  };
}

function toPlace({ path, query = {}, headers = {} }: RawRequest | RawStartRequest, { optionalIds }: Names) {
  return {
    path: toPath(path, optionalIds),
    query: mapValues(query, (value) => toTemplate(String(value))),
    headers: mapValues(headers, toTemplate),
  };
}
