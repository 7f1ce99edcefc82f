import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { printJsonSchema, toJsonSchema } from '../../src/config/json-schema.ts';
import { configOf, keysOfSchema } from './support.ts';

const root = new URL('../../', import.meta.url);
const exampleText = readFileSync(new URL('waybill.example.yaml', root), 'utf8');

/** The published schema as an editor's validator reads it. */
const published = z.fromJSONSchema(toJsonSchema());

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
    expect(published.safeParse(parse(exampleText)).error).toBeUndefined();
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
    expect(published.safeParse({ accounts: [], ...file }).success).toBe(isTaken);
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

/** One account has one type of credential, a gateway one store; and a manifest that is named must be there. */
const NOT_IN_THE_EXAMPLE: ReadonlySet<string> = new Set([
  'accounts[].credential.token',
  'server.trustedDocuments',
  'store.url',
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
