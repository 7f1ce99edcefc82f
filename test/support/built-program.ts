import { spawnSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newestIn } from '../../scripts/board.js';

/** The repository's. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Apart from the usual build, which some tests build anew. */
const FOLDER = 'node_modules/.cache/waybill-built';
const SOURCES = [
  'src',
  'simulator',
  'packages/client/src',
  'packages/react/src',
  'scripts',
  'package-lock.json',
];
/** Written last: with it, a build is whole. */
const DESCRIBED = join(ROOT, FOLDER, 'package.json');

/** `waybill` as it is published: a process starts with it in a tenth of the time that it takes to translate the sources anew. */
export const BUILT_MAIN = join(ROOT, FOLDER, 'src/main.js');

/** Builds the program where it is older than what it is made of. */
export function buildProgramWhereStale(): void {
  const builtAt = existsSync(DESCRIBED) ? statSync(DESCRIBED).mtimeMs : 0;
  if (SOURCES.every((source) => newestIn(join(ROOT, source)) < builtAt)) return;
  buildProgram(ROOT, FOLDER);
}

/**
 * @param source - a checkout, with its packages
 * @param into - a folder in it
 * @returns the program
 */
export function buildProgram(source: string, into: string): string {
  const { status, stderr } = spawnSync(process.execPath, [join(source, 'scripts/build.js'), into], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The program cannot be built.\n${stderr}`);
  const described = { type: 'module', version: '0.0.0', imports: { '#package.json': './package.json' } };
  writeFileSync(join(source, into, 'package.json'), JSON.stringify(described));
  return join(source, into, 'src/main.js');
}
