import type { VendorId } from '../export/vendor-id.ts';
import {
  DEMO_HI_ENERGY_API_KEY,
  DEMO_POWER_BI_CLIENT_ID,
  DEMO_POWER_BI_CLIENT_SECRET,
  DEMO_TALKDESK_CLIENT_ID,
  DEMO_TALKDESK_CLIENT_SECRET,
  DEMO_WEB_ADMIT_API_KEY,
} from './demo-credentials.ts';

/** Takes the token out of a token endpoint's answer; Node is at hand wherever the simulators run. */
const READ_TOKEN = `node -pe 'JSON.parse(fs.readFileSync(0)).access_token'`;

/** Commands for a POSIX shell that start an export at each vendor, all of them ready to be pasted. */
export function toStartExamples(url: string): Readonly<Record<VendorId, string>> {
  return {
    'power-bi': `TOKEN=$(curl -s -d grant_type=client_credentials -d client_id=${DEMO_POWER_BI_CLIENT_ID} \\
  -d client_secret=${DEMO_POWER_BI_CLIENT_SECRET} --data-urlencode scope=https://analysis.windows.net/powerbi/api/.default \\
  ${url}/power-bi/demo-tenant/oauth2/v2.0/token | ${READ_TOKEN})
curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"format":"PDF"}' \\
  ${url}/power-bi/v1.0/myorg/groups/dcf522d1-dfff-4c17-85f1-4e52591f0b2e/reports/aa96f597-1f78-4e38-b47e-b6d621c0c17e/ExportTo`,

    'hi-energy': `curl -H 'X-Api-Key: ${DEMO_HI_ENERGY_API_KEY}' -H 'Content-Type: application/json' \
  -d '{"report_type":"deals_excel","search_params":{"q":"garden"}}' \\
  ${url}/hi-energy/api/v1/exports`,

    talkdesk: `TOKEN=$(curl -s -u ${DEMO_TALKDESK_CLIENT_ID}:${DEMO_TALKDESK_CLIENT_SECRET} -d grant_type=client_credentials \\
  ${url}/talkdesk/oauth/token | ${READ_TOKEN})
curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
  -d '{"name":"Calls","format":"csv","timespan":{"from":"2026-10-01T00:00:00Z","to":"2026-10-31T00:00:00Z"}}' \\
  ${url}/talkdesk/data/reports/calls/jobs`,

    'web-admit': `curl -H 'x-api-key: ${DEMO_WEB_ADMIT_API_KEY}' -X POST \\
  ${url}/web-admit/api/v1/user_identities/37442/exports/86480/export_files`,
  };
}

/** Orders a fault and shows the door behind which all others wait. */
export function toFaultExample(url: string): string {
  return `curl -d '{"vendor":"talkdesk","kind":"throttle","times":3,"retryAfterSeconds":2}' ${url}/_simulator/faults`;
}
