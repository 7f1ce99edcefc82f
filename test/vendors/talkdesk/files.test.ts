import { describe, expect, it } from 'vitest';
import type { FileAccess } from '../../../src/export/ports.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { readLinkExpiry } from '../../../src/vendors/shared/presigned-link.ts';
import { type FakeReply, type FakeVendor, startFakeVendor } from '../../support/fake-vendor.ts';
import { createKey, filePath, JOB_ID, jobPath, openAccount, readFixture } from './support.ts';

const LINK =
  'https://s3.amazonaws.com/reports/a%2Fb/calls.csv?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20240502T101715Z&X-Amz-Expires=900&X-Amz-Signature=deadbeef';
/** When every answer here is received; timers run all the same. */
const NOW = Date.UTC(2024, 4, 2, 10, 18, 15);
const LINK_ENDS_AT = Date.UTC(2024, 4, 2, 10, 32, 15);

interface Located {
  readonly access: FileAccess;
  readonly paths: readonly string[];
}

/** Locates the file of a job whose files call, and then status call, are answered so. */
async function locate(file: FakeReply, status: FakeReply = { status: 500 }, index = 0): Promise<Located> {
  await using vendor = await startFakeVendor(({ url }) => (url === filePath() ? file : status));
  return await locateAt(vendor, index);
}

async function locateAt(vendor: FakeVendor, index = 0): Promise<Located> {
  const account = openAccount(vendor.url, { tools: { clock: { ...systemClock, now: () => NOW } } });
  try {
    const access = await account.locateFile(createKey(), index);
    return { access, paths: vendor.requests.map(({ url }) => url) };
  } finally {
    await account.close();
  }
}

