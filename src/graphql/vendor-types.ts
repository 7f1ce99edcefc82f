import type { Export } from '../export/export.ts';
import type { CodedVendorId } from '../export/vendor-id.ts';
import type { HiEnergyDetails } from '../vendors/hi-energy/types.ts';
import type { PowerBiDetails } from '../vendors/power-bi/types.ts';
import type { TalkdeskDetails } from '../vendors/talkdesk/types.ts';
import type { WebAdmitDetails } from '../vendors/web-admit/types.ts';

export type PowerBiExportObject = Export<PowerBiDetails>;
export type HiEnergyExportObject = Export<HiEnergyDetails>;
export type TalkdeskExportObject = Export<TalkdeskDetails>;
export type WebAdmitExportObject = Export<WebAdmitDetails>;

/** As `schemaNames` makes them of the ids: for the compiler, which has to know them. */
const CODED_EXPORT_TYPES = {
  'power-bi': 'PowerBiExport',
  'hi-energy': 'HiEnergyExport',
  talkdesk: 'TalkdeskExport',
  'web-admit': 'WebAdmitExport',
} as const satisfies Record<CodedVendorId, string>;

/** The names of the coded vendors' own Export types. */
export type CodedExportType = (typeof CODED_EXPORT_TYPES)[CodedVendorId];
