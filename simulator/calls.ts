import type { VendorId } from '../src/export/vendor-id.ts';
import type { CallKind, CallRule, SimulatorMount, SimulatorRequest } from './simulator.ts';
import type { ByVendor } from './vendors.ts';

/** The file store stands beside the vendors: it has no simulator of its own, but it is called and can be broken. */
export const FILES_STORE = 'files-store';

/** Everything that is mounted and can be counted or broken. */
export type MountName = VendorId | typeof FILES_STORE;

export const CALL_KINDS = [
  'token',
  'start',
  'cancel',
  'status',
  'list',
  'file',
  'other',
] as const satisfies readonly CallKind[];

export type CallCounts = Readonly<Record<CallKind, number>>;

export const FILE_STORE_CALLS: readonly CallRule[] = [['file', 'GET', /./]];

/** Says what a request to a vendor is for, most often by its method and path alone. */
export function toCallKind(calls: SimulatorMount['calls'], request: SimulatorRequest): CallKind {
  if (typeof calls === 'function') return calls(request);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const rule = calls.find(([, wanted, path]) => wanted === method && path.test(request.path));
  return rule?.[0] ?? 'other';
}

/** By vendor, and for the file store. */
export type ByMount<Value> = ByVendor<Value> & Readonly<Record<typeof FILES_STORE, Value>>;

/** Counts every request that reached a mount point, answered well or broken by a fault. */
export class CallCounter {
  private readonly names: readonly MountName[];
  private counts: Record<MountName, Record<CallKind, number>>;

  /** @param names - of everything that is mounted */
  constructor(names: readonly MountName[]) {
    this.names = names;
    this.counts = createCounts(names);
  }

  add(mount: MountName, kind: CallKind): void {
    const counts = this.counts[mount];
    if (counts !== undefined) counts[kind] += 1;
  }

  /** How often each was called since the start or the last `clear`. */
  read(): ByMount<CallCounts> {
    return structuredClone(this.counts) as ByMount<CallCounts>;
  }

  clear(): void {
    this.counts = createCounts(this.names);
  }
}

function createCounts(names: readonly MountName[]): Record<MountName, Record<CallKind, number>> {
  const none = (): Record<string, number> => Object.fromEntries(CALL_KINDS.map((kind) => [kind, 0]));
  const counts = Object.fromEntries(names.map((mount) => [mount, none()]));
  return counts as Record<MountName, Record<CallKind, number>>;
}
