import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MANIFESTS = ['.', 'packages/client', 'packages/react'];

let folder: string;
/** A repository with nothing in it but what a release reads and writes. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-release-'));
  for (const place of MANIFESTS) {
    await mkdir(join(folder, place), { recursive: true });
    await cp(join(ROOT, place, 'package.json'), join(folder, place, 'package.json'));
  }
  for (const file of ['CHANGELOG.md', 'package-lock.json', '.npmrc'])
    await cp(join(ROOT, file), join(folder, file));
  await cp(join(ROOT, '.changeset'), join(folder, '.changeset'), { recursive: true });
  for (const name of await readdir(join(folder, '.changeset')))
    if (name.endsWith('.md') && name !== 'README.md') await rm(join(folder, '.changeset', name));
  run('git', ['init', '--quiet']);
  for (const place of MANIFESTS) await change(place, { version: '3.4.5' });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function run(command: string, words: readonly string[]) {
  return spawnSync(command, words, { cwd: folder, encoding: 'utf8' });
}

const release = () => run(process.execPath, [join(ROOT, 'scripts/release.js'), folder]);

async function change(place: string, values: object): Promise<void> {
  const file = join(folder, place, 'package.json');
  await writeFile(file, JSON.stringify({ ...(await readJson(file)), ...values }, null, 2));
}

async function readJson(
  file: string,
): Promise<{ version: string; packages: Record<string, { version: string }> }> {
  return JSON.parse(await readFile(file, 'utf8'));
}

describe('npm run release', { timeout: 60_000 }, () => {
  it('gives all three packages the next version, tells each what changed, and is done with the notes', async () => {
    await writeFile(
      join(folder, '.changeset/some-change.md'),
      "---\n'waybill': minor\n'@waybill/client': patch\n---\n\nA list of exports.\n",
    );
    run('git', ['add', '.']);
    run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'A list']);

    const { status, stdout } = release();

    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('waybill 3.4.5 -> 3.5.0'),
    });
    for (const place of MANIFESTS)
      expect((await readJson(join(folder, place, 'package.json'))).version).toBe('3.5.0');
    const { version, packages } = await readJson(join(folder, 'package-lock.json'));
    expect([version, packages['packages/client']?.version]).toEqual(['3.5.0', '3.5.0']);
    expect(await readFile(join(folder, 'CHANGELOG.md'), 'utf8')).toMatch(
      /^# Changelog\n\n## 3\.5\.0\n+### Minor Changes\n\n- .*A list of exports\.\n[\s\S]*^## 0\.1\.0$/m,
    );
    expect(await readFile(join(folder, 'packages/client/CHANGELOG.md'), 'utf8')).toMatch(
      /A list of exports\./,
    );
    expect(await readdir(join(folder, '.changeset'))).not.toContain('some-change.md');
  });

  it('changes nothing where nothing waits', async () => {
    const { status, stderr } = release();

    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'Nothing waits for a release: .changeset holds no change.\n',
    });
  });
});
