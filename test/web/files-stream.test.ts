import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import contentDisposition from 'content-disposition';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toFileName } from '../../src/export/file-name.ts';
import {
  audits,
  callsTo,
  type FilesGateway,
  open,
  openRaw,
  startFilesGateway,
  until,
} from './files-support.ts';

let gateway: FilesGateway;
let url: string;
beforeAll(async () => {
  gateway = await startFilesGateway();
  url = await gateway.link('power-bi');
});
afterAll(() => gateway[Symbol.asyncDispose]());
afterEach(() => {
  gateway.play.title = 'Sales overview';
  gateway.play.file = WHOLE;
});

const WHOLE = { headers: { 'content-type': 'application/pdf', etag: '"v1"' }, body: 'the file' };

/** The last request for a file that arrived at Power BI. */
function lastAsked() {
  return gateway.fakes['power-bi'].requests.filter(({ url: path }) => path.endsWith('/file')).at(-1);
}

describe('a file that is streamed through', () => {
  it('comes whole, with its length, name and tag, read with the account’s token', async () => {
    gateway.play.file = {
      headers: {
        'content-type': 'application/octet-stream',
        etag: '"v1"',
        'last-modified': 'Sun, 22 Nov 2026 10:00:00 GMT',
        'accept-ranges': 'bytes',
        'content-length': '8',
        'set-cookie': 'canary-header=1',
        server: 'canary-header',
        'content-disposition': 'inline; filename="../canary-header.html"',
      },
      body: 'the file',
    };

    const { status, headers, body } = await openRaw(url);

    expect([status, String(body)]).toEqual([200, 'the file']);
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': '8',
      'content-disposition': 'attachment; filename="Sales overview.pdf"',
      etag: '"v1"',
      'last-modified': 'Sun, 22 Nov 2026 10:00:00 GMT',
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(JSON.stringify(headers)).not.toContain('canary');
    expect(lastAsked()?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'accept-encoding': 'identity',
    });
  });

  it('passes nothing of the reader’s on but what it says of the piece it wants', async () => {
    await openRaw(url, {
      headers: {
        cookie: 'session=1',
        authorization: 'Bearer readers-own',
        'x-forwarded-for': '10.0.0.1',
        range: 'bytes=0-3',
        'if-range': '"v1"',
        'if-none-match': '"v0"',
      },
    });

    const headers = lastAsked()?.headers;
    expect(headers).toMatchObject({ range: 'bytes=0-3', 'if-range': '"v1"', 'if-none-match': '"v0"' });
    expect(headers).toMatchObject({ authorization: 'Bearer token-1' });
    expect(headers?.cookie).toBeUndefined();
    expect(headers?.['x-forwarded-for']).toBeUndefined();
  });

  it('comes in the piece that was asked for', async () => {
    gateway.play.file = {
      status: 206,
      headers: { 'content-range': 'bytes 4-7/8', 'content-length': '4', etag: '"v1"' },
      body: 'file',
    };

    const { status, headers, body } = await openRaw(url, { headers: { range: 'bytes=4-' } });

    expect([status, String(body)]).toEqual([206, 'file']);
    expect(headers).toMatchObject({ 'content-range': 'bytes 4-7/8', 'content-length': '4', etag: '"v1"' });
  });

  it('comes in several pieces with their boundary', async () => {
    const type = 'multipart/byteranges; boundary=b';
    gateway.play.file = { status: 206, headers: { 'content-type': type }, body: '--b\r\n…' };

    expect((await openRaw(url, { headers: { range: 'bytes=0-0,2-2' } })).headers['content-type']).toBe(type);
  });

  it('is 416 with its length and nothing of the vendor’s own error, where the piece lies outside', async () => {
    gateway.play.file = { status: 416, headers: { 'content-range': 'bytes */8' }, body: 'canary-body' };

    const { status, headers, body, error } = await openRaw(url, { headers: { range: 'bytes=99-' } });

    expect([status, String(body), error]).toEqual([416, '', undefined]);
    expect(headers).toMatchObject({ 'content-range': 'bytes */8', 'content-length': '0' });
  });

  it('is 304 where the reader has it already', async () => {
    gateway.play.file = { status: 304, headers: { etag: '"v1"' } };

    const { status, headers, body } = await openRaw(url, { headers: { 'if-none-match': '"v1"' } });

    expect([status, String(body), headers.etag]).toEqual([304, '', '"v1"']);
  });

  it('shows its head to HEAD, and ends the vendor’s call there', async () => {
    let sentBytes = 0;
    gateway.play.file = (response) => pour(response, 100_000_000, (bytes) => (sentBytes += bytes));
    const aborted = gateway.fakes['power-bi'].aborted.count;

    const { status, headers, body } = await openRaw(url, { method: 'HEAD', headers: { range: 'bytes=0-3' } });

    expect([status, headers['content-length'], body.length]).toEqual([200, '100000000', 0]);
    expect(headers['content-disposition']).toBe('attachment; filename="Sales overview.pdf"');
    await until(() => gateway.fakes['power-bi'].aborted.count === aborted + 1);
    expect(sentBytes).toBeLessThan(20_000_000);
    expect(lastAsked()?.headers.range).toBeUndefined();
  });

  it('says so where the vendor keeps it compressed', async () => {
    gateway.play.file = { headers: { 'content-encoding': 'gzip' }, body: 'zip' };

    expect((await openRaw(url)).headers['content-encoding']).toBe('gzip');
  });

  it('comes without a length where the vendor gives none', async () => {
    gateway.play.file = (response) => {
      response.writeHead(200);
      response.write('the ');
      response.end('file');
    };

    const { headers, body } = await openRaw(url);

    expect([String(body), headers['content-length'], headers['transfer-encoding']]).toEqual([
      'the file',
      undefined,
      'chunked',
    ]);
  });

  it('is asked for once by each reader, never shared', async () => {
    const before = callsTo(gateway, 'power-bi');

    await Promise.all([openRaw(url), openRaw(url), openRaw(url)]);

    expect(callsTo(gateway, 'power-bi') - before).toBe(6);
  });
});

