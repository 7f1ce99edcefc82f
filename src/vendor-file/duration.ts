const PATTERN =
  /^P(?=.)(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$/;

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;
const MAX_DURATION_MS = 3_660 * DAY_MS;

/**
 * Reads an ISO 8601 duration of weeks, days, hours, minutes and seconds; months and years are no fixed time.
 *
 * @returns milliseconds; undefined where it is none, or longer than ten years
 */
export function parseDuration(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((amount) => Number(amount ?? 0));
  const ms = (weeks * 7 + days) * DAY_MS + hours * HOUR_MS + minutes * 60 * SECOND_MS + seconds * SECOND_MS;
  return ms > MAX_DURATION_MS ? undefined : ms;
}
