/** Compiles src/ and simulator/ to dist/, and puts the pages' files beside it; where the compiler is not installed (a production install), what was built before is used. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { extname } from 'node:path';

const compiler = new URL('../node_modules/typescript/bin/tsc', import.meta.url);
if (existsSync(compiler)) {
  const project = new URL('../tsconfig.build.json', import.meta.url);
  const { status } = spawnSync(process.execPath, [compiler.pathname, '-p', project.pathname], {
    stdio: 'inherit',
  });
  if (status === 0) for (const folder of ['board', 'graphiql']) copyPage(folder);
  process.exit(status ?? 1);
}
if (!existsSync(new URL('../dist/src/main.js', import.meta.url))) {
  console.error(
    'Nothing is built here, and the compiler is not installed: run `npm ci` without --omit=dev once.',
  );
  process.exit(1);
}

/** The board, and what is ours of GraphiQL's page, run in the browser as they are written. */
function copyPage(folder) {
  const served = ['', '.html', '.js', '.css', '.svg'];
  cpSync(new URL(`../src/${folder}`, import.meta.url), new URL(`../dist/src/${folder}`, import.meta.url), {
    recursive: true,
    filter: (path) => served.includes(extname(path)),
  });
}
