import { isTerminal, type LocatorIds } from '../../export/export.ts';
import type { CallOptions } from '../../http/types.ts';
import type { BatchRule, ListRule, VendorDeclaration } from '../../vendor-file/declaration.ts';
import { namesIn, neededIn } from '../../vendor-file/request-names.ts';
import type { ListCall, Listed } from '../shared/reads.ts';
import type { DeclaredAccount } from './account.ts';
import type { AnswerFacts, Snapshot } from './mapping.ts';
import { compileNext } from './pages.ts';
import { compilePointers, describePointer, type ReadPointer } from './pointer.ts';
import { compileRequest, type FilledRequest, toRead } from './request.ts';
import { compileId, type FoundExport } from './status.ts';

/** The most exports that one call is asked for: few vendors give more at once. */
const MAX_LISTED = 100;
/** Entries of one page that are looked at: ten times as many as are asked for. */
const MAX_ENTRIES = 1_000;
/** Pages that are read for one list: what lies further back is better asked for alone. */
const MAX_PAGES = 5;
/** As few that are still wanted are not worth another page. */
const FEW = 1;

/** An export in a list, and how the list came. */
interface ListedEntry {
  readonly found: FoundExport;
  readonly facts: AnswerFacts;
}

/** The call that lists a vendor's exports, for one account. */
export interface ExportList {
  readonly call: ListCall;
  /** The newest ones, as far as the list holds them. */
  recent(limit: number, options?: CallOptions): Promise<readonly Snapshot[]>;
  /** As much as is read at once of the list for these ids, newest pages first. @throws VendorError */
  look(ids: LocatorIds, options?: CallOptions): Promise<Listing>;
}

/** What a list holds. */
export interface Listing {
  readonly snapshots: readonly Snapshot[];
  /** True where the list ends there, as far as the vendor tells. */
  readonly isWhole: boolean;
}

/** How exports stand in a list: which list that is, and what they are called in it. */
type Names = Pick<ListCall, 'listOf' | 'nameOf'>;

const ASKED = 'the list of exports';

/** True where the list can be asked for although no export is known, and its entries say all that names one. */
export function canListAll({ locator }: Pick<VendorDeclaration, 'locator'>, { request }: ListRule): boolean {
  const needed = neededIn(request);
  const ids = Object.keys(locator);
  return ids.every(
    (id, at) => !needed.has(id) && (at === ids.length - 1 || locator[id]?.isOptional === true),
  );
}

export function createList(account: DeclaredAccount, rule: ListRule): ExportList {
  const { declaration, http, lastId, locator } = account;
  const fill = compileRequest(rule.request, declaration, account.settings);
  const readEntries = compilePointers(rule.items);
  const nextOf = compileNext(rule, account.baseUrl);
  const itemsPath = describePointer(rule.items[0]);

  async function readPage(request: FilledRequest, limit: number, options: CallOptions | undefined) {
    return http.send(toRead(request), options, (response) => {
      account.status.check(http, response, ASKED);
      const entries = toEntries(readEntries, response.json);
      if (entries === undefined) throw http.toBadResponse(response, ASKED, `"${itemsPath}" is no list`);
      const facts: AnswerFacts = {
        source: 'list',
        receivedAt: response.receivedAt,
        headers: response.headers,
      };
      const listed = entries.flatMap((entry) => {
        const found = account.status.findEntry(entry);
        return found === undefined ? [] : [{ found, facts }];
      });
      const last = account.status.findEntry(entries.at(-1))?.id ?? undefined;
      const prefix = declaration.status.id?.prefix ?? '';
      const next = nextOf({ request, response, entries, limit, lastId: last && prefix + last });
      return { listed, next };
    });
  }

  /** Pages from the first on, as long as more is wanted. An entry that has moved from one to the next counts once. */
  async function readPages(
    ids: LocatorIds,
    limit: number,
    isEnough: (byId: ReadonlyMap<string, ListedEntry>) => boolean,
    options: CallOptions | undefined,
  ): Promise<{ readonly byId: ReadonlyMap<string, ListedEntry>; readonly isWhole: boolean }> {
    const byId = new Map<string, ListedEntry>();
    let isWhole = false;
    let request = withSize(rule, fill({ ids, limit }), limit);
    for (let page = 0; page < MAX_PAGES && request !== undefined; page += 1) {
      const { listed, next } = await readPage(request, limit, options);
      for (const entry of listed) {
        const { id } = entry.found;
        if (id !== null && !byId.has(id)) byId.set(id, entry);
      }
      isWhole = next === undefined;
      request = isEnough(byId) ? undefined : next;
    }
    return { byId, isWhole };
  }

  /** What nobody could ask about is not shown. */
  function toSnapshots(ids: LocatorIds, byId: ReadonlyMap<string, ListedEntry>): readonly Snapshot[] {
    return [...byId].flatMap(([id, { found, facts }]) =>
      locator[lastId]?.test(id) === true
        ? [account.toSnapshot(account.toKey({ ...ids, [lastId]: id }), found, facts)]
        : [],
    );
  }

  return {
    call: {
      ...compileNames(account, rule.request),
      async read(list, options, wanted) {
        const isEnough = (byId: ReadonlyMap<string, ListedEntry>) => countMissing(wanted, byId) <= FEW;
        const { byId } = await readPages(JSON.parse(list), MAX_LISTED, isEnough, options);
        return toListed(account, byId, rule.asBatch === 'unfinished');
      },
    },
    async recent(limit, options) {
      const size = Math.max(1, Math.min(limit, MAX_LISTED));
      const { byId } = await readPages({}, size, (known) => known.size >= limit, options);
      return toSnapshots({}, byId).slice(0, limit);
    },
    async look(ids, options) {
      const { byId, isWhole } = await readPages(ids, MAX_LISTED, () => false, options);
      return { snapshots: toSnapshots(ids, byId), isWhole };
    },
  };
}

