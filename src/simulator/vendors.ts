import type { VendorId } from '../export/vendor-id.ts';
import { hiEnergyMount } from '../vendors/hi-energy/simulator-mount.ts';
import { powerBiMount } from '../vendors/power-bi/simulator-mount.ts';
import { talkdeskMount } from '../vendors/talkdesk/simulator-mount.ts';
import { webAdmitMount } from '../vendors/web-admit/simulator-mount.ts';
import type { SimulatorMount } from './simulator.ts';

const MOUNTS = {
  'power-bi': powerBiMount,
  'hi-energy': hiEnergyMount,
  talkdesk: talkdeskMount,
  'web-admit': webAdmitMount,
} as const satisfies Record<VendorId, SimulatorMount>;

/** Every simulated vendor, as it is served unless somebody asks for others. */
export const SIMULATED_VENDORS: Readonly<Record<VendorId, SimulatorMount>> = MOUNTS;

/** The vendors that hand out tokens for client credentials. */
export type TokenVendorId = {
  [Id in VendorId]: (typeof MOUNTS)[Id] extends { readonly tokenPath: string } ? Id : never;
}[VendorId];
