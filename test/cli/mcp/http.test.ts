import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { startFakedGateway, toAccount } from '../../graphql/support.ts';
import { startSimulatedGateway } from '../../support/simulated-gateway.ts';
import { PATIENCE_MS } from '../support.ts';
import { connectByHttp, REVISIONS, startMcp } from './support.ts';

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '0.0.0' },
  },
};

function post(url: string, headers: Record<string, string> = {}, body: string = JSON.stringify(INITIALIZE)) {
  return request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  });
}

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1';

describe('access', { timeout: PATIENCE_MS }, () => {
  it('is that of each caller: what one may see, another does not, in one session or none', async () => {
    const keys = ['default', 'elsewhere'].map((tenant) => ({
      name: tenant,
      key: `key-of-${tenant}-caller`,
      tenant,
    }));
    await using gateway = await startSimulatedGateway({ config: { access: { mode: 'keys', keys } } });
    await using mcp = await startMcp(gateway.url);
    const as = (tenant: string) => connectByHttp(mcp, { authorization: `Bearer key-of-${tenant}-caller` });
    await using own = await as('default');
    await using other = await as('elsewhere');
    await using nobody = await connectByHttp(mcp);
    const input = { locator: 'hi@hi-energy:4213' };

    const answers = await Promise.all([own, other, nobody].map((caller) => caller.call('get_export', input)));

    expect(answers[0]?.data.export.locator).toBe(input.locator);
    expect(answers[1]?.text).toMatch(/^EXPORT_NOT_FOUND: /);
    expect(answers[2]?.text).toMatch(/^UNAUTHENTICATED: .*authorization: Bearer/);
    expect(await other.call('wait_for_export', input)).toMatchObject({
      isError: true,
      text: expect.stringMatching(/^EXPORT_NOT_FOUND: /),
    });
    expect(JSON.stringify(answers)).not.toContain('key-of');
  });

  it('goes with the tokens of vendors that a caller brings, to reads and to waits', async () => {
    await using gateway = await startFakedGateway({
      vendors: { talkdesk: () => ({ body: { job: { id: 'job-1', status: 'done' } } }) },
      accounts: (urls) => [toAccount('talkdesk', urls.talkdesk, { credential: { type: 'caller' } })],
    });
    await using mcp = await startMcp(gateway.url);
    await using without = await connectByHttp(mcp);
    await using caller = await connectByHttp(mcp, { 'x-waybill-token-desk': 'token-of-ada' });
    const input = { locator: 'desk@talkdesk:calls/job-1' };

    const refused = await without.call('get_export', input);
    const read = await caller.call('get_export', input);
    const waited = await caller.call('wait_for_export', input);

    expect(refused.text).toMatch(/^EXPORT_NOT_FOUND: /);
    expect(read.data.export.status).toBe('SUCCEEDED');
    expect(waited.data).toMatchObject({ timedOut: false, export: { status: 'SUCCEEDED' } });
    const sent = gateway.fakes.talkdesk.requests.map(({ headers }) => headers.authorization);
    expect(new Set(sent)).toEqual(new Set(['Bearer token-of-ada']));
  });
});

