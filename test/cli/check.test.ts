import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { runCli } from './support.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-check-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `waybill check` on a file with this content; its path is written as FILE. */
async function check(
  content: string,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const file = join(folder, 'waybill.yaml');
  writeFileSync(file, content);
  const { exitCode, stdout, stderr } = await runCli(['check', '--config', file, ...words], { env });
  const shorten = (text: string) => text.replaceAll(file, 'FILE');
  return { exitCode, stdout: shorten(stdout), stderr: shorten(stderr) };
}

const WRONG = `server:
  host: 0.0.0.0
  port: "4000"
  mode: prod
access:
  mode: open
files:
  linkTtlMs: 15m
accounts:
  - { key: hi, vendor: hi-energy, credential: { type: api-key, apiKey: \${HI_KEY} } }
  - key: hi
    vendor: powerbi
    credential: { type: api-key, apiKey: "\${BI_KEY}" }
  - key: desk
    vendor: talkdesk
    baseUrl: https://api.talkdeskapp.com
    credential: { type: client-credentials, clientId: waybill, clientSecret: "\${DESK_SECRET}" }
  - { key: admit, vendor: web-admit, credential: { type: bearer, token: secret-token } }
`;

describe('waybill check', () => {
  it('says every problem with its place, whatever found it, and exits with 2', async () => {
    const result = await check(WRONG, [], { BI_KEY: 'canary-of-bi' });

    expect(result).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `FILE:4:3: server.mode: found "prod", allowed: "development" or "production"; did you mean "production"?
FILE:6:3: access.mode: found "open", allowed: "keys" or "jwt", because server.host is no loopback host
FILE:8:3: files.linkTtlMs: found "15m", allowed: a whole number from 1000 to 31536000000, in milliseconds: 15m is 900000
FILE:10:64: accounts[0].credential.apiKey: found \${HI_KEY} without quotes inside brackets, allowed: "\${HI_KEY}": put it in quotes
FILE:11:5: accounts[1].key: found "hi", the same as accounts[0].key, allowed: a key of its own
FILE:12:5: accounts[1].vendor: found "powerbi", allowed: "power-bi", "hi-energy", "talkdesk", "web-admit", "amazon-sp-api", "asana", "hubspot", "intercom", "intune", "marketo", "qualtrics", "sendgrid", "shopify" or "stripe"; did you mean "power-bi"?
FILE:17:64: accounts[2].credential.clientSecret: found \${DESK_SECRET}, which is not set, allowed: a variable that is set, or one with a default: \${NAME:-default}
FILE:17:5: accounts[2].credential.tokenUrl: found nothing, allowed: an https URL without user, query and fragment (http only on a loopback host)
FILE:18:52: accounts[3].credential.type: found "bearer", allowed: "api-key" or "caller" for vendor web-admit
`,
    });
  });

  it('says them as objects with --json', async () => {
    const { exitCode, stdout, stderr } = await check('server: { prot: 1 }\naccounts: []', ['--json']);

    expect([exitCode, stderr]).toEqual([2, '']);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        type: 'problem',
        file: 'FILE',
        line: 1,
        column: 11,
        key: 'server.prot',
        found: 'an unknown key',
        allowed: expect.stringContaining('did you mean "port"?'),
      },
    ]);
  });

  it('says what a good file comes to, and exits with 0', async () => {
    const file = `accounts: [{ key: hi, vendor: hi-energy, credential: { type: api-key, apiKey: "\${HI_KEY}" } }]`;

    expect(await check(file, [], { HI_KEY: 'the-key-of-hi' })).toEqual({
      exitCode: 0,
      stdout: 'FILE is good: 1 account (hi), access mode open, store memory.\n',
      stderr: '',
    });
    expect(await check(file, ['--json'], { HI_KEY: 'the-key-of-hi' })).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect((await check(file, [], { HI_KEY: 'short' })).stderr).toMatch(/^Secrets of less than 6 characters/);
  });

  it('says of several gateways that they are, and what each would remember alone', async () => {
    const file = (store: string) =>
      `accounts: []\nfiles: { linkSecret: ${'l'.repeat(32)} }\nbackplane: { kind: redis, url: "redis://h" }\n${store}`;

    const alone = await check(file(''));
    const together = await check(file('store: { kind: postgres, url: "postgres://h/d" }'));

    expect(alone.stdout).toBe('FILE is good: 0 accounts, access mode open, store memory, backplane redis.\n');
    expect(alone.stderr).toMatch(/^store\.kind is memory and backplane\.kind is redis: .+\n$/);
    expect(together).toEqual({
      exitCode: 0,
      stdout: 'FILE is good: 0 accounts, access mode open, store postgres, backplane redis.\n',
      stderr: '',
    });
  });

  it('reads the file of WAYBILL_CONFIG, and asks for one where there is none', async () => {
    const file = join(folder, 'other.yaml');
    writeFileSync(file, 'accounts: []');

    expect((await runCli(['check'], { env: { WAYBILL_CONFIG: file } })).exitCode).toBe(0);
    expect(await runCli(['check'])).toMatchObject({
      exitCode: 2,
      stderr:
        'waybill: No configuration: name a file with --config FILE or WAYBILL_CONFIG. `waybill init` writes a first one.\n',
    });
    expect((await runCli(['check', '--config', join(folder, 'none.yaml')])).stderr).toMatch(
      /found no such file/,
    );
  });

  it('looks at trusted documents as a start does', async () => {
    writeFileSync(join(folder, 'documents.json'), '{ "a": "{ nothing }" }');

    const { exitCode, stderr } = await check('accounts: []\nserver:\n  trustedDocuments: documents.json');

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^FILE:3:3: server\.trustedDocuments: found document "a": "Cannot query field/);
  });
});

