import type { Locator } from '@waybill/client';

/** The same text for equal values, whatever the order of their fields: what queries are shared by. */
export function keyOf(value: unknown): string {
  return JSON.stringify(value, (_name, field: unknown) => (isRecord(field) ? sortFields(field) : field)) ?? '';
}

/** What a list's errors are found by: the text as it was given, or the locator as JSON with its fields in order. */
export function textOf(locator: Locator): string {
  return typeof locator === 'string' ? locator : keyOf(locator);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortFields(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