describe('waiting', { timeout: PATIENCE_MS }, () => {
  it('ends with how far it is when the time is up', async () => {
    await using gateway = await startFakedGateway();
    await using mcp = await startMcp(gateway.url);
    await using caller = await connectByHttp(mcp);

    const { data, text } = await caller.call('wait_for_export', {
      locator: 'hi-energy:4001',
      timeoutSeconds: 1,
    });

    expect(data).toMatchObject({ timedOut: true, export: { status: 'RUNNING', isTerminal: false } });
    expect(text).toMatch(/: RUNNING\. It has not ended yet: wait again\.$/);
  });

  it.each(REVISIONS)(
    'is given up when its caller does, revision %s; their number is bounded',
    async (revision) => {
      await using gateway = await startFakedGateway();
      await using mcp = await startMcp(gateway.url, { maxWaits: 1 });
      await using caller = await connectByHttp(mcp, {}, revision);
      const input = { locator: 'hi-energy:4001', timeoutSeconds: 600 };
      const leaving = new AbortController();
      let hasBegun = (): void => undefined;
      const begun = new Promise<void>((resolve) => {
        hasBegun = resolve;
      });

      const left = caller.call('wait_for_export', input, { signal: leaving.signal, onProgress: hasBegun });
      left.catch(() => undefined);
      await begun;
      const second = await caller.call('wait_for_export', input);
      leaving.abort();
      await expect(left).rejects.toThrow();
      let third = second;
      while (third.isError) third = await caller.call('wait_for_export', { ...input, timeoutSeconds: 1 });

      expect(second.text).toBe('RATE_LIMITED: Too many callers wait here now. Try again later.');
      expect(third.data.timedOut).toBe(true);
    },
  );

  it.each(REVISIONS)('ends with what to do when the server drains, revision %s', async (revision) => {
    await using gateway = await startFakedGateway();
    await using mcp = await startMcp(gateway.url);
    await using caller = await connectByHttp(mcp, {}, revision);

    const { isError, text } = await caller.call(
      'wait_for_export',
      { locator: 'hi-energy:4001', timeoutSeconds: 600 },
      { onProgress: () => void mcp.close() },
    );

    expect([isError, text]).toEqual([
      true,
      'SERVER_DRAINING: This server is going away: ask again in a moment.',
    ]);
  });

  it('is what an export without a file is left to', async () => {
    await using gateway = await startFakedGateway();
    await using mcp = await startMcp(gateway.url);
    await using caller = await connectByHttp(mcp);

    const { isError, text } = await caller.call('get_download_link', { locator: 'hi-energy:4001' });

    expect([isError, text]).toEqual([
      true,
      expect.stringMatching(/^NO_FILE: .* is not finished: its status is RUNNING\.$/),
    ]);
  });
});

describe('a gateway that is away', { timeout: PATIENCE_MS }, () => {
  it('is an error of the tool, which does not say where the gateway should be', async () => {
    await using mcp = await startMcp(NOWHERE);
    await using caller = await connectByHttp(mcp);

    const read = await caller.call('get_export', { locator: 'hi-energy:1' });
    const start = await caller.call('start_export', {
      vendor: 'hi-energy',
      order: { reportType: 'deals_excel' },
      idempotencyKey: 'monday',
    });

    expect(read.text).toBe('GATEWAY_UNREACHABLE: The gateway cannot be reached now. Try again later.');
    expect(start.text).toContain('give the same order with idempotencyKey monday');
    expect(mcp.lines.join('\n')).toContain('nothing listens there');
  });

  it('or drains while somebody waits, is one too', async () => {
    await using gateway = await startFakedGateway();
    await using mcp = await startMcp(gateway.url);
    await using caller = await connectByHttp(mcp);

    const { text } = await caller.call(
      'wait_for_export',
      { locator: 'hi-energy:4001', timeoutSeconds: 1 },
      { onProgress: () => void gateway.gateway.drain() },
    );

    expect(text).toMatch(/^GATEWAY_UNREACHABLE: /);
  });
});

describe('what else may reach the port', () => {
  it.each([
    ['a name that somebody pointed here', { host: 'evil.example' }],
    ["a foreign page's script", { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
  ])('%s is refused', async (_what, headers) => {
    await using mcp = await startMcp(NOWHERE);

    const { statusCode, body } = await post(mcp.url, headers);
    await body.dump();

    expect(statusCode).toBe(403);
  });

  it('a name that was allowed is not, nor is a client without an origin', async () => {
    await using mcp = await startMcp(NOWHERE, { allowedHosts: ['mcp.example.com'] });

    const answers = [
      await post(mcp.url, { host: 'mcp.example.com', origin: 'https://mcp.example.com' }),
      await post(mcp.url),
    ];
    for (const { body } of answers) await body.dump();

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  });

  it('no session is kept, so that there is none to take over or to run out of', async () => {
    await using mcp = await startMcp(NOWHERE);

    const unknown = await post(
      mcp.url,
      { 'mcp-session-id': 'of-somebody-else' },
      JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' }),
    );
    await unknown.body.dump();
    const followed = await request(mcp.url, { headers: { accept: 'text/event-stream' } });
    await followed.body.dump();

    expect(unknown.statusCode).toBe(200);
    expect(followed.statusCode).toBe(405);
  });

  it('a body that is too long is not read, and another path leads nowhere', async () => {
    await using mcp = await startMcp(NOWHERE);

    const long = await post(mcp.url, {}, JSON.stringify({ ...INITIALIZE, more: 'x'.repeat(300_000) }));
    await long.body.dump();
    const elsewhere = await post(new URL('/', mcp.url).href);
    await elsewhere.body.dump();

    expect([long.statusCode, elsewhere.statusCode]).toEqual([413, 404]);
  });
});
