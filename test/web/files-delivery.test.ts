import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { audits, callsTo, type FilesGateway, LINKING, openRaw, startFilesGateway } from './files-support.ts';

let gateway: FilesGateway;
beforeAll(async () => {
  gateway = await startFilesGateway({ account: { files: 'stream' } });
});
afterAll(() => gateway[Symbol.asyncDispose]());
afterEach(() => {
  Object.assign(gateway.play, { stored: STORED, lives: [25_000], link: undefined });
});

const STORED = {
  headers: {
    'content-type': 'application/octet-stream',
    'content-length': '15',
    etag: '"s1"',
    'x-amz-id-2': 'canary-header',
  },
  body: 'the stored file',
};

describe.each(LINKING)('with "files: stream", a file of %s', (vendor) => {
  it('comes through the gateway, from the link minted just now', async () => {
    const url = await gateway.link(vendor);
    gateway.play.stored = STORED;
    const before = callsTo(gateway, vendor);

    const { status, headers, body } = await openRaw(url);

    expect([status, String(body)]).toEqual([200, 'the stored file']);
    expect(headers).toMatchObject({
      'content-length': '15',
      etag: '"s1"',
      'content-disposition': expect.stringMatching(/^attachment; filename="[\w .-]+\.(csv|xlsx)"$/),
      'cache-control': 'no-store',
    });
    expect(headers.location).toBeUndefined();
    expect(callsTo(gateway, vendor) - before).toBe(1);
    expect(gateway.store.requests.at(-1)?.url).toBe(gateway.minted.at(-1)?.slice(gateway.store.url.length));
  });

  it('is asked of its host without any credential, whoever asks', async () => {
    const url = await gateway.link(vendor);

    await openRaw(url, {
      headers: {
        authorization: 'Bearer canary-header',
        cookie: 'canary-header',
        'x-api-key': 'canary-header',
        range: 'bytes=0-3',
      },
    });

    const sent = gateway.store.requests.at(-1)?.headers;
    expect(Object.keys(sent ?? {}).sort()).toEqual(['accept-encoding', 'connection', 'host', 'range']);
  });
});

describe('with "files: stream"', () => {
  it('HEAD is a GET that ends after its head: the link is signed for GET', async () => {
    const { status, headers, body } = await openRaw(await gateway.link('hi-energy'), { method: 'HEAD' });

    expect([status, headers['content-length'], body.length]).toEqual([200, '15', 0]);
    expect(gateway.store.requests.at(-1)?.method).toBe('GET');
  });

  it('a piece is a piece', async () => {
    const url = await gateway.link('web-admit');
    gateway.play.stored = { status: 206, headers: { 'content-range': 'bytes 4-9/15' }, body: 'stored' };

    const { status, headers, body } = await openRaw(url, {
      headers: { range: 'bytes=4-9', 'if-range': '"s1"' },
    });

    expect([status, headers['content-range'], String(body)]).toEqual([206, 'bytes 4-9/15', 'stored']);
    expect(gateway.store.requests.at(-1)?.headers).toMatchObject({ range: 'bytes=4-9', 'if-range': '"s1"' });
  });

  it.each([301, 302, 303, 307, 308])('a %i of the file host is 502, and leads nowhere', async (status) => {
    await using other = await startFakeVendor(() => ({ body: 'elsewhere' }));
    const url = await gateway.link('hi-energy');
    gateway.play.stored = { status, headers: { location: other.url } };

    const answer = await openRaw(url);

    expect(answer.status).toBe(502);
    expect(answer.headers.location).toBeUndefined();
    expect(String(answer.body)).not.toContain(other.url);
    expect(other.requests).toHaveLength(0);
  });

  it.each([
    [400, 502],
    [403, 502],
    [404, 410],
    [410, 410],
    [429, 503],
    [500, 503],
    [503, 503],
  ])('a %i of the file host is %i, without its words', async (status, expected) => {
    const url = await gateway.link('talkdesk');
    gateway.play.stored = { status, body: '<Error><HostId>canary-body</HostId></Error>' };

    const { status: answered, body } = await openRaw(url);

    expect(answered).toBe(expected);
    expect(String(body)).not.toContain('canary');
  });

  it('a file host that breaks the connection before it answers is 503', async () => {
    const url = await gateway.link('talkdesk');
    gateway.play.stored = 'reset';

    const { status, headers } = await openRaw(url);

    expect([status, headers['retry-after']]).toEqual([503, '5']);
  });

  it('a file host that dies half-way is an error for the reader', async () => {
    const url = await gateway.link('web-admit');
    gateway.play.stored = (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.socket?.destroy());
    };

    const { error } = await openRaw(url);

    expect(error).toBeInstanceOf(Error);
    expect(audits(gateway).at(-1)).toMatchObject({ outcome: 'broken-off', bytes: 4 });
  });

  it('a foreign link is refused before anything is sent to it', async () => {
    await using other = await startFakeVendor(() => ({ body: 'elsewhere' }));
    const url = await gateway.link('hi-energy');
    gateway.play.link = `${other.url}/canary-path`;

    expect((await openRaw(url)).status).toBe(502);
    expect(other.requests).toHaveLength(0);
  });
});
