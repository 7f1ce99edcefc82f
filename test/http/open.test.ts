import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FileStream } from '../../src/export/ports.ts';
import { settle } from '../support/manual-clock.ts';
import { clientCredentials, drive, failure, startStage, TOKEN_PATH, until } from './support.ts';

const OPEN = { path: ['file'], method: 'GET', headers: {} } as const;

async function readAll({ body }: FileStream): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

describe('AccountClient.open', () => {
  it('streams a file with the account’s credential, and asks for nothing compressed', async () => {
    await using stage = await startStage(() => ({
      headers: { 'content-type': 'text/csv' },
      body: 'a,b\n1,2\n',
    }));

    const file = await stage.client.open(OPEN);

    expect(file.status).toBe(200);
    expect(file.headers['content-type']).toBe('text/csv');
    expect(String(await readAll(file))).toBe('a,b\n1,2\n');
    expect(stage.vendor.requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'x-api-key': 'api-key-31415926',
    });
    expect(stage.clock.pending).toBe(0);
  });

  it('passes on which part is wanted, and no other header', async () => {
    await using stage = await startStage(() => ({
      status: 206,
      headers: { 'content-range': 'bytes 0-1/9' },
      body: 'ab',
    }));
    const headers = {
      range: 'bytes=0-1',
      'if-range': '"x"',
      'if-none-match': '"y"',
      'if-modified-since': 'Sun, 22 Nov 2026 10:00:00 GMT',
      'x-api-key': 'other',
      cookie: 'c',
    };

    const file = await stage.client.open({ ...OPEN, headers });
    await readAll(file);

    expect(file).toMatchObject({ status: 206, headers: { 'content-range': 'bytes 0-1/9' } });
    const got = stage.vendor.requests[0]?.headers;
    expect(got).toMatchObject({
      range: 'bytes=0-1',
      'if-range': '"x"',
      'if-none-match': '"y"',
      'if-modified-since': 'Sun, 22 Nov 2026 10:00:00 GMT',
      'x-api-key': 'api-key-31415926',
    });
    expect(got?.cookie).toBeUndefined();
  });

  it('tells that a file has not changed', async () => {
    const lastModified = 'Sun, 22 Nov 2026 10:00:00 GMT';
    await using stage = await startStage((request) =>
      request.headers['if-modified-since'] === lastModified
        ? { status: 304, headers: { 'last-modified': lastModified }, body: null }
        : { body: 'all of it' },
    );

    const file = await stage.client.open({ ...OPEN, headers: { 'If-Modified-Since': lastModified } });

    expect(file).toMatchObject({ status: 304, headers: { 'last-modified': lastModified } });
    expect(await readAll(file)).toHaveLength(0);
  });

  it('asks for the head alone where that is wanted', async () => {
    await using stage = await startStage(() => ({ headers: { 'content-length': '1000' } }));

    const file = await stage.client.open({ ...OPEN, method: 'HEAD' });

    expect(stage.vendor.requests[0]?.method).toBe('HEAD');
    expect(file.headers['content-length']).toBe('1000');
    expect(await readAll(file)).toHaveLength(0);
  });

  it('hands compressed bytes on as they are', async () => {
    const bytes = gzipSync('hello');
    await using stage = await startStage(() => ({ headers: { 'content-encoding': 'gzip' }, body: bytes }));

    expect(await readAll(await stage.client.open(OPEN))).toEqual(bytes);
  });

  it('streams more than fits into memory bounds, byte for byte', async () => {
    await using stage = await startStage(() => ({ body: Buffer.alloc(20_000_000, 'abc') }));

    expect((await readAll(await stage.client.open(OPEN))).equals(Buffer.alloc(20_000_000, 'abc'))).toBe(true);
  });

  it('reads from the vendor only as fast as its reader', async () => {
    let sentBytes = 0;
    await using stage = await startStage(() => (response) => {
      const piece = Buffer.alloc(100_000);
      response.writeHead(200);
      const write = (): void => {
        do sentBytes += piece.length;
        while (sentBytes < 100_000_000 && response.write(piece));
        if (sentBytes < 100_000_000) response.once('drain', write);
      };
      write();
    });

    const { body } = await stage.client.open(OPEN);
    await new Promise((resolve) => body.once('readable', resolve));
    for (let turn = 0; turn < 100; turn += 1) await settle();

    expect(sentBytes).toBeLessThan(20_000_000);
    body.destroy();
    await until(() => stage.vendor.aborted.count === 1);
  });

  it.each([401, 404, 410, 416, 500, 503])(
    'returns a %i with its body read and emptied, asked once',
    async (status) => {
      await using stage = await startStage(() => ({ status, body: 'x'.repeat(6_000_000) }));

      const file = await stage.client.open(OPEN);

      expect(file.status).toBe(status);
      expect(await readAll(file)).toHaveLength(0);
      expect(stage.api()).toBe(1);
    },
  );

  it('returns a redirect unfollowed', async () => {
    await using stage = await startStage(() => ({
      status: 302,
      headers: { location: 'http://127.0.0.1:1/' },
    }));

    const file = await stage.client.open(OPEN);

    expect(file).toMatchObject({ status: 302, headers: { location: 'http://127.0.0.1:1/' } });
    expect(stage.api()).toBe(1);
    file.body.destroy();
  });

  it('repeats once with a new token where the old one has expired', async () => {
    let tokens = 0;
    await using stage = await startStage(
      (request) => {
        if (request.url === TOKEN_PATH) {
          tokens += 1;
          return { body: { access_token: `t${tokens}`, expires_in: 600 } };
        }
        return request.headers.authorization === 'Bearer t1' ? { status: 401 } : { body: 'file' };
      },
      { credential: clientCredentials },
    );

    expect(String(await readAll(await stage.client.open(OPEN)))).toBe('file');
    expect([stage.token(), stage.api()]).toEqual([2, 2]);
  });

  it('ends after the time limit without a head', async () => {
    await using stage = await startStage(() => 'hang', { limits: { timeoutMs: 500 } });

    expect(await failure(drive(stage.clock, stage.client.open(OPEN)))).toMatchObject({
      code: 'VENDOR_TIMEOUT',
    });
    expect(stage.api()).toBe(1);
  });

  it('may take longer than the time limit as long as it moves, and ends when it does not', async () => {
    let response: ServerResponse | undefined;
    await using stage = await startStage(
      () => (opened) => {
        response = opened;
        opened.writeHead(200).write('0');
      },
      { limits: { timeoutMs: 500 } },
    );
    const file = await stage.client.open(OPEN);
    const reading = failure(readAll(file));
    for (let piece = 1; piece < 6; piece += 1) {
      await stage.clock.advance(400);
      response?.write(String(piece));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }

    await stage.clock.advance(501);

    expect(await reading).toMatchObject({ code: 'VENDOR_TIMEOUT' });
    await until(() => stage.vendor.aborted.count === 1);
  });

  it('does not hold it against the vendor that nobody reads', async () => {
    await using stage = await startStage(() => ({ body: Buffer.alloc(5_000_000) }), {
      limits: { timeoutMs: 500 },
    });
    const file = await stage.client.open(OPEN);

    await stage.clock.advance(60_000);

    expect(await readAll(file)).toHaveLength(5_000_000);
  });

  it('errors where the file breaks off', async () => {
    await using stage = await startStage(() => (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half');
      setImmediate(() => response.destroy());
    });

    const error = await failure(readAll(await stage.client.open(OPEN)));

    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect(`${error.message}${String(error.cause)}`).not.toContain('127.0.0.1');
  });

  it('that breaks off before anybody reads takes nothing down, and still errors for who reads then', async () => {
    await using stage = await startStage(() => (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half');
      setImmediate(() => response.destroy());
    });
    const file = await stage.client.open(OPEN);
    await until(() => file.body.destroyed);
    await settle();

    expect(await failure(readAll(file))).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  it('ends the vendor’s call when the reader destroys it, or aborts', async () => {
    const { signal, abort } = withAbort();
    await using stage = await startStage(() => (response) => response.writeHead(200).write('half'));
    const destroyed = await stage.client.open(OPEN);
    const aborted = await stage.client.open({ ...OPEN, signal });

    destroyed.body.destroy();
    await until(() => stage.vendor.aborted.count === 1);
    const reading = failure(readAll(aborted));
    abort();

    expect(await reading).toMatchObject({ name: 'AbortError' });
    await until(() => stage.vendor.aborted.count === 2);
  });

  it('holds up no other call while it streams', async () => {
    await using stage = await startStage(
      (request) =>
        request.url.endsWith('/file') ? (response) => response.writeHead(200).write('half') : { body: {} },
      { limits: { maxConcurrent: 1 } },
    );
    const file = await stage.client.open(OPEN);

    expect((await stage.client.send({ path: ['status'] })).status).toBe(200);
    file.body.destroy();
  });

  it('is stopped by a closed gate like every other call', async () => {
    await using stage = await startStage(() => ({ status: 429, headers: { 'retry-after': '60' } }));

    expect((await stage.client.open(OPEN)).status).toBe(429);

    expect(await failure(stage.client.open(OPEN))).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      retryAfterMs: 60_000,
    });
    expect(stage.api()).toBe(1);
  });
});

function withAbort(): { readonly signal: AbortSignal; abort(): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
