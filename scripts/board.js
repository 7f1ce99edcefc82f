/** How the board becomes what a browser is given: one script, one style sheet, one icon, each under a name made of its content. */
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What the board is made of, from the repository's root. */
const SOURCES = [
  'src/board',
  'packages/client/src',
  'packages/react/src',
  'scripts/board.js',
  'package-lock.json',
];
/** Written last: with it, a build is whole. */
const DOCUMENTS = 'documents.json';

/**
 * @param folder - where to, from the repository's root
 * @returns the paths of what was bundled
 */
export async function buildBoard(folder = 'dist/src/board') {
  const { output } = await asInProduction(() => build(toConfig(folder)));
  writeFileSync(join(ROOT, folder, DOCUMENTS), JSON.stringify(await readDocuments()));
  const kept = new Set([DOCUMENTS, ...output.map(({ fileName }) => fileName)]);
  for (const name of readdirSync(join(ROOT, folder))) if (!kept.has(name)) rmSync(join(ROOT, folder, name));
  return output.flatMap((part) => (part.type === 'chunk' ? Object.keys(part.modules) : []));
}

/** Whatever runs this, tests too: React and the bundler both go by this variable. */
async function asInProduction(work) {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    return await work();
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

function toConfig(folder) {
  return {
    configFile: false,
    root: join(ROOT, 'src/board'),
    base: '/board/',
    publicDir: false,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic' } },
    resolve: {
      alias: [
        { find: /^@waybill\/(client|react)$/, replacement: join(ROOT, 'packages/$1/src/index.ts') },
        { find: /^@waybill\/client\/(\w+)$/, replacement: join(ROOT, 'packages/client/src/$1.ts') },
      ],
    },
    build: {
      outDir: join(ROOT, folder),
      // A gateway that starts meanwhile finds the one before.
      emptyOutDir: false,
      assetsDir: '',
      // As data they would need a looser policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2022',
      rolldownOptions: { onwarn: ignoreDirectives },
    },
  };
}

/** Builds the board where it is older than what it is made of. */
export async function buildBoardWhereStale(folder = 'dist/src/board') {
  const built = join(ROOT, folder, DOCUMENTS);
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  if (SOURCES.every((source) => newestIn(join(ROOT, source)) < builtAt)) return;
  await buildBoard(folder);
}

/** When the newest file in a folder was written, or a file itself; epoch milliseconds. */
export function newestIn(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  const names = readdirSync(path, { recursive: true });
  return Math.max(mtimeMs, ...names.map((name) => statSync(join(path, name)).mtimeMs));
}

/** What the board asks, for gateways that answer nothing else than they know: all of it is the client's. */
async function readDocuments() {
  const { outputFiles } = await bundle({
    entryPoints: [join(ROOT, 'packages/client/src/documents.ts')],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const { documents } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  return Object.values(documents);
}

/** `use client` is for servers that render; the board is rendered by none. */
function ignoreDirectives(warning, warn) {
  if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
}
