const PATTERN =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|UTC|[+-]\d\d:?\d\d)?$/i;

/** The last one with a year of four digits: callers are told no other. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Reads an instant as vendors write it: 0 to 9 fraction digits, `Z`, `UTC`, an offset or no zone at all (then UTC).
 *
 * @returns epoch milliseconds, fractions cut to whole ones; null for anything else, for a date that does not exist, and
 * for the zero dates (year 0 or 1) by which .NET says "none"
 */
export function parseInstant(text: unknown): number | null {
  if (typeof text !== 'string') return null;
  const match = PATTERN.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  if (Number(year) <= 1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const wholeMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date.parse rolls 31 February over, which would invent a date.
  if (Number.isNaN(wholeMs) || new Date(wholeMs).getUTCDate() !== Number(day)) return null;
  const offset = parseOffsetMs(zone);
  if (offset === null) return null;
  const instantMs = wholeMs + Number(fraction.padEnd(3, '0').slice(0, 3)) - offset;
  return instantMs <= LATEST_MS ? instantMs : null;
}

function parseOffsetMs(zone: string): number | null {
  if (/^(Z|UTC)$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
