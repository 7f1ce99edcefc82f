import type { LocatorIds } from '../export/export.ts';
import type { VendorId } from '../export/vendor-id.ts';
import { hiEnergy } from './hi-energy/index.ts';
import { powerBi } from './power-bi/index.ts';
import { talkdesk } from './talkdesk/index.ts';
import type { VendorDefinition } from './vendor.ts';
import { webAdmit } from './web-admit/index.ts';

const REGISTRY = {
  'power-bi': powerBi,
  'hi-energy': hiEnergy,
  talkdesk,
  'web-admit': webAdmit,
} satisfies Record<VendorId, unknown>;

/** Every vendor by its id; each checks its own ids, so from here on they are names and text. */
export const VENDORS = REGISTRY as unknown as Readonly<Record<VendorId, VendorDefinition<LocatorIds>>>;
