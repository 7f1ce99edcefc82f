import { spawnSync } from 'node:child_process';
import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(new URL('../../', import.meta.url)));
/** Inside node_modules, so that what is compiled there still finds its packages. */
const OUTPUT = resolve(ROOT, 'node_modules/.cache/waybill-fan-out');

/**
 * Compiles the servers and the clients as a production build would be: a loader that compiles on the way names every closure,
 * which weighs a quarter of a kilobyte each.
 */
export function compile(): void {
  const compiler = resolve(ROOT, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', 'false', '--rootDir', ROOT, '--outDir', OUTPUT, '--noCheck'];
  const { status } = spawnSync(
    process.execPath,
    [compiler, '-p', resolve(ROOT, 'tsconfig.json'), ...options],
    {
      stdio: 'inherit',
    },
  );
  if (status !== 0) throw new Error('The benchmark does not compile.');
}

/** Where a source file has been compiled to. */
export function toCompiled(source: string): string {
  return resolve(OUTPUT, relative(ROOT, source).split(sep).join('/').replace(/\.ts$/, '.js'));
}
