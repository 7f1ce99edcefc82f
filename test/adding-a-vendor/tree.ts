import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Edit } from './page.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** All that the gateway is built from; tests and benchmarks are left behind. */
const COPIED = [
  'src',
  'simulator',
  'schema',
  'scripts',
  'packages',
  'docs/vendors',
  'codegen.ts',
  'package.json',
  'tsconfig.json',
];

/** What a command said, and how it ended. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A server of the copied tree. Disposing of it sends SIGTERM and waits for the end. */
export interface RunningGateway extends AsyncDisposable {
  readonly url: string;
}

/** A copy of this repository that a test may change. Disposing of it removes it. */
export interface Tree extends AsyncDisposable {
  /** Lays files over the tree. */
  add(folder: URL): Promise<void>;
  /** Makes a change the page shows. @throws Error where its old lines are not there exactly once */
  apply(edit: Edit): Promise<void>;
  write(path: string, content: string): Promise<string>;
  run(script: string, ...options: readonly string[]): Promise<Outcome>;
  /** Type-checks everything. @returns the files the compiler complains about, sorted */
  complaints(): Promise<readonly string[]>;
  /** Starts a command of the built tree and waits until it listens. */
  start(...options: readonly string[]): Promise<RunningGateway>;
}

/** Copies the tree beside the real `node_modules`. */
export async function copyTree(): Promise<Tree> {
  const home = await mkdtemp(join(tmpdir(), 'waybill-vendor-'));
  for (const name of COPIED) await cp(join(ROOT, name), join(home, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(home, 'node_modules'), 'dir');

  const launch = (script: string, options: readonly string[]) =>
    spawn(process.execPath, [join(home, script), ...options], {
      cwd: home,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  async function run(script: string, ...options: readonly string[]): Promise<Outcome> {
    const child = launch(script, options);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    const [exitCode] = await once(child, 'close');
    return { exitCode: exitCode as number | null, output };
  }

  return {
    add: (folder) => cp(fileURLToPath(folder), home, { recursive: true }),

    async apply({ path, before, after }) {
      const file = join(home, path);
      const [start, ...rest] = (await readFile(file, 'utf8')).split(before);
      if (start === undefined || rest.length !== 1)
        throw new Error(`${path} holds these lines ${rest.length} times:\n${before}`);
      await writeFile(file, `${start}${after}${rest[0]}`);
    },

    async write(path, content) {
      await writeFile(join(home, path), content);
      return join(home, path);
    },

    run,

    async complaints() {
      const { output } = await run(
        'node_modules/typescript/bin/tsc',
        ...['-p', 'tsconfig.json', '--pretty', 'false', '--incremental', '--tsBuildInfoFile', '.tsbuildinfo'],
      );
      const files = [...output.matchAll(/^([^\s(][^(]*)\(\d+,\d+\): error/gm)].map(([, file]) => file ?? '');
      return [...new Set(files)].sort();
    },

    async start(...options) {
      const child = launch('dist/src/main.js', options);
      const closed = once(child, 'close');
      let output = '';
      const url = await new Promise<string>((resolve, reject) => {
        for (const stream of [child.stdout, child.stderr])
          stream.setEncoding('utf8').on('data', (text) => {
            output += text;
            const listening = /^waybill listening on (\S+)$/m.exec(output)?.[1];
            if (listening !== undefined) resolve(listening);
          });
        child.once('close', () => reject(new Error(`It ended before it listened:\n${output}`)));
      });
      return {
        url,
        async [Symbol.asyncDispose]() {
          child.kill('SIGTERM');
          await closed;
        },
      };
    },

    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}
