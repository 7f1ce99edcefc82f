import { PassThrough } from 'node:stream';
import { CommandError } from '../../src/cli/command-error.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import type { CommandIo, OutputStream } from '../../src/cli/io.ts';
import { run } from '../../src/cli/program.ts';
import { readEnvironment } from '../../src/config/process-environment.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { createSeededRandom } from '../support/manual-clock.ts';

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Default: no terminal. */
  readonly stdin?: CommandIo['stdin'];
  /** Makes standard output and error terminals of this width. */
  readonly terminal?: { readonly columns: number; readonly rows?: number };
  /** Called when the command waits before it tries again; the wait itself takes no time. */
  readonly onWait?: (delayMs: number) => void | Promise<void>;
  /** Called for every piece of standard output or error. */
  readonly onOutput?: (text: string, interrupt: () => void) => void;
}

export interface CliResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** Standard output as bytes. */
  readonly bytes: Buffer;
  readonly stderr: string;
  /** What the command waited, in milliseconds. */
  readonly waits: readonly number[];
}

/** Runs a command as the process would, with streams that are read back and waits that take no time. */
export async function runCli(words: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort(new CommandError(EXIT.interrupted, ''));
  const onText = (text: string): void => options.onOutput?.(text, interrupt);
  const stdout = record(options.terminal, onText);
  const stderr = record(options.terminal, onText);
  const waits: number[] = [];
  const io: CommandIo = {
    stdin: options.stdin ?? new PassThrough(),
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: readEnvironment(options.env ?? {}),
    clock: createHurriedClock(waits, options.onWait),
    random: createSeededRandom(1),
    cwd: options.cwd ?? process.cwd(),
    listenForInterrupt: () => interruption.signal,
  };
  const exitCode = await run(words, io);
  return { exitCode, stdout: stdout.text(), bytes: stdout.bytes(), stderr: stderr.text(), waits };
}

/** The real time, but whoever waits goes on as soon as `onWait` is done. */
function createHurriedClock(waits: number[], onWait: CliOptions['onWait']): Clock {
  return {
    now: () => Date.now(),
    setTimer(delayMs, callback) {
      let isCanceled = false;
      waits.push(delayMs);
      void Promise.resolve(onWait?.(delayMs)).then(() => setImmediate(() => isCanceled || callback()));
      return () => {
        isCanceled = true;
      };
    },
  };
}

function record(terminal: CliOptions['terminal'], onText: (text: string) => void) {
  const chunks: Buffer[] = [];
  const through = new PassThrough();
  through.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    onText(chunk.toString('utf8'));
  });
  const stream: OutputStream = Object.assign(
    through,
    terminal === undefined ? {} : { isTTY: true, ...terminal },
  );
  return {
    stream,
    bytes: () => Buffer.concat(chunks),
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

/** A run that takes longer than this has lost its way. */
export const PATIENCE_MS = 60_000;
