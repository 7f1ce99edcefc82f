import * as z from 'zod';
import { parseInstant } from '../../src/vendors/shared/instant.ts';
import { type FieldProblem, refuseOrder } from './answers.ts';
import type { ReportFormat, ReportOrder } from './jobs.ts';

/** "At most about one month per job." */
const MAX_TIMESPAN_MS = 31 * 86_400_000;

const FORMATS: readonly string[] = ['csv', 'json', 'json_bulk'] satisfies ReportFormat[];

const body = z.object({
  name: z.string().nullish(),
  timezone: z.string().nullish(),
  format: z.string().nullish(),
  timespan: z
    .object({ from: z.string().nullish(), to: z.string().nullish(), timezone: z.string().nullish() })
    .nullish(),
});

/** Reads the body of a create call. @throws Refusal naming each field that is wrong */
export function parseOrder(text: string): ReportOrder {
  const order = body.safeParse(parseJson(text)).data;
  if (order === undefined) throw refuseOrder([{ name: 'body', description: 'body is invalid' }]);
  const { from, to } = order.timespan ?? {};
  const format = order.format ?? 'csv';
  const timezone = order.timezone ?? order.timespan?.timezone ?? 'UTC';
  const problems = [
    ...checkInstant('timespan[from]', from),
    ...checkInstant('timespan[to]', to),
    ...(FORMATS.includes(format)
      ? []
      : [{ name: 'format', description: 'format does not have a valid value' }]),
    ...(isTimezone(timezone)
      ? []
      : [{ name: 'timezone', description: 'timezone does not have a valid value' }]),
  ];
  if (problems.length > 0) throw refuseOrder(problems);
  const lengthMs = (parseInstant(to) ?? 0) - (parseInstant(from) ?? 0);
  if (lengthMs <= 0 || lengthMs > MAX_TIMESPAN_MS)
    throw refuseOrder([{ name: 'timespan', description: 'timespan must be positive and at most 31 days' }]);
  return {
    name: order.name ?? null,
    timezone,
    format: format as ReportFormat,
    timespan: { from: from ?? '', to: to ?? '' },
  };
}

function checkInstant(name: string, value: string | null | undefined): readonly FieldProblem[] {
  if (value == null) return [{ name, description: `${name} is missing` }];
  return parseInstant(value) === null ? [{ name, description: `${name} is invalid` }] : [];
}

/** True for a zone of the IANA database. */
function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
