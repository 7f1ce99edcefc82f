import { describe, expect, it } from 'vitest';
import { toConfig } from '../../src/config/resolve.ts';
import { findRuleProblems } from '../../src/config/rules.ts';
import { createConfigSchema } from '../../src/config/schema.ts';
import { secretValues } from '../../src/config/secret-values.ts';
import { toVendorRows } from '../../src/config/vendor-defaults.ts';
import type { VendorDeclaration } from '../../src/vendor-file/declaration.ts';

const LINK_SECRET = 'a-link-secret-of-at-least-32-bytes';

/** As much of a vendor's file as the configuration looks at. */
const toDeclaration = (rotates: boolean) =>
  ({
    id: 'acme-reports',
    name: 'Acme Reports',
    baseUrl: [{ text: 'https://api.acme.example' }],
    settings: { region: { pattern: '[a-z]{2}', description: null, example: 'eu', default: 'eu' } },
    credentials: {
      'refresh-token': {
        tokenUrl: [{ text: 'https://' }, { name: 'region' }, { text: '.id.acme.example/token' }],
        ...{ scope: null, client: 'body', request: 'form', rotates },
        send: { header: 'Authorization', prefix: 'Bearer ' },
      },
    },
    limits: { requestsPerSecond: 5, maxConcurrent: 4 },
    pacing: { minMs: 5_000, maxMs: 60_000, stallAfterMs: 1_800_000 },
    list: null,
    files: [],
  }) as unknown as VendorDeclaration;

const CREDENTIAL = { type: 'refresh-token', clientId: 'app', refreshToken: 'refresh-31415' };

function check(sections: object, { rotates = true, credential = CREDENTIAL as object } = {}) {
  const own = [toDeclaration(rotates)];
  const vendors = toVendorRows(own);
  const tree = { accounts: [{ key: 'acme', vendor: 'acme-reports', credential }], ...sections };
  const problems = findRuleProblems({ tree, substitutions: new Map(), vendors });
  const parsed = createConfigSchema(vendors).safeParse(tree);
  return {
    problems: problems.map(({ path, found, allowed }) => `${path.join('.')}: ${found} | ${allowed}`),
    issues: parsed.error?.issues.map(({ path }) => path.join('.')) ?? [],
    config: parsed.success ? toConfig(parsed.data, { vendors, own }) : undefined,
  };
}

const BECAUSE = 'because the refresh tokens of accounts[0] are replaced by their vendor when they are used';
const SEALED = `files.linkSecret: nothing | a string of at least 32 bytes, ${BECAUSE} and are sealed with it`;

describe('a refresh token in the configuration', () => {
  it.each([
    [{}, [`store.kind: nothing, which means "memory" | "sqlite" or "postgres", ${BECAUSE}`, SEALED]],
    [
      { store: { kind: 'memory' }, files: { linkSecret: LINK_SECRET } },
      [`store.kind: "memory" | "sqlite" or "postgres", ${BECAUSE}`],
    ],
    [{ store: { kind: 'sqlite', path: '/tmp/x.db' } }, [SEALED]],
    [
      { backplane: { kind: 'redis', url: 'redis://r' }, files: { linkSecret: LINK_SECRET } },
      [`store.kind: nothing, which means "memory" | "postgres", ${BECAUSE}`],
    ],
    [{ store: { kind: 'sqlite', path: '/tmp/x.db' }, files: { linkSecret: LINK_SECRET } }, []],
  ])('whose vendor replaces it needs a store that lasts and a link secret: %j', (sections, problems) => {
    expect(check(sections).problems).toEqual(problems);
  });

  it('needs neither where its vendor leaves it as it is', () => {
    expect(check({}, { rotates: false }).problems).toEqual([]);
  });

  it('is used at the address of the vendor’s file, made of the account’s settings', () => {
    expect(check({}, { rotates: false }).config?.accounts[0]?.credential).toEqual({
      ...CREDENTIAL,
      tokenUrl: 'https://eu.id.acme.example/token',
    });
  });

  it('is used at the account’s own address where it names one', () => {
    const credential = {
      ...CREDENTIAL,
      tokenUrl: 'https://id.example.com/token',
      clientSecret: 'secret-2718',
    };

    const { config } = check({}, { rotates: false, credential });

    expect(config?.accounts[0]?.credential).toEqual(credential);
    expect(config && secretValues(config)).toEqual(
      expect.arrayContaining(['refresh-31415', 'secret-2718', 'app:secret-2718']),
    );
  });

  it.each([
    [{ ...CREDENTIAL, refreshToken: '' }, 'refreshToken'],
    [{ ...CREDENTIAL, refreshToken: 'a\nb' }, 'refreshToken'],
    [{ ...CREDENTIAL, tokenUrl: 'http://id.example.com' }, 'tokenUrl'],
    [{ type: 'refresh-token', refreshToken: 'r' }, 'clientId'],
  ])('is refused where it is written as %j', (credential, key) => {
    expect(check({}, { rotates: false, credential }).issues).toEqual([`accounts.0.credential.${key}`]);
  });
});
