import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** Where a bundled program is to be run, so that it finds the packages. */
export const BUNDLED_CWD = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A program of TypeScript as one module for `node --input-type=module --eval`: a process starts with it in a fifth of the time that it
 * takes to translate the sources anew. Its names stay as they are.
 *
 * @param source - imports by paths from the repository's root
 */
export function bundleProgram(source: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents: source, resolveDir: BUNDLED_CWD, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    write: false,
  });
  return (outputFiles[0] as { text: string }).text;
}
