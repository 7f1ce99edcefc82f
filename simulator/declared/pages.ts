import type { ListRule, NextRule, Pointer, RequestRule } from '../../src/vendor-file/declaration.ts';
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
  if (next.kind === 'body-cursor' || isAlone(next)) return [];
  return next.kind === 'cursor' || next.kind === 'last' ? [next.query] : [PAGE_PARAMETER];
}

function isAlone(next: NextRule | null): boolean {
  return next?.kind === 'cursor' && next.isAlone === true;
}

/** The call of a further page where it is another one than that of the first: its cursor stands alone. */
export function toFurtherRequest({ next, request }: ListRule): RequestRule | null {
  return next?.kind === 'cursor' && isAlone(next)
    ? { ...request, query: { [next.query]: [{ pointer: next.at[0] }] } }
    : null;
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
  const cursor = readCursor();
  const asked = matched.named.limit ?? (next?.kind === 'offset' ? query.get(next.size) : cursor?.size);
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
    if (next.kind === 'cursor' || next.kind === 'body-cursor')
      return cursor === null ? null : (cursor?.begin ?? 0);
    const text = query.get(next.kind === 'offset' ? next.offset : PAGE_PARAMETER);
    if (text === null) return 0;
    return /^\d{1,6}$/.test(text) ? Number(text) : null;
  }

  /** Undefined where there is none, null for one that was given out by nobody. It holds its page's size too: it may have to stand alone. */
  function readCursor(): { readonly begin: number; readonly size: string } | null | undefined {
    if (next?.kind !== 'cursor' && next?.kind !== 'body-cursor') return undefined;
    const sent = next.kind === 'cursor' ? query.get(next.query) : getAt(matched.body, next.body);
    if (sent === undefined || sent === null) return undefined;
    const [, begin, size] = /^page-(\d{1,6})-(\d{1,6})==$/.exec(String(sent)) ?? [];
    return begin === undefined || size === undefined ? null : { begin: Number(begin), size };
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
    return hasMore || more !== undefined ? putAt(written, at[0], `page-${end}-${size}==`) : written;
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
