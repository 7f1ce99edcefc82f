/**
 * Makes a release of what stands in .changeset: versions, changelogs, the lock file. Commits and publishes nothing.
 *
 * By the libraries of changesets and not by its command, which leaves out a root that is a package itself.
 *
 * Run: node scripts/release.js [the repository's root]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import applyReleasePlan from '@changesets/apply-release-plan';
import assembleReleasePlan from '@changesets/assemble-release-plan';
import { read as readConfig } from '@changesets/config';
import readChangesets from '@changesets/read';
import { PACKAGES } from './build-packages.js';

const HERE = fileURLToPath(new URL('../', import.meta.url));
const root = resolve(process.argv[2] ?? HERE);

const packages = readPackages();
const changesets = await fromDefault(readChangesets)(root);
if (changesets.length === 0) {
  console.error('Nothing waits for a release: .changeset holds no change.');
  process.exitCode = 1;
} else {
  const config = await readConfig(root, packages);
  const plan = fromDefault(assembleReleasePlan)(changesets, packages, config, undefined);
  await fromDefault(applyReleasePlan)(plan, packages, config, undefined, HERE);
  lock();
  for (const { name, oldVersion, newVersion } of plan.releases)
    console.log(`${name} ${oldVersion} -> ${newVersion}`);
  console.log('Look at the changelogs, and commit.');
}

/** The root, and what is below packages/. */
function readPackages() {
  const top = readPackage(root);
  const below = PACKAGES.map((name) => readPackage(join(root, 'packages', name)));
  return { tool: 'npm', root: top, packages: [top, ...below] };
}

/** @param {string} dir */
function readPackage(dir) {
  return { dir, packageJson: JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) };
}

/** The lock file names the versions too. */
function lock() {
  const words = [
    'install',
    '--package-lock-only',
    '--offline',
    '--ignore-scripts',
    '--no-fund',
    '--no-audit',
  ];
  const { status, stderr } = spawnSync('npm', words, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The lock file cannot be written:\n${stderr}`);
}

/** CommonJS: the function may stand one `default` deeper. @template Value @param {Value} given @returns {Value} */
function fromDefault(given) {
  return /** @type {{ default?: Value }} */ (given).default ?? given;
}
