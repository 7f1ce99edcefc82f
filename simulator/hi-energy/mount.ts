import { DEMO_HI_ENERGY_API_KEY } from '../demo-credentials.ts';
import type { SimulatorMount } from '../simulator.ts';
import { createHiEnergyOrder } from './demo-order.ts';
import { createHiEnergySimulator } from './simulator.ts';

/** Hi Energy as it is served: everything below `/api/v1`. */
export const hiEnergyMount = {
  create: createHiEnergySimulator,
  basePath: '/api/v1',
  calls: [
    ['start', 'POST', /\/exports$/],
    ['list', 'GET', /\/exports$/],
    ['status', 'GET', /\/exports\/[^/]+$/],
  ],
  demoAccount: {
    key: 'hi',
    credential: { type: 'api-key', apiKey: DEMO_HI_ENERGY_API_KEY },
    polling: { minMs: 1_000 },
  },
  startExample: (
    mountUrl,
  ) => `curl -H 'X-Api-Key: ${DEMO_HI_ENERGY_API_KEY}' -H 'Content-Type: application/json' \\
  -d '{"report_type":"deals_excel","search_params":{"q":"garden"}}' \\
  ${mountUrl}/api/v1/exports`,
  createDemoOrder: createHiEnergyOrder,
} as const satisfies SimulatorMount;
