import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSocketStream, toStory } from '../graphql/subscriptions/transports.ts';
import { BUILT_MAIN } from '../support/built-program.ts';
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly problem?: string;
  readonly accounts?: object;
}

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-reload-process-'));
  file = join(folder, 'waybill.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `waybill serve` in a process of its own. */
class Served {
  readonly lines: Line[] = [];
  url = '';
  private readonly child: ChildProcess;
  private readonly waiters = new Set<() => void>();
  private rest = '';

  constructor() {
    this.child = spawn(process.execPath, [BUILT_MAIN, 'serve', '--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', HI_KEY: 'key-of-the-environment' },
    });
    this.child.stdout?.on('data', (text) => {
      this.url = /listening on (\S+)/.exec(String(text))?.[1] ?? this.url;
      this.wake();
    });
    this.child.stderr?.on('data', (text) => {
      const pieces = `${this.rest}${text}`.split('\n');
      this.rest = pieces.pop() ?? '';
      this.lines.push(...pieces.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)));
      this.wake();
    });
  }

  static async start(): Promise<Served> {
    const served = new Served();
    await served.until(() => served.url !== '');
    return served;
  }

  /** Resolves as soon as the condition holds. */
  async until(condition: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.waiters.delete(check);
        resolve();
      };
      this.waiters.add(check);
      check();
    });
  }

  /** The log has so many lines with this text. */
  said(text: string, count = 1): Promise<void> {
    return this.until(() => this.lines.filter(({ msg }) => msg.includes(text)).length >= count);
  }

  hangUp(): void {
    this.child.kill('SIGHUP');
  }

  private wake(): void {
    for (const check of [...this.waiters]) check();
  }

  /** Ends it as an orchestrator does; it must have been alive until then. */
  async [Symbol.asyncDispose](): Promise<void> {
    const isAlive = this.child.exitCode === null;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    if (isAlive) await exited;
    expect([isAlive, this.child.exitCode]).toEqual([true, 0]);
  }
}

const RELOADED = 'The configuration was reloaded.';
const REFUSED = 'The configuration was not reloaded';

const toFile = (vendor: FakeVendor, apiKey: string, more = ''): string => `
server: { port: 0 }
accounts:
  - key: hi
    vendor: hi-energy
    baseUrl: ${vendor.url}
    credential: { type: api-key, apiKey: "${apiKey}" }
    polling: { minMs: 100, maxMs: 100 }
    limits: { requestsPerSecond: 1000 }
${more}`;

/** A vendor with one export that gets along a bit whenever it is told to. */
async function startVendor() {
  const progress = { parts: 10 };
  const vendor = await startFakeVendor(() => ({
    body: {
      export: {
        id: 1,
        report_type: 'deals_excel',
        status: progress.parts === 100 ? 'completed' : 'processing',
        progress: { parts_ready: progress.parts, total_parts: 100 },
      },
    },
  }));
  return { ...vendor, progress };
}

const WATCHED = { variables: { locators: [{ hiEnergy: { exportId: '1' } }] } };
const lastKey = ({ requests }: FakeVendor) => requests.at(-1)?.headers['x-api-key'];

describe('waybill serve', { timeout: 120_000 }, () => {
  it('reloads on SIGHUP: a stream lives on through a new key, and a file with a mistake changes nothing', async () => {
    await using vendor = await startVendor();
    writeFileSync(file, toFile(vendor, `\${HI_KEY}`));
    await using served = await Served.start();
    await using stream = await openSocketStream(served.url, WATCHED);
    await stream.until((events) => events.length === 1);
    expect(lastKey(vendor)).toBe('key-of-the-environment');

    writeFileSync(file, toFile(vendor, 'key-2'));
    served.hangUp();
    await served.said(RELOADED);
    vendor.progress.parts = 20;
    await stream.until((events) => events.length === 2);
    expect(lastKey(vendor)).toBe('key-2');

    writeFileSync(file, toFile(vendor, 'key-3', '    colour: key-of-the-mistake\n'));
    served.hangUp();
    await served.said(REFUSED);
    vendor.progress.parts = 100;
    await stream.ended;

    expect(lastKey(vendor)).toBe('key-2');
    expect(toStory(stream.events)).toEqual([
      'Snapshot 1 RUNNING 10',
      'Progressed 1 RUNNING 20',
      'StatusChanged 1 SUCCEEDED 100',
    ]);
    expect(served.lines.find(({ msg }) => msg.startsWith(RELOADED))).toMatchObject({
      level: 'info',
      accounts: { changed: ['hi'] },
    });
    expect(served.lines.find(({ msg }) => msg.startsWith(REFUSED))).toMatchObject({
      level: 'error',
      problem: expect.stringMatching(/waybill\.yaml:10:5: accounts\[0\]\.colour: found an unknown key/),
    });
    expect(JSON.stringify(served.lines)).not.toContain('key-');
  });

  it('reloads once when the file is replaced by an editor, and again when its folder is swapped behind a link', async () => {
    await using vendor = await startVendor();
    const write = (name: string, apiKey: string): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'waybill.yaml'), toFile(vendor, apiKey));
    };
    const swap = (name: string): void => {
      symlinkSync(name, join(folder, 'new'));
      renameSync(join(folder, 'new'), join(folder, '..data'));
    };
    write('..first', 'key-1');
    swap('..first');
    symlinkSync(join('..data', 'waybill.yaml'), file);
    await using served = await Served.start();
    await using stream = await openSocketStream(served.url, WATCHED);
    await stream.until((events) => events.length === 1);

    write('..second', 'key-2');
    swap('..second');
    await served.said(RELOADED);
    vendor.progress.parts = 20;
    await stream.until((events) => events.length === 2);
    expect(lastKey(vendor)).toBe('key-2');

    writeFileSync(join(folder, 'edited'), toFile(vendor, 'key-3'));
    renameSync(join(folder, 'edited'), file);
    await served.said(RELOADED, 2);
    vendor.progress.parts = 100;
    await stream.ended;

    expect(lastKey(vendor)).toBe('key-3');
    expect(served.lines.filter(({ msg }) => msg.includes('configuration'))).toHaveLength(2);
    expect(toStory(stream.events)).toEqual([
      'Snapshot 1 RUNNING 10',
      'Progressed 1 RUNNING 20',
      'StatusChanged 1 SUCCEEDED 100',
    ]);
  });
});
