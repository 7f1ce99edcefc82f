import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startSimulators } from '../../simulator/server.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { call, startToy, TOY_ANSWER } from './toy-vendor.ts';

/** Sends a request line exactly as written, which no HTTP client would. */
async function callRaw(url: string, target: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  socket.write(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  await once(socket, 'close');
  return text;
}

describe('the server', () => {
  it('gives a vendor what arrived below its mount', async () => {
    await using server = await startToy();

    await call(`${server.simulators.url}/talkdesk/data/a%20b%2Fc?q=1%2B1`, {
      method: 'POST',
      headers: { 'X-Toy': 'yes' },
      body: '{"ä":1}',
    });

    expect(server.toy.requests[0]).toMatchObject({
      method: 'POST',
      path: '/data/a%20b%2Fc',
      segments: ['data', 'a b/c'],
      body: '{"ä":1}',
    });
    expect(server.toy.requests[0]?.headers['x-toy']).toBe('yes');
    expect(server.toy.requests[0]?.query.get('q')).toBe('1+1');
  });

  it('decodes a segment once only', async () => {
    await using server = await startToy();

    await call(`${server.simulators.url}/talkdesk/%252e%252e`);

    expect(server.toy.requests[0]?.segments).toEqual(['%2e%2e']);
  });

  it('sends an object as JSON, text and bytes as they are, and 204 without a body', async () => {
    await using server = await startToy();
    const mount = `${server.simulators.url}/talkdesk`;

    const [json, bytes, text, nothing] = await Promise.all(
      ['/json', '/bytes', '/text', '/nothing'].map((path) => call(`${mount}${path}`)),
    );

    expect(json).toMatchObject({ status: 200, text: JSON.stringify(TOY_ANSWER) });
    expect(json?.headers['content-type']).toBe('application/json; charset=utf-8');
    expect([...(bytes?.bytes ?? [])]).toEqual([1, 2, 3]);
    expect(bytes?.headers['x-toy']).toBe('1');
    expect(text).toMatchObject({ status: 202, text: 'as it is' });
    expect(nothing).toMatchObject({ status: 204, text: '' });
    expect(nothing?.headers['content-length']).toBeUndefined();
  });

  it('answers HEAD with the length and without the body', async () => {
    await using server = await startToy();

    const answer = await call(`${server.simulators.url}/talkdesk/bytes`, { method: 'HEAD' });

    expect(answer.headers['content-length']).toBe('3');
    expect(answer.bytes).toHaveLength(0);
  });

  it.each(['/talkdesk/%', '/talkdesk/%zz', '/talkdesk/%c3%28'])(
    'answers the malformed path %s with 400 and never shows it to a vendor',
    async (target) => {
      await using server = await startToy();

      expect(await callRaw(server.simulators.url, target)).toContain('HTTP/1.1 400');
      expect(server.toy.requests).toHaveLength(0);
    },
  );

  it('understands a whole address as the request target', async () => {
    await using server = await startToy();

    await callRaw(server.simulators.url, 'http://other.example/talkdesk/json');

    expect(server.toy.requests[0]?.path).toBe('/json');
  });

  it('refuses a body over 1 MB with 413 and takes one of just that size', async () => {
    await using server = await startToy();
    const url = `${server.simulators.url}/talkdesk/json`;

    const larger = await call(url, { method: 'POST', body: 'x'.repeat(1_000_001) });
    const largest = await call(url, { method: 'POST', body: 'x'.repeat(1_000_000) });

    expect([larger.status, largest.status]).toEqual([413, 200]);
    expect(server.toy.requests).toHaveLength(1);
  });

  it('answers 500 for a simulator that crashes, tells its owner, and lives on', async () => {
    const crashes: unknown[] = [];
    await using server = await startToy({ onCrash: (error) => crashes.push(error) });
    const mount = `${server.simulators.url}/talkdesk`;

    const crashed = await call(`${mount}/crash`);
    const next = await call(`${mount}/json`);

    expect([crashed.status, next.status]).toEqual([500, 200]);
    expect(crashed.text).not.toContain('toy crash');
    expect(crashes).toEqual([new Error('toy crash')]);
  });

  it.each(['/', '/nobody/x', '/hi-energy/api/v1/exports'])(
    'answers 404 at %s, where nothing is mounted',
    async (path) => {
      await using server = await startToy();

      expect((await call(`${server.simulators.url}${path}`)).status).toBe(404);
    },
  );

  it('says where each vendor is and what was put in place', async () => {
    await using server = await startToy();
    const { url, baseUrls, tokenUrls, seeds } = server.simulators;

    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(baseUrls).toEqual({
      'power-bi': `${url}/power-bi/v1.0/myorg`,
      'hi-energy': `${url}/hi-energy/api/v1`,
      talkdesk: `${url}/talkdesk`,
      'web-admit': `${url}/web-admit`,
    });
    expect(tokenUrls).toEqual({
      'power-bi': `${url}/power-bi/demo-tenant/oauth2/v2.0/token`,
      talkdesk: `${url}/talkdesk/oauth/token`,
    });
    expect(seeds.talkdesk).toHaveLength(1);
    expect(seeds['power-bi']).toEqual([]);
    expect(server.toy.surroundings().mountUrl).toBe(`${url}/talkdesk`);
  });

  it('runs its simulators at the speed asked for', async () => {
    const clock = createManualClock();
    await using server = await startToy({ clock, speed: 60 });
    const simulated = server.toy.surroundings().clock;
    const startedAt = simulated.now();

    await clock.advance(1_000);

    expect(simulated.now() - startedAt).toBe(60_000);
  });

  it.each(['0.0.0.0', '192.168.0.1', 'example.com', '127.0.0.1.example.com'])(
    'does not listen on %s',
    async (host) => {
      await expect(startSimulators({ host, vendors: {} })).rejects.toThrow('only listen on a loopback host');
    },
  );

  it('says so when its port is taken', async () => {
    await using server = await startToy();
    const port = Number(new URL(server.simulators.url).port);

    await expect(startSimulators({ port, vendors: {} })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('gives its port back when a simulator cannot be made', async () => {
    await using probe = await startToy();
    const port = Number(new URL(probe.simulators.url).port);
    await probe.simulators[Symbol.asyncDispose]();
    const broken = () => {
      throw new Error('cannot be made');
    };

    await expect(startSimulators({ port, vendors: { talkdesk: broken } })).rejects.toThrow('cannot be made');

    await using next = await startSimulators({ port, vendors: {} });
    expect(next.url).toContain(String(port));
  });

  it('closes with connections still open', async () => {
    const server = await startToy();
    server.simulators.faults.order({ vendor: 'talkdesk', kind: 'hang' });
    const pending = call(`${server.simulators.url}/talkdesk/json`).catch((error: Error) => error.name);
    await expect.poll(() => server.simulators.faults.list()).toHaveLength(0);

    await server.simulators[Symbol.asyncDispose]();

    expect(await pending).toBe('SocketError');
  });
});

describe('call counts', () => {
  it('are kept by vendor and by what a call was for', async () => {
    await using server = await startToy();
    const { url, calls } = server.simulators;
    const send = (method: 'GET' | 'POST' | 'DELETE', path: string) =>
      call(`${url}/talkdesk${path}`, { method });

    await send('POST', '/oauth/token');
    await send('POST', '/data/reports/calls/jobs');
    await send('GET', '/data/reports/calls/jobs');
    await send('GET', '/data/reports/calls/jobs/1');
    await send('GET', '/data/reports/calls/jobs/2');
    await send('GET', '/data/reports/calls/files/1');
    await send('DELETE', '/data/reports/calls/files/1');
    await call(`${url}/files-store/nothing`);

    expect(calls.read().talkdesk).toEqual({
      token: 1,
      start: 1,
      cancel: 1,
      list: 1,
      status: 2,
      file: 1,
      other: 0,
    });
    expect(calls.read()['files-store'].file).toBe(1);
    expect(calls.read()['power-bi']).toEqual({
      token: 0,
      start: 0,
      cancel: 0,
      list: 0,
      status: 0,
      file: 0,
      other: 0,
    });
  });
});
