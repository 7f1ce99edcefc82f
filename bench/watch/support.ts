import type { ExportKey, ExportSnapshot } from '../../src/export/export.ts';
import { toExportKey } from '../../src/export/locator.ts';
import type { LocatorGrammar, Pacing, VendorAccount } from '../../src/export/ports.ts';
import { systemClock, systemRandom } from '../../src/runtime/clock.ts';
import type { Tools } from '../../src/runtime/tools.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';

const ANYTHING = { isOptional: false, test: () => true, allowed: 'anything' };
const GRAMMAR: LocatorGrammar = { reportType: ANYTHING, jobId: ANYTHING };

const silent = () => undefined;

export const tools: Tools = {
  clock: systemClock,
  random: systemRandom,
  log: { isEnabled: () => false, debug: silent, info: silent, warn: silent, error: silent },
  secrets: createSecrets(),
};

/** A key as a locator gives it: strings of its own, nothing shared but the account. */
export function createKey(index: number): ExportKey {
  const hex = index.toString(16).padStart(12, '0');
  return toExportKey(GRAMMAR, 'talkdesk', 'desk', {
    reportType: 'calls',
    jobId: `6f1d2a9c-4b1e-4d7e-9a55-${hex}`,
  });
}

/** A running export as an adapter gives it: every number and string that differs in life differs here. */
export function createSnapshot(key: ExportKey, observedAt: number): ExportSnapshot {
  const createdAt = observedAt - 60_000;
  return {
    key,
    name: `Calls ${key.ids.jobId}`,
    status: 'RUNNING',
    rawStatus: 'processing',
    outcome: null,
    failure: null,
    progress: { percent: 12.5, completedParts: null, totalParts: null },
    createdAt,
    startedAt: createdAt + 1_500,
    updatedAt: createdAt + 2_500,
    finishedAt: null,
    files: null,
    pollAfterMs: null,
    observedAt,
    details: {
      reportType: 'calls',
      timezone: 'Europe/Lisbon',
      format: 'csv',
      timespan: { from: createdAt - 86_400_000, to: createdAt },
    },
  };
}

/** An account without a vendor behind it: each export is running, for ever. */
export function createBenchAccount(pacing: Pacing): VendorAccount {
  return {
    key: 'desk',
    vendor: 'talkdesk',
    tenant: 'acme',
    identity: 'acme/desk/1f2e3d4c',
    pacing,
    readMany: async (keys) => keys.map((key) => createSnapshot(key, Date.now())),
    describeFiles: async () => [],
    listRecent: async () => [],
    locateFile: async () => ({ type: 'unfinished' }),
    health: () => ({ state: 'HEALTHY', throttledUntil: null, lastError: null }),
    close: async () => undefined,
  };
}

/** Bytes in use after a full collection; needs --expose-gc. */
export async function heapBytes(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('Run with --expose-gc.');
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

/** The clock's timers keep no process alive; a benchmark wants to. */
export function keepAlive(): void {
  setInterval(silent, 60_000);
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(64)} ${value}\n`);
}
