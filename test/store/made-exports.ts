import type { ExportSnapshot, ExportStatus } from '../../src/export/export.ts';
import type {
  Delivery,
  StartKey,
  TrackedChange,
  TrackedExport,
  TrackRequest,
} from '../../src/export/store.ts';
import { startWatch, type WatchedState } from '../../src/export/transitions.ts';

/** A time at which tests begin. */
export const START = Date.UTC(2026, 10, 22, 10, 0, 0);

export function toSnapshot(id: string, given: Partial<ExportSnapshot> = {}): ExportSnapshot {
  return {
    key: { id, vendor: 'hi-energy', account: 'hi', ids: { exportId: id, groupId: undefined } },
    name: `Report ${id}`,
    status: 'RUNNING',
    rawStatus: 'processing',
    outcome: null,
    failure: null,
    progress: { percent: 40, completedParts: null, totalParts: null },
    createdAt: START,
    startedAt: null,
    updatedAt: START,
    finishedAt: null,
    files: null,
    pollAfterMs: null,
    observedAt: START,
    details: { reportType: 'daily', nested: [1, null, 'ü "\\u0000"'] },
    ...given,
  };
}

export function toState(id: string, given: Partial<ExportSnapshot> = {}): WatchedState {
  const snapshot = toSnapshot(id, given);
  return {
    ...startWatch(START),
    snapshot,
    knownStatus: snapshot.status,
    transitions: [{ from: null, to: snapshot.status, rawStatus: snapshot.rawStatus, at: START }],
  };
}

export function toTracked(id: string, given: Partial<TrackedExport> = {}): TrackedExport {
  return {
    tenant: 'acme',
    key: toSnapshot(id).key,
    identity: 'acme/hi/1',
    label: null,
    startedHere: false,
    trackedBy: 'alice',
    trackedAt: START,
    keptUntil: null,
    state: toState(id),
    ...given,
  };
}

export function toRequest(entry: TrackedExport, given: Partial<TrackRequest> = {}): TrackRequest {
  return {
    entry,
    deliveries: [],
    duration: null,
    maxOpen: null,
    setsLabel: false,
    isDiscovered: false,
    startKey: null,
    ...given,
  };
}

export function toChange(id: string, given: Partial<TrackedChange> = {}): TrackedChange {
  return {
    tenant: 'acme',
    exportId: id,
    state: toState(id, { status: 'SUCCEEDED', rawStatus: 'done', outcome: 'COMPLETE', files: [] }),
    keptUntil: START + 30 * 86_400_000,
    duration: null,
    deliveries: [],
    ...given,
  };
}

export function toDelivery(
  id: string,
  given: Partial<Delivery> & { readonly exportId?: string } = {},
): Delivery {
  const { exportId = 'e1', ...rest } = given;
  return {
    id,
    endpoint: 'ops',
    tenant: 'acme',
    type: 'export.succeeded',
    at: START,
    key: toSnapshot(exportId).key,
    identity: 'acme/hi/1',
    label: null,
    snapshot: toSnapshot(exportId),
    ...rest,
  };
}

export function toKey(key: string, given: Partial<StartKey> = {}): StartKey {
  return {
    tenant: 'acme',
    key,
    digest: 'digest-1',
    status: 'sending',
    sentAt: START,
    mark: null,
    started: null,
    expiresAt: START + 86_400_000,
    ...given,
  };
}

export const isEnd = (status: ExportStatus) =>
  ['SUCCEEDED', 'FAILED', 'CANCELED', 'EXPIRED'].includes(status);
