import { DEMO_WEB_ADMIT_API_KEY } from '../demo-credentials.ts';
import type { SimulatorMount } from '../simulator.ts';
import { createWebAdmitOrder } from './demo-order.ts';
import { createWebAdmitSimulator } from './simulator.ts';

/** WebAdMIT as it is served; its paths begin with `/api/v1` themselves. */
export const webAdmitMount = {
  create: createWebAdmitSimulator,
  basePath: '',
  calls: [
    ['start', 'POST', /\/exports\/[^/]+\/export_files$/],
    ['list', 'GET', /\/user_identities\/[^/]+\/export_files$/],
    ['status', 'GET', /\/exports\/[^/]+\/export_files\/[^/]+$/],
  ],
  demoAccount: { key: 'admit', credential: { type: 'api-key', apiKey: DEMO_WEB_ADMIT_API_KEY } },
  startExample: (mountUrl) => `curl -H 'x-api-key: ${DEMO_WEB_ADMIT_API_KEY}' -X POST \\
  ${mountUrl}/api/v1/user_identities/37442/exports/86480/export_files`,
  createDemoOrder: createWebAdmitOrder,
} as const satisfies SimulatorMount;
