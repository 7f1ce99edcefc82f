import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { startWire } from '../board/board-page.ts';
import { startSimulatedGateway } from '../support/simulated-gateway.ts';

const PAGE = await readFile(new URL('../../docs/tracking.md', import.meta.url), 'utf8');

/** The page's blocks of one language, in order. */
function blocks(language: string): readonly string[] {
  const found = PAGE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'));
  return [...found].map(([, text = '']) => text);
}

/** The one block of a language that holds these words. */
function block(language: string, words: string): string {
  const [found, ...more] = blocks(language).filter((text) => text.includes(words));
  if (found === undefined || more.length > 0)
    throw new Error(`Not one block of ${language} holds "${words}".`);
  return found;
}

interface Running extends AsyncDisposable {
  readonly lines: readonly string[];
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

/** Runs a program of the page against this gateway instead of the demo. */
function runProgram(program: string, url: string): Running {
  const prelude = "import { WebSocket as Socket } from 'ws'; globalThis.WebSocket ??= Socket;\n";
  const text = prelude + program.replaceAll('127.0.0.1:4000', new URL(url).host);
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    lines,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

describe('the page on tracking', { timeout: 40_000 }, () => {
  it('shows operations that the schema knows', () => {
    const schema = createSchema();

    const problems = blocks('graphql').flatMap((text) => validate(schema, parse(text)));

    expect(blocks('graphql')).toHaveLength(6);
    expect(problems).toEqual([]);
  });

  it('shows a configuration that loads, with the defaults it names', () => {
    const loaded = loadConfig({ text: block('yaml', 'track: all'), env: { HI_KEY: 'a-key' } });

    if (!('config' in loaded)) throw new Error(loaded.problems.join('\n'));
    const { accounts, tracking } = loaded.config;
    const other = loadConfig({
      text: 'accounts: [{ key: hi, vendor: hi-energy, credential: { type: api-key, apiKey: a-key } }]',
      env: {},
    });
    if (!('config' in other)) throw new Error(other.problems.join('\n'));
    expect(accounts[0]).toMatchObject({ track: 'all', discoverMs: other.config.accounts[0]?.discoverMs });
    expect(tracking).toEqual(other.config.tracking);
    expect(other.config.store).toEqual({ kind: 'memory' });
  });

  it('starts an export with the variables it shows, cancels, tracks, finds and forgets it', async () => {
    await using gateway = await startSimulatedGateway();
    const variables = JSON.parse(block('json', 'idempotencyKey')) as { input: { label: string } };
    const start = block('graphql', 'startExport');

    const first = await gateway.query(start, variables);
    const again = await gateway.query(start, variables);
    const { id } = first.data.startExport.export as { id: string };
    const locator = { id };
    const tracked = await gateway.query(block('graphql', ' trackExport(locator: $locator, label'), {
      locator,
      label: 'For Ann',
    });
    const found = await gateway.query(block('graphql', 'recentExports'), { text: 'ann' });
    const canceled = await gateway.query(block('graphql', 'cancelExport'), { locator });
    const forgotten = await gateway.query(block('graphql', 'untrackExport'), { locator });

    expect(first.data.startExport).toMatchObject({
      isExisting: false,
      export: { tracking: { label: variables.input.label, startedHere: true } },
    });
    expect(again.data.startExport).toMatchObject({ isExisting: true, export: { id } });
    expect(tracked.data.trackExport.tracking).toMatchObject({ label: 'For Ann', keptUntil: null });
    expect(found.data.recentExports.nodes).toMatchObject([{ id }]);
    expect(canceled.data.cancelExport.export.status).toBe('CANCELED');
    expect(forgotten.data.untrackExport).toEqual({ exportId: id, wasTracked: true });
  });

  it.each([
    ['whose answer the vendor lost', 'lost-answer', ['START_OUTCOME_UNKNOWN', 'found QUEUED']],
    ['that goes well', null, ['started QUEUED']],
  ] as const)('shows how an order %s is one export in the end', async (_what, kind, told) => {
    await using gateway = await startSimulatedGateway();
    if (kind !== null) gateway.simulators.faults.order({ vendor: 'hi-energy', kind, times: 1 });

    await using program = runProgram(block('js', 'startExport'), gateway.url);

    expect(await program.ended).toBe(0);
    expect(program.lines).toEqual(told);
    expect(gateway.simulators.orders.read()['hi-energy'].count).toBe(1);
  });

  it('says of which vendors a lost answer may be asked for again', async () => {
    const [, named = ''] = /^\| true \| .*?\((.*?)\)/m.exec(PAGE) ?? [];
    await using gateway = await startSimulatedGateway();
    const orders = {
      'Power BI': { powerBi: { reportId: 'bbbbbbbb-0000-4000-8000-000000000001', format: 'PDF' } },
      'Hi Energy': { hiEnergy: { reportType: 'deals_excel' } },
      Talkdesk: {
        talkdesk: { reportType: 'calls', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' },
      },
      WebAdMIT: { webAdmit: { userIdentityId: '37442', exportId: '86466' } },
    };
    const start = block('graphql', 'startExport');
    const retryable: string[] = [];

    for (const vendor of ['power-bi', 'hi-energy', 'talkdesk', 'web-admit'] as const)
      gateway.simulators.faults.order({ vendor, kind: 'lost-answer', times: 1 });
    for (const [name, order] of Object.entries(orders)) {
      const { errors } = await gateway.query(start, { input: { order, idempotencyKey: name } });
      expect(errors[0]?.extensions?.code).toBe('START_OUTCOME_UNKNOWN');
      if (errors[0]?.extensions?.retryable === true) retryable.push(name);
    }

    expect(named.split(', ')).toEqual(retryable);
  });

  it('shows a list that goes on after a broken connection as if nothing had been', async () => {
    await using wire = await startWire();
    // The vendors' time stands still until the program, however long it takes to start, was told that the first export waits.
    const heldAt = Date.now();
    let goesOnAt = Number.POSITIVE_INFINITY;
    const vendorClock = { ...systemClock, now: () => heldAt + Math.max(0, Date.now() - goesOnAt) };
    await using gateway = await startSimulatedGateway({
      vendorClock,
      speed: 4,
      config: { server: { publicUrl: wire.url } },
    });
    wire.lead(gateway.url);
    const start = (label: string, reportType: string) =>
      gateway.query(block('graphql', 'startExport'), {
        input: { label, order: { hiEnergy: { reportType } } },
      });
    await start('first', 'deals_excel');
    await using program = runProgram(block('js', 'trackedExportEvents'), wire.url);
    const { lines } = program;
    const until = (line: string) => expect.poll(() => lines, { timeout: 20_000 }).toContain(line);

    await until('ExportSnapshot first QUEUED 1');
    goesOnAt = Date.now();
    await start('second', 'advertisers_csv');
    await until('ExportTracked second QUEUED 2');
    await until('ExportStatusChanged second RUNNING 2');
    wire.cut();
    await until('connecting again');
    await start('third', 'clicks_details_excel');
    wire.mend();
    await until('ExportTracked third QUEUED 3');

    expect(lines.filter((line) => line.startsWith('ExportSnapshot'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('ExportTracked second'))).toHaveLength(1);
  });
});
