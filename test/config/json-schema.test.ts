import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { printJsonSchema, toJsonSchema } from '../../src/config/json-schema.ts';
import { USUAL_ROWS, VENDOR_DEFAULTS } from '../../src/config/vendor-defaults.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { configOf, keysOfSchema } from './support.ts';

const root = new URL('../../', import.meta.url);
const exampleText = readFileSync(new URL('waybill.example.yaml', root), 'utf8');

/** The published schema as an editor's validator reads it; `errorMessage` is what editors show in place of their own words. */
const validate = new Ajv({
  allErrors: true,
  keywords: ['errorMessage'],
  strictTypes: false,
  strictRequired: false,
}).compile(toJsonSchema());

/** What an editor underlines: the place and the sentence. */
function complaintsOf(file: object): readonly string[] {
  validate({ accounts: [], ...file });
  return (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== 'if')
    .map(({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`);
}

const EXAMPLE_ENVIRONMENT = {
  OPS_UI_KEY: 'ops-ui-key',
  LINK_SECRET: 'l'.repeat(32),
  BI_SECRET: 'bi-secret',
  HI_KEY: 'hi-key',
  DESK_SECRET: 'desk-secret',
  ADMIT_KEY: 'admit-key',
  OPS_HOOK_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
};

describe('the published JSON Schema', () => {
  it('is what the source says', () => {
    expect(readFileSync(new URL('waybill.schema.json', root), 'utf8')).toBe(printJsonSchema());
  });

  it('describes every key', () => {
    const undescribed = keysOfSchema().filter(({ schema }) => !schema.description);

    expect(undescribed.map(({ path }) => path)).toEqual([]);
  });

  it('takes the example as it stands, references and all', () => {
    validate(parse(exampleText));

    expect(validate.errors).toBeNull();
  });

  it.each([
    ['a reference as a number', { server: { port: `\${PORT:-80}` } }, true],
    ['a reference as a word', { server: { mode: `\${MODE}` } }, true],
    ['a reference within a text', { accounts: [account({ key: `a-\${B}` })] }, true],
    ['a number in quotes', { server: { port: '80' } }, true],
    ['a text that is no number', { server: { port: '80 ' } }, false],
    ['a switch in quotes', { accounts: [account({ callbacks: 'true' })] }, true],
    ['a text that is no switch', { accounts: [account({ callbacks: 'yes' })] }, false],
    ['half a reference as a number', { server: { port: `8\${PORT}` } }, false],
    ['a number out of bounds', { server: { port: 70_000 } }, false],
    ['an unknown key', { server: { prot: 1 } }, false],
    ['an unknown vendor', { accounts: [account({ vendor: 'sales' })] }, false],
    [
      "another vendor's credential",
      { accounts: [account({ credential: { type: 'bearer', token: 't' } })] },
      false,
    ],
    ["another vendor's key", { accounts: [account({ reportTypes: ['calls'] })] }, false],
  ])('knows %s', (_title, file, isTaken) => {
    expect(validate({ accounts: [], ...file })).toBe(isTaken);
  });

  it('has a name of its own that stays', () => {
    expect(toJsonSchema()).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: 'urn:waybill:configuration',
    });
  });

  it('says of a misspelt vendor that its name is wrong, and nothing of its credential', () => {
    const misspelt = account({ vendor: 'powerbi', credential: { type: 'api-key', apiKey: 'k' } });

    expect(complaintsOf({ accounts: [misspelt] })).toEqual([
      `/accounts/0/vendor: must be equal to one of the allowed values {"allowedValues":${JSON.stringify([...USUAL_ROWS.keys()])}}`,
    ]);
  });

  it.each(CODED_VENDOR_IDS)('knows what %s needs of a credential', (vendor) => {
    const types: readonly string[] = VENDOR_DEFAULTS[vendor].credentialTypes;
    const base = VENDOR_DEFAULTS[vendor].baseUrl === undefined ? { baseUrl: 'https://api.example.com' } : {};
    for (const [type, credential] of Object.entries(CREDENTIALS)) {
      const complaints = complaintsOf({ accounts: [account({ vendor, ...base, credential })] });
      expect([type, complaints]).toEqual([
        type,
        types.includes(type)
          ? []
          : [
              `/accounts/0/credential/type: must be equal to one of the allowed values {"allowedValues":${JSON.stringify(types)}}`,
            ],
      ]);
      const keys = Object.keys(credential).filter((key) => key !== 'type');
      for (const missing of types.includes(type) ? keys : []) {
        const less = Object.fromEntries(Object.entries(credential).filter(([key]) => key !== missing));
        expect(complaintsOf({ accounts: [account({ vendor, ...base, credential: less })] })).toEqual([
          `/accounts/0/credential: must have required property '${missing}' {"missingProperty":"${missing}"}`,
        ]);
      }
    }
  });

  it('knows which vendor needs an address of its own', () => {
    expect(complaintsOf({ accounts: [account({ vendor: 'talkdesk' })] })).toEqual([
      `/accounts/0: must have required property 'baseUrl' {"missingProperty":"baseUrl"}`,
    ]);
  });

  it.each([
    ['no host', {}, true],
    ['a loopback host', { server: { host: '127.0.0.1' } }, true],
    ['a loopback name', { server: { host: 'Localhost' }, access: { mode: 'open' } }, true],
    ['the loopback address of IPv6', { server: { host: '::1' } }, true],
    ['a host that is not known yet', { server: { host: `\${HOST}` } }, true],
    ['every address', { server: { host: '0.0.0.0' } }, false],
    ['every address, said aloud', { server: { host: '0.0.0.0' }, access: { mode: 'open' } }, false],
    ['a name', { server: { host: 'gateway.example.com' }, access: {} }, false],
    ['every address and keys', { server: { host: '0.0.0.0' }, access: { mode: 'keys', keys: [KEY] } }, true],
    [
      'every address and a mode that is not known yet',
      { server: { host: '::' }, access: { mode: `\${MODE}` } },
      true,
    ],
  ])('takes the mode open only on a loopback host: %s', (_what, file, isTaken) => {
    expect(validate({ accounts: [], ...file })).toBe(isTaken);
  });

  it.each([
    ['keys', { mode: 'keys' }, false],
    ['keys', { mode: 'keys', keys: [] }, false],
    ['keys', { mode: 'keys', keys: [KEY] }, true],
    ['jwt', { mode: 'jwt' }, false],
    ['jwt', { mode: 'jwt', jwt: { jwksUrl: 'https://id.example.com', issuer: 'i', audience: 'a' } }, true],
  ])('knows that the mode %s needs its section: %j', (_mode, access, isTaken) => {
    expect(validate({ accounts: [], access })).toBe(isTaken);
  });
});

describe('the example', () => {
  it('names the schema for editors in its first line', () => {
    expect(exampleText.split('\n')[0]).toBe('# yaml-language-server: $schema=./waybill.schema.json');
  });

  it('is a configuration', () => {
    const config = configOf(exampleText, EXAMPLE_ENVIRONMENT);

    expect(config.accounts.map(({ key, vendor }) => `${key}: ${vendor}`)).toEqual([
      'bi: power-bi',
      'hi: hi-energy',
      'desk: talkdesk',
      'admit: web-admit',
      'admit-personal: web-admit',
    ]);
    expect(config.access).toEqual({
      mode: 'keys',
      keys: [{ name: 'ops-ui', key: 'ops-ui-key', tenant: 'acme' }],
    });
    expect(config.server.port).toBe(4000);
  });

  it('shows every key that there is', () => {
    const shown = new Set(pathsOf(parse(exampleText)));
    const notShown = keysOfSchema()
      .map(({ path }) => path)
      .filter((path) => !shown.has(path) && !NOT_IN_THE_EXAMPLE.has(path));

    expect([...new Set(notShown)]).toEqual([]);
  });
});

const KEY = { name: 'ui', key: 'k' };

/** Whole credentials, by type. */
const CREDENTIALS = {
  'api-key': { type: 'api-key', apiKey: 'k' },
  'client-credentials': {
    type: 'client-credentials',
    tokenUrl: 'https://id.example.com/token',
    clientId: 'c',
    clientSecret: 's',
  },
  bearer: { type: 'bearer', token: 't' },
  caller: { type: 'caller' },
};

/** One account has one type of credential, a gateway one store and one backplane; and a manifest that is named must be there. */
const NOT_IN_THE_EXAMPLE: ReadonlySet<string> = new Set([
  'accounts[].credential.token',
  'accounts[].credential.refreshToken',
  'accounts[].settings',
  'server.trustedDocuments',
  'vendorFiles',
  'store.url',
  'backplane.url',
  'backplane.cluster',
  'backplane.sentinels',
  'backplane.name',
  'backplane.username',
  'backplane.password',
  'backplane.sentinelUsername',
  'backplane.sentinelPassword',
  'backplane.database',
  'backplane.tls',
]);

function account(more: Readonly<Record<string, unknown>>) {
  return { key: 'a', vendor: 'web-admit', credential: { type: 'caller' }, ...more };
}

/** Every key path of a file. */
function pathsOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const childPath = path === '' ? key : `${path}.${key}`;
    return [childPath, ...pathsOf(child, childPath)];
  });
}
