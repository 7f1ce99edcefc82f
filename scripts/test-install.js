/**
 * Installs the three packages from their tarballs as a stranger does, in empty folders, on each Node that is supported, and tries them.
 *
 * Run: node scripts/test-install.js [NODE VERSION...]
 *
 * Prints what the tarballs hold, a table, and a last line `N passed, N failed`; exits 1 where something failed. Needs the npm registry.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const BIN = join(ROOT, 'node_modules/.bin');
/** The floor, and the newest of the lines that are supported. */
const NODES = process.argv.length > 2 ? process.argv.slice(2) : ['20.19.0', '22', '24'];
const FLAGS = [['--engine-strict'], ['--ignore-scripts'], ['--engine-strict', '--ignore-scripts']];
/** What no tarball holds: sources, tests, maps, leftovers of a build. */
const NOT_SHIPPED =
  /^(src|test|bench|simulator|scripts|packages)\/|\.map$|\.tsbuildinfo$|\.test\.|(?<!\.d)\.tsx?$/;
const COMMAND_TIMEOUT_MS = 180_000;

const folder = mkdtempSync(join(tmpdir(), 'waybill-install-'));
let passed = 0;
/** @type {string[]} */
const failures = [];
try {
  const tarballs = pack();
  checkTarballs(tarballs);
  for (const version of NODES) await tryOn(version, tarballs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const failure of failures) console.error(`FAILED ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
if (failures.length > 0) process.exitCode = 1;

/**
 * Runs one trial, whose words stand in what is printed.
 *
 * @param {string} name
 * @param {() => unknown} trial - throws where it fails
 */
async function attempt(name, trial) {
  try {
    const note = await trial();
    passed += 1;
    console.log(`  ok  ${name}${typeof note === 'string' ? `: ${note}` : ''}`);
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
    console.log(`  FAILED  ${name}`);
  }
}

/** @returns {Record<string, string>} the tarballs by package */
function pack() {
  spawnChecked('npm', ['run', '--silent', 'build:packages'], { cwd: ROOT });
  const words = [
    'pack',
    '--json',
    '--silent',
    '--pack-destination',
    folder,
    '--include-workspace-root',
    '--workspaces',
  ];
  const { stdout } = spawnChecked('npm', words, { cwd: ROOT });
  const printed = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)));
  const packs = Array.isArray(printed) ? printed : Object.values(printed);
  console.log('| tarball | packed | unpacked | files |\n| --- | --- | --- | --- |');
  for (const { filename, size, unpackedSize, files } of packs)
    console.log(`| ${filename} | ${toSize(size)} | ${toSize(unpackedSize)} | ${files.length} |`);
  for (const { name, files } of packs) {
    const wrong = files.map(({ path }) => path).filter((path) => NOT_SHIPPED.test(path));
    if (wrong.length > 0) failures.push(`${name} holds ${wrong.slice(0, 5).join(', ')}`);
  }
  return Object.fromEntries(packs.map(({ name, filename }) => [name, join(folder, filename)]));
}

/** @param {Record<string, string>} tarballs */
function checkTarballs(tarballs) {
  for (const tarball of Object.values(tarballs)) {
    for (const [tool, ...words] of [
      ['publint', '--strict', tarball],
      // A file of another kind has no types.
      [
        'attw',
        tarball,
        '--profile',
        'esm-only',
        '--exclude-entrypoints',
        'schema.graphql',
        'config-schema',
        'vendor-schema',
      ],
    ]) {
      const { status, stdout, stderr } = spawnSync(join(BIN, tool), words, { cwd: folder, encoding: 'utf8' });
      if (status === 0) passed += 1;
      else failures.push(`${tool} of ${tarball}:\n${stdout}${stderr}`);
    }
  }
}

/** @param {string} version @param {Record<string, string>} tarballs */
async function tryOn(version, tarballs) {
  const node = fetchNode(version);
  const installed = [];
  for (const flags of FLAGS) {
    const place = emptyFolder(`${node.version}${flags.join('')}`);
    await attempt(`Node ${node.version}: npm install ${flags.join(' ')}`, () => {
      const started = performance.now();
      const { stderr, stdout } = spawnChecked(
        'npm',
        ['install', '--no-fund', '--no-audit', ...flags, tarballs.waybill],
        {
          cwd: place,
          env: node.env,
        },
      );
      const warnings = `${stderr}${stdout}`.split('\n').filter((line) => /npm (warn|error)/i.test(line));
      if (warnings.length > 0) throw new Error(warnings.join('\n'));
      return `no warning, ${toSize(sizeOf(place))}, ${((performance.now() - started) / 1_000).toFixed(1)} s`;
    });
    installed.push(place);
  }
  const [place] = installed;
  await attempt(`Node ${node.version}: waybill --help`, () => timeHelp(place, node));
  for (const place of installed)
    await attempt(`Node ${node.version}: a gateway with a SQLite store starts and drains (${place})`, () =>
      tryServe(place, node),
    );
  await attempt(`Node ${node.version}: waybill demo on a free port`, () => tryDemo(place, node));
  await attempt(`Node ${node.version}: waybill demo on a busy port`, () => tryBusyDemo(place, node));
  await attempt(`Node ${node.version}: the package's entries`, () => tryEntries(place, node));
  await attempt(`Node ${node.version}: @waybill/client and @waybill/react`, () => tryKit(tarballs, node));
}

/** Node of a version from the npm registry, first on the PATH. @param {string} version */
function fetchNode(version) {
  const place = emptyFolder(`node-${version}`);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  spawnChecked('npm', ['install', '--no-fund', '--no-audit', '--silent', `${name}@${version}`], {
    cwd: place,
  });
  const bin = join(place, 'node_modules', name, 'bin');
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    NODE_OPTIONS: '',
    NO_COLOR: '1',
  };
  const { stdout } = spawnChecked('node', ['--version'], { cwd: place, env });
  return { env, version: stdout.trim().slice(1) };
}

