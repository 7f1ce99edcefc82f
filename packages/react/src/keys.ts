/** The same text for equal values, whatever the order of their fields: what queries are shared by. */
export function keyOf(value: unknown): string {
  return (
    JSON.stringify(value, (_name, field: unknown) => (isRecord(field) ? sortFields(field) : field)) ?? ''
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortFields(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
