import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type CheckedLink, openLink } from '../../src/http/file-transfer.ts';
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { until } from './support.ts';

const GET = { method: 'GET', headers: {} } as const;

function toLink(
  { url }: FakeVendor,
  target = '/a?Signature=a%2Bb',
  overrides: Partial<CheckedLink> = {},
): CheckedLink {
  return {
    url: `${url}${target}`,
    origin: url,
    target,
    addresses: [{ address: '127.0.0.1', family: 4 }],
    ...overrides,
  };
}

describe('openLink', () => {
  it('asks for the target byte for byte, uncompressed, with what the caller passes on and nothing else', async () => {
    await using host = await startFakeVendor(() => ({ body: 'bytes' }));
    const target = "/a//b%2Fc?x=a%2Bb+c&y='&z";

    const { status, body } = await openLink(
      toLink(host, target),
      { ...GET, headers: { range: 'bytes=0-4' } },
      5_000,
    );

    expect([status, await text(body)]).toEqual([200, 'bytes']);
    expect(host.requests[0]).toMatchObject({ method: 'GET', url: target });
    expect(Object.keys(host.requests[0]?.headers ?? {}).sort()).toEqual([
      'accept-encoding',
      'connection',
      'host',
      'range',
    ]);
  });

  it('goes to the address that was checked, whatever the name stands for now', async () => {
    await using host = await startFakeVendor(() => ({ body: 'right' }));
    const { port } = new URL(host.url);
    const origin = `http://does-not-exist.invalid:${port}`;

    const { body } = await openLink(toLink(host, '/a', { origin }), GET, 5_000);

    expect(await text(body)).toBe('right');
    expect(host.requests[0]?.headers.host).toBe(`does-not-exist.invalid:${port}`);
  });

  it('goes nowhere where no address was checked', async () => {
    await using host = await startFakeVendor(() => ({ body: 'wrong' }));
    const origin = host.url.replace('127.0.0.1', 'localhost');

    await expect(openLink(toLink(host, '/a', { origin, addresses: [] }), GET, 5_000)).rejects.toThrow();

    expect(host.requests).toHaveLength(0);
  });

  it.each([301, 302, 303, 307, 308])('gives back a %i unfollowed', async (status) => {
    await using other = await startFakeVendor(() => ({ body: 'secret' }));
    await using host = await startFakeVendor(() => ({ status, headers: { location: other.url } }));

    const answer = await openLink(toLink(host), GET, 5_000);
    answer.body.destroy();

    expect(answer.status).toBe(status);
    expect(other.requests).toHaveLength(0);
  });

  it('gives up after the time for headers', async () => {
    await using host = await startFakeVendor(() => 'hang');

    await expect(openLink(toLink(host), GET, 100)).rejects.toThrow(/timeout/i);
    await until(() => host.aborted.count === 1);
  });

  it('errors a body that falls silent', async () => {
    await using host = await startFakeVendor(() => (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
    });

    const { body } = await openLink(toLink(host), GET, 100);

    await expect(text(body)).rejects.toThrow(/timeout/i);
  });

  it('errors a body that breaks off, also where nobody reads it yet', async () => {
    await using host = await startFakeVendor(() => (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });

    const { body } = await openLink(toLink(host), GET, 5_000);
    await until(() => body.destroyed);

    expect(body.errored).toBeInstanceOf(Error);
  });

  it('ends the call when the body is given up, without an error that nobody hears', async () => {
    await using host = await startFakeVendor(() => (response) => {
      response.writeHead(200);
      response.write('x');
    });

    const { body } = await openLink(toLink(host), GET, 5_000);
    body.destroy();

    await until(() => host.aborted.count === 1);
  });

  it('ends the call when its signal aborts', async () => {
    await using host = await startFakeVendor(() => 'hang');
    const controller = new AbortController();
    const opening = openLink(toLink(host), { ...GET, signal: controller.signal }, 5_000);
    await until(() => host.requests.length === 1);

    controller.abort();

    await expect(opening).rejects.toThrow(/abort/i);
    await until(() => host.aborted.count === 1);
  });

  it('keeps no connection', async () => {
    let open = 0;
    await using host = await startFakeVendor(() => (response) => {
      open += 1;
      response.socket?.once('close', () => {
        open -= 1;
      });
      response.end('bytes');
    });

    await text((await openLink(toLink(host), GET, 5_000)).body);

    await until(() => open === 0);
  });
});