/** @typedef {ReturnType<typeof fetchNode>} FetchedNode */

/** @param {string} place @param {FetchedNode} node */
function timeHelp(place, { env }) {
  const times = [1, 2, 3].map(() => {
    const started = performance.now();
    const { stdout } = spawnChecked(waybill(place), ['--help'], { cwd: place, env });
    if (!stdout.startsWith('Usage: waybill')) throw new Error(stdout);
    return performance.now() - started;
  });
  return `${Math.round(Math.min(...times))} ms`;
}

/** @param {string} place @param {FetchedNode} node */
async function tryServe(place, { env }) {
  const config = {
    server: { port: 0, logLevel: 'error' },
    store: { kind: 'sqlite', path: join(place, 'waybill.db') },
    accounts: [{ key: 'hi', vendor: 'hi-energy', credential: { type: 'api-key', apiKey: 'not-a-true-key' } }],
  };
  writeFileSync(join(place, 'waybill.yaml'), JSON.stringify(config));
  await whileRunning(place, env, ['serve', '--config', 'waybill.yaml'], async (url) => {
    if (!(await fetch(`${url}/ready`)).ok) throw new Error('/ready is not 200');
  });
}

/** @param {string} place @param {FetchedNode} node */
async function tryDemo(place, { env }) {
  return whileRunning(place, env, ['demo', '--port', '0'], async (url) => {
    for (const path of ['/', '/graphql/graphiql/graphiql.js', '/graphql/graphiql/graphql-ws.js']) {
      const { status } = await fetch(`${url}${path}`);
      if (status !== 200) throw new Error(`${path} is ${status}`);
    }
    const query = '{ recentExports(first: 5) { nodes { name status vendor { id } } } }';
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data } = await response.json();
    return `board, GraphiQL, ${data.recentExports.nodes.length} exports`;
  });
}

/** @param {string} place @param {FetchedNode} node */
async function tryBusyDemo(place, { env }) {
  const busy = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => busy.once('listening', resolve));
  try {
    const started = performance.now();
    const { status, stderr } = spawnSync(waybill(place), ['demo', '--port', String(busy.address().port)], {
      cwd: place,
      env,
      encoding: 'utf8',
      timeout: 20_000,
    });
    const lines = stderr.trim().split('\n');
    if (status !== 1 || lines.length !== 1) throw new Error(`exit ${status}: ${stderr}`);
    return `exit 1 after ${((performance.now() - started) / 1_000).toFixed(1)} s, "${lines[0]}"`;
  } finally {
    busy.close();
  }
}

