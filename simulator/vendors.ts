import type { VendorId } from '../src/export/vendor-id.ts';
import { hiEnergyMount } from './hi-energy/mount.ts';
import { powerBiMount } from './power-bi/mount.ts';
import type { SimulatorMount } from './simulator.ts';
import { talkdeskMount } from './talkdesk/mount.ts';
import { webAdmitMount } from './web-admit/mount.ts';

const MOUNTS = {
  'power-bi': powerBiMount,
  'hi-energy': hiEnergyMount,
  talkdesk: talkdeskMount,
  'web-admit': webAdmitMount,
} as const satisfies Record<VendorId, SimulatorMount>;

/** Every simulated vendor, as it is served unless others are given. */
export const SIMULATED_VENDORS: Readonly<Record<VendorId, SimulatorMount>> = MOUNTS;

/** The vendors that hand out tokens for client credentials. */
export type TokenVendorId = {
  [Id in VendorId]: (typeof MOUNTS)[Id] extends { readonly tokenPath: string } ? Id : never;
}[VendorId];
