import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Message } from './commands.ts';

/** Servers under measurement have this core for themselves; the vendor, the load and the run share the other. */
export const TARGET_CORE = 0;
export const LOAD_CORE = 1;

export const hasTaskset = spawnSync('taskset', ['--version']).status === 0;

/** Files that live as long as the run. */
export const scratch = mkdtempSync(join(tmpdir(), 'waybill-bench-'));

export interface ProcessSettings {
  readonly name: string;
  /** The Node to run it with. */
  readonly node: string;
  /** Node's own arguments, the script and the script's arguments. */
  readonly args: readonly string[];
  readonly core: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A process of its own, so that its processor time and memory are its own too. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  ask<Answer>(command: string, value?: unknown): Promise<Answer>;
  /** The first match in what it has written to standard output so far or writes within half a minute. */
  waitForOutput(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Processor time since its start, milliseconds; from /proc. */
  cpuMs(): number;
  /** From /proc. */
  rssBytes(): number;
}

const running = new Set<ChildProcess>();
let started = 0;

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** Starts a process pinned to a core; its output goes to files, so that nobody has to keep up with reading it. */
export function startProcess({ name, node, args, core, env }: ProcessSettings): Child {
  started += 1;
  const outputFile = join(scratch, `${started}-${name}.out`);
  const errorFile = join(scratch, `${started}-${name}.err`);
  const pinned = hasTaskset ? ['taskset', '-c', String(core), node, ...args] : [node, ...args];
  const [command = node, ...rest] = pinned;
  const child = spawn(command, rest, {
    stdio: ['ignore', openSync(outputFile, 'w'), openSync(errorFile, 'w'), 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  running.add(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} cannot be started`);
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  child.on('message', ({ number, value, error }: Message) => {
    const asked = waiting.get(number);
    waiting.delete(number);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(`${name}: ${error}`));
  });
  child.on('exit', (code, signal) => {
    running.delete(child);
    const reason = new Error(`${name} ended with ${code ?? signal}: ${tail(errorFile)}`);
    for (const { reject } of waiting.values()) reject(reason);
  });
  let lastNumber = 0;

  return {
    pid,
    ask: <Answer>(command: string, value?: unknown) => {
      lastNumber += 1;
      const number = lastNumber;
      return new Promise<Answer>((resolve, reject) => {
        waiting.set(number, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ number, command, value } satisfies Message, (error) => {
          if (error) reject(error);
        });
      });
    },
    async waitForOutput(pattern) {
      const until = performance.now() + 30_000;
      for (;;) {
        const match = pattern.exec(readFileSync(outputFile, 'utf8'));
        if (match) return match;
        if (hasEnded(child) || performance.now() > until)
          throw new Error(`${name} never said ${pattern}: ${tail(errorFile)}`);
        await pause(2);
      }
    },
    cpuMs: () => readCpuMs(pid),
    rssBytes: () => readRssBytes(pid),
    [Symbol.asyncDispose]: () => end(child),
  };
}

/** Starts a script of this package beside the load: the vendor, or clients. */
export function startHelper(script: string, args: readonly string[] = []): Child {
  const file = fileURLToPath(new URL(script, import.meta.url));
  return startProcess({
    name: script.replaceAll(/\W+/g, '-'),
    node: process.execPath,
    args: ['--max-semi-space-size=16', file, ...args],
    core: LOAD_CORE,
  });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** The last of a log, which may be larger than any text can be. */
function tail(file: string): string {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, 2_000));
    readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    closeSync(fd);
  }
}

/** Clock ticks a second, which is what /proc counts in; 100 on every Linux that Node runs on. */
const TICKS = 100;

function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;
}

function readRssBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1] ?? Number.NaN) * 1_024;
}

/** Things that end together, the last one first. */
export class Started implements AsyncDisposable {
  private readonly all: AsyncDisposable[] = [];

  add<Thing extends AsyncDisposable>(thing: Thing): Thing {
    this.all.push(thing);
    return thing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thing of this.all.splice(0).reverse()) await thing[Symbol.asyncDispose]();
  }
}
