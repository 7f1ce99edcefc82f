import { cpSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** As the bundler names it: behind links. */
const PACKAGES = realpathSync(join(ROOT, 'node_modules'));

/**
 * What is not bundled: libsql is native code, and the one dependency of the package; pg asks for the other two only where somebody has
 * installed the first, or runs on Cloudflare.
 */
const LEFT_OUT = ['libsql', 'pg-native', 'cloudflare:sockets'];

/** graphql-ws's client for browsers as one classic script, which GraphiQL's page loads. */
const SOCKET_CLIENT = 'graphql-ws/umd/graphql-ws.min.js';

/** CommonJS packages ask for Node's modules with `require`, which a module has to make. */
const REQUIRE = `import { createRequire as toRequire } from 'node:module'; const require = toRequire(import.meta.url);`;

/**
 * @param esbuild - the bundler's module
 * @param folder - where to, from the repository's root; below it, so that what is bundled finds its packages
 */
export async function bundleAll(esbuild, folder = 'dist') {
  const options = {
    absWorkingDir: ROOT,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    external: LEFT_OUT,
    plugins: [asModules, whenUsed, unmeasured, fontsWithin, simulatorApart],
    banner: { js: REQUIRE },
    // The text of what is loaded stays in memory; names stay as they are, so that stacks can be read.
    minifyWhitespace: true,
    lineLimit: 160,
    // Beside the chunks, for `node --enable-source-maps`; what they name stands in the repository.
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  };
  const builds = await Promise.all([
    esbuild.build({ ...options, entryPoints: ['src/main.ts'], outdir: `${folder}/src` }),
    esbuild.build({ ...options, entryPoints: ['simulator/index.ts'], outdir: `${folder}/simulator` }),
  ]);
  removeOthers(
    folder,
    builds.flatMap(({ metafile }) => Object.keys(metafile.outputs)),
  );
  for (const page of ['src/graphiql', 'simulator/panel']) copyPage(folder, page);
  cpSync(join(PACKAGES, SOCKET_CLIENT), join(ROOT, folder, 'src/graphiql/graphql-ws.js'));
  const { buildBoard } = await import('./board.js');
  const boardInputs = (await buildBoard(`${folder}/src/board`)).map((path) =>
    path.replace(/^.*\/node_modules\//, 'node_modules/'),
  );
  const inputs = [...builds.flatMap(({ metafile }) => Object.keys(metafile.inputs)), ...boardInputs];
  writeFileSync(join(ROOT, folder, 'src/THIRD-PARTY-LICENSES.txt'), toLicenses(inputs));
}

/**
 * One copy of graphql-js, as modules: two copies refuse each other's types, and of modules only what is used is bundled. graphql-jit
 * has its code as modules too, but its entry names the other files.
 */
const asModules = {
  name: 'as modules',
  setup(build) {
    build.onResolve({ filter: /^graphql(\/.*\.js)?$/ }, ({ path }) => {
      const file = path === 'graphql' ? 'graphql/index.mjs' : path.replace(/\.js$/, '.mjs');
      return { path: join(PACKAGES, file), sideEffects: false };
    });
    build.onResolve({ filter: /^\.\/.*\.js$/ }, ({ path, resolveDir }) =>
      resolveDir === join(PACKAGES, 'graphql-jit/dist')
        ? { path: join(resolveDir, path.replace(/\.js$/, '.mjs')) }
        : undefined,
    );
  },
};

/**
 * What is loaded when it is first used. An `import` of node:http reads all that it exports, and with that, on Node 24, the whole of
 * Node's `fetch` (14 MB); HTTP/2 stands behind undici's pool, and no vendor is asked for it (3 MB).
 */
const whenUsed = {
  name: 'when used',
  setup(build) {
    const namespace = 'when-used';
    build.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace } : undefined,
    );
    build.onResolve({ filter: /^\.\/client-h2\.js$/ }, ({ resolveDir, namespace: from }) =>
      from === namespace ? undefined : { path: 'client-h2', namespace, pluginData: { resolveDir } },
    );
    build.onLoad({ filter: /^node:http$/, namespace }, () => ({
      contents: `module.exports = require('node:http');`,
    }));
    build.onLoad({ filter: /^client-h2$/, namespace }, ({ pluginData: { resolveDir } }) => ({
      contents: `module.exports = (client, socket) => require('./client-h2.js')(client, socket);`,
      resolveDir,
    }));
  },
};

/** Redis's client asks for OpenTelemetry only where it is told to measure itself, which it is not. */
const unmeasured = {
  name: 'unmeasured',
  setup(build) {
    build.onResolve({ filter: /^(@opentelemetry\/api|@node-rs\/xxhash)$/ }, ({ importer }) =>
      importer.includes('/@redis/client/') ? { external: true } : undefined,
    );
  },
};

/** pdfkit looks for its fonts beside its code, by a `require` of its own that the bundler does not follow. */
const fontsWithin = {
  name: 'fonts within',
  setup(build) {
    build.onLoad({ filter: /\/pdfkit\/js\/pdfkit\.node\.mjs$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll("require$1('#", "require('#"),
    }));
  },
};

/** The program finds the simulators in their own folder, which an image for production need not hold. */
const simulatorApart = {
  name: 'simulator apart',
  setup(build) {
    build.onResolve({ filter: /\/simulator\/index\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: '../../simulator/index.js', external: true } : undefined,
    );
  },
};

/** Chunks of earlier builds. */
function removeOthers(folder, outputs) {
  const kept = new Set(outputs.map((path) => join(ROOT, path)));
  for (const part of ['src', 'simulator']) {
    for (const entry of readdirSync(join(ROOT, folder, part), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && !kept.has(path)) rmSync(path);
    }
  }
}

/** What is ours of GraphiQL's page, and the panel of faults, run in the browser as they are written. */
function copyPage(folder, page) {
  const served = ['', '.html', '.js', '.css', '.svg'];
  cpSync(join(ROOT, page), join(ROOT, folder, page), {
    recursive: true,
    filter: (path) => served.includes(extname(path)),
  });
}

/** What each bundled package asks to be kept with its code. */
function toLicenses(inputs) {
  const folders = new Set(
    inputs.flatMap((path) => /^(?:[^:]*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
  );
  const notes = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    const files = readdirSync(join(ROOT, folder)).filter((file) =>
      /^(licen[cs]e|copying|notice)/i.test(file),
    );
    const texts = files.map((file) => readFileSync(join(ROOT, folder, file), 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  return `${['What is bundled here of other packages, and their licences.', ...notes].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
