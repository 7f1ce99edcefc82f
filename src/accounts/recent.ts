import { InputError, isAbort, VendorError, type VendorErrorCode } from '../export/errors.ts';
import type { Export } from '../export/export.ts';
import { type ExportFilter, passes } from '../export/filter.ts';
import { toNamingIds } from '../export/locator.ts';
import type { CancelSignal, VendorAccount } from '../export/ports.ts';

/** How many exports one account is asked to list. */
const LIST_LIMIT = 100;
const MAX_PAGE = 100;
const MAX_CURSOR_LENGTH = 2_048;

export interface RecentOptions {
  readonly first: number;
  readonly after?: string | null | undefined;
  readonly filter?: ExportFilter | null | undefined;
  readonly signal?: CancelSignal | undefined;
}

export interface ExportEdge {
  readonly cursor: string;
  readonly node: Export;
}

export interface AccountProblem {
  readonly account: VendorAccount;
  readonly code: VendorErrorCode;
  readonly message: string;
}

export interface ExportPage {
  readonly edges: readonly ExportEdge[];
  readonly nodes: readonly Export[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly unavailable: readonly AccountProblem[];
}

/** Where the exports of an account come from. */
export interface RecentSources {
  /** The vendor's own list call. @throws VendorError */
  list(account: VendorAccount, limit: number): Promise<readonly Export[]>;
  /** What was watched through these accounts. */
  watched(accounts: readonly VendorAccount[]): readonly Export[];
  /** What is tracked through these accounts, the newest first. @param from - see `TrackedQuery` */
  tracked(accounts: readonly VendorAccount[], from: number | null | undefined): Promise<readonly Export[]>;
  /** Of these exports, those that are tracked, and what people call them. */
  labels(exports: readonly Export[]): Promise<ReadonlyMap<string, string | null>>;
}

/**
 * One page of the newest exports over these accounts, newest first.
 *
 * A cursor names a place in the order, not a row, so it stays good while exports come and go. Exports without a creation time
 * stand last, higher ids first.
 *
 * @throws InputError for a page size or cursor that is none
 */
export async function readRecent(
  accounts: readonly VendorAccount[],
  sources: RecentSources,
  options: RecentOptions,
): Promise<ExportPage> {
  const { first, filter } = options;
  if (!Number.isInteger(first) || first < 1 || first > MAX_PAGE) {
    throw new InputError(`first must be between 1 and ${MAX_PAGE}.`, 'first');
  }
  const after = options.after == null ? null : parseCursor(options.after);
  const asked = accounts.filter((account) => isAsked(account, filter));

  // Where only tracked ones are wanted, no vendor need be asked.
  const isAskingVendors = filter?.isTracked !== true;
  const [tracked, listed] = await Promise.all([
    sources.tracked(asked, after?.createdAt),
    Promise.all(isAskingVendors ? asked.map((account) => listOne(account, sources)) : []),
  ]);
  const unavailable = listed.flatMap((entry) => ('code' in entry ? [entry] : []));
  const found = newestOfEach([
    ...listed.flatMap((entry) => ('exports' in entry ? entry.exports : [])),
    ...(isAskingVendors ? sources.watched(asked) : []),
    ...tracked,
  ]);

  const places = (await sift(found, filter, sources))
    .map((node) => ({ node, place: placeOf(node) }))
    .sort((left, right) => comparePlaces(left.place, right.place))
    .filter(({ place }) => after === null || comparePlaces(place, after) > 0);
  const edges = places.slice(0, first).map(({ node, place }) => ({ cursor: toCursor(place), node }));

  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: places.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    unavailable,
  };
}

/** True where the filter lets the exports of this account through. */
export function isAsked(account: VendorAccount, filter: ExportFilter | null | undefined): boolean {
  return (
    (filter?.accounts?.includes(account.key) ?? true) && (filter?.vendors?.includes(account.vendor) ?? true)
  );
}

async function sift(
  exports: readonly Export[],
  filter: ExportFilter | null | undefined,
  sources: RecentSources,
): Promise<readonly Export[]> {
  if (filter == null) return exports;
  const labels = filter.isTracked == null && filter.text == null ? null : await sources.labels(exports);
  return exports.filter((each) =>
    passes(
      {
        key: each.key,
        label: labels?.get(each.key.id) ?? null,
        snapshot: each,
        isTracked: labels?.has(each.key.id) ?? false,
      },
      filter,
    ),
  );
}

async function listOne(
  account: VendorAccount,
  sources: RecentSources,
): Promise<{ readonly exports: readonly Export[] } | AccountProblem> {
  try {
    return { exports: await sources.list(account, LIST_LIMIT) };
  } catch (error) {
    if (!(error instanceof VendorError) || isAbort(error)) throw error;
    return { account, code: error.code, message: error.message };
  }
}

/** One entry per export: it may be found in a list and in a watch. */
function newestOfEach(exports: readonly Export[]): Export[] {
  const newest = new Map<string, Export>();
  for (const candidate of exports) {
    const known = newest.get(candidate.key.id);
    if (known === undefined || candidate.observedAt > known.observedAt)
      newest.set(candidate.key.id, candidate);
  }
  return [...newest.values()];
}

/** A place in the order: creation time, then the ids. */
interface Place {
  readonly createdAt: number | null;
  readonly name: string;
}

function placeOf({ key, createdAt }: Export): Place {
  const ids = toNamingIds(key);
  return { createdAt, name: [...ids.slice(-1), key.account, ...ids].join(' ') };
}

/** "10" behind "9", whatever the machine's language. Made for the first list: its tables weigh 3 MB. */
let collator: Intl.Collator | undefined;

function compareNames(left: string, right: string): number {
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(left, right);
}

function comparePlaces(left: Place, right: Place): number {
  if (left.createdAt !== right.createdAt) {
    if (left.createdAt === null) return 1;
    if (right.createdAt === null) return -1;
    return right.createdAt - left.createdAt;
  }
  return (
    compareNames(right.name, left.name) || (left.name < right.name ? 1 : left.name > right.name ? -1 : 0)
  );
}

function toCursor(place: Place): string {
  return Buffer.from(JSON.stringify([place.createdAt, place.name])).toString('base64url');
}

function parseCursor(cursor: string): Place {
  const wrong = new InputError(
    'after is not a cursor of this list: give the `endCursor` of an earlier page.',
    'after',
  );
  if (cursor.length > MAX_CURSOR_LENGTH) throw wrong;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || parts.length !== 2) throw wrong;
    const [createdAt, name] = parts as unknown[];
    if (!(createdAt === null || Number.isSafeInteger(createdAt)) || typeof name !== 'string') throw wrong;
    const place = { createdAt: createdAt as number | null, name };
    if (toCursor(place) !== cursor) throw wrong;
    return place;
  } catch {
    throw wrong;
  }
}
