import type { Owner } from './owners.ts';

/** How many exports begin in each generation, and how long a generation lasts. */
export const JOBS_PER_GENERATION = 40;
const GENERATION_MS = 60_000;
const FIRST_NUMBER = 4_000;

/** Exports that only one tenant ever asks its vendors for. */
const MARKED_FROM = 5_000_000;
const MARKED_SPAN = 100_000;
/** Exports that only strangers ask for, so that no vendor must ever hear of them. */
export const NEVER_FROM = 9_000_000;

/** One export as its vendor sees it at one moment. */
export interface Job {
  readonly number: number;
  readonly phase: 'queued' | 'running' | 'odd' | 'done' | 'failed';
  /** 0 to 100. */
  readonly percent: number;
  /** Ends in its owner's code. */
  readonly createdAt: string;
}

/** The number of the n-th export that begins in the generation of this moment. */
export function toSharedNumber(now: number, startedAt: number, n: number): number {
  return FIRST_NUMBER + Math.floor((now - startedAt) / GENERATION_MS) * JOBS_PER_GENERATION + n;
}

/** The number of an export that is this tenant's alone. */
export function toMarkedNumber(tenant: number, n: number): number {
  return MARKED_FROM + tenant * MARKED_SPAN + n;
}

/** The one tenant that may ask for an export; `nobody` for one that must never be asked for, undefined where all may. */
export function tenantOf(number: number): number | 'nobody' | undefined {
  if (number >= NEVER_FROM) return 'nobody';
  return number >= MARKED_FROM ? Math.floor((number - MARKED_FROM) / MARKED_SPAN) : undefined;
}

/** Every owner has every export, and each takes its own time: nothing is kept, all follows from the moment. */
export function findJob(owner: Owner, number: number, now: number, startedAt: number): Job {
  const place = number >= MARKED_FROM ? (number - MARKED_FROM) % MARKED_SPAN : number - FIRST_NUMBER;
  const bornAt = startedAt + Math.floor(Math.max(0, place) / JOBS_PER_GENERATION) * GENERATION_MS;
  const dice = hash(`${owner.scope} ${number}`);
  const durationMs = 3_000 + (dice % 90_000);
  const share = Math.min(1, Math.max(0, now - bornAt) / durationMs);
  return {
    number,
    phase: toPhase(share, dice),
    percent: Math.floor(share * 100),
    createdAt: new Date(Math.floor(bornAt / 1_000) * 1_000 + owner.code).toISOString(),
  };
}

function toPhase(share: number, dice: number): Job['phase'] {
  if (share >= 1) return dice % 10 === 0 ? 'failed' : 'done';
  if (share < 0.1) return 'queued';
  return dice % 17 === 0 ? 'odd' : 'running';
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1)
    value = Math.imul(value ^ text.charCodeAt(place), 0x01000193);
  return value >>> 0;
}
