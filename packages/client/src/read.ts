/** Reading of answers whose shape nobody promises: a newer gateway may say more, and other words. */

export type Fields = Readonly<Record<string, unknown>>;

/** What instants are called, in the schema and so here. */
const INSTANT = /(?:^at|^since|At|Until|AtLatest)$/;

export function toFields(value: unknown): Fields {
  return Object(value) === value ? (value as Fields) : {};
}

export function toList(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(toFields) : [];
}

export function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** JSON that may not be any. */
export function parse(text: string): Fields {
  try {
    return toFields(JSON.parse(text));
  } catch {
    return {};
  }
}

/** An answer's value with its instants as dates, those inside included; what it does not say is null. */
export function revive(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => revive(each));
  if (typeof value === 'string') return INSTANT.test(name) ? new Date(value) : value;
  if (Object(value) !== value) return value ?? null;
  return Object.fromEntries(Object.entries(value as Fields).map(([key, inner]) => [key, revive(inner, key)]));
}
