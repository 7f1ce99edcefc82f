import { toFaultExample, toStartExamples } from './examples.ts';
import { type Simulators, startSimulators } from './server.ts';
import type { DemoAccount } from './simulator.ts';
import type { NamedMount } from './vendors.ts';

/** What the command line gives. */
export interface SimulateArguments {
  /** 0 picks a free one. */
  readonly port: number;
  /** Simulated seconds in a real one. */
  readonly speed: number;
  /** Default those that there is code for. */
  readonly mounts?: readonly NamedMount[] | undefined;
}

/** Starts every vendor's simulator for `npm run simulate`; what `startSimulators` throws is thrown. */
export function runSimulate({ port, speed, mounts }: SimulateArguments): Promise<Simulators> {
  return startSimulators({
    port,
    speed,
    mounts,
    onCrash: (error) => console.error('A simulator failed to answer:', error),
  });
}

/** What a person needs to know about simulators that run: addresses, credentials, and commands to paste. */
export function describeSimulators(simulators: Simulators): string {
  const { mounts, url, speed } = simulators;
  const starts = Object.entries(toStartExamples(url, mounts)).map(
    ([vendor, start]) => `# ${vendor}\n${start}`,
  );
  return `Vendor simulators on ${url}, ${speed === 1 ? 'in real time' : `${speed} times as fast as the real time`}

${mounts.map((mount) => describeVendor(mount, simulators)).join('\n\n')}

Start an export:

${starts.join('\n\n')}

Order a fault, in a browser at ${url}/_simulator/panel, or here (all kinds: curl ${url}/_simulator):

${toFaultExample(url)}

The exports in place, with their locators: curl ${url}/_simulator/jobs
`;
}

function describeVendor(
  { vendor, demoAccount }: NamedMount,
  { baseUrls, tokenUrls, seeds }: Simulators,
): string {
  const tokenUrl = (tokenUrls as Readonly<Record<string, string | undefined>>)[vendor];
  return [
    `${vendor}  (${seeds[vendor]?.length ?? 0} exports in place)`,
    `  base     ${baseUrls[vendor]}`,
    `  ${describeCredential(demoAccount.credential)}`,
    ...(tokenUrl === undefined ? [] : [`  token    ${tokenUrl}`]),
  ].join('\n');
}

function describeCredential(credential: DemoAccount['credential']): string {
  if (credential.type === 'api-key') return `key      ${credential.apiKey}`;
  if (credential.type === 'bearer') return `token    ${credential.token}`;
  const client = `client   ${credential.clientId} / ${credential.clientSecret}`;
  return credential.type === 'refresh-token' ? `${client}, refresh token ${credential.refreshToken}` : client;
}
