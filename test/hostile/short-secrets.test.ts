import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BUILT_MAIN } from '../support/built-program.ts';
import { expectOneEventPerLine } from './recorded-log.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Runs `waybill serve` until it listens, and tells what it has logged before. */
async function serve(apiKey: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-short-secrets-'));
  const file = join(folder, 'waybill.yaml');
  const accounts = [{ key: 'hi', vendor: 'hi-energy', credential: { type: 'api-key', apiKey } }];
  writeFileSync(file, JSON.stringify({ server: { port: 0 }, accounts }));
  const words = [BUILT_MAIN, 'serve', '--config', file];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.once('data', () => child.kill('SIGTERM'));
  await new Promise((resolve) => child.once('close', resolve));
  rmSync(folder, { recursive: true });
  return stderr.split(/(?<=\n)/).filter((line) => line !== '');
}

describe('a secret that is too short to be masked', { timeout: 60_000 }, () => {
  it('is warned of at the start, without a word of it', async () => {
    const lines = await serve('q7x');

    expectOneEventPerLine(lines);
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: 'warn', count: 1, msg: expect.stringContaining('cannot be masked') }),
    );
    expect(lines.join('')).not.toContain('q7x');
  });

  it('is not one of six characters', async () => {
    expect((await serve('q7x-42')).filter((line) => line.includes('cannot be masked'))).toEqual([]);
  });
});
