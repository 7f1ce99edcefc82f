import { DEMO_POWER_BI_CLIENT_ID, DEMO_POWER_BI_CLIENT_SECRET, READ_TOKEN } from '../demo-credentials.ts';
import type { SimulatorMount } from '../simulator.ts';
import { createPowerBiOrder } from './demo-order.ts';
import { createPowerBiSimulator } from './simulator.ts';

/** Power BI as it is served: `/v1.0/myorg` and the token endpoint of a tenant. */
export const powerBiMount = {
  create: createPowerBiSimulator,
  basePath: '/v1.0/myorg',
  tokenPath: '/demo-tenant/oauth2/v2.0/token',
  calls: [
    ['token', 'POST', /^\/[^/]+\/oauth2\/(v2\.0\/)?token$/],
    ['start', 'POST', /\/ExportTo$/i],
    ['file', 'GET', /\/exports\/[^/]+\/file$/i],
    ['status', 'GET', /\/exports\/[^/]+$/i],
  ],
  isListed: false,
  demoAccount: {
    key: 'bi',
    credential: {
      type: 'client-credentials',
      clientId: DEMO_POWER_BI_CLIENT_ID,
      clientSecret: DEMO_POWER_BI_CLIENT_SECRET,
    },
  },
  startExample: (
    mountUrl,
  ) => `TOKEN=$(curl -s -d grant_type=client_credentials -d client_id=${DEMO_POWER_BI_CLIENT_ID} \\
  -d client_secret=${DEMO_POWER_BI_CLIENT_SECRET} --data-urlencode scope=https://analysis.windows.net/powerbi/api/.default \\
  ${mountUrl}/demo-tenant/oauth2/v2.0/token | ${READ_TOKEN})
curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"format":"PDF"}' \\
  ${mountUrl}/v1.0/myorg/groups/dcf522d1-dfff-4c17-85f1-4e52591f0b2e/reports/aa96f597-1f78-4e38-b47e-b6d621c0c17e/ExportTo`,
  createDemoOrder: createPowerBiOrder,
} as const satisfies SimulatorMount;
