import { type ProcessEnvironment, readEnvironment } from '../config/process-environment.ts';
import { type Clock, type Random, systemClock, systemRandom } from '../runtime/clock.ts';
import { EXIT } from './exit-codes.ts';
import { listenForInterrupt } from './signals.ts';

/** Where a command writes: a terminal, a pipe or a file. */
export type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  /** The terminal's width and height in characters. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
};

/** What `--color` says. */
export type ColorChoice = 'auto' | 'always' | 'never';

/** Where a person answers, or not. */
export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };

/** What a command knows of the world around it; a test gives it another one. */
export interface CommandIo {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: ProcessEnvironment;
  readonly clock: Clock;
  readonly random: Random;
  /** The working folder. */
  readonly cwd: string;
  /** From now on, an interruption aborts this signal instead of ending the process; its reason is a CommandError. */
  readonly listenForInterrupt: () => AbortSignal;
  /** What `--color` says; left out: auto. */
  readonly colorChoice?: () => ColorChoice;
}

/** The real world. */
export function createProcessIo(): CommandIo {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      // EPIPE: the reader has left, as `head` does. There is none to say anything to.
      if (code !== 'EPIPE' && stream === process.stdout)
        console.error(`waybill: Standard output broke (${code}).`);
      process.exit(EXIT.failed);
    });
  }
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: readEnvironment(),
    clock: systemClock,
    random: systemRandom,
    cwd: process.cwd(),
    listenForInterrupt,
  };
}

/** Keeps the process alive while a command waits for nothing but its clock, whose timers do not. */
export async function staysAlive<Result>(work: () => Promise<Result>): Promise<Result> {
  const holder = setInterval(() => undefined, 2 ** 30);
  try {
    return await work();
  } finally {
    clearInterval(holder);
  }
}
