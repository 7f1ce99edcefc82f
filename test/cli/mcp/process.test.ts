import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it } from 'vitest';
import { startFakedGateway } from '../../graphql/support.ts';
import { BUILT_MAIN } from '../../support/built-program.ts';
import { PATIENCE_MS, runCli } from '../support.ts';
import { connect, connectByHttp } from './support.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WAYBILL = [BUILT_MAIN, 'mcp'];
const KEY = 'key-of-the-assistant';
const KEYS = { access: { mode: 'keys', keys: [{ name: 'assistant', key: KEY, tenant: 'default' }] } };

function start(words: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [...WAYBILL, ...words], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

describe('waybill mcp on standard input and output', { timeout: PATIENCE_MS }, () => {
  it('is a client of the gateway, with the token that it was given', async () => {
    await using gateway = await startFakedGateway({ config: KEYS });
    await using caller = await connect(
      new StdioClientTransport({
        command: process.execPath,
        args: WAYBILL,
        cwd: ROOT,
        env: { ...process.env, WAYBILL_URL: gateway.url, WAYBILL_TOKEN: KEY } as Record<string, string>,
        stderr: 'ignore',
      }),
    );
    const input = { locator: 'hi-energy:4001', timeoutSeconds: 600 };
    const leaving = new AbortController();

    const read = await caller.call('get_export', { locator: input.locator });
    const waiting = caller.call('wait_for_export', input, {
      signal: leaving.signal,
      onProgress: () => leaving.abort(),
    });

    await expect(waiting).rejects.toThrow();
    expect(read.data.export).toMatchObject({ locator: 'hi@hi-energy:4001', status: 'RUNNING' });
    expect(await caller.call('wait_for_export', { ...input, timeoutSeconds: 1 })).toMatchObject({
      data: { timedOut: true },
    });
  });

  it('writes nothing but the protocol, says what is wrong, and ends with its input', async () => {
    const child = start(['--url', 'http://127.0.0.1:1', '--token', KEY]);
    const lines: string[] = [];
    const output = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const answered = new Promise<void>((resolve) => {
      output.on('line', (line) => {
        lines.push(line);
        if (lines.length === 2) resolve();
      });
    });
    const ended = once(child, 'exit');
    const send = (message: object) =>
      child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

    const clientInfo = { name: 'test', version: '0.0.0' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    send({ id: 1, method: 'initialize', params });
    send({ method: 'notifications/initialized' });
    send({
      id: 2,
      method: 'tools/call',
      params: { name: 'get_export', arguments: { locator: 'hi-energy:1' } },
    });
    await answered;
    child.stdin?.end();

    expect(await ended).toEqual([0, null]);
    const messages = lines.map((line) => JSON.parse(line));
    expect(messages.map(({ jsonrpc, id }) => [jsonrpc, id])).toEqual([
      ['2.0', 1],
      ['2.0', 2],
    ]);
    expect(messages[1].result.isError).toBe(true);
    expect(messages[1].result.content[0].text).toBe(
      'GATEWAY_UNREACHABLE: Cannot reach the gateway at http://127.0.0.1:1: nothing listens there.',
    );
    expect(lines.join()).not.toContain(KEY);
  });
});

describe('waybill mcp --http', { timeout: PATIENCE_MS }, () => {
  it('lends nobody the token of whoever started it, and drains on SIGTERM', async () => {
    await using gateway = await startFakedGateway({ config: KEYS });
    const child = start(['--http', '--port', '0', '--url', gateway.url], { WAYBILL_TOKEN: KEY });
    const ended = once(child, 'exit');

    const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
    const url = /^waybill mcp listening on (http:\/\/127\.0\.0\.1:\d+\/mcp)$/.exec(line)?.[1] ?? '';
    const server = { url, close: async () => undefined };
    await using nobody = await connectByHttp(server);
    await using caller = await connectByHttp(server, { authorization: `Bearer ${KEY}` });
    const refused = await nobody.call('get_export', { locator: 'hi-energy:4001' });
    const read = await caller.call('get_export', { locator: 'hi-energy:4001' });
    child.kill('SIGTERM');

    expect(refused.text).toMatch(/^UNAUTHENTICATED: /);
    expect(read.data.export.status).toBe('RUNNING');
    expect(await ended).toEqual([0, null]);
  });

  it('takes no token for all', async () => {
    const { exitCode, stderr } = await runCli(['mcp', '--http', '--token', KEY]);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('each caller says itself who it is');
    expect(stderr).not.toContain(KEY);
  });
});
