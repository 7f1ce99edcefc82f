import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FileGrant, FileLinkSigner } from '../../src/access/file-links.ts';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import type { FakeReply } from '../support/fake-vendor.ts';
import {
  audits,
  CANARIES,
  FILES_QUERY,
  type FilesGateway,
  open,
  openRaw,
  startFilesGateway,
  toLocator,
} from './files-support.ts';

const SECRET = 'a secret of at least thirty-two bytes';

let gateway: FilesGateway;
beforeAll(async () => {
  gateway = await startFilesGateway({ config: { files: { linkSecret: SECRET } } });
});
afterAll(() => gateway[Symbol.asyncDispose]());
afterEach(() => {
  Object.assign(gateway.play, {
    api: undefined,
    isRunning: false,
    isGone: false,
    file: { body: 'the file' },
  });
});

/** Signs links as this gateway does. */
function createSigner(): FileLinkSigner {
  return new FileLinkSigner({
    secret: SECRET,
    ttlMs: 900_000,
    publicUrl: () => gateway.url,
    clock: gateway.clock,
  });
}

/** What a link of this gateway states. */
async function readGrant(vendor: CodedVendorId): Promise<FileGrant> {
  const token = (await gateway.link(vendor)).split('/').at(-1) ?? '';
  const grant = createSigner().verify(token);
  if (grant === null) throw new Error('the secret is another one');
  return grant;
}

/** A link that this gateway signed, with other words in it. */
async function forge(vendor: CodedVendorId, changes: Partial<FileGrant>): Promise<string> {
  return `${gateway.url}/files/${createSigner().sign({ ...(await readGrant(vendor)), ...changes })}`;
}

describe('a link that is none of ours', () => {
  it.each<[string, (token: string) => string]>([
    ['nothing', () => ''],
    ['a word', () => 'export.csv'],
    ['cut short', (token) => token.slice(0, -1)],
    ['doubled', (token) => token + token],
    ['a letter changed', (token) => `${token[0] === 'W' ? 'X' : 'W'}${token.slice(1)}`],
    ['the last letter changed', (token) => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['something behind', (token) => `${token}/x`],
    ['percent-encoded', (token) => `%${token.charCodeAt(0).toString(16)}${token.slice(1)}`],
    ['percent-encoded nonsense', () => '%00%ff%zz'],
    ['very long', () => 'a'.repeat(10_000)],
  ])('is 404 without any vendor call: %s', async (_title, change) => {
    const url = await gateway.link('power-bi');
    const token = url.slice(`${gateway.url}/files/`.length);
    const before = gateway.calls();

    const { status, headers, body } = await openRaw(`${gateway.url}/files/${change(token)}`);

    expect(status).toBe(404);
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(String(body))).toMatchObject({ error: { code: 'unknown' } });
    expect(gateway.calls()).toBe(before);
  });

  it('works with a query behind it, which some mail programs add', async () => {
    expect((await open(`${await gateway.link('power-bi')}?utm_source=mail`)).status).toBe(200);
  });

  it('is counted, and leaves no line in the log however many there are', async () => {
    const lines = gateway.log.lines.length;
    const before = await readCounter('waybill_downloads_total{vendor="",account="",outcome="unknown"}');

    await Promise.all(Array.from({ length: 50 }, (_, n) => open(`${gateway.url}/files/garbage${n}`)));

    expect(gateway.log.lines).toHaveLength(lines);
    expect(await readCounter('waybill_downloads_total{vendor="",account="",outcome="unknown"}')).toBe(
      before + 50,
    );
  });
});

describe('a link whose account is not open', () => {
  it.each<[string, Partial<FileGrant>]>([
    ['of an account that was taken away', { identity: 'default/gone' }],
    ["of another tenant's account", { tenant: 'other' }],
    ['of a tenant that is not here', { tenant: 'other', identity: 'other/bi' }],
    ['of a caller whose own token is not at hand', { identity: 'default/bi/abcdef' }],
  ])('is 404 without any vendor call: %s', async (_title, changes) => {
    const url = await forge('power-bi', changes);
    const before = gateway.calls();

    const { status, body } = await openRaw(url);

    expect([status, JSON.parse(String(body)).error.code]).toEqual([404, 'closed']);
    expect(gateway.calls()).toBe(before);
  });

  it.each<[string, Partial<FileGrant>, number]>([
    ['an id of another release', { exportId: 'AAAA' }, 404],
    [
      'an id that no grammar allows',
      { exportId: toId(['export', 'power-bi', 'bi', null, 'no-uuid', 'x']) },
      404,
    ],
    ['an account instead of an export', { exportId: toId(['account', 'bi']) }, 410],
  ])('is refused without any vendor call where it names %s', async (_title, changes, expected) => {
    const url = await forge('power-bi', changes);
    const before = gateway.calls();

    expect((await openRaw(url)).status).toBe(expected);
    expect(gateway.calls()).toBe(before);
  });

  it('is refused without any vendor call where it names an export of another account', async () => {
    const { identity } = await readGrant('hi-energy');
    const url = await forge('power-bi', { identity });
    const before = gateway.calls();

    expect((await openRaw(url)).status).toBe(410);
    expect(gateway.calls()).toBe(before);
  });
});

it('a link made with a caller’s own token is opened with that token, by whoever has the link', async () => {
  await using own = await startFilesGateway({ account: { credential: { type: 'caller' } } });
  const headers = { 'x-waybill-token-hi': 'callers-own' };
  const { data } = await own.query(FILES_QUERY, { locator: toLocator('hi-energy', 1) }, { headers });

  const { status } = await openRaw(data.export.files[0].url);

  expect(status).toBe(302);
  expect(JSON.stringify(own.fakes['hi-energy'].requests.at(-1)?.headers)).toContain('callers-own');
  expect(JSON.stringify(own.log.lines) + data.export.files[0].url).not.toContain('callers-own');
});

