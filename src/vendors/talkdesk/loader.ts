import { VendorError } from '../../export/errors.ts';
import type { ExportKey, ExportSnapshot } from '../../export/export.ts';
import type { ExportOrder } from '../../export/ports.ts';
import type { CallOptions } from '../../http/types.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { OwnReads } from '../shared/account.ts';
import { byNearness } from '../shared/orders.ts';
import type { JobPage, TalkdeskClient } from './client.ts';
import { ACCEPTED_WORD, toSnapshot } from './mapping.ts';
import { isStartedBy, reachesOrder, type TalkdeskOrder, toMark } from './orders.ts';
import { type JobReading, TALKDESK_LOCATOR, type TalkdeskDetails, type TalkdeskIds } from './types.ts';

/** What one list call is asked for; 200 is the documented maximum, but what lies so far back is better asked for alone. */
const PER_PAGE = 100;

/** What reads stand on. */
export interface LoaderParts {
  readonly client: TalkdeskClient;
  readonly clock: Clock;
  /** Those whose jobs are listed. */
  readonly reportTypes: readonly string[];
  /** The key of a job that only the vendor has named so far. */
  toKey(ids: TalkdeskIds): ExportKey<TalkdeskIds>;
}

type Snapshot = ExportSnapshot<TalkdeskDetails>;

/** How Talkdesk's jobs are read, one by one or through the list of their report type; started, and ended before their time. */
export function createTalkdeskLoader(parts: LoaderParts): Omit<OwnReads<TalkdeskIds>, 'locateFile'> {
  const { client } = parts;
  return {
    readOne: (key, options): Promise<Snapshot> =>
      client.readJob(key.ids, options).then((reading) => toSnapshot(key, reading)),

    list: {
      listOf: ({ reportType }) => reportType,
      nameOf: ({ jobId }) => jobId,
      async read(reportType, options) {
        const page = await client.listJobs(reportType, PER_PAGE, options);
        const byId = new Map(toReadings(page).map((reading) => [reading.job.id ?? '', reading]));
        return {
          names: new Set(byId.keys()),
          find(key): Snapshot | undefined {
            const reading = byId.get(key.ids.jobId);
            return reading && toSnapshot(key, reading);
          },
        };
      },
    },

    listRecent: createRecentLister(parts),
    ...createOrderCalls(parts),
  };
}

type OrderCalls = Pick<OwnReads<TalkdeskIds>, 'start' | 'markStart' | 'findStarted' | 'cancel'>;

function createOrderCalls({ client, toKey }: LoaderParts): OrderCalls {
  return {
    async start(given, options) {
      const order = toOrder(given);
      const { jobId, reading } = await client.createJob(order, options);
      const { reportType } = order;
      return { snapshot: toSnapshot(toKey({ reportType, jobId }), reading), isExisting: false };
    },

    markStart(given, options) {
      const order = toOrder(given);
      const page = client.listJobs(order.reportType, PER_PAGE, options);
      return page.then(
        ({ jobs }) => toMark(jobs, order),
        () => null,
      );
    },

    async findStarted(search, options): Promise<readonly Snapshot[]> {
      const { reportType } = toOrder(search.order);
      const { jobs, receivedAt } = await client.listJobs(reportType, PER_PAGE, options);
      const started = jobs.filter((job) => isStartedBy(job, search));
      if (started.length === 0 && jobs.length >= PER_PAGE && !reachesOrder(jobs, search))
        throw client.toOutOfReach();
      const snapshots = started.map((job) =>
        toSnapshot(toKey({ reportType, jobId: job.id }), {
          word: job.status ?? ACCEPTED_WORD,
          job,
          receivedAt,
        }),
      );
      // The newest stand first: of those that tell no time the oldest is the likeliest.
      return snapshots.reverse().sort(byNearness(search.sentAt));
    },

    cancel: (key, options) => client.deleteFile(key.ids, options),
  };
}

function toOrder(order: ExportOrder): TalkdeskOrder {
  return order as unknown as TalkdeskOrder;
}

/** The entries of a list page that say how their job stands; one without a status is as good as not listed. */
function toReadings({ jobs, receivedAt }: JobPage): readonly JobReading[] {
  return jobs.flatMap((job) => (job.status === null ? [] : [{ word: job.status, job, receivedAt }]));
}

/** Talkdesk's bound of a page. */
const MAX_PER_PAGE = 200;

/** How long a report type that the account does not have is left out. */
const REFUSAL_LIFETIME_MS = 600_000;

/** Answers by which Talkdesk says that an account has no such report type, or may not see it. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([400, 403, 404]);

/** Lists the newest jobs of an account: Talkdesk can only list one report type at a time. */
function createRecentLister({ client, clock, reportTypes, toKey }: LoaderParts) {
  /** Until when a report type is left out, in epoch milliseconds. */
  const refusedUntil = new Map<string, number>();

  async function listType(reportType: string, limit: number, options: CallOptions | undefined) {
    const page = await client.listJobs(reportType, Math.max(1, Math.min(limit, MAX_PER_PAGE)), options);
    return toReadings(page).flatMap((reading) => {
      const jobId = reading.job.id ?? '';
      return TALKDESK_LOCATOR.jobId.test(jobId) ? [toSnapshot(toKey({ reportType, jobId }), reading)] : [];
    });
  }

  return async (limit: number, options?: CallOptions): Promise<readonly Snapshot[]> => {
    const now = clock.now();
    const asked = reportTypes.filter((reportType) => (refusedUntil.get(reportType) ?? 0) <= now);
    const answers = await Promise.all(
      asked.map((reportType) => listType(reportType, limit, options).catch(toRefusal)),
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
