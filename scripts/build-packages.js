/**
 * Builds packages/* to ES modules with types, one file for each source, so that a bundler takes what a page uses.
 *
 * Run: node scripts/build-packages.js
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** In the order in which they need each other. */
export const PACKAGES = ['client', 'react'];

/** @param {string} name - of a folder in packages/ */
function build(name) {
  const dist = join(ROOT, 'packages', name, 'dist');
  rmSync(dist, { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const { status } = spawnSync(tsc, ['-p', join(ROOT, 'packages', name, 'tsconfig.build.json')], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`@waybill/${name} cannot be built.`);
  nameFiles(dist);
}

/**
 * The compiler leaves the sources' names in declarations; only some tools find what they mean.
 *
 * @param {string} folder - whose declarations are changed
 */
export function nameFiles(folder) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(/((?:from|import\()\s*['"]\.{1,2}\/[^'"]+)\.tsx?(['"])/g, '$1.js$2'));
  }
}

export function buildPackages() {
  for (const name of PACKAGES) build(name);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildPackages();