describe('opening the file of a Talkdesk job', () => {
  it.each([300, 301, 302, 303, 307, 308])(
    'gives the link of a %i byte for byte, in one call',
    async (status) => {
      const { access, paths } = await locate({ status, headers: { location: LINK }, body: 'See Other' });

      expect(access).toEqual({
        type: 'link',
        url: LINK,
        expiresAt: LINK_ENDS_AT,
        file: { name: `calls-${JOB_ID}.csv`, mediaType: 'text/csv', availableUntil: null },
      });
      expect(paths).toEqual([filePath()]);
    },
  );

  it('asks anew each time', async () => {
    let calls = 0;
    await using vendor = await startFakeVendor(() => {
      calls += 1;
      return { status: 303, headers: { location: `https://bucket.example/${calls}` } };
    });
    const account = openAccount(vendor.url);

    const both = await Promise.all([account.locateFile(createKey(), 0), account.locateFile(createKey(), 0)]);
    await account.close();

    expect(both.map((access) => access.type === 'link' && access.url).sort()).toEqual([
      'https://bucket.example/1',
      'https://bucket.example/2',
    ]);
  });

  it('trusts a link that does not say how long it lives for five minutes', async () => {
    const { access } = await locate({ status: 302, headers: { location: 'https://bucket.example/x' } });

    expect(access).toMatchObject({
      expiresAt: NOW + 300_000,
      file: { name: `calls-${JOB_ID}`, mediaType: null },
    });
  });

  it.each([
    ['attachment; filename="Calls, May.csv"', 'Calls, May.csv', 'text/csv'],
    ["attachment; filename*=UTF-8''Anrufe%20%C3%BC.jsonl", 'Anrufe ü.jsonl', 'application/x-ndjson'],
    ['attachment; filename="../../etc/passwd"', '_.._etc_passwd', null],
    ['attachment', `calls-${JOB_ID}.csv`, 'text/csv'],
    ['"', `calls-${JOB_ID}.csv`, 'text/csv'],
  ])('names the file as the link itself does: %s', async (disposition, name, mediaType) => {
    const location = `https://bucket.example/x.csv?${new URLSearchParams({ 'response-content-disposition': disposition })}`;

    const { access } = await locate({ status: 303, headers: { location } });

    expect(access).toMatchObject({ url: location, file: { name, mediaType } });
  });

  it('takes a link on this machine from a vendor on this machine', async () => {
    const { access } = await locate({
      status: 303,
      headers: { location: 'http://127.0.0.1:9/files-store/x' },
    });

    expect(access).toMatchObject({ type: 'link', url: 'http://127.0.0.1:9/files-store/x' });
  });

  it.each([
    ['missing', undefined],
    ['relative', '/login'],
    ['without encryption', 'http://bucket.example/x'],
    ['with a password in it', 'https://user:word@bucket.example/x'],
    ['a script', 'javascript:alert(1)'],
  ])('cannot read a redirect whose Location is %s', async (_what, location) => {
    await expect(
      locate({ status: 303, headers: location === undefined ? {} : { location } }),
    ).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE', message: expect.not.stringContaining('word') });
  });

  it('cannot read a redirect to another page of the API', async () => {
    await using vendor = await startFakeVendor(() => ({
      status: 303,
      headers: { location: `${vendor.url}${filePath()}` },
    }));

    await expect(locateAt(vendor)).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
    expect(vendor.requests).toHaveLength(1);
  });

  it.each([
    ['created', 'unfinished'],
    ['processing', 'unfinished'],
    ['uploading', 'unfinished'],
    ['done', 'gone'],
    ['failed', 'gone'],
    ['canceled', 'gone'],
    ['deleted', 'gone'],
    ['Archived', 'unfinished'],
  ])('asks the job after a 404: %j means %s', async (word, type) => {
    for (const status of [404, 410]) {
      const { access, paths } = await locate({ status }, { body: { job: { id: JOB_ID, status: word } } });

      expect(access).toEqual({ type });
      expect(paths).toEqual([filePath(), jobPath()]);
    }
  });

  it('says that the export is not found where the job is not known either', async () => {
    await expect(locate({ status: 404 }, { status: 404 })).rejects.toMatchObject({
      code: 'EXPORT_NOT_FOUND',
    });
  });

  it.each([
    ['processing', 'unfinished'],
    ['failed', 'gone'],
  ])('reads a job instead of a file: %j means %s', async (word, type) => {
    const wrapped = await locate({ body: { job: { id: JOB_ID, status: word } } });
    const flat = await locate({ body: { id: JOB_ID, status: word } });

    expect([wrapped.access, flat.access]).toEqual([{ type }, { type }]);
    expect(wrapped.paths).toHaveLength(1);
  });

  it('reads 204 as unfinished', async () => {
    expect((await locate({ status: 204 })).access).toEqual({ type: 'unfinished' });
  });

  it.each<[string, FakeReply]>([
    ['a job that is done and no link', { body: readFixture('done') }],
    ['another job', { body: { job: { id: 'another', status: 'created' } } }],
    ['a web page', { headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>Sign in</html>' }],
    ['nothing', { body: '' }],
    ['half a job', { headers: { 'content-type': 'application/json' }, body: '{"job":{"id":"00' }],
    ['an error with a good status', { body: readFixture('error-404') }],
    ['null', { headers: { 'content-type': 'application/json' }, body: 'null' }],
  ])('cannot read %s', async (_what, reply) => {
    await expect(locate(reply)).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });

  it.each<[number, FakeReply, string]>([
    [403, { status: 403 }, 'VENDOR_FORBIDDEN'],
    [500, { status: 500 }, 'VENDOR_UNAVAILABLE'],
    [429, { status: 429, headers: { 'retry-after': '60' } }, 'VENDOR_RATE_LIMITED'],
  ])('reads %i as what it is', async (_status, reply, code) => {
    await expect(locate(reply)).rejects.toMatchObject({ code });
  });

  it('has no second file', async () => {
    const { access, paths } = await locate({ status: 500 }, undefined, 1);

    expect(access).toEqual({ type: 'gone' });
    expect(paths).toEqual([]);
  });
});

describe('a report that comes directly', () => {
  const CSV = 'call_id,talk_time\n1f0a,12\n';
  const BIG_ENTRIES = JSON.stringify({
    type: 'calls',
    version: 'v1',
    total: 1,
    entries: [{ note: 'x'.repeat(6_000_000) }],
  });
  const BIG_LINES = `{"call_id":"1"}\n`.repeat(400_000);
  const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

  async function expectStream(reply: FakeReply, firstBytes: string): Promise<void> {
    await using vendor = await startFakeVendor(({ url }) =>
      url === filePath() ? reply : { body: readFixture('done') },
    );
    const account = openAccount(vendor.url);
    const access = await account.locateFile(createKey(), 0);
    if (access.type !== 'stream') throw new Error(`expected a stream, got ${access.type}`);

    const { status, body } = await access.open({ method: 'GET', headers: {} });
    let text = '';
    for await (const piece of body) {
      text += piece;
      if (text.length >= firstBytes.length) break;
    }
    await account.close();

    expect(access.file.name).toBe('Calls.json');
    expect(status).toBe(200);
    expect(text.slice(0, firstBytes.length)).toBe(firstBytes);
  }

  it.each<[string, FakeReply, string]>([
    ['CSV', { headers: { 'content-type': 'text/csv' }, body: CSV }, CSV],
    ['CSV without a type', { body: CSV }, CSV],
    ['an empty CSV', { headers: { 'content-type': 'text/csv' }, body: '' }, ''],
    ['JSON with entries', { body: readFixture('report') }, '{"type":"calls"'],
    ['JSON lines', { headers: JSON_TYPE, body: '{"a":1}\n{"a":2}\n' }, '{"a":1}\n{"a":2}\n'],
    [
      'a single JSON line with a status of its own',
      { headers: { 'content-type': 'application/x-ndjson' }, body: '{"id":"x","status":"done"}\n' },
      '{"id":"x"',
    ],
    ['6 MB of CSV', { headers: { 'content-type': 'text/csv' }, body: CSV.repeat(250_000) }, CSV],
    [
      '6 MB of JSON with entries',
      { headers: JSON_TYPE, body: BIG_ENTRIES },
      '{"type":"calls","version":"v1"',
    ],
    ['6 MB of JSON lines', { headers: JSON_TYPE, body: BIG_LINES }, '{"call_id":"1"}\n{"call_id"'],
  ])('is streamed: %s', (_what, reply, firstBytes) => expectStream(reply, firstBytes));

  it('passes a range on', async () => {
    await using vendor = await startFakeVendor(({ url }) =>
      url === filePath() ? { headers: { 'content-type': 'text/csv' }, body: CSV } : { status: 500 },
    );
    const account = openAccount(vendor.url);
    const access = await account.locateFile(createKey(), 0);
    if (access.type !== 'stream') throw new Error(`expected a stream, got ${access.type}`);

    const { body } = await access.open({ method: 'GET', headers: { range: 'bytes=0-3' } });
    body.destroy();
    await account.close();

    expect(vendor.requests.at(-1)).toMatchObject({ url: filePath(), headers: { range: 'bytes=0-3' } });
    expect(access.file.name).toBe(`calls-${JOB_ID}`);
  });

  it.each<[string, FakeReply]>([
    ['6 MB of other JSON', { headers: JSON_TYPE, body: JSON.stringify({ value: ['x'.repeat(6_000_000)] }) }],
    ['a web page of 6 MB', { headers: { 'content-type': 'text/html' }, body: 'x'.repeat(6_000_000) }],
    ['what is not the gzip it says', { headers: { 'content-encoding': 'gzip' }, body: 'x' }],
  ])('is not taken to be %s', async (_what, reply) => {
    await expect(locate(reply)).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });
});

describe('the end of a signed link', () => {
  it.each([
    ['both stand in it', LINK, LINK_ENDS_AT],
    ['the date is missing', 'https://x.example/?X-Amz-Expires=900', null],
    ['the seconds are missing', 'https://x.example/?X-Amz-Date=20240502T101715Z', null],
    ['the date is none', 'https://x.example/?X-Amz-Date=20241302T101715Z&X-Amz-Expires=900', null],
    ['the seconds are none', 'https://x.example/?X-Amz-Date=20240502T101715Z&X-Amz-Expires=-1', null],
  ])('is read where %s', (_when, url, expiresAt) => {
    expect(readLinkExpiry(url)).toBe(expiresAt);
  });
});
