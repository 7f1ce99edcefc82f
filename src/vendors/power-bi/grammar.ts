import type { LocatorGrammar } from '../../export/ports.ts';
import type { PowerBiIds } from './types.ts';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Up to 512 characters without controls, path or query signs.
 *
 * Real ids are padded base64 of about 124 characters, but the vendor calls them opaque, and its own sample
 * (`Mi9C5419i....PS4=`) is no base64. `%` is refused as well: an id that is already escaped would be escaped twice.
 */
const EXPORT_ID = /^[^\p{Cc}/\\?#%]{1,512}$/u;

/** The ids of a Power BI export; the order is that of a global id. Sent as given: letter case is kept. */
export const POWER_BI_LOCATOR: LocatorGrammar<PowerBiIds> = {
  groupId: { isOptional: true, test: (value) => UUID.test(value), allowed: 'a UUID' },
  reportId: { isOptional: false, test: (value) => UUID.test(value), allowed: 'a UUID' },
  exportId: {
    isOptional: false,
    test: isExportId,
    allowed: 'at most 512 characters without control characters and without any of / \\ ? # %, not . or ..',
  },
};

function isExportId(value: string): boolean {
  if (value.length > 512 || !value.isWellFormed() || value.trim() === '') return false;
  return EXPORT_ID.test(value) && value !== '.' && value !== '..';
}
