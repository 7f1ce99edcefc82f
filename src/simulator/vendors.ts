import type { VendorId } from '../export/vendor-id.ts';
import { createHiEnergySimulator } from '../vendors/hi-energy/simulator.ts';
import { createPowerBiSimulator } from '../vendors/power-bi/simulator.ts';
import { createTalkdeskSimulator } from '../vendors/talkdesk/simulator.ts';
import { createWebAdmitSimulator } from '../vendors/web-admit/simulator.ts';
import type { SimulatorFactory } from './simulator.ts';

/** Every vendor's simulator, as it is served unless somebody asks for others. */
export const SIMULATORS = {
  'power-bi': createPowerBiSimulator,
  'hi-energy': createHiEnergySimulator,
  talkdesk: createTalkdeskSimulator,
  'web-admit': createWebAdmitSimulator,
} as const satisfies Record<VendorId, SimulatorFactory>;
