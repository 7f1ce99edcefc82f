import { describe, expect, it } from 'vitest';
import { configOf, problemsOf, withAccount } from './support.ts';

const SECURE = 'an https URL without user, query and fragment (http only on a loopback host)';
const PLAIN = 'an http or https URL without user, query and fragment';

describe('a configuration', () => {
  it('is complete from its accounts alone', () => {
    expect(configOf(withAccount())).toEqual({
      server: {
        host: '127.0.0.1',
        port: 4000,
        publicUrl: 'http://127.0.0.1:4000',
        allowedOrigins: [],
        federation: false,
        mode: 'development',
        metricsPort: undefined,
        logLevel: 'info',
        trustedProxies: [],
        trustedDocuments: undefined,
      },
      access: { mode: 'open' },
      files: { linkSecret: undefined, linkTtlMs: 900_000 },
      store: { kind: 'memory' },
      backplane: { kind: 'memory' },
      tracking: { keepDays: 30, maxOpen: 10_000 },
      webhooks: [],
      accounts: [
        {
          key: 'hi',
          vendor: 'hi-energy',
          tenant: 'default',
          baseUrl: 'https://app.hienergy.ai/api/v1',
          credential: { type: 'api-key', apiKey: 'k' },
          limits: { requestsPerSecond: 5, maxConcurrent: 4, timeoutMs: 10_000 },
          pacing: { minMs: 5_000, maxMs: 60_000, stallAfterMs: 1_800_000 },
          files: 'redirect',
          fileOrigins: ['*.amazonaws.com'],
          reportTypes: undefined,
          settings: {},
          vendorFileDigest: undefined,
          track: 'asked',
          discoverMs: 30_000,
          callbacks: false,
        },
      ],
      limits: {
        bodyBytes: 262_144,
        tokens: 1_000,
        depth: 10,
        aliases: 30,
        directives: 20,
        locators: 100,
        locatorsPerOperation: 300,
        operationsPerMinute: undefined,
        locatorsPerMinute: undefined,
        messageBytes: 65_536,
        connectionInitMs: 3_000,
        subscriptionsPerSocket: 100,
      },
      declaredVendors: [],
      vendorFiles: [],
    });
  });

  it('fills the rest of a mapping that is given in part', () => {
    const { accounts } = configOf(withAccount('', 'limits: { maxConcurrent: 1 }, polling: { minMs: 6000 }'));

    expect(accounts[0]?.limits).toEqual({ requestsPerSecond: 5, maxConcurrent: 1, timeoutMs: 10_000 });
    expect(accounts[0]?.pacing).toEqual({ minMs: 6_000, maxMs: 60_000, stallAfterMs: 1_800_000 });
  });

  it('may have no account, as long as it says so', () => {
    expect(configOf('accounts: []').accounts).toEqual([]);
    expect(problemsOf('server: {}')).toEqual(['accounts: found nothing, allowed: a list of at most 1000']);
  });

  it('leaves the public address open where the port is not known yet', () => {
    expect(configOf(withAccount('server: { port: 0 }')).server.publicUrl).toBeUndefined();
  });

  it.each([
    ['{ host: "::1", port: 80 }', 'http://[::1]:80'],
    ['{ publicUrl: "HTTPS://Exports.Example.com:443/" }', 'https://exports.example.com'],
    ['{ publicUrl: "https://example.com/exports/" }', 'https://example.com/exports'],
  ])('gives the server %s the public address %s', (server, publicUrl) => {
    expect(configOf(withAccount(`server: ${server}`)).server.publicUrl).toBe(publicUrl);
  });

  it('writes origins and base addresses in one spelling', () => {
    const config = configOf(
      withAccount(
        'server: { allowedOrigins: ["https://App.Example.com/", "https://app.example.com:443"] }',
        'baseUrl: "https://HI.example.com/api/../v2/", fileOrigins: ["Files.Example.com", "https://files.example.com", "https://f.example.com:8443", "*Files.EU.example.com", "Files.example.com/Bucket/a-b/"]',
      ),
    );

    expect(config.server.allowedOrigins).toEqual(['https://app.example.com']);
    expect(config.accounts[0]?.baseUrl).toBe('https://hi.example.com/v2');
    expect(config.accounts[0]?.fileOrigins).toEqual([
      'files.example.com',
      'https://f.example.com:8443',
      '*files.eu.example.com',
      'files.example.com/Bucket/a-b/',
    ]);
  });

  it('holds of the section access only what its mode needs', () => {
    const keys = 'keys: [{ name: ui, key: secret-1 }]';
    const jwt = 'jwt: { jwksUrl: https://id.example.com/jwks, issuer: me, audience: waybill }';

    expect(configOf(withAccount(`access: { mode: keys, ${keys}, ${jwt} }`)).access).toEqual({
      mode: 'keys',
      keys: [{ name: 'ui', key: 'secret-1', tenant: 'default' }],
    });
    expect(configOf(withAccount(`access: { mode: jwt, ${jwt} }`)).access).toEqual({
      mode: 'jwt',
      jwt: {
        jwksUrl: 'https://id.example.com/jwks',
        issuer: 'me',
        audience: 'waybill',
        tenantClaim: 'tenant',
        algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
        clockSkewMs: 30_000,
      },
    });
  });

  it.each(['localhost', '127.0.0.1', '127.9.9.9', '::1'])('may be open on the loopback host %s', (host) => {
    expect(problemsOf(withAccount(`server: { host: "${host}" }`))).toEqual([]);
  });

  it.each(['http://localhost:1', 'http://127.0.0.2:1/api', 'http://[::1]:1'])(
    'takes the loopback address %s without https',
    (baseUrl) => {
      expect(configOf(withAccount('', `baseUrl: "${baseUrl}"`)).accounts[0]?.baseUrl).toBe(baseUrl);
    },
  );
});

