/** Reading of answers whose shape nobody promises: a newer gateway may say more, and other words. */

export type Fields = Readonly<Record<string, unknown>>;

const NOTHING: Fields = {};

export function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : NOTHING;
}

export function toList(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(toFields) : [];
}

export function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function toTextOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function toNumberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

export function toDateOrNull(value: unknown): Date | null {
  const date = typeof value === 'string' ? new Date(value) : null;
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}

export function toDate(value: unknown): Date {
  return toDateOrNull(value) ?? new Date(0);
}
