import type { VendorId } from '../src/export/vendor-id.ts';
import { hiEnergyMount } from './hi-energy/mount.ts';
import { powerBiMount } from './power-bi/mount.ts';
import type { SimulatorMount } from './simulator.ts';
import { talkdeskMount } from './talkdesk/mount.ts';
import { webAdmitMount } from './web-admit/mount.ts';

/** The vendors that hand out tokens for client credentials. */
export type TokenVendorId = 'power-bi' | 'talkdesk';

/** Every simulated vendor, as it is served unless others are given. */
export const SIMULATED_VENDORS: Readonly<Record<VendorId, SimulatorMount>> = {
  'power-bi': powerBiMount,
  'hi-energy': hiEnergyMount,
  talkdesk: talkdeskMount,
  'web-admit': webAdmitMount,
} satisfies { [Id in VendorId]: SimulatorMount & Pick<MountOf<Id>, 'tokenPath'> };

type MountOf<Id> = Id extends TokenVendorId
  ? { readonly tokenPath: string }
  : { readonly tokenPath?: undefined };