/** @param {string} place @param {FetchedNode} node */
function tryEntries(place, { env }) {
  writeFileSync(
    join(place, 'entries.mjs'),
    `import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startSimulators } from 'waybill/simulator';
const read = (name) => readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8');
const simulators = await startSimulators();
if (!(await fetch(simulators.url + '/_simulator')).ok) throw new Error('simulators do not answer');
if (!read('waybill/schema.graphql').includes('interface Export ')) throw new Error('no schema');
if (JSON.parse(read('waybill/config-schema')).properties.accounts === undefined) throw new Error('no schema of the configuration');
if (JSON.parse(read('waybill/vendor-schema')).properties.locator === undefined) throw new Error('no schema of vendor files');
await simulators[Symbol.asyncDispose]();
`,
  );
  spawnChecked('node', ['entries.mjs'], { cwd: place, env });
  writeFileSync(
    join(place, 'types.ts'),
    `import { type Simulators, startSimulators } from 'waybill/simulator';
export const started: Promise<Simulators> = startSimulators({ port: 0, speed: 10 });
// @ts-expect-error: a speed is a number
startSimulators({ speed: 'fast' });
`,
  );
  typeCheck(place, 'types.ts');
}

/** @param {Record<string, string>} tarballs @param {FetchedNode} node */
function tryKit(tarballs, { env, version }) {
  const place = emptyFolder(`kit-${version}`);
  const names = [tarballs['@waybill/client'], tarballs['@waybill/react'], 'react@19'];
  spawnChecked('npm', ['install', '--no-fund', '--no-audit', '--silent', '--engine-strict', ...names], {
    cwd: place,
    env,
  });
  writeFileSync(
    join(place, 'kit.mjs'),
    `import { createWaybill } from '@waybill/client';
import { fakeWaybill } from '@waybill/client/testing';
import { useExports } from '@waybill/react';
if (typeof useExports !== 'function' || typeof fakeWaybill !== 'function') throw new Error('something is missing');
createWaybill({ url: 'http://127.0.0.1:1' }).close?.();
`,
  );
  spawnChecked('node', ['kit.mjs'], { cwd: place, env });
}

/** @param {string} place @param {string} file */
function typeCheck(place, file) {
  const types = join(ROOT, 'node_modules/@types');
  for (const resolution of ['nodenext', 'bundler']) {
    const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
    const flags = ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023,esnext.disposable'];
    const words = [
      ...flags,
      '--types',
      'node',
      '--typeRoots',
      types,
      '--module',
      module,
      '--moduleResolution',
      resolution,
      file,
    ];
    spawnChecked(join(BIN, 'tsc'), words, { cwd: place });
  }
}

/**
 * Starts a command that listens, tries it, and has it drain.
 *
 * @template Result
 * @param {string} place
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} words
 * @param {(url: string) => Promise<Result>} trial
 */
async function whileRunning(place, env, words, trial) {
  const child = spawn(waybill(place), words, { cwd: place, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 60_000);
  try {
    let result;
    let url;
    for await (const line of createInterface({ input: child.stdout })) {
      url = /^waybill listening on (\S+)$/.exec(line)?.[1];
      if (url !== undefined) break;
    }
    child.stdout.resume();
    if (url === undefined) throw new Error(`it does not listen: ${stderr}`);
    try {
      result = await trial(url);
    } finally {
      child.kill('SIGTERM');
    }
    const exitCode = await ended;
    if (exitCode !== 0) throw new Error(`exit ${exitCode} after SIGTERM: ${stderr}`);
    return result;
  } finally {
    clearTimeout(giveUp);
    if (child.exitCode === null) child.kill('SIGKILL');
  }
}

/** @param {string} place */
function waybill(place) {
  return join(place, 'node_modules/.bin/waybill');
}

/** With a package.json of its own. @param {string} name */
function emptyFolder(name) {
  const place = join(folder, name.replace(/[^\w.-]/g, '-'));
  mkdirSync(place);
  writeFileSync(
    join(place, 'package.json'),
    JSON.stringify({ name: 'stranger', version: '1.0.0', type: 'module' }),
  );
  return place;
}

/** @param {string} command @param {string[]} words @param {import('node:child_process').SpawnSyncOptions} options */
function spawnChecked(command, words, options) {
  const { status, stdout, stderr } = spawnSync(command, words, {
    ...options,
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: 2 ** 26,
  });
  if (status === 0) return { stdout, stderr };
  throw new Error(
    `${command} ${words.join(' ')} ended with ${status}:\n${stderr.slice(-2_000)}${stdout.slice(-2_000)}`,
  );
}

/** What a folder takes on the disk, in bytes. @param {string} place */
function sizeOf(place) {
  return Number(spawnChecked('du', ['-sk', place], {}).stdout.split('\t')[0]) * 1_024;
}

/** @param {number} bytes */
function toSize(bytes) {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
