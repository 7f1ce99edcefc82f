import type {
  OpenName,
  SeenDuration,
  TrackedChange,
  TrackedExport,
  TrackedQuery,
  TrackOutcome,
  TrackRequest,
} from '../export/store.ts';
import {
  MAX_DURATIONS,
  NO_CREATION,
  toCreatedOrder,
  toSearchText,
  toStateOrder,
  UNTRACKED_KEPT_MS,
} from './keeping.ts';

/** Exports of one tenant that have ended and are remembered. */
const MAX_ENDED = 10_000;
/** Exports of one tenant that were untracked by hand and are remembered. */
const MAX_UNTRACKED = 10_000;

/** Where a page begins. */
interface OpenPlace {
  readonly tenant: string;
  readonly key: Pick<TrackedExport['key'], 'id'>;
}

/** What one tenant has. */
interface Tenant {
  readonly exports: Map<string, TrackedExport>;
  /** Ids of those that have ended, the earliest end first. */
  readonly ended: Set<string>;
  /** When an export was untracked by hand, by id. */
  readonly untracked: Map<string, number>;
  /** All of them, newest first; null where that has to be found out again. */
  order: readonly TrackedExport[] | null;
}

/** Tracked exports in memory. */
export class MemoryExports {
  private readonly tenants = new Map<string, Tenant>();
  /** Oldest first; each export's once. */
  private readonly durations = new Map<string, SeenDuration>();

  track(request: TrackRequest): TrackOutcome {
    const { entry, isDiscovered, maxOpen } = request;
    const { key, keptUntil } = entry;
    const tenant = this.tenantOf(entry.tenant);
    const known = tenant.exports.get(key.id);
    if (known !== undefined) {
      if (request.setsLabel) put(tenant, { ...known, label: entry.label });
      return 'known';
    }
    if (isDiscovered && tenant.untracked.has(key.id)) return 'known';
    if (maxOpen !== null && keptUntil === null && countOpenOf(tenant) >= maxOpen) return 'limit';
    if (!isDiscovered) tenant.untracked.delete(key.id);
    put(tenant, entry);
    this.addDuration(entry, request.duration);
    return 'tracked';
  }

  untrack(tenantName: string, exportId: string, at: number): TrackedExport | null {
    const tenant = this.tenants.get(tenantName);
    const known = tenant?.exports.get(exportId);
    // Of what was never tracked nothing is remembered: a caller could make up any number of ids.
    if (tenant === undefined || known === undefined) return null;
    remove(tenant, exportId);
    tenant.untracked.set(exportId, at);
    if (tenant.untracked.size > MAX_UNTRACKED) dropFirst(tenant.untracked);
    return known;
  }

  /** @returns false where it is not tracked any more */
  record(change: TrackedChange): boolean {
    const tenant = this.tenants.get(change.tenant);
    const known = tenant?.exports.get(change.exportId);
    if (tenant === undefined || known === undefined) return false;
    if (toStateOrder(change.state) >= toStateOrder(known.state))
      put(tenant, { ...known, state: change.state, keptUntil: change.keptUntil });
    this.addDuration(known, change.duration);
    return true;
  }

  find(tenant: string, exportIds: readonly string[]): readonly TrackedExport[] {
    const known = this.tenants.get(tenant)?.exports;
    return [...new Set(exportIds)].flatMap((id) => known?.get(id) ?? []);
  }

  list(query: TrackedQuery): readonly TrackedExport[] {
    const tenant = this.tenants.get(query.tenant);
    if (tenant === undefined) return [];
    tenant.order ??= [...tenant.exports.values()].sort(byCreation);
    const fits = toTest(query);
    const found: TrackedExport[] = [];
    for (const entry of tenant.order) {
      if (found.length === query.limit) break;
      if (fits(entry)) found.push(entry);
    }
    return found;
  }

  listOpen(after: OpenPlace | null, limit: number): readonly TrackedExport[] {
    const found: TrackedExport[] = [];
    for (const name of [...this.tenants.keys()].sort()) {
      if (found.length === limit) break;
      if (after !== null && name < after.tenant) continue;
      const isLater = (id: string) => after === null || name !== after.tenant || id > after.key.id;
      const open = [...this.tenantOf(name).exports.values()].filter(isOpen);
      const ids = open.filter(({ key }) => isLater(key.id)).sort((a, b) => (a.key.id < b.key.id ? -1 : 1));
      found.push(...ids.slice(0, limit - found.length));
    }
    return found;
  }

