/** Time on the gateway's clock, and ages in words. */
import { useSyncExternalStore } from 'react';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How far this machine's clock is behind the gateway's. */
let offsetMs = 0;
/** While nothing is heard of the gateway, ages do not go on counting. */
let frozenAt: number | null = null;
let shownNow = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Learns the gateway's clock: this machine's own may be minutes off. Without an answer nothing is learnt. */
export async function learnClock(): Promise<void> {
  const response = await fetch('/health', { method: 'HEAD', credentials: 'omit' }).catch(() => null);
  const at = Date.parse(response?.headers.get('date') ?? '');
  if (Number.isNaN(at)) return;
  const found = at + SECOND_MS / 2 - Date.now();
  // Within the header's own precision nothing is learnt.
  if (Math.abs(found) > 2 * SECOND_MS) offsetMs = found;
  tick();
}

/** @returns epoch milliseconds on the gateway's clock */
export function now(): number {
  return Date.now() + offsetMs;
}

/** Stops all ages at this instant, or lets them go on with null. */
export function freezeAges(at: number | null): void {
  frozenAt = at;
  tick();
}

/** The time that ages are shown for; it moves once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read, read);
}

function read(): number {
  return shownNow;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, SECOND_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  const next = Math.floor((frozenAt ?? now()) / SECOND_MS) * SECOND_MS;
  if (next === shownNow) return;
  shownNow = next;
  for (const listener of listeners) listener();
}

/** `25 s`, `3 min`, `2 h`, `4 days`. */
export function toDuration(ms: number): string {
  const age = Math.max(0, ms);
  if (age < MINUTE_MS) return `${Math.floor(age / SECOND_MS)} s`;
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min`;
  if (age < 2 * DAY_MS) return `${Math.floor(age / HOUR_MS)} h`;
  return `${Math.floor(age / DAY_MS)} days`;
}

/** `1 min 20 s`: for spans that somebody compares. */
export function toExactDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / SECOND_MS));
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24];
  const [minutes, rest] = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (days > 0) return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  if (minutes > 0) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  return `${rest} s`;
}

/** Never less than has to be waited. */
export function toWait(ms: number): string {
  const unit = ms < MINUTE_MS ? SECOND_MS : MINUTE_MS;
  return toDuration(Math.ceil(Math.max(0, ms) / unit) * unit);
}

/** `just now`, `3 min ago`. */
export function toAgo(ms: number): string {
  return ms < 5 * SECOND_MS ? 'just now' : `${toDuration(ms)} ago`;
}

const INSTANT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const CLOCK_TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** Date and time of day, as the reader writes them. */
export function toInstantText(at: Date): string {
  return INSTANT.format(at);
}

/** The time of day, with its date where that is another one. */
export function toClockText(at: Date, today: number): string {
  return at.toDateString() === new Date(today).toDateString() ? CLOCK_TIME.format(at) : INSTANT.format(at);
}
