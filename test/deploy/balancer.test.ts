import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hi, startLiveGateway } from '../graphql/subscriptions/live-gateway.ts';
import { TRANSPORTS, toStory } from '../graphql/subscriptions/transports.ts';
import { ROOT, readFile } from './support.ts';

const FILE = 'deploy/haproxy/waybill.cfg';
const PATIENCE_MS = 10_000;

const hasHaproxy = spawnSync('haproxy', ['-v']).status === 0;
if (!hasHaproxy)
  process.stderr.write(
    '\n*** HAProxy is not installed: the balancer is NOT TRIED (apt-get install haproxy). ***\n\n',
  );

/** The balancer of the file on a free port, before gateways that are named by their ports in place of a name in DNS. */
async function startBalancer(gateways: readonly { readonly url: string }[], every = '100ms') {
  const port = await findFreePort();
  const servers = gateways.map(
    ({ url }, index) => `server own${index} ${new URL(url).host} check inter ${every}`,
  );
  const text = readFile(FILE)
    .replace('bind :4000', `bind 127.0.0.1:${port}`)
    .replace(/^ *server-template .*$/m, servers.join('\n'))
    .replace('maxconn 30000', 'maxconn 100');
  const folder = mkdtempSync(join(tmpdir(), 'waybill-haproxy-'));
  writeFileSync(join(folder, 'haproxy.cfg'), text);
  const child = spawn('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await expect.poll(() => isReady(url), { timeout: PATIENCE_MS }).toBe(true);
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/ready`).catch(() => undefined);
  return response?.ok ?? false;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function ask(url: string): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ vendors { key } }' }),
  });
  await response.text();
  return response.status;
}

/** One after the other. */
async function askOften(url: string, times: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  while (statuses.length < times) statuses.push(await ask(url));
  return statuses;
}

describe.runIf(hasHaproxy)('the balancer of compose.yaml', () => {
  it('is one that HAProxy takes', () => {
    const { status, stderr } = spawnSync('haproxy', ['-c', '-f', join(ROOT, FILE)], { encoding: 'utf8' });

    expect([status, stderr]).toEqual([0, '']);
  });

  it.each(TRANSPORTS)('lets queries and %s through, and keeps metrics inside', async (_name, open) => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    await using balancer = await startBalancer([gateway]);

    await using stream = await open(balancer.url, { variables: { locators: [hi(1)] } });
    await stream.until(({ length }) => length === 1);
    gateway.say(1, { status: 'completed' });
    await stream.ended;

    expect(toStory(stream.events)).toEqual(['Snapshot 1 RUNNING', 'StatusChanged 1 SUCCEEDED']);
    expect(await ask(balancer.url)).toBe(200);
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(200);
    expect((await fetch(`${balancer.url}/metrics`)).status).toBe(404);
  });

  it('goes to another gateway where one has ended without its having noticed', async () => {
    await using staying = await startLiveGateway();
    await using going = await startLiveGateway();
    await using balancer = await startBalancer([staying, going], '1h');
    const before = await askOften(balancer.url, 4);

    await going.gateway.drain();
    const after = await askOften(balancer.url, 20);

    expect(before).toEqual(Array(4).fill(200));
    expect(after).toEqual(Array(20).fill(200));
  });
});
