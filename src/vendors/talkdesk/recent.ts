import { VendorError } from '../../export/errors.ts';
import type { ExportKey, ExportSnapshot } from '../../export/export.ts';
import type { ReadOptions } from '../../export/ports.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { TalkdeskClient } from './client.ts';
import { TALKDESK_LOCATOR } from './grammar.ts';
import { type SnapshotReader, toReadings } from './snapshot-reader.ts';
import type { TalkdeskDetails, TalkdeskIds } from './types.ts';

/** Talkdesk's bound of a page. */
const MAX_PER_PAGE = 200;

/** How long a report type that the account does not have is left out. */
const REFUSAL_LIFETIME_MS = 600_000;

/** Answers by which Talkdesk says that an account has no such report type, or may not see it. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([400, 403, 404]);

export interface RecentParts {
  readonly client: TalkdeskClient;
  readonly clock: Clock;
  readonly toSnapshot: SnapshotReader;
  readonly reportTypes: readonly string[];
  /** Builds the key of a job that only the vendor has named so far. */
  toKey(ids: TalkdeskIds): ExportKey<TalkdeskIds>;
}

type Snapshot = ExportSnapshot<TalkdeskDetails>;

/** Lists the newest jobs of an account: Talkdesk can only list one report type at a time. @throws VendorError */
export type RecentLister = (limit: number, options?: ReadOptions) => Promise<readonly Snapshot[]>;

export function createRecentLister({
  client,
  clock,
  toSnapshot,
  reportTypes,
  toKey,
}: RecentParts): RecentLister {
  /** Until when a report type is left out, in epoch milliseconds. */
  const refusedUntil = new Map<string, number>();

  async function listType(reportType: string, limit: number, signal: AbortSignal | undefined) {
    const page = await client.listJobs(reportType, Math.max(1, Math.min(limit, MAX_PER_PAGE)), signal);
    return toReadings(page).flatMap((reading) => {
      const jobId = reading.job.id ?? '';
      return TALKDESK_LOCATOR.jobId.test(jobId) ? [toSnapshot(toKey({ reportType, jobId }), reading)] : [];
    });
  }

  return async (limit, { signal } = {}) => {
    const now = clock.now();
    const asked = reportTypes.filter((reportType) => (refusedUntil.get(reportType) ?? 0) <= now);
    const answers = await Promise.all(
      asked.map((reportType) => listType(reportType, limit, signal).catch(toRefusal)),
    );
    const refusals = answers.filter((answer) => answer instanceof VendorError);
    const [first] = refusals;
    // Where not one type may be seen it is the credential that lacks the scope, not the account a type.
    const isForbidden = refusals.every(({ code }) => code === 'VENDOR_FORBIDDEN');
    if (first !== undefined && isForbidden && refusals.length === reportTypes.length) throw first;

    for (const [index, reportType] of asked.entries()) {
      if (answers[index] instanceof VendorError) refusedUntil.set(reportType, now + REFUSAL_LIFETIME_MS);
    }
    const lists = answers.flatMap((answer) => (answer instanceof VendorError ? [] : [answer]));
    return newestFirst(lists).slice(0, limit);
  };
}

/** @throws every failure that is no refusal of one report type */
function toRefusal(error: unknown): VendorError {
  if (error instanceof VendorError && REFUSALS.has(error.httpStatus)) return error;
  throw error;
}

/** By creation time where every job tells it; else the types take turns, since each list has its newest first. */
function newestFirst(lists: readonly (readonly Snapshot[])[]): readonly Snapshot[] {
  const all = lists.flat();
  if (all.every(({ createdAt }) => createdAt !== null)) {
    return all.sort((left, right) => (right.createdAt ?? 0) - (left.createdAt ?? 0));
  }
  const ranked = lists.flatMap((list) => list.map((snapshot, rank) => ({ snapshot, rank })));
  return ranked.sort((left, right) => left.rank - right.rank).map(({ snapshot }) => snapshot);
}
