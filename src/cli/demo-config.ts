import {
  DEMO_HI_ENERGY_API_KEY,
  DEMO_POWER_BI_CLIENT_ID,
  DEMO_POWER_BI_CLIENT_SECRET,
  DEMO_TALKDESK_CLIENT_ID,
  DEMO_TALKDESK_CLIENT_SECRET,
  DEMO_WEB_ADMIT_API_KEY,
} from '../simulator/demo-credentials.ts';
import type { Simulators } from '../simulator/server.ts';

/** The configuration of the demo, as an operator would write it: one account per simulated vendor. */
export function demoConfig({ baseUrls, tokenUrls }: Simulators, port: number): string {
  return JSON.stringify({
    server: { host: '127.0.0.1', port },
    accounts: [
      {
        key: 'bi',
        vendor: 'power-bi',
        baseUrl: baseUrls['power-bi'],
        credential: {
          type: 'client-credentials',
          tokenUrl: tokenUrls['power-bi'],
          clientId: DEMO_POWER_BI_CLIENT_ID,
          clientSecret: DEMO_POWER_BI_CLIENT_SECRET,
        },
      },
      {
        key: 'hi',
        vendor: 'hi-energy',
        baseUrl: baseUrls['hi-energy'],
        credential: { type: 'api-key', apiKey: DEMO_HI_ENERGY_API_KEY },
        polling: { minMs: 1_000 },
      },
      {
        key: 'desk',
        vendor: 'talkdesk',
        baseUrl: baseUrls.talkdesk,
        // The real service allows two a second; here nobody should wait for a list of seven report types.
        limits: { requestsPerSecond: 20 },
        credential: {
          type: 'client-credentials',
          tokenUrl: tokenUrls.talkdesk,
          clientId: DEMO_TALKDESK_CLIENT_ID,
          clientSecret: DEMO_TALKDESK_CLIENT_SECRET,
        },
      },
      {
        key: 'admit',
        vendor: 'web-admit',
        baseUrl: baseUrls['web-admit'],
        credential: { type: 'api-key', apiKey: DEMO_WEB_ADMIT_API_KEY },
      },
    ],
  });
}
