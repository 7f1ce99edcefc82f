import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load.ts';
import { withAccount } from './support.ts';

/** Where in a file called `waybill.yaml` which keys are wrong: `3:5 server.port`. */
function placesOf(text: string): readonly string[] {
  const loaded = loadConfig({ file: 'waybill.yaml', text, env: {} });
  const problems = 'problems' in loaded ? loaded.problems : [];
  return problems.map((line) => line.replace(/^waybill\.yaml:(\d+:\d+): (.+?): found .*$/, '$1 $2'));
}

describe('the place of a problem', () => {
  it('is that of its key, whichever rule found it', () => {
    const file = `server:
  host: 0.0.0.0
  port: 4000
  metricsPort: 4000
access:
  mode: open
accounts:
  - key: a
    vendor: web-admit
    credential: { type: bearer, token: t }
  - key: a
    vendor: hi-energy
    credential: { type: api-key, apiKey: "\${NOT_SET}" }
    polling: { minMs: 70000 }
  - key: b
    vendor: power-bi
    credential: { type: caller }
    track: all
    limits: { timeoutMs: 1, requestPerSecond: 1 }
webhooks:
  - key: ops
    url: http://hooks.example.com
    secret: short
    accounts:
      - nobody
`;

    expect(placesOf(file)).toEqual([
      '4:3 server.metricsPort',
      '6:3 access.mode',
      '10:19 accounts[0].credential.type',
      '11:5 accounts[1].key',
      '13:34 accounts[1].credential.apiKey',
      '14:5 accounts[1].polling',
      '18:5 accounts[2].track',
      '19:15 accounts[2].limits.timeoutMs',
      '19:29 accounts[2].limits.requestPerSecond',
      '22:5 webhooks[0].url',
      '23:5 webhooks[0].secret',
      '25:9 webhooks[0].accounts[0]',
    ]);
  });

  it.each([
    ['a section', 'server: {}\naccess: { mode: jwt }\naccounts: []', '2:1 access.jwt'],
    ['the whole file', '# no accounts\nserver: {}', '2:1 accounts'],
    [
      'an item',
      'accounts:\n  - { key: a, vendor: talkdesk, credential: { type: caller } }',
      '2:5 accounts[0].baseUrl',
    ],
    [
      'a credential',
      'accounts:\n- key: a\n  vendor: power-bi\n  credential:\n    { type: client-credentials, clientId: a, clientSecret: b }',
      '4:3 accounts[0].credential.tokenUrl',
    ],
    ['nothing at all', '', '1:1 (top level)'],
  ])('of a missing key is that of %s that lacks it', (_what, text, place) => {
    expect(placesOf(text)).toEqual([place]);
  });

  it('of what stands behind an alias is that of the anchor', () => {
    const account = 'vendor: web-admit, credential: { type: caller }';
    const text = `accounts:\n- { key: a, ${account}, limits: &all { timeoutMs: 1 } }\n- { key: b, ${account}, limits: *all }`;

    expect(placesOf(text)).toEqual([
      '2:77 accounts[0].limits.timeoutMs',
      '2:77 accounts[1].limits.timeoutMs',
    ]);
  });

  it('stands in front of syntax too, and of what has no place of its own', () => {
    expect(loadConfig({ file: 'a.yaml', text: 'a: 1\na: 2', env: {} })).toEqual({
      problems: ['a.yaml:2:1: found a key that the mapping has already, allowed: YAML 1.2'],
    });
    expect(loadConfig({ file: 'a.yaml', text: 'a: *nobody', env: {} })).toEqual({
      problems: [expect.stringMatching(/^a\.yaml:1:1: \(top level\): found an alias/)],
    });
  });

  it('is known of what is found wrong only when the gateway starts', () => {
    const loaded = loadConfig({
      file: 'dir/a.yaml',
      text: withAccount('\nserver: {}\nstore: { kind: memory }'),
      env: {},
    });
    const { path, problems } = new ConfigError(['store', 'path'], ['the folder is not there']);

    expect('config' in loaded && problems.map((line) => loaded.placed(path, line))).toEqual([
      'dir/a.yaml:3:1: the folder is not there',
    ]);
  });

  it('has no character that could move a cursor', () => {
    expect(loadConfig({ file: 'a\n\u001b[31m.yaml', text: '[]', env: {} })).toEqual({
      problems: ['a\\u{a}\\u{1b}[31m.yaml:1:1: (top level): found a list, allowed: a mapping'],
    });
  });
});
