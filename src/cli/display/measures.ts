const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A span of time in one unit: `4 s`, `12 min`, `3 h`. */
export function toDurationText(ms: number): string {
  if (ms < 100 * SECOND_MS) return `${Math.max(0, Math.ceil(ms / SECOND_MS))} s`;
  if (ms < 100 * MINUTE_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return `${Math.round(ms / HOUR_MS)} h`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes in decimal units: `812 B`, `1.3 MB`. */
export function toBytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? 'B'}`;
}

/** How long ago in one short word, as lists have it: `12 s`, `4 min`, `3 h`, `2 d`. */
export function toAgeText(ms: number): string {
  if (ms >= 48 * HOUR_MS) return `${Math.floor(ms / DAY_MS)} d`;
  return toDurationText(ms);
}