describe('the name in Content-Disposition', () => {
  it.each([
    [
      'Umsätze für März',
      'attachment; filename="Ums_tze f_r M_rz.pdf"; filename*=UTF-8\'\'Ums%C3%A4tze%20f%C3%BCr%20M%C3%A4rz.pdf',
    ],
    ['売上', 'attachment; filename="__.pdf"; filename*=UTF-8\'\'%E5%A3%B2%E4%B8%8A.pdf'],
    ['📈 up', 'attachment; filename="_ up.pdf"; filename*=UTF-8\'\'%F0%9F%93%88%20up.pdf'],
    [
      "it's 100%20 'sure'",
      "attachment; filename=\"it's 100%20 'sure'.pdf\"; filename*=UTF-8''it%27s%20100%2520%20%27sure%27.pdf",
    ],
    ['../../etc/passwd\r\nx: y', 'attachment; filename="_.._etc_passwd x_ y.pdf"'],
  ])('of %j is written by RFC 6266 and 8187', async (title, expected) => {
    gateway.play.title = title;

    const { headers } = await openRaw(url);

    expect(headers['content-disposition']).toBe(expected);
  });

  it('of any title is ASCII, and reads back as the safe name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), async (title) => {
        gateway.play.title = title;

        const { status, headers } = await openRaw(url, { method: 'HEAD' });

        const header = String(headers['content-disposition']);
        expect(status).toBe(200);
        expect(header).toMatch(/^attachment; filename=[\x20-\x7e]+$/);
        const { filename } = contentDisposition.parse(header).parameters;
        expect(filename?.endsWith('.pdf')).toBe(true);
        expect(filename).toBe(toFileName(filename ?? '', '.pdf'));
      }),
      { numRuns: 100, seed: 4 },
    );
  });
});

