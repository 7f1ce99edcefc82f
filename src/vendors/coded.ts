import type { LocatorIds } from '../export/export.ts';
import type { CodedVendorId } from '../export/vendor-id.ts';
import { hiEnergy } from './hi-energy/index.ts';
import { powerBi } from './power-bi/index.ts';
import { talkdesk } from './talkdesk/index.ts';
import type { VendorDefinition } from './vendor.ts';
import { webAdmit } from './web-admit/index.ts';

const CODED = {
  'power-bi': powerBi,
  'hi-energy': hiEnergy,
  talkdesk,
  'web-admit': webAdmit,
} satisfies Record<CodedVendorId, unknown>;

/** Each checks its own ids, so from here on they are names and text. */
export const CODED_VENDORS = CODED as unknown as Readonly<
  Record<CodedVendorId, VendorDefinition<LocatorIds>>
>;