  listOpenNames(after: Pick<OpenName, 'tenant' | 'exportId'> | null, limit: number): readonly OpenName[] {
    const last = after === null ? null : { tenant: after.tenant, key: { id: after.exportId } };
    return this.listOpen(last, limit).map(({ tenant, key, label }) => ({ tenant, exportId: key.id, label }));
  }

  countOpen(tenant: string): number {
    const known = this.tenants.get(tenant);
    return known === undefined ? 0 : countOpenOf(known);
  }

  listDurations(limit: number): readonly SeenDuration[] {
    return [...this.durations.values()].reverse().slice(0, limit);
  }

  prune(now: number): void {
    for (const [name, tenant] of this.tenants) {
      for (const id of tenant.ended) {
        const until = tenant.exports.get(id)?.keptUntil ?? null;
        if (until !== null && until <= now) remove(tenant, id);
      }
      for (const [id, at] of tenant.untracked) if (at <= now - UNTRACKED_KEPT_MS) tenant.untracked.delete(id);
      if (tenant.exports.size + tenant.untracked.size === 0) this.tenants.delete(name);
    }
  }

  private tenantOf(name: string): Tenant {
    let tenant = this.tenants.get(name);
    if (tenant === undefined) {
      tenant = { exports: new Map(), ended: new Set(), untracked: new Map(), order: null };
      this.tenants.set(name, tenant);
    }
    return tenant;
  }

  private addDuration({ tenant, key }: TrackedExport, duration: TrackedChange['duration']): void {
    const id = `${tenant} ${key.id}`;
    if (duration === null || this.durations.has(id)) return;
    const { kind, ms } = duration;
    this.durations.set(id, { tenant, vendor: key.vendor, account: key.account, kind, ms });
    if (this.durations.size > MAX_DURATIONS) dropFirst(this.durations);
  }
}

function isOpen({ keptUntil }: TrackedExport): boolean {
  return keptUntil === null;
}

function countOpenOf({ exports, ended }: Tenant): number {
  return exports.size - ended.size;
}

function put(tenant: Tenant, entry: TrackedExport): void {
  const { id } = entry.key;
  const before = tenant.exports.get(id);
  tenant.exports.set(id, entry);
  tenant.order = null;
  if (isOpen(entry)) tenant.ended.delete(id);
  else if (before === undefined || isOpen(before)) tenant.ended.add(id);
  const [oldest] = tenant.ended;
  if (tenant.ended.size > MAX_ENDED && oldest !== undefined) remove(tenant, oldest);
}

function remove(tenant: Tenant, id: string): void {
  tenant.exports.delete(id);
  tenant.ended.delete(id);
  tenant.order = null;
}

function dropFirst(map: Map<string, unknown>): void {
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}

/** Newest first, those without a creation time last, then by id, descending. */
function byCreation(a: TrackedExport, b: TrackedExport): number {
  return toCreatedOrder(b.state) - toCreatedOrder(a.state) || (a.key.id < b.key.id ? 1 : -1);
}

function toTest(query: TrackedQuery): (entry: TrackedExport) => boolean {
  const { accounts, vendors, statuses, createdAfter, createdBefore, hasEnded, from } = query;
  const text = toSearchText(query.text ?? '');
  return ({ key, state, label, keptUntil }) => {
    const created = toCreatedOrder(state);
    const status = state?.snapshot?.status;
    if (accounts !== undefined && !accounts.includes(key.account)) return false;
    if (vendors !== undefined && !vendors.includes(key.vendor)) return false;
    if (statuses !== undefined && (status === undefined || !statuses.includes(status))) return false;
    if (createdAfter !== undefined && (created === NO_CREATION || created < createdAfter)) return false;
    if (createdBefore !== undefined && (created === NO_CREATION || created >= createdBefore)) return false;
    if (hasEnded !== undefined && hasEnded !== (keptUntil !== null)) return false;
    if (from !== undefined && created > (from ?? NO_CREATION)) return false;
    if (text === '') return true;
    return [state?.snapshot?.name, label].some((name) => name != null && toSearchText(name).includes(text));
  };
}
