import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { toCompiled } from './compile.ts';

/** What travels between the run and one of its processes. */
interface Message {
  readonly number: number;
  readonly command: string;
  readonly value: unknown;
  readonly error?: string | undefined;
}

/** A process of its own, so that its processor time and memory are its own too. */
export interface Child extends AsyncDisposable {
  ask<Answer>(command: string, value?: unknown): Promise<Answer>;
  /** True once it has ended, wanted or not. */
  readonly hasEnded: boolean;
}

/** Starts a file beside this one; `settings` reach it as `readSettings()`. */
export async function startChild(file: string, settings: object = {}): Promise<Child> {
  const child = fork(toCompiled(fileURLToPath(new URL(file, import.meta.url))), [JSON.stringify(settings)], {
    execArgv: ['--expose-gc', '--max-semi-space-size=16', ...profileArguments(file)],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastNumber = 0;
  child.on('message', ({ number, value, error }: Message) => {
    const asked = waiting.get(number);
    waiting.delete(number);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(`${file}: ${error}`));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${code}`));
  });
  const ask = <Answer>(command: string, value?: unknown): Promise<Answer> => {
    lastNumber += 1;
    const number = lastNumber;
    return new Promise<Answer>((resolve, reject) => {
      waiting.set(number, { resolve: resolve as (value: unknown) => void, reject });
      child.send({ number, command, value } satisfies Message);
    });
  };
  await ask('ready');
  return {
    ask,
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

/** `PROFILE=gateway` writes a processor profile of that process into the working directory. */
function profileArguments(file: string): readonly string[] {
  const { PROFILE } = process.env;
  return PROFILE !== undefined && file.includes(PROFILE) ? ['--cpu-prof', '--cpu-prof-interval=500'] : [];
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  // Disconnecting asks it to end by itself, so that a profile is written.
  child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}

/** In the child: the settings it was started with. */
export function readSettings<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? '{}') as Settings;
}

/** In the child: answers the run's commands until it lets go. */
export function serveCommands(
  commands: Readonly<Record<string, (value: never) => unknown | Promise<unknown>>>,
): void {
  process.on('message', async ({ number, command, value }: Message) => {
    try {
      const answer = command === 'ready' ? null : await commands[command]?.(value as never);
      process.send?.({ number, command, value: answer ?? null } satisfies Message);
    } catch (error) {
      process.send?.({ number, command, value: null, error: String(error) } satisfies Message);
    }
  });
  process.on('disconnect', () => process.exit(0));
}
