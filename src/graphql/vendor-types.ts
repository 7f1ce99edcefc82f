import type { Export } from '../export/export.ts';
import type { VendorId } from '../export/vendor-id.ts';
import type { HiEnergyDetails } from '../vendors/hi-energy/types.ts';
import type { PowerBiDetails } from '../vendors/power-bi/types.ts';
import type { TalkdeskDetails } from '../vendors/talkdesk/types.ts';
import type { WebAdmitDetails } from '../vendors/web-admit/types.ts';

export type PowerBiExportObject = Export<PowerBiDetails>;
export type HiEnergyExportObject = Export<HiEnergyDetails>;
export type TalkdeskExportObject = Export<TalkdeskDetails>;
export type WebAdmitExportObject = Export<WebAdmitDetails>;

const NAMES = {
  'power-bi': { exportType: 'PowerBiExport', locatorField: 'powerBi' },
  'hi-energy': { exportType: 'HiEnergyExport', locatorField: 'hiEnergy' },
  talkdesk: { exportType: 'TalkdeskExport', locatorField: 'talkdesk' },
  'web-admit': { exportType: 'WebAdmitExport', locatorField: 'webAdmit' },
} as const satisfies Record<VendorId, { readonly exportType: string; readonly locatorField: string }>;

type VendorNames = (typeof NAMES)[keyof typeof NAMES];

/** Each vendor's names in the schema: its own Export type, and its field of `ExportLocator`. */
export const VENDOR_TYPES: Readonly<Record<VendorId, VendorNames>> = NAMES;

/** The names of all vendors' own Export types. */
export type ExportTypeName = VendorNames['exportType'];