describe('a stream that does not come to its end', () => {
  it('ends the vendor’s call when its reader leaves', async () => {
    gateway.play.file = (response) => pour(response, 100_000_000);
    const aborted = gateway.fakes['power-bi'].aborted.count;
    const before = audits(gateway).length;
    const controller = new AbortController();
    const { body } = await open(url, { signal: controller.signal });
    await body?.getReader().read();

    controller.abort();

    await until(() => gateway.fakes['power-bi'].aborted.count === aborted + 1);
    await until(() => audits(gateway).length === before + 1);
    expect(audits(gateway).at(-1)).toMatchObject({ outcome: 'abandoned' });
    expect(audits(gateway).at(-1)?.bytes).toBeGreaterThan(0);
  });

  it('ends the vendor’s call when its reader leaves before the vendor has answered', async () => {
    gateway.play.file = 'hang';
    const aborted = gateway.fakes['power-bi'].aborted.count;
    const before = audits(gateway).length;
    const controller = new AbortController();
    const asked = callsTo(gateway, 'power-bi');
    const opening = open(url, { signal: controller.signal });
    await until(() => callsTo(gateway, 'power-bi') === asked + 2);

    controller.abort();

    await expect(opening).rejects.toThrow(/abort/i);
    await until(() => gateway.fakes['power-bi'].aborted.count === aborted + 1);
    await until(() => audits(gateway).length === before + 1);
    expect(audits(gateway).at(-1)).toMatchObject({ outcome: 'abandoned', bytes: 0 });
  });

  it.each([
    ['with a length', { 'content-length': '1000' }],
    ['without a length', {}],
  ])('is an error for its reader where the vendor breaks off, %s', async (_title, headers) => {
    gateway.play.file = (response) => breakOff(response, headers);

    const { status, body, error } = await openRaw(url);

    expect([status, String(body)]).toEqual([200, 'half']);
    expect(error).toBeInstanceOf(Error);
    expect(audits(gateway).at(-1)).toMatchObject({ outcome: 'broken-off', bytes: 4 });
  });

  it('resets a reader who could not tell a close from the end (HTTP/1.0)', async () => {
    gateway.play.file = (response) => breakOff(response, {});
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${pathname} HTTP/1.0\r\n\r\n`);

    const end = await new Promise((resolve) => {
      socket.resume();
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      socket.once('end', () => resolve('a quiet end'));
    });

    expect(end).toBe('ECONNRESET');
  });

  it('breaks off where the vendor falls silent', async () => {
    await using impatient = await startFilesGateway({ timeoutMs: 200 });
    impatient.play.file = (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half');
    };

    const { error } = await openRaw(await impatient.link('power-bi'));

    expect(error).toBeInstanceOf(Error);
    expect(audits(impatient)).toMatchObject([{ outcome: 'broken-off', bytes: 4 }]);
  });

  it('leaves the vendor alone while its reader rests', async () => {
    let sentBytes = 0;
    gateway.play.file = (response) => pour(response, 200_000_000, (bytes) => (sentBytes += bytes));
    const { hostname, port, pathname } = new URL(url);
    const socket = connect({ port: Number(port), host: hostname });
    socket.pause();
    socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`);

    // Until nothing moves any more: what then has been sent fills the sockets' buffers on the way, and no memory of ours.
    await until(() => sentBytes > 0);
    for (let last = -1; last !== sentBytes; ) {
      last = sentBytes;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }

    expect(sentBytes).toBeLessThan(30_000_000);
    socket.destroy();
  });
});

/** Sends so many bytes, as fast as they are taken. */
function pour(
  response: ServerResponse,
  bytes: number,
  onSent: (bytes: number) => void = () => undefined,
): void {
  const piece = Buffer.alloc(100_000, 'a');
  response.writeHead(200, { 'content-length': String(bytes) });
  let left = bytes;
  const write = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= piece.length;
      onSent(piece.length);
      if (!response.write(piece)) {
        response.once('drain', write);
        return;
      }
    }
    if (left <= 0) response.end();
  };
  write();
}

function breakOff(response: ServerResponse, headers: Record<string, string>): void {
  response.writeHead(200, headers);
  response.write('half', () => response.socket?.destroy());
}