describe('a wrong configuration', () => {
  const UNKNOWN_SERVER_KEY =
    'host, port, publicUrl, allowedOrigins, mode, metricsPort, logLevel, trustedProxies, federation, trustedDocuments';

  it.each([
    // Whole files
    ['', ['(top level): found nothing, allowed: a mapping']],
    ['[]', ['(top level): found a list, allowed: a mapping']],
    ['accounts: {}', ['accounts: found a mapping, allowed: a list of at most 1000']],
    ['accounts: [text]', ['accounts[0]: found a string, allowed: a mapping']],
    // Unknown keys
    [
      withAccount('server: { prot: 1 }'),
      [`server.prot: found an unknown key, allowed: ${UNKNOWN_SERVER_KEY}; did you mean "port"?`],
    ],
    [
      withAccount('server: { colour: 1 }'),
      [`server.colour: found an unknown key, allowed: ${UNKNOWN_SERVER_KEY}`],
    ],
    [
      withAccount('serve: {}'),
      [
        'serve: found an unknown key, allowed: server, access, files, store, backplane, tracking, webhooks, accounts, vendorFiles, limits; did you mean "server"?',
      ],
    ],
    [
      withAccount('"a b": {}'),
      [
        '(top level): found a key that is no name, or a name without a value, allowed: server, access, files, store, backplane, tracking, webhooks, accounts, vendorFiles, limits',
      ],
    ],
    [
      withAccount('__proto__: { server: 1 }'),
      [
        '__proto__: found an unknown key, allowed: server, access, files, store, backplane, tracking, webhooks, accounts, vendorFiles, limits',
      ],
    ],
    // Values
    [
      withAccount('server: { port: 70000 }'),
      ['server.port: found 70000, allowed: a whole number from 0 to 65535'],
    ],
    [
      withAccount('server: { port: 1.5 }'),
      ['server.port: found 1.5, allowed: a whole number from 0 to 65535'],
    ],
    [
      withAccount('server: { port: .nan }'),
      ['server.port: found NaN, allowed: a whole number from 0 to 65535'],
    ],
    [
      withAccount('server: { port: "70000" }'),
      ['server.port: found 70000, allowed: a whole number from 0 to 65535'],
    ],
    [
      withAccount('server: { port: "4000 " }'),
      ['server.port: found "4000 ", allowed: a whole number from 0 to 65535'],
    ],
    [
      withAccount('server: { port: }'),
      ['server.port: found nothing, allowed: a whole number from 0 to 65535'],
    ],
    [
      withAccount('server: { host: "a b" }\naccess: { mode: keys, keys: [{ name: a, key: b }] }'),
      ['server.host: found "a b", allowed: a host name or an IP address'],
    ],
    [
      withAccount('server: { host: 1 }'),
      ['server.host: found 1 without quotes, allowed: a host name or an IP address'],
    ],
    [
      withAccount('server: { mode: prod }'),
      ['server.mode: found "prod", allowed: "development" or "production"; did you mean "production"?'],
    ],
    [
      withAccount('server: { allowedOrigins: ["*", https://a.example/x] }'),
      [
        'server.allowedOrigins[0]: found a string that is no http or https URL, allowed: an origin such as https://app.example.com',
        'server.allowedOrigins[1]: found "https://a.example/x", allowed: an origin such as https://app.example.com',
      ],
    ],
    [
      withAccount('server: { publicUrl: "ftp://a.example" }'),
      [`server.publicUrl: found a string that is no http or https URL, allowed: ${PLAIN}`],
    ],
    [
      withAccount('server: { metricsPort: 4000 }'),
      ['server.metricsPort: found 4000, allowed: another port than server.port'],
    ],
    [withAccount('limits:'), ['limits: found nothing, allowed: a mapping']],
    // What is shown of a value
    [
      withAccount('server: { mode: "a\\n\\e[31m\\u202e" }'),
      ['server.mode: found "a\\n\\u001b[31m\\u{202e}", allowed: "development" or "production"'],
    ],
    [
      withAccount(`server: { mode: ${'x'.repeat(61)} }`),
      [`server.mode: found "${'x'.repeat(60)}…", allowed: "development" or "production"`],
    ],
    // Access
    [
      withAccount('server: { host: 0.0.0.0 }'),
      [
        'access.mode: found nothing, which means "open", allowed: "keys" or "jwt", because server.host is no loopback host',
      ],
    ],
    [
      withAccount('server: { host: example.com }\naccess: { mode: open }'),
      ['access.mode: found "open", allowed: "keys" or "jwt", because server.host is no loopback host'],
    ],
    [
      withAccount('access: { mode: keys }'),
      ['access.keys: found nothing, allowed: at least one key, because access.mode is "keys"'],
    ],
    [
      withAccount('access: { mode: keys, keys: [] }'),
      ['access.keys: found an empty list, allowed: at least one key, because access.mode is "keys"'],
    ],
    [
      withAccount('access: { mode: jwt }'),
      [
        'access.jwt: found nothing, allowed: a mapping with jwksUrl, issuer and audience, because access.mode is "jwt"',
      ],
    ],
    [
      withAccount(
        'access: { mode: keys, keys: [{ name: a, key: one }, { name: a, key: two }, { name: b, key: two }] }',
      ),
      [
        'access.keys[1].name: found a string, the same as access.keys[0].name, allowed: a name of its own',
        'access.keys[2].key: found a string, the same as access.keys[1].key, allowed: a key of its own',
      ],
    ],
    [
      withAccount('access: { mode: keys, keys: [{ name: "two words", key: "two words" }] }'),
      [
        'access.keys[0].name: found a string, allowed: 1 to 64 letters, digits, "_", ".", ":", "@" or "-"',
        'access.keys[0].key: found a string, allowed: a non-empty string of visible ASCII characters',
      ],
    ],
    [
      withAccount('access: { mode: jwt, jwt: { jwksUrl: http://id.example.com/jwks, audience: a } }'),
      [
        `access.jwt.jwksUrl: found "http://id.example.com/jwks", allowed: ${SECURE}`,
        'access.jwt.issuer: found nothing, allowed: a non-empty string of at most 500 characters, without control characters',
      ],
    ],
    // Files
    [
      withAccount(`files: { linkSecret: ${'s'.repeat(31)}, linkTtlMs: 999 }`),
      [
        'files.linkSecret: found a string, allowed: a string of at least 32 bytes, without control characters',
        'files.linkTtlMs: found 999, allowed: a whole number from 1000 to 31536000000',
      ],
    ],
    // Accounts
    [
      'accounts: [{ vendor: sales, key: s }, { key: t }]',
      [
        'accounts[0].vendor: found "sales", allowed: "power-bi", "hi-energy", "talkdesk", "web-admit", "amazon-sp-api", "asana", "hubspot", "intercom", "intune", "marketo", "qualtrics", "sendgrid", "shopify" or "stripe"',
        'accounts[1].vendor: found nothing, allowed: "power-bi", "hi-energy", "talkdesk", "web-admit", "amazon-sp-api", "asana", "hubspot", "intercom", "intune", "marketo", "qualtrics", "sendgrid", "shopify" or "stripe"',
      ],
    ],
    [
      'accounts: [{ vendor: talkdesk, key: desk, credential: { type: caller } }]',
      [`accounts[0].baseUrl: found nothing, allowed: ${SECURE}`],
    ],
    [
      'accounts: [{ vendor: web-admit, key: a, credential: { type: bearer, token: t } }]',
      ['accounts[0].credential.type: found "bearer", allowed: "api-key" or "caller" for vendor web-admit'],
    ],
    [
      'accounts: [{ vendor: web-admit, key: a, credential: { type: canary-secret } }]',
      ['accounts[0].credential.type: found a string, allowed: "api-key" or "caller" for vendor web-admit'],
    ],
    [
      'accounts: [{ vendor: hi-energy, key: a, credential: { type: api-key, api_key: t } }]',
      [
        'accounts[0].credential.api_key: found an unknown key, allowed: type, apiKey; did you mean "apiKey"?',
        'accounts[0].credential.apiKey: found nothing, allowed: a non-empty string of visible ASCII characters',
      ],
    ],
    [
      'accounts: [{ vendor: hi-energy, key: a, credential: { type: api-key, apiKey: 12345678 } }]',
      [
        'accounts[0].credential.apiKey: found a number without quotes, allowed: a non-empty string of visible ASCII characters',
      ],
    ],
    [
      'accounts: [{ vendor: power-bi, key: a, credential: { type: client-credentials, tokenUrl: "http://id.example/t", clientId: "", clientSecret: "a\\r" } }]',
      [
        `accounts[0].credential.tokenUrl: found an http URL, allowed: ${SECURE}`,
        'accounts[0].credential.clientId: found an empty string, allowed: a non-empty string of at most 1000 characters, without control characters',
        'accounts[0].credential.clientSecret: found a string, allowed: a non-empty string of at most 8192 characters, without control characters',
      ],
    ],
    [
      'accounts: [{ vendor: power-bi, key: a, credential: { type: caller }, files: redirect, reportTypes: [calls] }]',
      [
        'accounts[0].files: found "redirect", allowed: "stream"',
        'accounts[0].reportTypes: found an unknown key, allowed: key, vendor, tenant, baseUrl, credential, limits, polling, files, fileOrigins, track, discoverMs, callbacks',
      ],
    ],
    [
      'accounts: [{ vendor: talkdesk, key: a, baseUrl: https://t.example, credential: { type: caller }, reportTypes: [Calls] }]',
      [
        'accounts[0].reportTypes[0]: found "Calls", allowed: a report type such as calls: a lower-case letter, then up to 63 lower-case letters, digits or "_"',
      ],
    ],
    [
      `${withAccount()}${withAccount().slice(11)}`,
      ['accounts[1].key: found "hi", the same as accounts[0].key, allowed: a key of its own'],
    ],
    [
      withAccount('', 'polling: { minMs: 70000 }'),
      ['accounts[0].polling: found minMs above maxMs (60000 by default), allowed: minMs at most maxMs'],
    ],
    [
      withAccount('', 'polling: { maxMs: 200 }'),
      ['accounts[0].polling: found minMs (5000 by default) above maxMs, allowed: minMs at most maxMs'],
    ],
  ])('%j is refused with its lines', (text, lines) => {
    expect(problemsOf(text)).toEqual(lines);
  });

  it.each([
    'https://u@h.example',
    'https://u:p@h.example',
    'https://@h.example',
    'https://h.example?',
    'https://h.example/#',
    'https:h.example',
    'https:/h.example',
    'https:\\\\h.example',
    ' https://h.example',
    'https://h.example/\t',
    'https://',
    'https:///h.example',
    '//h.example',
    'http://10.0.0.1',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://[::2]',
    'file:///etc/passwd',
  ])('has no base address %j', (baseUrl) => {
    expect(problemsOf(withAccount('', `baseUrl: ${JSON.stringify(baseUrl)}`))).toEqual([
      expect.stringMatching(/^accounts\[0\]\.baseUrl: found .+, allowed: an https URL/),
    ]);
  });

  it.each([
    '*',
    '*.com',
    'com',
    'localhost',
    'a.*.example',
    '*.example.com/x',
    '*.example.com/x/',
    '*files.example.com',
    '**.eu.example.com',
    'files.example.com/x',
    'files.example.com//',
    'files.example.com/../',
    'files.example.com/?/',
    'http://a.example',
    'https://a.example/x',
    '',
  ])('has no file origin %j', (origin) => {
    expect(problemsOf(withAccount('', `fileOrigins: [${JSON.stringify(origin)}]`))).toHaveLength(1);
  });

  it('is told about every wrong section at once, in the order of the file', () => {
    const lines = problemsOf(
      'limits: { depth: 0 }\nfiles: { linkTtlMs: 1 }\naccounts: [{ key: A }]\nserver: { port: -1 }\n',
    );

    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'limits.depth',
      'files.linkTtlMs',
      'accounts[0].vendor',
      'server.port',
    ]);
  });

  it('is told about at most 100 problems, and how many more there are', () => {
    const lines = problemsOf(`accounts: [${'x,'.repeat(150)}]`);

    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('(top level): found 50 more problems, allowed: none');
  });
});
