const PATTERN = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\s?(?:Z|UTC|[+-]\d\d:?\d\d)?$/i;

/** The last one with a year of four digits: callers are told no other. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The calendar repeats itself after so many years, to the day. */
const CYCLE_YEARS = 400;
const CYCLE_MS = 146_097 * 86_400_000;

/** Where the fraction begins behind `YYYY-MM-DDThh:mm:ss.`, where there is one. */
const FRACTION_AT = 20;

const ZERO = 0x30;

/**
 * Reads an instant as vendors write it: 0 to 9 fraction digits, `Z`, `UTC`, an offset or no zone at all (then UTC).
 *
 * The pattern only tests, and the digits are read in their places: what it could capture would be eight new texts for each instant.
 *
 * @returns epoch milliseconds, fractions cut to whole ones; null for anything else, for a date that does not exist, and
 * for the zero dates (year 0 or 1) by which .NET says "none"
 */
export function parseInstant(input: unknown): number | null {
  if (typeof input !== 'string') return null;
  const text = input.trim();
  if (!PATTERN.test(text)) return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (year <= 1 || hour > 23 || minute > 59 || second > 59) return null;
  if (month < 1 || month > 12 || day < 1 || day > daysOf(month, year)) return null;
  // Date.UTC takes the years up to 99 for those of the last century.
  const wholeMs = Date.UTC(year + CYCLE_YEARS, month - 1, day, hour, minute, second) - CYCLE_MS;

  let zoneAt = FRACTION_AT - 1;
  let fractionMs = 0;
  if (text[zoneAt] === '.' || text[zoneAt] === ',') {
    zoneAt = FRACTION_AT;
    while (isDigit(text, zoneAt)) zoneAt += 1;
    for (let at = FRACTION_AT, unitMs = 100; at < zoneAt && unitMs >= 1; at += 1, unitMs /= 10)
      fractionMs += digit(text, at) * unitMs;
  }
  const offset = text.endsWith('Z') ? 0 : parseOffsetMs(text.slice(zoneAt).trimStart());
  if (offset === null) return null;
  const instantMs = wholeMs + fractionMs - offset;
  return instantMs <= LATEST_MS ? instantMs : null;
}

/** @param zone - as the pattern lets it through; empty where there is none */
function parseOffsetMs(zone: string): number | null {
  if (!zone.startsWith('+') && !zone.startsWith('-')) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function daysOf(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - ZERO;
}

function isDigit(text: string, at: number): boolean {
  const value = digit(text, at);
  return value >= 0 && value <= 9;
}
