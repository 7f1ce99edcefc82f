import type { CodedVendorId } from '../../export/vendor-id.ts';
import { SHIPPED_DECLARATIONS } from '../../vendor-file/generated/shipped.ts';
import { type FirstAccount, type NeededVariable, toFirstAccount } from './declared-account.ts';

/** What is written of each vendor; where its values come from is told by its variables. */
const CODED_ACCOUNTS: Readonly<Record<CodedVendorId, FirstAccount>> = {
  'power-bi': {
    name: 'Power BI',
    lines: `- key: power-bi
  vendor: power-bi
  # An application of Microsoft Entra ID that may read and export the reports.
  credential:
    type: client-credentials
    tokenUrl: "https://login.microsoftonline.com/\${POWER_BI_TENANT_ID}/oauth2/v2.0/token"
    clientId: "\${POWER_BI_CLIENT_ID}"
    clientSecret: "\${POWER_BI_CLIENT_SECRET}"`,
    variables: [
      { name: 'POWER_BI_TENANT_ID', holds: "the directory's (tenant's) id in Microsoft Entra ID" },
      { name: 'POWER_BI_CLIENT_ID', holds: "the application's (client's) id" },
      { name: 'POWER_BI_CLIENT_SECRET', holds: "the application's client secret: its value, not its id" },
    ],
  },
  'hi-energy': {
    name: 'Hi Energy',
    lines: `- key: hi-energy
  vendor: hi-energy
  credential: { type: api-key, apiKey: "\${HI_ENERGY_API_KEY}" }`,
    variables: [{ name: 'HI_ENERGY_API_KEY', holds: 'the API key of the account at Hi Energy' }],
  },
  talkdesk: {
    name: 'Talkdesk',
    lines: `- key: talkdesk
  vendor: talkdesk
  baseUrl: https://api.talkdeskapp.com   # that of your region
  # An OAuth client of Talkdesk's with the scopes data-reports:read and data-reports:write.
  credential:
    type: client-credentials
    tokenUrl: "https://\${TALKDESK_ACCOUNT}.talkdeskid.com/oauth/token"
    clientId: "\${TALKDESK_CLIENT_ID}"
    clientSecret: "\${TALKDESK_CLIENT_SECRET}"`,
    variables: [
      { name: 'TALKDESK_ACCOUNT', holds: "the account's name, as in https://NAME.talkdeskid.com" },
      { name: 'TALKDESK_CLIENT_ID', holds: "the OAuth client's id" },
      { name: 'TALKDESK_CLIENT_SECRET', holds: "the OAuth client's secret" },
    ],
  },
  'web-admit': {
    name: 'WebAdMIT',
    lines: `- key: web-admit
  vendor: web-admit
  credential: { type: api-key, apiKey: "\${WEB_ADMIT_API_KEY}" }`,
    variables: [{ name: 'WEB_ADMIT_API_KEY', holds: "the API key of the user's account in WebAdMIT" }],
  },
};

/** By vendor, in the order in which they are offered. */
export const FIRST_ACCOUNTS: ReadonlyMap<string, FirstAccount> = new Map([
  ...Object.entries(CODED_ACCOUNTS),
  ...SHIPPED_DECLARATIONS.map((declaration) => [declaration.id, toFirstAccount(declaration)] as const),
]);

/** Who may ask the gateway. */
export const FIRST_MODES = ['open', 'keys'] as const;
export type FirstMode = (typeof FIRST_MODES)[number];

export interface FirstConfigOptions {
  readonly vendors: readonly string[];
  readonly mode: FirstMode;
  /** Where the editor finds the JSON Schema: a path beside the file, or an address. */
  readonly schema: string;
}

const CALLER_KEY: NeededVariable = {
  name: 'FRONT_END_KEY',
  holds: 'what callers send as "authorization: Bearer …": make it up, long and at random',
};

const ACCESS = {
  open: `access:
  mode: open            # whoever reaches it: only on this machine. keys or jwt for everything else`,
  keys: `access:
  mode: keys
  keys:
    - { name: front-end, key: "\${${CALLER_KEY.name}}" }`,
} as const satisfies Record<FirstMode, string>;

/** A configuration to begin with, without a secret in it, and the variables that it reads. */
export function toFirstConfig({ vendors, mode, schema }: FirstConfigOptions): {
  readonly text: string;
  readonly variables: readonly NeededVariable[];
} {
  const accounts = vendors.flatMap((vendor) => FIRST_ACCOUNTS.get(vendor) ?? []);
  const variables = [
    ...(mode === 'keys' ? [CALLER_KEY] : []),
    ...accounts.flatMap((account) => [...account.variables]),
  ];
  const text = `# yaml-language-server: $schema=${schema}
#
# The configuration of a Waybill gateway. \${NAME} is read from the environment: no secret stands here.
# \`waybill check\` says what is wrong with it, and where.

server:
  host: 127.0.0.1       # 0.0.0.0 in a container, with another access.mode than open
  port: 4000
  # mode: production    # turns GraphiQL, introspection and suggestions off

${ACCESS[mode]}

# Tracked exports outlive a restart in a file:
# store: { kind: sqlite, path: waybill.db }

accounts:
${accounts.map(({ lines }) => lines.replace(/^/gm, '  ')).join('\n')}
`;
  return { text, variables };
}
