/** What the simulators take for good. No secrets: they open nothing but a simulator. */
export const DEMO_POWER_BI_CLIENT_ID = 'demo-power-bi-client';
export const DEMO_POWER_BI_CLIENT_SECRET = 'demo-power-bi-secret';
export const DEMO_HI_ENERGY_API_KEY = 'demo-hi-energy-key';
export const DEMO_TALKDESK_CLIENT_ID = 'demo-talkdesk-client';
export const DEMO_TALKDESK_CLIENT_SECRET = 'demo-talkdesk-secret';
export const DEMO_WEB_ADMIT_API_KEY = 'demo-web-admit-key';

/** Takes the token out of a token endpoint's answer, in a shell; Node is at hand wherever the simulators run. */
export const READ_TOKEN = `node -pe 'JSON.parse(fs.readFileSync(0)).access_token'`;
