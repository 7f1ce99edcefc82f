import { DEMO_TALKDESK_CLIENT_ID, DEMO_TALKDESK_CLIENT_SECRET, READ_TOKEN } from '../demo-credentials.ts';
import type { SimulatorMount } from '../simulator.ts';
import { createTalkdeskSimulator } from './simulator.ts';

/** Talkdesk as it is served: the API host and the account's token host in one. */
export const talkdeskMount = {
  create: createTalkdeskSimulator,
  basePath: '',
  tokenPath: '/oauth/token',
  calls: [
    ['token', 'POST', /^\/oauth\/token$/],
    ['start', 'POST', /\/jobs$/],
    ['list', 'GET', /\/jobs$/],
    ['cancel', 'DELETE', /\/files\/[^/]+$/],
    ['status', 'GET', /\/jobs\/[^/]+$/],
    ['file', 'GET', /\/files\/[^/]+$/],
  ],
  demoAccount: {
    key: 'desk',
    credential: {
      type: 'client-credentials',
      clientId: DEMO_TALKDESK_CLIENT_ID,
      clientSecret: DEMO_TALKDESK_CLIENT_SECRET,
    },
    // The real service allows two a second; here a list of seven report types should come at once.
    limits: { requestsPerSecond: 20 },
  },
  startExample: (
    mountUrl,
  ) => `TOKEN=$(curl -s -u ${DEMO_TALKDESK_CLIENT_ID}:${DEMO_TALKDESK_CLIENT_SECRET} -d grant_type=client_credentials \\
  ${mountUrl}/oauth/token | ${READ_TOKEN})
curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
  -d '{"name":"Calls","format":"csv","timespan":{"from":"2026-10-01T00:00:00Z","to":"2026-10-31T00:00:00Z"}}' \\
  ${mountUrl}/data/reports/calls/jobs`,
} as const satisfies SimulatorMount;
