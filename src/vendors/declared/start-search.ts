import type { ExportSnapshot, LocatorIds } from '../../export/export.ts';
import type { ExportOrder, StartedSearch } from '../../export/ports.ts';
import type { CallOptions } from '../../http/types.ts';
import type { VendorDeclaration } from '../../vendor-file/declaration.ts';
import type { OwnReads } from '../shared/account.ts';
import { byNearness, isFromOrder, reachesBack, toOutOfReach } from '../shared/orders.ts';
import type { DeclaredAccount } from './account.ts';
import type { Listing } from './list.ts';
import { toToldFields } from './orders.ts';
import { pickIds } from './start.ts';

/** As much of the list as one look reads, for the ids that its request needs. @throws VendorError */
export type ReadListing = (ids: LocatorIds, options?: CallOptions) => Promise<Listing>;

type Search = Required<Pick<OwnReads<LocatorIds>, 'findStarted'>> & Pick<OwnReads<LocatorIds>, 'markStart'>;

/** Ids that are kept with an order: those of the exports that were there before it. */
const MAX_MARKED = 500;

/**
 * Looks in a vendor's list for an export whose start's answer was lost: by when it was made, and by what it says of what was ordered. Where
 * a list gives no times, what was there before the order is noted down first.
 */
export function createStartedSearch(
  { declaration, http, lastId }: DeclaredAccount,
  readListing: ReadListing,
): Search {
  const { status, locator, list, name } = declaration;
  const idNames = Object.keys(locator);
  const holdsAll = list?.holds === 'all';
  const isAlike = compileLikeness(declaration);
  const hasTimes = status.fields.createdAt !== undefined;
  const idOf = ({ key }: ExportSnapshot): string => key.ids[lastId] ?? '';
  const read = (order: ExportOrder, options: CallOptions | undefined) =>
    readListing(pickIds(order, idNames), options);

  async function findStarted(search: StartedSearch, options?: CallOptions) {
    const { order, sentAt, mark } = search;
    const { snapshots, isWhole } = await read(order, options);
    const known = new Set(mark === null ? [] : readMark(mark));
    const isNew = (each: ExportSnapshot): boolean =>
      hasTimes ? isFromOrder(each.createdAt, sentAt) : mark !== null && !known.has(idOf(each));
    const found = snapshots.filter((each) => isNew(each) && isAlike(each, order));
    const createdAts = snapshots.map(({ createdAt }) => createdAt);
    const reaches =
      (isWhole && holdsAll) ||
      snapshots.some((each) => known.has(idOf(each))) ||
      reachesBack(createdAts, sentAt) ||
      (isWhole && snapshots.length === 0);
    if (found.length === 0 && !reaches) throw toOutOfReach(http, name);
    return found.sort(byNearness(sentAt));
  }

  if (hasTimes) return { findStarted };
  return {
    findStarted,
    async markStart(order, options) {
      try {
        const { snapshots } = await read(order, options);
        return JSON.stringify(snapshots.slice(0, MAX_MARKED).map(idOf));
      } catch {
        // An order is not held up by what is only needed if its answer is lost.
        return null;
      }
    },
  };
}

/** Whether an export says otherwise than what was ordered, in a field of the same name; what it does not say is no matter. */
function compileLikeness(
  declaration: VendorDeclaration,
): (snapshot: ExportSnapshot, order: ExportOrder) => boolean {
  const names = toToldFields(declaration);
  return ({ details }, order) => {
    const told = details as Readonly<Record<string, unknown>>;
    return names.every((name) => {
      const ordered = Object.hasOwn(order, name) ? order[name] : undefined;
      const value = told[name] ?? undefined;
      return ordered === undefined || value === undefined || String(value) === String(ordered);
    });
  };
}

function readMark(mark: string): readonly unknown[] {
  const ids: unknown = JSON.parse(mark);
  return Array.isArray(ids) ? ids : [];
}
