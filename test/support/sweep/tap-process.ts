import { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { type Sweep, toText } from './sweep.ts';

const CONSOLE_METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const;

/** Sweeps what this process prints. */
export function tapOutput(sweep: () => Sweep): void {
  for (const [stream, place] of [
    [process.stdout, 'standard output'],
    [process.stderr, 'standard error'],
  ] as const) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    Reflect.set(stream, 'write', (...args: unknown[]) => {
      sweep().look(place, String(args[0]));
      return write(...args);
    });
  }
  for (const method of CONSOLE_METHODS) {
    const print = console[method].bind(console);
    console[method] = (...values: unknown[]) => {
      sweep().look('console', values.map(toText).join(' '));
      print(...values);
    };
  }
}

/** Sweeps what every process prints that a test starts, for the secrets of its configuration, environment and arguments. */
export function tapChildren(sweep: () => Sweep): void {
  // Not in the public types: what every way to start a process goes through.
  const prototype = ChildProcess.prototype as unknown as { spawn(options: SpawnOptions): unknown };
  const { spawn } = prototype;
  prototype.spawn = function tapped(this: ChildProcess, options) {
    const result = spawn.call(this, options);
    noteSecrets(options, sweep());
    tapStream(this.stdout, 'standard output of a command', sweep);
    tapStream(this.stderr, 'standard error of a command', sweep);
    return result;
  };
}

interface SpawnOptions {
  readonly args?: readonly string[];
  readonly envPairs?: readonly string[];
  readonly cwd?: string;
}

function tapStream(stream: Readable | null, place: string, sweep: () => Sweep): void {
  if (stream === null) return;
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array) sweep().look(place, Buffer.from(chunk).toString('latin1'));
    return push(chunk, encoding);
  };
}

function noteSecrets({ args = [], envPairs = [], cwd = '.' }: SpawnOptions, sweep: Sweep): void {
  const env = Object.fromEntries(
    envPairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const token = argumentOf(args, '--token') ?? env.WAYBILL_TOKEN;
  if (token !== undefined) sweep.addSecret("a command's token", token);
  const file = argumentOf(args, '--config') ?? env.WAYBILL_CONFIG;
  if (file !== undefined) sweep.waitFor(noteConfigured(readFileSafely(resolve(cwd, file)), env, sweep));
}

/** Nothing where the configuration cannot be read: tests start commands with broken ones too. */
async function noteConfigured(text: string, env: Record<string, string>, sweep: Sweep): Promise<void> {
  // Loaded only here: few test files start a command, and every one of them runs this file.
  const { loadConfig } = await import('../../../src/config/load.ts');
  const { secretValues } = await import('../../../src/config/secret-values.ts');
  const loaded = loadConfig({ text, env });
  const secrets = 'config' in loaded ? secretValues(loaded.config) : [];
  for (const secret of secrets) sweep.addSecret('a configured secret', secret);
}

function readFileSafely(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function argumentOf(args: readonly string[], name: string): string | undefined {
  const place = args.indexOf(name);
  return place === -1
    ? args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1)
    : args[place + 1];
}
