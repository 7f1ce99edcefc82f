import type { ListRule, NextRule, Pointer } from '../../src/vendor-file/declaration.ts';
import type { SimulatorRequest } from '../simulator.ts';
import { getAt, putAt } from './json.ts';
import type { Matched } from './match.ts';

type CursorRule = Extract<NextRule, { readonly kind: 'cursor' | 'body-cursor' }>;

const DEFAULT_SIZE = 20;
const MAX_SIZE = 100;
/** Where a page begins, in links that the simulator writes itself. */
const PAGE_PARAMETER = 'simulated_page';

/** One page of a list, and what its answer says of the next one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Puts what leads on into the answer. */
  write(body: unknown): unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Query parameters of a list's further pages. */
export function toPageParameters({ next }: ListRule): readonly string[] {
  if (next === null) return [];
  if (next.kind === 'offset') return [next.offset, next.size];
  if (next.kind === 'body-cursor') return [];
  return next.kind === 'cursor' || next.kind === 'last' ? [next.query] : [PAGE_PARAMETER];
}

/** Where a further page's call has a cursor in its body. */
export function toPagePlaces({ next }: ListRule): readonly Pointer[] {
  return next?.kind === 'body-cursor' ? [next.body] : [];
}

/**
 * Cuts the page that a request asks for.
 *
 * @param mountUrl - where links to further pages begin
 * @param idOf - an item's id as the vendor writes it
 * @returns null for a page that there is none of
 */
export function cutPage<Item>(
  { next }: ListRule,
  all: readonly Item[],
  {
    request,
    matched,
    mountUrl,
    idOf,
  }: {
    readonly request: SimulatorRequest;
    readonly matched: Matched;
    readonly mountUrl: string;
    readonly idOf: (item: Item) => string;
  },
): Page<Item> | null {
  const { query } = request;
  const asked = matched.named.limit ?? (next?.kind === 'offset' ? query.get(next.size) : null);
  const size = Math.min(Number(asked ?? DEFAULT_SIZE), MAX_SIZE);
  const begin = findBegin();
  if (begin === null || !(size >= 1)) return null;
  const items = all.slice(begin, begin + size);
  const end = begin + items.length;
  const hasMore = end < all.length;
  return { items, write, headers: toHeaders() };

  function findBegin(): number | null {
    if (next === null) return 0;
    if (next.kind === 'last') {
      const last = query.get(next.query);
      if (last === null) return 0;
      const index = all.findIndex((item) => idOf(item) === last);
      return index < 0 ? null : index + 1;
    }
    if (next.kind === 'body-cursor') {
      const cursor = getAt(matched.body, next.body);
      return cursor === undefined || cursor === null ? 0 : toBegin(fromCursor(String(cursor)));
    }
    const name = next.kind === 'offset' ? next.offset : next.kind === 'cursor' ? next.query : PAGE_PARAMETER;
    const text = query.get(name);
    if (text === null) return 0;
    return toBegin(next.kind === 'cursor' ? fromCursor(text) : text);
  }

  function fromCursor(text: string): string | undefined {
    return /^page-(\d+)==$/.exec(text)?.[1];
  }

  function toBegin(digits: string | undefined): number | null {
    return digits !== undefined && /^\d{1,6}$/.test(digits) ? Number(digits) : null;
  }

  function write(body: unknown): unknown {
    if (next?.kind === 'last') return putAt(body, next.more[0], hasMore);
    if (next?.kind === 'cursor' || next?.kind === 'body-cursor') return writeCursor(body, next);
    if (!hasMore) return body;
    return next?.kind === 'url' ? putAt(body, next.at[0], toUrl()) : body;
  }

  /** Where the answer says whether there are more, its last page has a cursor too. */
  function writeCursor(body: unknown, { at, more }: Pick<CursorRule, 'at' | 'more'>): unknown {
    const written = more === undefined ? body : putAt(body, more[0], hasMore);
    return hasMore || more !== undefined ? putAt(written, at[0], `page-${end}==`) : written;
  }

  function toHeaders(): Readonly<Record<string, string>> {
    return next?.kind === 'link' && hasMore ? { link: `<${toUrl()}>; rel="${next.relation}"` } : {};
  }

  function toUrl(): string {
    const further = new URLSearchParams(query);
    further.set(PAGE_PARAMETER, String(end));
    return `${mountUrl}${request.path}?${further}`;
  }
}
