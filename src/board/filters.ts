/** Which exports the list shows, and in which order. */
import type { Export, Phase } from '@waybill/client';
import type { SortKey, View } from './address.ts';
import { statusWords } from './words/status.ts';
import { vendorName } from './words/vendors.ts';

/** The kit's phases, in words. */
export const PHASES: readonly (readonly [Phase, string])[] = [
  ['waiting', 'Waiting'],
  ['moving', 'On their way'],
  ['succeeded', 'Finished'],
  ['failed', 'Failed'],
  ['gone', 'Canceled or gone'],
];

const HOUR_MS = 3_600_000;

/** What a person would call it. */
export function nameOf(shown: Export): string {
  // Some vendors name the file alone.
  return shown.label ?? shown.name ?? shown.files?.[0]?.name ?? `Export ${shortIds(shown)}`;
}

/** The vendor's own ids, short enough to be recognised. */
export function shortIds({ id, details }: Export): string {
  const { exportId, exportFileId, jobId } = details as Readonly<Record<string, unknown>>;
  const ids = [exportId ?? jobId, exportFileId].filter((part) => typeof part === 'string');
  return (ids.length === 0 ? [id] : ids).map(shorten).join('/');
}

function shorten(id: string): string {
  return id.length <= 19 ? id : `${id.slice(0, 4)}…${id.slice(-6)}`;
}

export function isEnded({ phase }: Export): boolean {
  return phase === 'succeeded' || phase === 'failed' || phase === 'gone';
}

/** When it began, as far as anybody says. */
export function beganAt({ createdAt, startedAt }: Export): Date | null {
  return createdAt ?? startedAt;
}

/** When it ended, as far as anybody says. */
export function endedAt(shown: Export): Date | null {
  return isEnded(shown) ? (shown.finishedAt ?? shown.updatedAt ?? lastSeen(shown)) : null;
}

/** When this gateway saw it end, for vendors that give no times. */
function lastSeen({ transitions }: Export): Date | null {
  return transitions.at(-1)?.at ?? null;
}

/** What the view lets through, in its order. */
export function applyView(exports: readonly Export[], view: View, now: number): readonly Export[] {
  const words = view.text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const after = view.hours === 0 ? null : now - view.hours * HOUR_MS;
  const shown = exports.filter(
    (entry) =>
      (view.vendor === '' || entry.vendor === view.vendor) &&
      (view.account === '' || entry.account === view.account) &&
      (view.status === '' || entry.status === view.status || entry.phase === view.status) &&
      (after === null || timeOf(entry) >= after) &&
      (words.length === 0 || holds(entry, words)),
  );
  const compare = COMPARE[view.sort];
  const sign = view.isReversed ? -1 : 1;
  return shown.sort((one, other) => sign * compare(one, other) || (one.id < other.id ? -1 : 1));
}

function holds(shown: Export, words: readonly string[]): boolean {
  const { label, name, vendor, account, rawStatus, files } = shown;
  const said = [
    label,
    name,
    vendorName(vendor),
    account,
    rawStatus,
    statusWords(shown).text,
    shortIds(shown),
  ];
  for (const file of files ?? []) said.push(file.name);
  const text = said.join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

type Compare = (one: Export, other: Export) => number;

const byNewest: Compare = (one, other) => timeOf(other) - timeOf(one);
const byEnd: Compare = (one, other) => endTime(other) - endTime(one);
const byName: Compare = (one, other) => nameOf(one).localeCompare(nameOf(other));

const COMPARE: Readonly<Record<SortKey, Compare>> = {
  moving: (one, other) => {
    const ended = Number(isEnded(one)) - Number(isEnded(other));
    return ended !== 0 ? ended : isEnded(one) ? byEnd(one, other) : byNewest(one, other);
  },
  newest: byNewest,
  name: byName,
  vendor: (one, other) =>
    vendorName(one.vendor).localeCompare(vendorName(other.vendor)) ||
    one.account.localeCompare(other.account) ||
    byNewest(one, other),
  status: (one, other) => rankOf(one) - rankOf(other) || byNewest(one, other),
};

/** What needs somebody comes first. */
const RANK: Readonly<Record<Phase, number>> = { failed: 0, moving: 1, waiting: 2, succeeded: 3, gone: 4 };

function rankOf({ phase }: Export): number {
  return RANK[phase];
}

/** What has no time at all stands last among the ended, and first among what moves. */
function timeOf(shown: Export): number {
  const at = beganAt(shown) ?? shown.transitions[0]?.at ?? endedAt(shown);
  return at?.getTime() ?? (isEnded(shown) ? 0 : Number.MAX_SAFE_INTEGER);
}

function endTime(shown: Export): number {
  return endedAt(shown)?.getTime() ?? beganAt(shown)?.getTime() ?? 0;
}
