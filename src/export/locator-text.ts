import type { ExportKey } from './export.ts';
import { parseGlobalId } from './locator.ts';

/**
 * An export's locator as the command line reads it, such as `hi-energy:4213`: the vendor, and its ids in the grammar's order.
 *
 * Taken from the global id, whose order no store turns around. No vendor's ids hold a slash.
 *
 * @throws InputError where the key's id is none of an export
 */
export function toLocatorText({ id, vendor }: Pick<ExportKey, 'id' | 'vendor'>): string {
  const parsed = parseGlobalId(id);
  const values = parsed.type === 'export' ? parsed.values.filter((value) => value !== null) : [];
  return `${vendor}:${values.join('/')}`;
}
