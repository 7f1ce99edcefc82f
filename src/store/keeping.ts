import type { TrackedExport } from '../export/store.ts';
import type { Tools } from '../runtime/tools.ts';

/** What a store is given. */
export type StoreTools = Pick<Tools, 'clock' | 'log'>;

const DAY_MS = 86_400_000;

/** That an export was untracked by hand is remembered for so long; no vendor lists one as open for longer. */
export const UNTRACKED_KEPT_MS = 90 * DAY_MS;
/** A webhook that was delivered or given up can be looked up, and sent again, for so long. */
export const FINISHED_DELIVERY_KEPT_MS = 7 * DAY_MS;
/** As many durations are kept, the newest ones: estimates want those of late. */
export const MAX_DURATIONS = 20_000;

/** Stands below every instant, so that exports without a creation time come last. */
export const NO_CREATION = Number.MIN_SAFE_INTEGER;

/** What a list is ordered by. */
export function toCreatedOrder(state: TrackedExport['state']): number {
  return state?.snapshot?.createdAt ?? NO_CREATION;
}

/**
 * Which of two states of one export is the later one: by the vendor's last answer, and giving up comes after it. What was known of a gateway
 * that went to sleep must not take the place of what another one has written since.
 */
export function toStateOrder(state: TrackedExport['state']): number {
  return (state?.snapshot?.observedAt ?? 0) * 2 + (state === null || state.failed === null ? 0 : 1);
}

/** Text as it is compared in a search. Databases disagree about the case of letters beyond ASCII: none of them is asked. */
export function toSearchText(text: string): string {
  return text.toLowerCase().toWellFormed().replaceAll('\0', '');
}
