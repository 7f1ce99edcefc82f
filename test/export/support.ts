import type { Export, ExportKey, ExportSnapshot, LocatorIds } from '../../src/export/export.ts';
import { toExportKey } from '../../src/export/locator.ts';
import type { CancelSignal, IdRule, Reading, VendorAccount, VendorInfo } from '../../src/export/ports.ts';
import type { CodedVendorId } from '../../src/export/vendor-id.ts';

const NUMBER = { test: (value: string) => /^[1-9]\d{0,17}$/.test(value), allowed: 'a number' };
const required: IdRule = { ...NUMBER, isOptional: false };
const hint: IdRule = { ...NUMBER, isOptional: true, isHint: true };

/** A vendor with one id that only helps to read an export, in front of the one that names it. */
export const GRAMMAR = { group: hint, run: required };

export const VENDOR: VendorInfo = {
  id: 'web-admit',
  name: 'WebAdMIT',
  capabilities: {
    canList: true,
    reportsProgress: false,
    reportsTimes: false,
    canStart: false,
    canCancel: false,
  },
  locator: GRAMMAR,
  parseOrder: () => ({}),
  kindOf: () => null,
};

/** The key of a run; of no group unless one is named. */
export function toKey(run: string, group?: string, account = 'admit'): ExportKey {
  const ids: LocatorIds = group === undefined ? { run } : { group, run };
  return toExportKey(GRAMMAR, 'web-admit', account, ids);
}

/** A running export as its vendor told it. */
export function toSnapshot(key: ExportKey, overrides: Partial<ExportSnapshot> = {}): ExportSnapshot {
  return {
    key,
    name: null,
    status: 'RUNNING',
    rawStatus: 'In Progress',
    outcome: null,
    failure: null,
    progress: null,
    createdAt: null,
    startedAt: null,
    updatedAt: null,
    finishedAt: null,
    files: null,
    pollAfterMs: null,
    observedAt: 0,
    details: {},
    ...overrides,
  };
}

/** A running export as a caller is shown it. */
export function toExport(key: ExportKey, overrides: Partial<Export> = {}): Export {
  const { observedAt = 0 } = overrides;
  return {
    ...toSnapshot(key, overrides),
    observation: { observedAt, nextPollAt: null, throttledUntil: null, isStale: false },
    transitions: [],
    ...overrides,
  };
}

export interface FakeAccount extends VendorAccount {
  /** The keys of each `readMany`, oldest first. */
  readonly batches: (readonly ExportKey[])[];
  /** The signals they were given. */
  readonly signals: CancelSignal[];
}

/** An account whose reads end when and as a test says. */
export function createFakeAccount(
  overrides: Partial<VendorAccount> = {},
  answer: (key: ExportKey) => Reading | Promise<Reading> = (key) => toSnapshot(key),
): FakeAccount {
  const batches: (readonly ExportKey[])[] = [];
  const signals: CancelSignal[] = [];
  const key = overrides.key ?? 'admit';
  const vendor: CodedVendorId = 'web-admit';
  return {
    key,
    vendor,
    tenant: 'default',
    identity: `default/${key}`,
    pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 },
    batches,
    signals,
    async readMany(keys, options) {
      batches.push(keys);
      if (options?.signal !== undefined) signals.push(options.signal);
      return Promise.all(keys.map(answer));
    },
    describeFiles: async () => [],
    listRecent: async () => [],
    locateFile: async () => ({ type: 'gone' }),
    health: () => ({ state: 'HEALTHY', throttledUntil: null, lastError: null }),
    close: async () => undefined,
    ...overrides,
  };
}
