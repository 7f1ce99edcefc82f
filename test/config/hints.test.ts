import { describe, expect, it } from 'vitest';
import { configOf, problemsOf, withAccount } from './support.ts';

const VENDORS =
  '"power-bi", "hi-energy", "talkdesk", "web-admit", "amazon-sp-api", "asana", "hubspot", "intercom", "intune", "marketo", "qualtrics", "sendgrid", "shopify" or "stripe"';
const TTL = 'a whole number from 1000 to 31536000000, in milliseconds';

describe('a wrong word', () => {
  it.each([
    [
      'accounts: [{ key: a, vendor: powerbi, credential: { type: api-key, apiKey: k } }]',
      `accounts[0].vendor: found "powerbi", allowed: ${VENDORS}; did you mean "power-bi"?`,
    ],
    [
      'accounts: [{ key: a, vendor: WebAdMIT }]',
      `accounts[0].vendor: found "WebAdMIT", allowed: ${VENDORS}; did you mean "web-admit"?`,
    ],
    [
      withAccount('server: { mode: prod }'),
      'server.mode: found "prod", allowed: "development" or "production"; did you mean "production"?',
    ],
    [
      withAccount('server: { logLevel: warning }'),
      'server.logLevel: found "warning", allowed: "debug", "info", "warn" or "error"; did you mean "warn"?',
    ],
    [
      withAccount('store: { kind: sqlite3, path: a }'),
      'store.kind: found "sqlite3", allowed: "memory", "sqlite" or "postgres"; did you mean "sqlite"?',
    ],
    [
      'accounts: [{ key: a, vendor: web-admit, credential: { type: apikey } }]',
      'accounts[0].credential.type: found a string, allowed: "api-key" or "caller" for vendor web-admit; did you mean "api-key"?',
    ],
  ])('is told with the word that was meant: %j', (text, line) => {
    expect(problemsOf(text)).toEqual([line]);
  });

  it('from the environment is not shown, but what was meant is', () => {
    expect(problemsOf(withAccount(`server: { mode: "\${MODE}" }`), { MODE: 'prod' })).toEqual([
      `server.mode: found a string from \${MODE}, allowed: "development" or "production"; did you mean "production"?`,
    ]);
  });

  it('that is near none of them is told without a guess', () => {
    expect(problemsOf(withAccount('server: { mode: staging }'))).toEqual([
      'server.mode: found "staging", allowed: "development" or "production"',
    ]);
  });
});

describe('an amount with a unit', () => {
  it.each([
    ['15m', '"15m"', `${TTL}: 15m is 900000`],
    ['1.5 h', '"1.5 h"', `${TTL}: 1.5 h is 5400000`],
    ['30s', '"30s"', `${TTL}: 30s is 30000`],
    ['soon', '"soon"', TTL],
  ])('linkTtlMs: %s is told the unit of its key', (value, found, allowed) => {
    expect(problemsOf(withAccount(`files: { linkTtlMs: ${value} }`))).toEqual([
      `files.linkTtlMs: found ${found}, allowed: ${allowed}`,
    ]);
  });

  it('is told that of bytes and days', () => {
    expect(problemsOf(withAccount('limits: { bodyBytes: 256kB }\ntracking: { keepDays: 2w }'))).toEqual([
      'limits.bodyBytes: found "256kB", allowed: a whole number from 1 to 104857600, in bytes: 256kB is 262144',
      'tracking.keepDays: found "2w", allowed: a whole number from 1 to 3650, in days: 2w is 14',
    ]);
  });

  it('from the environment is not shown in the answer either', () => {
    expect(problemsOf(withAccount(`files: { linkTtlMs: "\${TTL}" }`), { TTL: '15m' })).toEqual([
      `files.linkTtlMs: found a string from \${TTL}, allowed: ${TTL}`,
    ]);
  });
});

describe('a number in quotes', () => {
  it('is one where a number is asked for, as from the environment', () => {
    expect(configOf(withAccount('server: { port: "4001" }')).server.port).toBe(4001);
    expect(configOf(withAccount(`server: { port: "\${PORT:-4001}" }`)).server.port).toBe(4001);
    expect(configOf(withAccount('', 'callbacks: "true"')).accounts[0]?.callbacks).toBe(true);
  });

  it('stays a text where a text is asked for', () => {
    expect(
      configOf('accounts: [{ key: "1", vendor: web-admit, credential: { type: caller } }]').accounts[0]?.key,
    ).toBe('1');
  });

  it('is none where only a part came from the environment', () => {
    expect(problemsOf(withAccount(`server: { port: "8\${PORT}" }`), { PORT: '0' })).toEqual([
      `server.port: found a string from \${PORT}, allowed: a whole number from 0 to 65535`,
    ]);
  });
});
