import type { CredentialRules, VendorDeclaration } from '../../vendor-file/declaration.ts';

/** A variable that the file reads, and what it has to hold. */
export interface NeededVariable {
  readonly name: string;
  readonly holds: string;
}

/** One vendor's account as a first file has it. */
export interface FirstAccount {
  /** The vendor's name in prose. */
  readonly name: string;
  /** What stands below `accounts`, without its indentation. */
  readonly lines: string;
  readonly variables: readonly NeededVariable[];
}

type CredentialType = keyof CredentialRules;

/** The keys of each credential that are read from variables, and what these hold. */
const KEYS: Readonly<Record<CredentialType, Readonly<Record<string, string>>>> = {
  'api-key': { apiKey: 'the API key of the account at' },
  'client-credentials': {
    clientId: "the application's id at",
    clientSecret: "the application's secret at",
  },
  'refresh-token': {
    clientId: "the application's id at",
    clientSecret: "the application's secret at",
    refreshToken: 'a refresh token of the account at',
  },
  bearer: { token: 'a token of the account at' },
};

/** The first account at a vendor of a file: its credential, and what the file lets every account say for itself. */
export function toFirstAccount({
  id,
  name,
  baseUrl,
  settings,
  credentials,
}: VendorDeclaration): FirstAccount {
  const type = (Object.keys(KEYS) as CredentialType[]).find((each) => credentials[each] !== undefined);
  const keys = Object.entries(type === undefined ? {} : KEYS[type]);
  const toName = (key: string) =>
    `${id}-${key.replace(/[A-Z]/g, (letter) => `-${letter}`)}`.toUpperCase().replaceAll('-', '_');
  const needed = Object.entries(settings).filter(
    ([, rule]) => rule.default === null && rule.isOptional !== true,
  );
  const lines = [
    `- key: ${id}`,
    `  vendor: ${id}`,
    ...(baseUrl === null ? [`  baseUrl: "\${${toName('baseUrl')}}"`] : []),
    ...(needed.length === 0 ? [] : ['  settings:']),
    ...needed.map(([key]) => `    ${key}: "\${${toName(key)}}"`),
    '  credential:',
    `    type: ${type ?? 'caller'}`,
    ...keys.map(([key]) => `    ${key}: "\${${toName(key)}}"`),
  ];
  return {
    name,
    lines: lines.join('\n'),
    variables: [
      ...(baseUrl === null ? [{ name: toName('baseUrl'), holds: `the address of the API at ${name}` }] : []),
      ...needed.map(([key, { description, example }]) => ({
        name: toName(key),
        holds: `${description?.replace(/\.$/, '') ?? key}, such as ${example}`,
      })),
      ...keys.map(([key, holds]) => ({ name: toName(key), holds: `${holds} ${name}` })),
    ],
  };
}
