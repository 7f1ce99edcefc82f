import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { secretValues } from '../../src/config/secret-values.ts';
import { configOf, problemsOf, withAccount } from './support.ts';

const toSecret = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;
const SECRET = toSecret(Buffer.alloc(32, 1));
const OTHER_SECRET = toSecret(Buffer.alloc(32, 2));

const URL_ALLOWED = 'an https URL without user and fragment (http with allowPrivate: true)';
const SECRET_ALLOWED = '"whsec_" and base64 of 24 to 64 random bytes, or a list of one or two of them';
const ACCOUNTS_ALLOWED = "keys of the tenant's accounts that have a credential of their own";

/** A file with one endpoint. */
function withWebhook(more: object = {}): string {
  const webhook = { key: 'ops', url: 'https://hooks.example.com/waybill', secret: SECRET, ...more };
  return withAccount(`webhooks: ${JSON.stringify([webhook])}`);
}

describe('a webhook', () => {
  it('is complete from its key, address and secret', () => {
    expect(configOf(withWebhook()).webhooks).toEqual([
      {
        key: 'ops',
        tenant: 'default',
        url: 'https://hooks.example.com/waybill',
        secrets: [SECRET],
        events: [
          'export.succeeded',
          'export.failed',
          'export.canceled',
          'export.expired',
          'export.watch_failed',
        ],
        vendors: [],
        accounts: [],
        allowPrivate: false,
      },
    ]);
  });

  it('may say all of it, with two secrets while one takes the place of the other', () => {
    const text = withWebhook({
      secret: [OTHER_SECRET, SECRET],
      events: ['export.tracked', 'export.stalled', 'export.tracked'],
      vendors: ['hi-energy'],
      accounts: ['hi'],
      allowPrivate: true,
    });

    expect(configOf(text).webhooks).toMatchObject([
      {
        secrets: [OTHER_SECRET, SECRET],
        events: ['export.tracked', 'export.stalled'],
        vendors: ['hi-energy'],
        accounts: ['hi'],
        allowPrivate: true,
      },
    ]);
  });

  it.each([
    ['https://Hooks.example.com:443', 'https://hooks.example.com/'],
    ['https://hooks.example.com/a?key=b', 'https://hooks.example.com/a?key=b'],
    ['https://10.0.0.1/', 'https://10.0.0.1/'],
  ])('posts to %s', (url, written) => {
    expect(configOf(withWebhook({ url })).webhooks[0]?.url).toBe(written);
  });

  it.each(['http://hooks.example.com/', 'http://127.0.0.1:9000/', 'http://localhost/'])(
    'posts to %s only where private addresses are allowed',
    (url) => {
      expect(configOf(withWebhook({ url, allowPrivate: true })).webhooks[0]?.url).toBe(url);
      expect(problemsOf(withWebhook({ url }))).toEqual([
        'webhooks[0].url: found an http URL, allowed: an https URL, or allowPrivate: true beside it where it is in a network of your own',
      ]);
    },
  );

  it('reads from the environment that private addresses are allowed', () => {
    const text = withWebhook({ url: 'http://127.0.0.1:9000/', allowPrivate: `\${PRIVATE:-false}` });

    expect(problemsOf(text, { PRIVATE: 'true' })).toEqual([]);
    expect(problemsOf(text)).toHaveLength(1);
  });

  it.each([
    ['', 'an empty string'],
    ['hooks.example.com', 'a string'],
    ['ftp://hooks.example.com', 'a string'],
    ['https://user@hooks.example.com', 'a URL with a user name or password'],
    ['https://hooks.example.com/?a#b', 'a URL with a fragment'],
    ['https://hooks.example.com/#', 'a URL with a fragment'],
    ['https://hooks.example.com/a b', 'a URL with spaces, backslashes or control characters'],
    ['https://', 'a string that is no http or https URL'],
  ])('has no address %j, and it is not told', (url, found) => {
    expect(problemsOf(withWebhook({ url, allowPrivate: true }))).toEqual([
      `webhooks[0].url: found ${found}, allowed: ${URL_ALLOWED}`,
    ]);
  });

  it('has any secret of 24 to 64 bytes, which receivers decode', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 64 }), (bytes) => {
        const secret = toSecret(bytes);

        const config = configOf(withWebhook({ secret }));

        expect(config.webhooks[0]?.secrets).toEqual([secret]);
        expect(secretValues(config)).toEqual(expect.arrayContaining([secret, secret.slice(6)]));
        const headers = toHeaders(new Webhook(secret), '{}');
        expect(() => new Webhook(bytes, { format: 'raw' }).verify('{}', headers)).not.toThrow();
      }),
      { seed: 20_261_129 },
    );
  });

  it.each([
    ['', 'an empty string'],
    ['whsec_', 'a string'],
    [SECRET.slice(6), 'a string'],
    [toSecret(Buffer.alloc(23)), 'a string'],
    [toSecret(Buffer.alloc(65)), 'a string'],
    [SECRET.replace('=', ''), 'a string'],
    [`${SECRET}=`, 'a string'],
    [`${SECRET}\n`, 'a string'],
    [`whsec_${Buffer.alloc(32, 0xff).toString('base64url')}`, 'a string'],
    // The bits behind the last byte must be nought.
    ['whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF=', 'a string'],
    [[], 'a list'],
    [[SECRET, OTHER_SECRET, SECRET], 'a list'],
    [7, 'a number'],
    [null, 'nothing'],
  ])('has no secret %j, and it is not told', (secret, found) => {
    expect(problemsOf(withWebhook({ secret }))).toEqual([
      `webhooks[0].secret: found ${found}, allowed: ${SECRET_ALLOWED}`,
    ]);
  });

  it('is told which of two secrets is none', () => {
    expect(problemsOf(withWebhook({ secret: [SECRET, 'other'] }))).toEqual([
      `webhooks[0].secret[1]: found a string, allowed: ${SECRET_ALLOWED}`,
    ]);
  });

  it.each([
    [{ events: [] }, /^webhooks\[0\]\.events: found a list, allowed: a list of at least one/],
    [{ events: ['export.suceeded'] }, /^webhooks\[0\]\.events\[0\]: found "export\.suceeded", allowed: /],
    [{ vendors: ['sales'] }, /^webhooks\[0\]\.vendors\[0\]: found "sales", allowed: /],
    [{ key: 'Ops' }, /^webhooks\[0\]\.key: found "Ops", allowed: 1 to 40 lower-case letters/],
    [{ tenant: 'two words' }, /^webhooks\[0\]\.tenant: found "two words", allowed: /],
    [{ allowPrivate: 'yes' }, /^webhooks\[0\]\.allowPrivate: found "yes", allowed: true or false$/],
    [{ accounts: 'hi' }, /^webhooks\[0\]\.accounts: found a string, allowed: a list/],
    [{ uri: 'x' }, /^webhooks\[0\]\.uri: found an unknown key, allowed: .*; did you mean "url"\?$/],
  ])('is refused with a line: %j', (more, line) => {
    expect(problemsOf(withWebhook(more))).toEqual([expect.stringMatching(line)]);
  });

  it('has a key of its own, whatever its tenant', () => {
    const hook = (tenant: string) =>
      `{ key: ops, tenant: ${tenant}, url: "https://h.example", secret: ${SECRET} }`;

    expect(problemsOf(withAccount(`webhooks: [${hook('a')}, ${hook('b')}]`))).toEqual([
      'webhooks[1].key: found "ops", the same as webhooks[0].key, allowed: a key of its own',
    ]);
  });

  it('names accounts of its own tenant that are tracked', () => {
    const text = `${withWebhook({ accounts: ['hi', 'his', 'acme', 'own'] })}
  - { key: acme, vendor: hi-energy, tenant: acme, credential: { type: api-key, apiKey: k } }
  - { key: own, vendor: hi-energy, credential: { type: caller } }`;

    expect(problemsOf(text)).toEqual([
      `webhooks[0].accounts[1]: found "his", which is no account of this file, allowed: ${ACCOUNTS_ALLOWED}; did you mean "hi"?`,
      `webhooks[0].accounts[2]: found "acme", an account of another tenant, allowed: ${ACCOUNTS_ALLOWED}`,
      `webhooks[0].accounts[3]: found "own", an account whose credential each caller brings, allowed: ${ACCOUNTS_ALLOWED}`,
    ]);
  });

  it.each([
    ['the account has no readable key', `key: "\${NOT_SET}", vendor: hi-energy`],
    ['the account has no readable tenant', `key: hi, tenant: "\${NOT_SET}", vendor: hi-energy`],
  ])('says nothing of its accounts where %s', (_what, keys) => {
    const webhook = `{ key: ops, url: "https://h.example", secret: ${SECRET}, accounts: [hi] }`;
    const text = `webhooks: [${webhook}]\naccounts: [{ ${keys}, credential: { type: api-key, apiKey: k } }]`;

    expect(problemsOf(text)).toEqual([expect.stringMatching(/^accounts\[0\]\.\w+: found \$\{NOT_SET\}/)]);
  });

  it('has its address and its secrets among those that are masked', () => {
    const text = withWebhook({ url: 'https://hooks.example.com/T0/B0/x', secret: [SECRET, OTHER_SECRET] });

    expect(secretValues(configOf(text))).toEqual([
      'k',
      'https://hooks.example.com/T0/B0/x',
      SECRET,
      SECRET.slice(6),
      OTHER_SECRET,
      OTHER_SECRET.slice(6),
    ]);
  });
});

function toHeaders(webhook: Webhook, body: string): Record<string, string> {
  const at = new Date();
  return {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': webhook.sign('msg_1', at, body),
  };
}
