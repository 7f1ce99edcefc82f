import { VENDOR_IDS, type VendorId } from '../export/vendor-id.ts';
import { toFaultExample, toStartExamples } from './curl-examples.ts';
import {
  DEMO_HI_ENERGY_API_KEY,
  DEMO_POWER_BI_CLIENT_ID,
  DEMO_POWER_BI_CLIENT_SECRET,
  DEMO_TALKDESK_CLIENT_ID,
  DEMO_TALKDESK_CLIENT_SECRET,
  DEMO_WEB_ADMIT_API_KEY,
} from './demo-credentials.ts';
import { type Simulators, startSimulators } from './server.ts';

/** What the command line gives. */
export interface SimulateArguments {
  /** 0 picks a free one. */
  readonly port: number;
  /** Simulated seconds in a real one. */
  readonly speed: number;
}

/** Starts every vendor's simulator for `npm run simulate`; what `startSimulators` throws is thrown. */
export function runSimulate({ port, speed }: SimulateArguments): Promise<Simulators> {
  return startSimulators({
    port,
    speed,
    onCrash: (error) => console.error('A simulator failed to answer:', error),
  });
}

/** What a person needs to know about simulators that run: addresses, credentials, and commands to paste. */
export function describeSimulators({ url, speed, baseUrls, tokenUrls, seeds }: Simulators): string {
  const credentials: Readonly<Record<VendorId, readonly string[]>> = {
    'power-bi': [
      `client   ${DEMO_POWER_BI_CLIENT_ID} / ${DEMO_POWER_BI_CLIENT_SECRET}`,
      `token    ${tokenUrls['power-bi']}`,
    ],
    'hi-energy': [`key      ${DEMO_HI_ENERGY_API_KEY}`],
    talkdesk: [
      `client   ${DEMO_TALKDESK_CLIENT_ID} / ${DEMO_TALKDESK_CLIENT_SECRET}`,
      `token    ${tokenUrls.talkdesk}`,
    ],
    'web-admit': [`key      ${DEMO_WEB_ADMIT_API_KEY}`],
  };
  const starts = toStartExamples(url);
  const vendors = VENDOR_IDS.map(
    (vendor) => `${vendor}  (${seeds[vendor].length} exports in place)
  base     ${baseUrls[vendor]}
${credentials[vendor].map((line) => `  ${line}`).join('\n')}`,
  );
  return `Vendor simulators on ${url}, ${speed === 1 ? 'in real time' : `${speed} times as fast as the real time`}

${vendors.join('\n\n')}

Start an export:

${VENDOR_IDS.map((vendor) => `# ${vendor}\n${starts[vendor]}`).join('\n\n')}

Order a fault (all kinds: curl ${url}/_simulator):

${toFaultExample(url)}

The exports in place, with their locators: curl ${url}/_simulator/jobs
`;
}
