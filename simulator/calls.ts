import { VENDOR_IDS, type VendorId } from '../src/export/vendor-id.ts';
import type { CallKind, CallRule, SimulatorRequest } from './simulator.ts';
import { SIMULATED_VENDORS } from './vendors.ts';

/** The file store stands beside the vendors: it has no simulator of its own, but it is called and can be broken. */
export const FILES_STORE = 'files-store';

/** Everything that is mounted and can be counted or broken. */
export type MountName = VendorId | typeof FILES_STORE;

export const MOUNT_NAMES: readonly MountName[] = [...VENDOR_IDS, FILES_STORE];

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

const FILE_STORE_CALLS: readonly CallRule[] = [['file', 'GET', /./]];

/** Says what a request to a vendor is for, by its method and path alone. */
export function toCallKind(mount: MountName, request: SimulatorRequest): CallKind {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const rules = mount === FILES_STORE ? FILE_STORE_CALLS : SIMULATED_VENDORS[mount].calls;
  const rule = rules.find(([, wanted, path]) => wanted === method && path.test(request.path));
  return rule?.[0] ?? 'other';
}

/** Counts every request that reached a mount point, answered well or broken by a fault. */
export class CallCounter {
  private counts = createCounts();

  add(mount: MountName, kind: CallKind): void {
    this.counts[mount][kind] += 1;
  }

  /** How often each was called since the start or the last `clear`. */
  read(): Readonly<Record<MountName, CallCounts>> {
    return structuredClone(this.counts);
  }

  clear(): void {
    this.counts = createCounts();
  }
}

function createCounts(): Record<MountName, Record<CallKind, number>> {
  const none = (): Record<string, number> => Object.fromEntries(CALL_KINDS.map((kind) => [kind, 0]));
  const counts = Object.fromEntries(MOUNT_NAMES.map((mount) => [mount, none()]));
  return counts as Record<MountName, Record<CallKind, number>>;
}