describe('waybill check --live', () => {
  const account = (key: string, vendor: string, baseUrl: string, credential: object) =>
    JSON.stringify({ key, vendor, baseUrl, credential });

  it("asks each account's vendor once, and shows no secret", async () => {
    await using vendor = await startFakeVendor(({ headers, url }) => {
      if (headers['x-api-key'] === 'the-wrong-key')
        return { status: 401, body: { error: 'the-wrong-key is wrong' } };
      if (url.endsWith('/token'))
        return { body: { access_token: 'the-token', expires_in: 3600, token_type: 'Bearer' } };
      return { status: 404, body: { error: 'not found' } };
    });
    const client = {
      type: 'client-credentials',
      tokenUrl: `${vendor.url}/token`,
      clientId: 'c',
      clientSecret: 'the-client-secret',
    };
    const lines = [
      account('bi', 'power-bi', vendor.url, client),
      account('hi', 'hi-energy', vendor.url, { type: 'api-key', apiKey: 'the-right-key' }),
      account('desk', 'talkdesk', vendor.url, client),
      account('admit', 'web-admit', vendor.url, { type: 'api-key', apiKey: 'the-right-key' }),
      account('wrong', 'hi-energy', vendor.url, { type: 'api-key', apiKey: 'the-wrong-key' }),
      account('own', 'web-admit', vendor.url, { type: 'caller' }),
    ];
    const file = `accounts:\n${lines.map((line) => `  - ${line}\n`).join('')}`;

    const { exitCode, stdout, stderr } = await check(file, ['--live']);

    expect(
      stdout.replaceAll(/in \d+ ms/g, 'in N ms'),
    ).toBe(`FILE is good: 6 accounts (bi, hi, desk, admit, wrong, own), access mode open, store memory.
bi (power-bi): answered in N ms, and took the credential.
hi (hi-energy): answered in N ms, and took the credential.
desk (talkdesk): answered in N ms, and took the credential.
admit (web-admit): answered in N ms, and took the credential.
own (web-admit): not asked, because each caller brings its own token.
`);
    expect(stderr).toMatch(/^FILE:6:5: accounts\[4\]: wrong \(hi-energy\): VENDOR_UNAUTHENTICATED\. .+\n$/);
    expect(exitCode).toBe(2);
    expect(stdout + stderr).not.toMatch(/the-(wrong|right)-key|the-client-secret|the-token/);
    const asked = vendor.requests.filter(({ url }) => !url.endsWith('/token'));
    expect(asked).toHaveLength(5);
  });

  it('says as objects what came of each', async () => {
    const file = `accounts: [${account('hi', 'hi-energy', 'http://127.0.0.1:9', { type: 'api-key', apiKey: 'the-key-of-hi' })}]`;

    const { exitCode, stdout } = await check(file, ['--live', '--json']);

    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      type: 'account',
      account: 'hi',
      vendor: 'hi-energy',
      tenant: 'default',
      status: 'failed',
      durationMs: expect.any(Number),
      code: 'VENDOR_UNAVAILABLE',
      message: expect.stringContaining('Hi Energy'),
    });
  });

  it('asks nobody where the file is not good', async () => {
    await using vendor = await startFakeVendor(() => ({ body: {} }));
    const file = `server: { port: -1 }\naccounts: [${account('hi', 'hi-energy', vendor.url, { type: 'api-key', apiKey: 'k' })}]`;

    expect((await check(file, ['--live'])).exitCode).toBe(2);
    expect(vendor.requests).toEqual([]);
  });
});
