import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { type CliOptions, runCli } from './support.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-health-'));
  file = join(folder, 'waybill.yaml');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command beside a gateway that is configured like this. No wait ends, unless a test says so. */
async function checkHealth(config: string, options: CliOptions = {}) {
  await writeFile(file, config);
  const patient = { onWait: () => new Promise<void>(() => undefined) };
  const { exitCode, stdout, stderr } = await runCli(['health', '--config', file], { ...patient, ...options });
  return { exitCode, stdout, stderr };
}

async function startServer(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe('waybill health', () => {
  it('asks the gateway on the port of its configuration, whatever addresses it listens on', async () => {
    await using gateway = await startTestGateway();
    const { port } = new URL(gateway.url);

    expect(await checkHealth(`server: { host: 0.0.0.0, port: ${port} }`)).toEqual({
      exitCode: 0,
      stdout: `http://127.0.0.1:${port} is ready.\n`,
      stderr: '',
    });
  });

  it('takes the port from the environment where the configuration does, and names the file as serve does', async () => {
    await using gateway = await startTestGateway();
    const { port } = new URL(gateway.url);
    await writeFile(file, `server: { port: "\${LISTEN_ON:-4000}" }`);

    const { exitCode } = await runCli(['health'], {
      env: { WAYBILL_CONFIG: file, LISTEN_ON: port },
      onWait: () => new Promise(() => undefined),
    });
    expect(exitCode).toBe(0);
  });

  it('asks the demo, which has no configuration, on PORT', async () => {
    await using gateway = await startTestGateway();
    const { port } = new URL(gateway.url);

    const { stdout } = await runCli(['health'], {
      env: { PORT: port },
      onWait: () => new Promise(() => undefined),
    });
    expect(stdout).toBe(`http://127.0.0.1:${port} is ready.\n`);
  });

  it('does not mind a mistake that was made elsewhere in the file since the start', async () => {
    await using gateway = await startTestGateway();
    const { port } = new URL(gateway.url);

    const { exitCode } = await checkHealth(`{ server: { port: ${port} }, accounts: [{ key: "\${UNSET}" }] }`);
    expect(exitCode).toBe(0);
  });

  it('fails while the gateway drains', async () => {
    await using server = await startServer((_request, response) => response.writeHead(503).end());

    expect(await checkHealth(`server: { port: ${server.port} }`)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `waybill: http://127.0.0.1:${server.port} is not ready: 503.\n`,
    });
  });

  it('fails where nothing listens, and where nothing answers in time', async () => {
    expect(await checkHealth('server: { port: 1 }')).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: 'waybill: http://127.0.0.1:1 does not answer: ECONNREFUSED.\n',
    });
    await using server = await startServer(() => undefined);
    const { exitCode, stderr } = await checkHealth(`server: { port: ${server.port} }`, {
      onWait: () => undefined,
    });
    expect([exitCode, stderr]).toEqual([
      3,
      `waybill: http://127.0.0.1:${server.port} does not answer: it takes too long.\n`,
    ]);
  });

  it.each([
    ['server: { port: 0 }', 'waybill: server.port: found 0, allowed: a number from 1 to 65535\n'],
    [
      `server: { port: "\${UNSET_PORT}" }`,
      /^waybill: server\.port: found \$\{UNSET_PORT\}, which is not set/,
    ],
    ['server: [', /^waybill: .*waybill\.yaml:1:\d+: found /],
  ])('says why it cannot know the port of %j', async (config, message) => {
    const { exitCode, stderr } = await checkHealth(config);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
