import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedGateway, startSimulatedGateway } from '../../support/simulated-gateway.ts';
import { PATIENCE_MS, runCli } from '../support.ts';
import { connectByHttp, REVISIONS, startMcp, type TestClient, type TestMcp } from './support.ts';

let gateway: SimulatedGateway;
let mcp: TestMcp;
beforeAll(async () => {
  // A job takes half a minute of the vendor's time.
  gateway = await startSimulatedGateway({ speed: 50 });
  mcp = await startMcp(gateway.url);
});
afterAll(async () => {
  await mcp[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

describe('docs/mcp.md', () => {
  const page = readFileSync(new URL('../../../docs/mcp.md', import.meta.url), 'utf8');

  it('names every tool, and says which of them change something', async () => {
    await using caller = await connectByHttp(mcp);
    const { tools } = await caller.client.listTools();

    const rows = [...page.matchAll(/^\| `([a-z_]+)` \|.*\| (yes|no) \|$/gm)];
    expect(rows.map(([, name, changes]) => [name, changes])).toEqual(
      tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint ? 'no' : 'yes']),
    );
  });

  it('shows settings of clients that are JSON, and start a command that there is', async () => {
    const settings = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, block = '']) =>
      JSON.parse(block),
    );
    const commands = settings.flatMap(({ mcpServers, servers }) => {
      const { command, args = [] } = (mcpServers ?? servers).waybill;
      return command === undefined ? [] : [[command, ...args]];
    });

    const [npx, yes, waybill, ...words] = commands[0] ?? [];
    const { exitCode, stdout } = await runCli([...words, '--help']);

    expect([settings.length, commands.length]).toEqual([3, 2]);
    expect(commands[1]).toEqual(commands[0]);
    expect([npx, yes, waybill]).toEqual(['npx', '-y', 'waybill']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Model Context Protocol')]);
  });
});

describe.each(REVISIONS)('tools, to a client of revision %s', { timeout: PATIENCE_MS }, (revision) => {
  let caller: TestClient;
  beforeAll(async () => {
    caller = await connectByHttp(mcp, {}, revision);
  });
  afterAll(() => caller[Symbol.asyncDispose]());

  it('are five, each with a title, a description of every input, and what it may do', async () => {
    const { tools } = await caller.client.listTools();

    expect(tools.map(({ name, title, annotations }) => [name, title, annotations?.readOnlyHint])).toEqual([
      ['list_exports', 'List exports', true],
      ['get_export', 'Get an export', true],
      ['list_vendors', 'List vendors', true],
      ['start_export', 'Start an export', false],
      ['wait_for_export', 'Wait for an export', true],
      ['get_download_link', 'Get a download link', true],
    ]);
    for (const { inputSchema, outputSchema } of tools) {
      expect(outputSchema?.type).toBe('object');
      for (const property of Object.values(inputSchema.properties ?? {}))
        expect(property).toHaveProperty('description', expect.stringMatching(/.{10}/));
    }
  });

  it('list exports page by page', async () => {
    const first = await caller.call('list_exports', { limit: 2, vendors: ['hi-energy'] });
    const second = await caller.call('list_exports', {
      limit: 2,
      vendors: ['hi-energy'],
      cursor: first.data.nextCursor,
    });

    expect(first.data.exports).toHaveLength(2);
    expect(first.text).toContain(`${first.data.exports[0].locator}, `);
    const all = [...first.data.exports, ...second.data.exports].map(({ id }: { id: string }) => id);
    expect(new Set(all).size).toBe(4);
  });

  it('tells what exports of each vendor are named by and started with', async () => {
    const { data, text } = await caller.call('list_vendors', {});

    expect(data.vendors).toContainEqual(
      expect.objectContaining({
        vendor: 'web-admit',
        locator: 'web-admit:[userIdentityId]/exportId/exportFileId',
        canStart: true,
      }),
    );
    expect(text).toContain('Hi Energy: hi-energy:exportId; started with reportType String!');
  });

  it('name an account that cannot be listed', async () => {
    const { data, text } = await caller.call('list_exports', { limit: 1 });

    expect(data.unavailable).toContainEqual({
      account: 'bi',
      code: 'UNSUPPORTED_BY_VENDOR',
      message: expect.any(String),
    });
    expect(text).toContain('bi could not be listed');
  });

  it('start an export once, wait for its end telling each change, and give a link that opens', async () => {
    const idempotencyKey = `from-${revision}`;
    const seen: [string, number][] = [];

    const input = {
      vendor: 'hi-energy',
      order: { reportType: 'deals_excel', searchParams: { revision } },
      label: 'For Ann',
      idempotencyKey,
    };

    const started = await caller.call('start_export', input);
    const again = await caller.call('start_export', input);
    const { locator } = started.data.export;
    const ended = await caller.call(
      'wait_for_export',
      { locator, timeoutSeconds: 30 },
      { onProgress: (message, progress) => seen.push([message, progress]) },
    );
    const link = await caller.call('get_download_link', { locator });

    expect(started.data).toMatchObject({ isExisting: false, idempotencyKey, export: { label: 'For Ann' } });
    expect(again.data).toMatchObject({ isExisting: true, export: { id: started.data.export.id } });
    expect(ended.data).toMatchObject({ timedOut: false, export: { status: 'SUCCEEDED', isTerminal: true } });
    expect(seen.at(-1)).toEqual(['SUCCEEDED', 100]);
    const numbers = seen.map(([, progress]) => progress);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    const file = await fetch(link.data.files[0].url);
    expect(file.status).toBe(200);
    expect(link.text).toContain(link.data.files[0].url);
  });

  it.each([
    [
      'an export that is not there',
      { locator: 'hi-energy:99999' },
      /^EXPORT_NOT_FOUND: Hi Energy answered 404/,
    ],
    ['a text that names none', { locator: 'nonsense' }, /^BAD_USER_INPUT: "nonsense" names no export/],
    ['ids that cannot be', { locator: 'hi-energy:../1' }, /^BAD_USER_INPUT: /],
    ['no locator', {}, /locator/],
  ])('answer %s with an error to read', async (_what, input, expected) => {
    const { isError, text } = await caller.call('get_export', input);

    expect(isError).toBe(true);
    expect(text).toMatch(expected);
  });

  it('refuse an order before it is sent, and say which fields there are', async () => {
    gateway.simulators.calls.clear();

    const { isError, text } = await caller.call('start_export', {
      vendor: 'hi-energy',
      order: { reportTyp: 'x', searchParams: { status: 'active' } },
    });

    expect(isError).toBe(true);
    expect(text).toMatch(/^BAD_USER_INPUT: .*no "reportTyp".*Did you mean reportType\?/s);
    expect(gateway.simulators.calls.read()['hi-energy'].start).toBe(0);
  });

  it('refuse a cursor that is none', async () => {
    const { isError, text } = await caller.call('list_exports', { cursor: 'nonsense' });

    expect([isError, text]).toEqual([true, expect.stringMatching(/^BAD_USER_INPUT: The cursor/)]);
  });
});
