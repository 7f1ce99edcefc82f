import type { CodedVendorId, VendorId } from '../src/export/vendor-id.ts';
import { hiEnergyMount } from './hi-energy/mount.ts';
import { powerBiMount } from './power-bi/mount.ts';
import type { SimulatorMount } from './simulator.ts';
import { talkdeskMount } from './talkdesk/mount.ts';
import { webAdmitMount } from './web-admit/mount.ts';

/** Those that there is code for are there unless other mounts are given. */
export type ByVendor<Value> = Readonly<Record<CodedVendorId, Value>> &
  Readonly<Record<string, Value | undefined>>;

/** The vendors that hand out tokens for client credentials. */
export type TokenVendorId = 'power-bi' | 'talkdesk';

/** Every simulated vendor, as it is served unless others are given. */
export const SIMULATED_VENDORS: Readonly<Record<CodedVendorId, SimulatorMount>> = {
  'power-bi': powerBiMount,
  'hi-energy': hiEnergyMount,
  talkdesk: talkdeskMount,
  'web-admit': webAdmitMount,
} satisfies { [Id in CodedVendorId]: SimulatorMount & Pick<MountOf<Id>, 'tokenPath'> };

type MountOf<Id> = Id extends TokenVendorId
  ? { readonly tokenPath: string }
  : { readonly tokenPath?: undefined };

/** A vendor's mount with the name by which it is served. */
export interface NamedMount extends SimulatorMount {
  readonly vendor: VendorId;
}

/** The mounts above, in the order in which they are served. */
export const CODED_MOUNTS: readonly NamedMount[] = Object.entries(SIMULATED_VENDORS).map(
  ([vendor, mount]) => ({ ...mount, vendor: vendor as VendorId }),
);
