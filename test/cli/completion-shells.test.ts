import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerShells } from './completion-answers.ts';
import { startFakeGateway } from './fake-gateway.ts';
import { PATIENCE_MS } from './support.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const REPORTS = fileURLToPath(new URL('../../reports', import.meta.url));

/** False where a shell's test is skipped; says so, loudly. */
function hasProgram(name: string): boolean {
  if (spawnSync(name, ['--version']).status === 0) return true;
  console.warn(`SKIPPED: completion in ${name}: there is no ${name} (Debian: apt-get install ${name}).`);
  return false;
}

describe('completion in a shell', { timeout: 2 * PATIENCE_MS }, () => {
  const canType = hasProgram('script');
  let folder: string;
  beforeAll(async () => {
    // Below the repository, where its packages are found; built, since a shell asks anew at every Tab.
    await mkdir(REPORTS, { recursive: true });
    folder = await mkdtemp(join(REPORTS, 'completion-'));
    await build({
      entryPoints: [MAIN],
      outdir: folder,
      bundle: true,
      splitting: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    // It answers what the shell asks, and shows what it was called with else.
    const program = `#!/bin/sh
case $1 in
  complete|completion) exec '${process.execPath}' '${join(folder, 'main.js')}' "$@" ;;
esac
printf '<%s>' "$@"
echo
`;
    await writeFile(join(folder, 'waybill'), program, { mode: 0o755 });
    await writeFile(join(folder, '.bashrc'), 'source <(waybill completion bash)\n');
    await writeFile(
      join(folder, '.zshrc'),
      'autoload -U compinit\ncompinit -u -D\nsource <(waybill completion zsh)\n',
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function run(command: string, words: readonly string[], url: string, keys = ''): Promise<string> {
    const child = spawn(command, words, {
      env: {
        PATH: `${folder}${delimiter}${process.env.PATH}`,
        HOME: folder,
        ZDOTDIR: folder,
        TERM: 'xterm',
        WAYBILL_URL: url,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stdin.end(keys);
    await new Promise((resolve) => child.once('close', resolve));
    return output;
  }

  it.runIf(canType && hasProgram('bash'))('types whole words for who presses Tab in bash', async () => {
    await using gateway = await startFakeGateway({ onOperation: answerShells });

    const output = await run(
      'script',
      ['-qec', `bash --noprofile --rcfile ${folder}/.bashrc -i`, '/dev/null'],
      gateway.url,
      'waybill canc\thi@hi\t\nwaybill cancel desk@\t\nwaybill cancel talkdesk:\t\nwaybill list --status=fai\t\nexit\n',
    );

    // Bash begins words at colons, at equals signs and at an @.
    expect(output.match(/<.*>/g)).toEqual([
      '<cancel><hi@hi-energy:42>',
      '<cancel><desk@talkdesk:calls/a-b>',
      '<cancel><talkdesk:calls/a-b>',
      '<list><--status=failed>',
    ]);
  });

  it.runIf(canType && hasProgram('zsh'))('types whole words for who presses Tab in zsh', async () => {
    await using gateway = await startFakeGateway({ onOperation: answerShells });

    const keys = 'waybill cancel hi@hi\t\nwaybill start hi-energy indexP\tx\nexit\n';
    const output = await run('script', ['-qec', 'zsh -i', '/dev/null'], gateway.url, keys);

    expect(output.match(/<.*>/g)).toEqual(['<cancel><hi@hi-energy:42>', '<start><hi-energy><indexParams=x>']);
  });

  it.runIf(hasProgram('fish'))('offers words with what they are in fish', async () => {
    await using gateway = await startFakeGateway({ onOperation: answerShells });
    const asked = ['cancel hi@', 'list --status=fai', 'serve --config /etc/hos'];

    const output = await run(
      'fish',
      [
        '--no-config',
        '-c',
        `waybill completion fish | source; ${asked.map((line) => `complete -C 'waybill ${line}'`).join('; ')}`,
      ],
      gateway.url,
    );

    expect(output.split('\n')).toEqual(
      expect.arrayContaining(['hi@hi-energy:42\tRUNNING Sales overview', '--status=failed', '/etc/hosts']),
    );
  });
});
