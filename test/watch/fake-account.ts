import { VendorError, type VendorErrorCode } from '../../src/export/errors.ts';
import type { ExportKey, ExportSnapshot, ExportStatus } from '../../src/export/export.ts';
import type { Pacing, Reading, ReadOptions, VendorAccount } from '../../src/export/ports.ts';
import { onAbort } from '../../src/runtime/cancellation.ts';

/** What the vendor says about one export; `hang` never answers. */
export type Answer = Reading | 'hang';

export interface FakeAccount extends VendorAccount {
  /** Every batch so far: when it came and which exports it asked for. */
  readonly batches: readonly { readonly at: number; readonly ids: readonly string[] }[];
  /** Batches given up by their signal. */
  readonly aborted: { count: number };
  /** Until when the account waits; the vendor's own `Retry-After` sets it, as the account's limiter does in life. */
  throttledUntil: number | null;
  /** Its vendor has a list call that pays. */
  hasList: boolean;
  answer(handler: (id: string, now: number) => Answer): void;
}

export interface FakeAccountOptions {
  readonly now: () => number;
  readonly key?: string;
  readonly identity?: string;
  readonly pacing?: Pacing;
}

export const PACING: Pacing = { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 };

/** An account whose vendor says what the test says. */
export function createFakeAccount(options: FakeAccountOptions): FakeAccount {
  const key = options.key ?? 'desk';
  const batches: { at: number; ids: readonly string[] }[] = [];
  const aborted = { count: 0 };
  let handler: (id: string, now: number) => Answer = (id) => toSnapshot(id, 'RUNNING', options.now());

  async function readMany(
    this: FakeAccount,
    keys: readonly ExportKey[],
    { signal }: ReadOptions = {},
  ): Promise<readonly Reading[]> {
    batches.push({ at: options.now(), ids: keys.map(({ id }) => id) });
    const answers = keys.map(({ id }) => handler(id, options.now()));
    if (answers.includes('hang')) {
      await new Promise((_resolve, reject) => {
        if (signal === undefined) return;
        onAbort(signal, () => {
          aborted.count += 1;
          reject(signal.reason);
        });
      });
    }
    // Not before every request of this instant has been sent, as in life.
    await Promise.resolve();
    const readings = answers.filter((answer) => answer !== 'hang');
    for (const reading of readings) {
      if (!(reading instanceof VendorError) || reading.code !== 'VENDOR_RATE_LIMITED') continue;
      const until = options.now() + (reading.retryAfterMs ?? 0);
      this.throttledUntil = Math.max(this.throttledUntil ?? 0, until);
    }
    return readings;
  }

  return {
    key,
    vendor: 'talkdesk',
    tenant: 'acme',
    identity: options.identity ?? `acme/${key}`,
    pacing: options.pacing ?? PACING,
    batches,
    aborted,
    throttledUntil: null,
    hasList: true,
    listPays() {
      return this.hasList;
    },
    answer(next) {
      handler = next;
    },
    readMany,
    describeFiles: async () => [],
    listRecent: async () => [],
    locateFile: async () => ({ type: 'unfinished' }),
    health() {
      return { state: 'HEALTHY', throttledUntil: this.throttledUntil, lastError: null };
    },
    close: async () => undefined,
  };
}

export function toKey(id: string, account = 'desk'): ExportKey {
  return { id, vendor: 'talkdesk', account, ids: { jobId: id } };
}

export function toSnapshot(
  id: string,
  status: ExportStatus,
  observedAt: number,
  more: Partial<ExportSnapshot> = {},
): ExportSnapshot {
  return {
    key: toKey(id),
    name: null,
    status,
    rawStatus: status.toLowerCase(),
    outcome: status === 'SUCCEEDED' ? 'COMPLETE' : null,
    failure:
      status === 'FAILED'
        ? { code: null, message: 'It failed.', isRetryable: false, retryAfterMs: null }
        : null,
    progress: null,
    createdAt: null,
    startedAt: null,
    updatedAt: null,
    finishedAt: null,
    files: null,
    pollAfterMs: null,
    observedAt,
    details: { reportType: 'calls' },
    ...more,
  };
}

export function toPercent(percent: number): Partial<ExportSnapshot> {
  return { progress: { percent, completedParts: null, totalParts: null } };
}

export function toError(code: VendorErrorCode, retryAfterMs?: number): VendorError {
  return new VendorError({
    code,
    message: `The vendor said ${code}.`,
    vendor: 'talkdesk',
    account: 'desk',
    // Without one it would be an answer for which no vendor was asked.
    httpStatus: code === 'EXPORT_NOT_FOUND' ? 404 : undefined,
    retryAfterMs,
  });
}
