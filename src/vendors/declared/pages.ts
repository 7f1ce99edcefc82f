import type { AccountResponse } from '../../http/types.ts';
import type { ListRule, NextRule } from '../../vendor-file/declaration.ts';
import { compilePointer, compilePointers, withValueAt } from './pointer.ts';
import type { FilledRequest } from './request.ts';
import { toIdText } from './values.ts';

/** What a page of a list shows of the one after it. */
export interface Page {
  readonly response: AccountResponse;
  readonly request: FilledRequest;
  /** As they came, and how many there are at most. */
  readonly entries: readonly unknown[];
  readonly limit: number;
  /** The last entry's id as the vendor writes it; undefined where there is none. */
  readonly lastId: string | undefined;
}

/** The request for the page after one; undefined where there is none, or none that may be asked for. */
export type NextPage = (page: Page) => FilledRequest | undefined;

/** The longest cursor, and the longest address, that is followed. */
const MAX_LENGTH = 4_096;

/** @param baseUrl - the account's: nothing that lies elsewhere is followed */
export function compileNext({ next }: Pick<ListRule, 'next'>, baseUrl: string): NextPage {
  if (next === null) return () => undefined;
  switch (next.kind) {
    case 'cursor': {
      const read = compileCursor(next);
      return ({ request, response }) => {
        const further = withQuery(request, next.query, read(response.json));
        return next.isAlone === true ? further && pickQuery(further, next.query) : further;
      };
    }
    case 'body-cursor': {
      const read = compileCursor(next);
      const readSent = compilePointer(next.body);
      return ({ request, response }) => {
        const cursor = read(response.json);
        return isNew(cursor, readSent(request.json))
          ? { ...request, json: withValueAt(request.json, next.body, cursor) }
          : undefined;
      };
    }
    case 'last': {
      const hasMore = compilePointers(next.more);
      return ({ request, response, lastId }) =>
        hasMore(response.json) === true ? withQuery(request, next.query, toCursor(lastId)) : undefined;
    }
    case 'offset':
      return ({ request, entries, limit }) => {
        if (entries.length < limit) return undefined;
        const offset = Number(request.query?.[next.offset] ?? 0) + entries.length;
        return withQuery(request, next.offset, String(offset));
      };
    case 'link':
      return ({ request, response }) =>
        toRequest(readLink(response.headers.link, next.relation), request, baseUrl);
    case 'url': {
      const read = compilePointers(next.at);
      return ({ request, response }) => toRequest(read(response.json), request, baseUrl);
    }
  }
}

/** What an answer calls the next page; undefined where it says that there is none. */
function compileCursor({
  at,
  more,
}: Extract<NextRule, { readonly kind: 'cursor' | 'body-cursor' }>): (json: unknown) => string | undefined {
  const read = compilePointers(at);
  if (more === undefined) return (json) => toCursor(read(json));
  const hasMore = compilePointers(more);
  return (json) => (hasMore(json) === true ? toCursor(read(json)) : undefined);
}

function toCursor(value: unknown): string | undefined {
  const cursor = toIdText(value);
  return cursor !== undefined &&
    cursor.length <= MAX_LENGTH &&
    !/\p{Cc}/u.test(cursor) &&
    cursor.isWellFormed()
    ? cursor
    : undefined;
}

/** A cursor that is the same again would lead round in circles. */
function isNew(cursor: string | undefined, sent: unknown): cursor is string {
  return cursor !== undefined && cursor !== sent;
}

function withQuery(
  request: FilledRequest,
  name: string,
  value: string | undefined,
): FilledRequest | undefined {
  return isNew(value, request.query?.[name])
    ? { ...request, query: { ...request.query, [name]: value } }
    : undefined;
}

function pickQuery({ query = {}, ...request }: FilledRequest, name: string): FilledRequest {
  return { ...request, query: Object.fromEntries(Object.entries(query).filter(([each]) => each === name)) };
}

/**
 * The target of one relation in a `Link` header (RFC 8288, read 2026-11).
 *
 * Commas and semicolons may stand within `<…>` and within quotes, so the header is gone through link by link.
 */
export function readLink(header: string | undefined, relation: string): string | undefined {
  if (header === undefined || header.length > MAX_LENGTH) return undefined;
  for (const [, target, parameters] of header.matchAll(/<([^<>]*)>((?:"[^"]*"|[^",<>])*)/g)) {
    const [, quoted, bare] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters ?? '') ?? [];
    const relations = (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
    if (relations.includes(relation.toLowerCase())) return target;
  }
  return undefined;
}

/** An address as a request of the same account; undefined for one on another origin, or not below the base URL's path. */
function toRequest(address: unknown, request: FilledRequest, baseUrl: string): FilledRequest | undefined {
  if (typeof address !== 'string' || address.length > MAX_LENGTH || /[\p{C}\\\s]/u.test(address))
    return undefined;
  const base = new URL(baseUrl);
  const asked = new URL(`${base.origin}/${request.path.map(encodeURIComponent).join('/')}`);
  if (!URL.canParse(address, asked.href)) return undefined;
  const target = new URL(address, asked);
  if (target.origin !== base.origin || target.username !== '' || target.password !== '') return undefined;
  const prefix = base.pathname.replace(/\/+$/, '');
  const path = below(prefix, target.pathname);
  const pairs = [...target.searchParams];
  const query = Object.fromEntries(pairs);
  // A name that stands there twice cannot be asked for as it is.
  if (path === undefined || Object.keys(query).length !== pairs.length) return undefined;
  const isSame =
    path.join('/') === request.path.join('/') &&
    JSON.stringify(query) === JSON.stringify(request.query ?? {});
  return isSame ? undefined : { method: 'GET', path, query, headers: request.headers };
}

/** The decoded segments of a path below another one. */
function below(prefix: string, pathname: string): readonly string[] | undefined {
  if (!pathname.startsWith(`${prefix}/`)) return undefined;
  try {
    const segments = pathname
      .slice(prefix.length + 1)
      .split('/')
      .map(decodeURIComponent);
    const isPlain = segments.every(
      (segment) => segment !== '' && segment !== '.' && segment !== '..' && !/[\p{Cc}/\\]/u.test(segment),
    );
    return isPlain ? segments : undefined;
  } catch {
    return undefined;
  }
}
