import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { toFilePlace } from '../../src/http/file-origins.ts';
import type { OpenRequest } from '../../src/http/types.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { API_KEY, clientCredentials, failure, type Stage, startStage, TOKEN_PATH } from './support.ts';

const FILE = { body: 'a,b\n1,2\n' };

const open = ({ client }: Stage, url: string, rest: Partial<OpenRequest> = {}) =>
  client.open({ method: 'GET', headers: {}, url, ...rest });

describe('a file at an address that an answer told of', () => {
  it('is opened with the credential on the base URL’s own origin, byte for byte as it was told', async () => {
    await using stage = await startStage(() => FILE);

    const file = await open(stage, `${stage.vendor.url}/else/a%2fb?x=1&x=2&y=%7E`);

    expect(await text(file.body)).toBe(FILE.body);
    expect(stage.vendor.requests).toMatchObject([
      { url: '/else/a%2fb?x=1&x=2&y=%7E', headers: { 'x-api-key': API_KEY } },
    ]);
  });

  it('is opened with the credential on a listed origin', async () => {
    await using files = await startFakeVendor(() => FILE);
    await using stage = await startStage(() => FILE, { settings: { origins: [files.url] } });

    const file = await open(stage, `${files.url}/f?sig=1`, { headers: { range: 'bytes=0-1' } });

    expect(await text(file.body)).toBe(FILE.body);
    expect(files.requests).toMatchObject([
      { url: '/f?sig=1', headers: { 'x-api-key': API_KEY, range: 'bytes=0-1' } },
    ]);
    expect(stage.vendor.requests).toEqual([]);
  });

  it('is opened once more on a listed origin where the token had expired', async () => {
    await using files = await startFakeVendor(({ headers }) =>
      headers.authorization === 'Bearer t1' ? { status: 401 } : FILE,
    );
    let tokens = 0;
    await using stage = await startStage(
      ({ url }) => {
        if (url === TOKEN_PATH) tokens += 1;
        return { body: { access_token: `t${tokens}`, expires_in: 600 } };
      },
      { settings: { origins: [files.url] }, credential: clientCredentials },
    );

    expect(await text((await open(stage, `${files.url}/f`)).body)).toBe(FILE.body);
    expect(files.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer t1', 'Bearer t2']);
  });

  it('is refused on any other origin before anything is sent, the credential least of all', async () => {
    await using elsewhere = await startFakeVendor(() => FILE);
    await using stage = await startStage(() => FILE, {
      settings: { origins: ['https://files.vendor.example'] },
    });
    const { port } = new URL(stage.vendor.url);

    for (const url of [
      `${elsewhere.url}/f`,
      elsewhere.url.replace('127.0.0.1', 'localhost'),
      `http://user@127.0.0.1:${port}/f`,
      `http://127.0.0.1:${port}\\@${new URL(elsewhere.url).host}/f`,
      `//${new URL(elsewhere.url).host}/f`,
      'http://files.vendor.example/f',
      'https://files.vendor.example:8443/f',
      'https://files.vendor.example.evil.example/f',
      'file:///etc/passwd',
      '/f',
      '',
    ]) {
      expect(await failure(open(stage, url)), url).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
    }
    expect([...elsewhere.requests, ...stage.vendor.requests]).toEqual([]);
  });

  it('is not followed where the listed origin sends it elsewhere', async () => {
    await using elsewhere = await startFakeVendor(() => FILE);
    await using files = await startFakeVendor(() => ({
      status: 302,
      headers: { location: `${elsewhere.url}/f` },
    }));
    await using stage = await startStage(() => FILE, { settings: { origins: [files.url] } });

    const file = await open(stage, `${files.url}/f`);

    expect(file.status).toBe(302);
    expect(await text(file.body)).toBe('');
    expect(elsewhere.requests).toEqual([]);
  });

  it.each(['10.0.0.7', '169.254.169.254', '127.0.0.1', '::1', '::ffff:10.0.0.7'])(
    'is refused where the name of a listed origin leads to %s',
    async (address) => {
      const opened = toFilePlace('https://files.vendor.example/f', {
        baseUrl: 'https://api.vendor.example',
        origins: ['https://files.vendor.example'],
        files: undefined as never,
        connectTimeoutMs: 1_000,
        resolveHost: async () => [{ address, family: address.includes(':') ? 6 : 4 }],
        toError: (_code, message) => new Error(message) as never,
      });

      await expect(opened).rejects.toThrow('A file lies where the credential of its account may not go.');
    },
  );
});
