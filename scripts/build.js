/** Compiles src/ to dist/; where the compiler is not installed (a production install), what was built before is used. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const compiler = new URL('../node_modules/typescript/bin/tsc', import.meta.url);
if (existsSync(compiler)) {
  const project = new URL('../tsconfig.build.json', import.meta.url);
  const { status } = spawnSync(process.execPath, [compiler.pathname, '-p', project.pathname], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}
if (!existsSync(new URL('../dist/main.js', import.meta.url))) {
  console.error(
    'Nothing is built here, and the compiler is not installed: run `npm ci` without --omit=dev once.',
  );
  process.exit(1);
}