/** The call that tells of many exports by their ids, for one account. */
export function createBatch(account: DeclaredAccount, rule: BatchRule): ListCall {
  const { declaration, http } = account;
  const fill = compileRequest(rule.request, declaration, account.settings);
  const readEntries = compilePointers(rule.items);
  const idRule = rule.id ?? declaration.status.id;
  const readId = compileId(idRule);
  const itemsPath = describePointer(rule.items[0]);

  async function readChunk(ids: LocatorIds, wanted: readonly string[], options: CallOptions | undefined) {
    const prefix = idRule?.prefix ?? '';
    const request = fill({ ids, wanted: wanted.map((id) => prefix + id) });
    if (request === undefined) return [];
    return http.send(toRead(request), options, (response) => {
      account.status.check(http, response, ASKED);
      const entries = toEntries(readEntries, response.json);
      if (entries === undefined) throw http.toBadResponse(response, ASKED, `"${itemsPath}" is no list`);
      const facts: AnswerFacts = {
        source: 'list',
        receivedAt: response.receivedAt,
        headers: response.headers,
      };
      return entries.flatMap((entry): (readonly [string, ListedEntry])[] => {
        const found = account.status.findEntry(entry, readId);
        return found?.id ? [[found.id, { found, facts }]] : [];
      });
    });
  }

  return {
    ...compileNames(account, rule.request),
    async read(list, options, wanted) {
      const ids: LocatorIds = JSON.parse(list);
      const chunks = toChunks([...wanted], rule.max);
      const told = await Promise.all(chunks.map((chunk) => readChunk(ids, chunk, options)));
      return toListed(account, new Map(told.flat()), false);
    },
  };
}

/** A list is known by the ids that its request needs beside the export's own; as JSON, so that they can be read from its name. */
function compileNames({ declaration, lastId }: DeclaredAccount, request: ListRule['request']): Names {
  const named = namesIn(request);
  const ids = Object.keys(declaration.locator).filter((id) => id !== lastId && named.has(id));
  const nameOf = (own: LocatorIds): string => own[lastId] ?? '';
  if (ids.length === 0) return { listOf: () => '{}', nameOf };
  const listOf = (own: LocatorIds): string =>
    JSON.stringify(Object.fromEntries(ids.map((id) => [id, own[id]])));
  return { listOf, nameOf };
}

/**
 * What leaves something open that a further call tells is asked for singly.
 *
 * @param lacksEnds - so is what has ended: entries lack what an export ends with
 */
function toListed(
  { further, lastId, toSnapshot }: DeclaredAccount,
  byId: ReadonlyMap<string, ListedEntry>,
  lacksEnds: boolean,
): Listed {
  return {
    names: new Set(byId.keys()),
    find(key): Snapshot | undefined {
      const entry = byId.get(key.ids[lastId] ?? '');
      if (entry === undefined) return undefined;
      const snapshot = toSnapshot(key, entry.found, entry.facts);
      const isPart =
        (lacksEnds && isTerminal(snapshot.status)) || further?.isNeeded(entry.found, snapshot) === true;
      return isPart ? undefined : snapshot;
    },
  };
}

function toEntries(read: ReadPointer, json: unknown): readonly unknown[] | undefined {
  const entries = read(json);
  return Array.isArray(entries) ? entries.slice(0, MAX_ENTRIES) : undefined;
}

function withSize(
  { next }: ListRule,
  request: FilledRequest | undefined,
  limit: number,
): FilledRequest | undefined {
  if (request === undefined || next?.kind !== 'offset') return request;
  const first = { [next.offset]: '0', [next.size]: String(limit) };
  return { ...request, query: { ...first, ...request.query } };
}

function countMissing(wanted: ReadonlySet<string>, byId: ReadonlyMap<string, unknown>): number {
  let missing = 0;
  for (const name of wanted) if (!byId.has(name)) missing += 1;
  return missing;
}

function toChunks<Value>(values: readonly Value[], size: number): readonly (readonly Value[])[] {
  const chunks: (readonly Value[])[] = [];
  for (let at = 0; at < values.length; at += size) chunks.push(values.slice(at, at + size));
  return chunks;
}
