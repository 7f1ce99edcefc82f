import { createHash } from 'node:crypto';
import type { ExportFact } from '../../export/events.ts';
import type { ExportSnapshot, ExportStatus, ExportTransition } from '../../export/export.ts';
import type { Delivery, TrackedExport, WebhookEventType } from '../../export/store.ts';
import type { WatchedState } from '../../export/transitions.ts';
import type { WebhookEndpoint } from '../../export/webhook-endpoint.ts';
import { wants } from './endpoint.ts';

/** One step of a tracked export. */
export interface TrackedStep {
  readonly tracked: Pick<TrackedExport, 'tenant' | 'key' | 'identity' | 'label' | 'trackedAt'>;
  /** As last written; null where nothing was. */
  readonly before: WatchedState | null;
  /** Several transitions may lie in between. */
  readonly after: WatchedState | null;
  /** What led here; null where states alone are compared, as after a crash. */
  readonly fact: ExportFact | null;
  /** When this was seen, epoch milliseconds. */
  readonly at: number;
}

/** Something that webhooks tell of. */
export interface Happening {
  readonly type: WebhookEventType;
  /** Tells it from others of its type of the same export: whoever finds it, and however often, finds the same. */
  readonly discriminator: string;
  readonly at: number;
  /** The export right after; null where the vendor has never been read. */
  readonly snapshot: ExportSnapshot | null;
}

/** The event that tells of an end. */
const END_TYPE = {
  QUEUED: null,
  RUNNING: null,
  CANCELING: null,
  SUCCEEDED: 'export.succeeded',
  FAILED: 'export.failed',
  CANCELED: 'export.canceled',
  EXPIRED: 'export.expired',
  UNKNOWN: null,
} as const satisfies Record<ExportStatus, WebhookEventType | null>;

/** As many characters of a SHA-256 in base64url: 192 bits. */
const DIGEST_LENGTH = 32;

/**
 * What is owed to these endpoints after a step, in the order in which to tell it.
 *
 * The ids follow from what happened alone: where a step is looked at twice, by another gateway or after a crash, the second look owes
 * nothing new.
 */
export function toOwed(step: TrackedStep, endpoints: readonly WebhookEndpoint[]): readonly Delivery[] {
  const { tenant, key } = step.tracked;
  // Most steps are progress, and most tenants have no endpoint.
  const own = endpoints.filter((endpoint) => endpoint.tenant === tenant);
  if (own.length === 0) return [];
  return findHappenings(step).flatMap((happening) =>
    own
      .filter((endpoint) => wants(endpoint, { tenant, key, type: happening.type }))
      .map((endpoint) => toDelivery(step, happening, endpoint)),
  );
}

/** What happened between two states of a tracked export. */
export function findHappenings(step: TrackedStep): readonly Happening[] {
  return [findTracked, findRun, findStall, findEnd, findFailure].flatMap((find) => find(step) ?? []);
}

type Finding = Happening | undefined;

function findTracked({ fact, tracked, after }: TrackedStep): Finding {
  if (fact?.type !== 'ExportTracked') return undefined;
  const { trackedAt } = tracked;
  return {
    type: 'export.tracked',
    discriminator: String(trackedAt),
    at: trackedAt,
    snapshot: after?.snapshot ?? null,
  };
}

/** It runs for the first time that anyone here saw; what was over before it was tracked is no news. */
function findRun({ before, after, tracked }: TrackedStep): Finding {
  const snapshot = after?.snapshot ?? null;
  if (after === null || snapshot === null || hasRun(before)) return undefined;
  const run = after.transitions.find(({ to }) => to === 'RUNNING');
  const isNews = snapshot.status === 'RUNNING' || (run !== undefined && run.at >= sinceWhen(before, tracked));
  if (!isNews) return undefined;
  return {
    type: 'export.running',
    discriminator: '',
    at: run?.at ?? snapshot.observedAt,
    snapshot: snapshot.status === 'RUNNING' || run === undefined ? snapshot : rewind(snapshot, run),
  };
}

function sinceWhen(before: WatchedState | null, { trackedAt }: TrackedStep['tracked']): number {
  return before === null ? trackedAt : Number.NEGATIVE_INFINITY;
}

/** Where that was so many transitions ago that it is forgotten, the delivery's id still says so. */
function hasRun(state: WatchedState | null): boolean {
  return state?.transitions.some(({ to }) => to === 'RUNNING') ?? false;
}

/** The export as it was at an earlier transition, as far as that is still known. */
function rewind(snapshot: ExportSnapshot, { to, rawStatus }: ExportTransition): ExportSnapshot {
  return {
    ...snapshot,
    status: to,
    rawStatus,
    outcome: null,
    failure: null,
    progress: null,
    finishedAt: null,
    files: null,
  };
}

function findStall({ before, after, fact, at }: TrackedStep): Finding {
  if (after === null) return undefined;
  const since = fact?.type === 'ExportStalled' ? fact.since : standsSince(after);
  if (since === null || since === standsSince(before)) return undefined;
  return { type: 'export.stalled', discriminator: String(since), at, snapshot: after.snapshot };
}

/** Null where it moves, or nobody has been told yet that it does not. */
function standsSince(state: WatchedState | null): number | null {
  return state?.isStallTold ? state.changedAt : null;
}

function findEnd({ before, after }: TrackedStep): Finding {
  const snapshot = after?.snapshot ?? null;
  if (after === null || snapshot === null || snapshot.status === before?.snapshot?.status) return undefined;
  const type = END_TYPE[snapshot.status];
  if (type === null) return undefined;
  const end = after.transitions.findLast(({ to }) => to === snapshot.status);
  return { type, discriminator: '', at: end?.at ?? snapshot.observedAt, snapshot };
}

/** By its start a watch is told from the next one of the same export, which may fail as well. */
function findFailure({ before, after, at }: TrackedStep): Finding {
  if (after === null || after.failed === null) return undefined;
  if (before !== null && before.failed !== null && before.startedAt === after.startedAt) return undefined;
  return {
    type: 'export.watch_failed',
    discriminator: String(after.startedAt),
    at,
    snapshot: after.snapshot,
  };
}

function toDelivery(
  { tracked: { tenant, key, identity, label } }: TrackedStep,
  { type, discriminator, at, snapshot }: Happening,
  { key: endpoint }: WebhookEndpoint,
): Delivery {
  const id = toDeliveryId([endpoint, tenant, key.id, type, discriminator]);
  return { id, endpoint, tenant, type, at, key, identity, label, snapshot };
}

function toDeliveryId(parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  return `msg_${digest.slice(0, DIGEST_LENGTH)}`;
}
