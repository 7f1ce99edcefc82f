import { describe, expect, it } from 'vitest';
import { createAgreement } from '../../src/config/agreement.ts';
import { compareDigests, digestConfig } from '../../src/config/digests.ts';
import { configOf } from './support.ts';

const LINK_SECRET = 'l'.repeat(32);

const account = (key: string, apiKey = 'key-1') =>
  `{ key: ${key}, vendor: hi-energy, credential: { type: api-key, apiKey: ${apiKey} } }`;
const caller = (name: string, key: string) => `{ name: ${name}, key: ${key}, tenant: acme }`;

function digestsOf(text: string, linkSecret = LINK_SECRET) {
  return digestConfig(configOf(text), linkSecret);
}

const FILE = `access: { mode: keys, keys: [${caller('ui', 'some-caller-key')}] }\naccounts: [${account('hi')}, ${account('other')}]`;

describe('digests of a configuration', () => {
  it('are by name, and equal where the same is said in another order', () => {
    const reordered = `accounts: [${account('other')}, { credential: { apiKey: key-1, type: api-key }, vendor: hi-energy, key: hi }]\naccess: { keys: [${caller('ui', 'some-caller-key')}], mode: keys }`;

    expect(Object.keys(digestsOf(FILE)).sort()).toEqual([
      'access.keys.ui',
      'access.mode',
      'accounts.hi',
      'accounts.other',
      'files.linkSecret',
      'limits',
      'server.trustedDocuments',
      'tracking',
    ]);
    expect(digestsOf(reordered)).toEqual(digestsOf(FILE));
  });

  it('name what differs, and what only one has', () => {
    const other = FILE.replace('some-caller-key', 'another-key').replace(account('other'), account('third'));

    expect(compareDigests(digestsOf(FILE), digestsOf(other))).toEqual([
      'access.keys.ui',
      'accounts.other',
      'accounts.third',
    ]);
    expect(compareDigests(digestsOf(FILE), digestsOf(FILE.replace('key-1', 'key-2')))).toEqual([
      'accounts.hi',
    ]);
  });

  it('name the link secret alone where that differs, since all are keyed by it', () => {
    expect(compareDigests(digestsOf(FILE), digestsOf(FILE, 'm'.repeat(32)))).toEqual(['files.linkSecret']);
    const same = ['hi', 'other'].map((key) => digestsOf(FILE)[`accounts.${key}`]);
    expect(digestsOf(FILE, 'm'.repeat(32))['accounts.hi']).not.toBe(same[0]);
  });

  it('tell no value, and of very many accounts only that some differ', () => {
    const many = (apiKey: string) =>
      `accounts: [${Array.from({ length: 201 }, (_, index) => account(`a${index}`, apiKey)).join()}]`;

    expect(JSON.stringify(digestsOf(FILE))).not.toMatch(/some-caller-key|key-1|llll/);
    expect(JSON.stringify(digestsOf(many('key-1'))).length).toBeLessThan(1_000);
    expect(compareDigests(digestsOf(many('key-1')), digestsOf(many('key-2')))).toEqual(['accounts']);
  });
});

describe('gateways', () => {
  it('say once what others have otherwise, and once that it is over', () => {
    const told: (readonly string[])[] = [];
    const tellOf = (names: readonly string[]) => void told.push(names);
    let own = digestsOf(FILE);
    const agreement = createAgreement(() => own, tellOf);
    const other = createAgreement(() => digestsOf(FILE.replace('key-1', 'key-2')), tellOf).record();
    const tell = (record: Readonly<Record<string, string>>) =>
      agreement.onRecords(
        new Map([
          ['self', agreement.record()],
          ['other', record],
        ]),
      );

    tell(agreement.record());
    tell(other);
    tell(other);
    own = digestsOf(FILE.replace('key-1', 'key-2'));
    tell(other);
    tell(other);

    expect(told).toEqual([['accounts.hi'], []]);
  });

  it.each([{}, { configuration: 'no JSON' }, { configuration: '[1]' }, { configuration: 'null' }])(
    'bear with what another version tells: %j',
    (record) => {
      const agreement = createAgreement(
        () => digestsOf(FILE),
        () => undefined,
      );

      expect(() => agreement.onRecords(new Map([['other', record as Record<string, string>]]))).not.toThrow();
    },
  );
});
