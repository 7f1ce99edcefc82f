import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { drive, failure, startStage, until } from './support.ts';

const TEXT = '{"id":9223372036854775807,"name":"naïve ☂"}';
const JSON_VALUE = { id: '9223372036854775807', name: 'naïve ☂' };

describe('reading a body', () => {
  it.each([
    ['gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['identity', TEXT],
  ])('understands %s, big integers intact', async (encoding, body) => {
    await using stage = await startStage(() => ({ headers: { 'content-encoding': encoding }, body }));

    const answer = await stage.client.send({ path: ['x'] });

    expect(answer).toMatchObject({ text: TEXT, json: JSON_VALUE });
    expect(stage.vendor.requests[0]?.headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  it('reads an empty body as no JSON, compressed in name only or not', async () => {
    await using stage = await startStage(() => ({ headers: { 'content-encoding': 'gzip' }, body: '' }));

    expect(await stage.client.send({ path: ['x'] })).toMatchObject({
      status: 200,
      text: '',
      json: undefined,
    });
  });

  it('reads just under 5 MB', async () => {
    await using stage = await startStage(() => ({ body: JSON.stringify('x'.repeat(5_000_000)) }));

    expect((await stage.client.send({ path: ['x'] })).json).toHaveLength(5_000_000);
  });

  it.each([
    ['a gzip bomb', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(60_000_000))],
    ['a brotli bomb', { 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(20_000_000))],
    ['a broken gzip', { 'content-encoding': 'gzip' }, gzipSync(TEXT).subarray(0, 20)],
    ['text that is called gzip', { 'content-encoding': 'gzip' }, TEXT],
    ['an unknown encoding', { 'content-encoding': 'zstd' }, TEXT],
    ['two encodings at once', { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync(TEXT))],
    ['a word every object knows as its encoding', { 'content-encoding': 'constructor' }, TEXT],
    ['6 MB', {}, 'x'.repeat(6_000_000)],
  ])('refuses %s as VENDOR_BAD_RESPONSE, asked once', async (_what, headers, body) => {
    await using stage = await startStage(() => ({ headers: headers as Record<string, string>, body }));

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
    expect(stage.api()).toBe(1);
    expect(stage.calls[0]?.outcome).toBe('unreadable');
  });

  it('breaks off a body without end long before 50 MB', async () => {
    let sentBytes = 0;
    await using stage = await startStage(() => (response) => {
      response.writeHead(200);
      const piece = Buffer.alloc(100_000);
      const write = (): void => {
        while (sentBytes < 50_000_000 && !response.destroyed) {
          sentBytes += piece.length;
          if (!response.write(piece)) {
            response.once('drain', write);
            return;
          }
        }
        response.end();
      };
      write();
    });

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
    await until(() => stage.vendor.aborted.count === 1);
    expect(sentBytes).toBeLessThan(20_000_000);
  });

  it('does not read a body that announces its length as too long', async () => {
    await using stage = await startStage(() => (response) => {
      response.writeHead(200, { 'content-length': '50000000' }).write('x');
    });

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
    await until(() => stage.vendor.aborted.count === 1);
  });

  it('lets a status of 300 or above speak for itself where its body cannot be read', async () => {
    await using stage = await startStage(() => ({ status: 404, body: 'x'.repeat(6_000_000) }));

    expect(await stage.client.send({ path: ['x'] })).toMatchObject({ status: 404, text: '' });
  });

  it('takes a body that breaks off for a broken connection, and asks again', async () => {
    let calls = 0;
    await using stage = await startStage(() => {
      calls += 1;
      if (calls > 1) return { body: TEXT };
      return (response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"id":');
        setImmediate(() => response.destroy());
      };
    });

    expect((await drive(stage.clock, stage.client.send({ path: ['x'] }))).json).toEqual(JSON_VALUE);
    expect(stage.calls.map(({ outcome }) => outcome)).toEqual(['connection', 200]);
  });

  it('reads what is no HTTP at all as VENDOR_BAD_RESPONSE', async () => {
    await using stage = await startStage(() => (response) => {
      response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n');
    });

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });
});
