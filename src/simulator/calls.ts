import { VENDOR_IDS, type VendorId } from '../export/vendor-id.ts';
import type { SimulatorRequest } from './simulator.ts';

/** The file store stands beside the vendors: it has no simulator of its own, but it is called and can be broken. */
export const FILES_STORE = 'files-store';

/** Everything that is mounted and can be counted or broken. */
export type MountName = VendorId | typeof FILES_STORE;

export const MOUNT_NAMES: readonly MountName[] = [...VENDOR_IDS, FILES_STORE];

/** What a request was for. */
export type CallKind = 'token' | 'start' | 'status' | 'list' | 'file' | 'other';

export type CallCounts = Readonly<Record<CallKind, number>>;

type Rule = readonly [kind: CallKind, method: string, path: RegExp];

/** The documented paths of each vendor, the first that fits wins. */
const RULES: Readonly<Record<MountName, readonly Rule[]>> = {
  'power-bi': [
    ['token', 'POST', /^\/[^/]+\/oauth2\/(v2\.0\/)?token$/],
    ['start', 'POST', /\/ExportTo$/i],
    ['file', 'GET', /\/exports\/[^/]+\/file$/i],
    ['status', 'GET', /\/exports\/[^/]+$/i],
  ],
  'hi-energy': [
    ['start', 'POST', /\/exports$/],
    ['list', 'GET', /\/exports$/],
    ['status', 'GET', /\/exports\/[^/]+$/],
  ],
  talkdesk: [
    ['token', 'POST', /^\/oauth\/token$/],
    ['start', 'POST', /\/jobs$/],
    ['list', 'GET', /\/jobs$/],
    ['status', 'GET', /\/jobs\/[^/]+$/],
    ['file', 'GET', /\/files\/[^/]+$/],
  ],
  'web-admit': [
    ['start', 'POST', /\/exports\/[^/]+\/export_files$/],
    ['list', 'GET', /\/user_identities\/[^/]+\/export_files$/],
    ['status', 'GET', /\/exports\/[^/]+\/export_files\/[^/]+$/],
  ],
  'files-store': [['file', 'GET', /./]],
};

/** Says what a request to a vendor is for, by its method and path alone. */
export function toCallKind(mount: MountName, request: SimulatorRequest): CallKind {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const rule = RULES[mount].find(([, wanted, path]) => wanted === method && path.test(request.path));
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
  const none = () => ({ token: 0, start: 0, status: 0, list: 0, file: 0, other: 0 });
  return {
    'power-bi': none(),
    'hi-energy': none(),
    talkdesk: none(),
    'web-admit': none(),
    'files-store': none(),
  };
}