function toId(parts: readonly (string | null)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

describe.each(CODED_VENDOR_IDS)('at %s', (vendor) => {
  it('an expired link is 410 without any vendor call', async () => {
    const url = await forge(vendor, { expiresAt: gateway.clock.now() });
    const before = gateway.calls();

    const { status, body } = await openRaw(url);

    expect([status, JSON.parse(String(body)).error.code]).toEqual([410, 'expired']);
    expect(gateway.calls()).toBe(before);
  });

  it('a file that is not there is 410', async () => {
    const url = await gateway.link(vendor);
    const wrongIndex = await forge(vendor, { index: 7 });
    expect((await openRaw(wrongIndex)).status).toBe(410);
    gateway.play.isGone = true;

    const { status, body } = await openRaw(url);

    expect([status, JSON.parse(String(body)).error.code]).toEqual([410, 'gone']);
  });

  it('an export that is not finished is 409', async () => {
    const url = await gateway.link(vendor);
    gateway.play.isRunning = true;

    const { status, body } = await openRaw(url);

    expect([status, JSON.parse(String(body)).error.code]).toEqual([409, 'unfinished']);
  });

  it.each<[string, FakeReply, number, string | undefined]>([
    ['a refused credential', { status: 401, body: { error: 'canary-body' } }, 502, '5'],
    ['a refused right', { status: 403, body: { error: 'canary-body' } }, 502, '5'],
    ['a page', { headers: { 'content-type': 'text/html' }, body: '<h1>canary-body</h1>' }, 502, '5'],
    [
      'a redirect',
      { status: 307, headers: { location: 'http://127.0.0.1:1/data/reports/canary-path' } },
      502,
      '5',
    ],
    ['a fault', { status: 500, body: 'canary-body' }, 503, '5'],
    ['a broken connection', 'reset', 503, '5'],
  ])('%s is told without the vendor’s words', async (_title, api, expected, retryAfter) => {
    await using own = await startFilesGateway();
    const url = await own.link(vendor);
    own.play.api = api;

    const { status, headers, body } = await openRaw(url);

    expect([status, headers['retry-after']]).toEqual([expected, retryAfter]);
    expect(headers.location).toBeUndefined();
    expectNoSecrets(own, body, headers);
  });

  it('a wait that the vendor asks for is passed on', async () => {
    await using own = await startFilesGateway();
    const url = await own.link(vendor);
    own.play.api = { status: 429, headers: { 'retry-after': '120' }, body: {} };

    const { status, headers } = await openRaw(url);

    expect([status, headers['retry-after']]).toEqual([503, '120']);
  });
});

it('a vendor that stays silent is 503 once the time for a call is over', async () => {
  await using own = await startFilesGateway({ timeoutMs: 1_000 });
  const url = await own.link('hi-energy');
  own.play.api = 'hang';

  const { status, headers } = await openRaw(url);

  expect([status, headers['retry-after']]).toEqual([503, '5']);
});

describe('a file of Power BI that cannot be opened', () => {
  it.each([
    [404, 410],
    [410, 410],
    [401, 502],
    [307, 502],
    [503, 503],
  ])('is told where /file answers %i: %i', async (status, expected) => {
    await using own = await startFilesGateway();
    const url = await own.link('power-bi');
    own.play.file = {
      status,
      headers: { location: 'https://evil.example/canary-path' },
      body: 'canary-body',
    };

    const answer = await openRaw(url);

    expect(answer.status).toBe(expected);
    expect(answer.headers.location).toBeUndefined();
    expectNoSecrets(own, answer.body, answer.headers);
  });
});

describe('what is answered', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'to %s is 405 with what is allowed',
    async (method) => {
      const url = await gateway.link('power-bi');
      const before = gateway.calls();

      const { status, headers } = await openRaw(url, { method });

      expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
      expect(gateway.calls()).toBe(before);
    },
  );

  it('is JSON to a program', async () => {
    const { headers, body } = await openRaw(`${gateway.url}/files/x`, { headers: { accept: '*/*' } });

    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(String(body))).toEqual({
      error: {
        code: 'unknown',
        message:
          'No such file link. Copy the whole link, or go back to the page it came from and load it anew for a new one.',
      },
    });
  });

  it('is a page that loads nothing to a browser', async () => {
    const { status, headers, body } = await openRaw(`${gateway.url}/files/x`, {
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    });

    expect(status).toBe(404);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(String(body)).toContain('<h1>No such file link</h1>');
    expect(String(body)).not.toMatch(/src=|href=|<script/);
  });

  it('is only a head to HEAD', async () => {
    const { status, headers, body } = await openRaw(`${gateway.url}/files/x`, { method: 'HEAD' });

    expect([status, Number(headers['content-length']) > 0, body.length]).toEqual([404, true, 0]);
  });
});

async function readCounter(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** No key, link, host or word of a vendor, in the answer or in the log. */
function expectNoSecrets(own: FilesGateway, body: Buffer, headers: object): void {
  const hosts = [own.store.url, ...CODED_VENDOR_IDS.map((vendor) => own.fakes[vendor].url)];
  const told = `${body}${JSON.stringify(headers)}${JSON.stringify(own.log.lines)}`;
  for (const word of [...CANARIES, ...hosts.map((host) => new URL(host).host), 'evil.example'])
    expect(told).not.toContain(word);
  expect(audits(own)).toHaveLength(1);
}
