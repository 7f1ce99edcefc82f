/**
 * Bundles src/ to dist/src and simulator/ to dist/simulator, and puts the pages' files beside it. Types are checked by
 * `npm run check:static`. Where the bundler is not installed (a production install), what was built before is used.
 *
 * Bundled, since a gateway that looks for a thousand files takes twice as long to start. What `serve` does not need stands in
 * chunks of its own, behind `import()`.
 *
 * Run: node scripts/build.js [another folder than dist, from the repository's root]
 */
import { existsSync } from 'node:fs';
import { bundleAll } from './bundle.js';

const esbuild = await import('esbuild').catch(() => null);
if (esbuild !== null) await bundleAll(esbuild, process.argv[2]);
else if (!existsSync(new URL('../dist/src/main.js', import.meta.url))) {
  console.error(
    'Nothing is built here, and the bundler is not installed: run `npm ci` without --omit=dev once.',
  );
  process.exitCode = 1;
}
