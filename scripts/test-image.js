/**
 * Builds the images of the Dockerfile and runs them, without a container engine: Debian's buildah follows the Dockerfile, and
 * bubblewrap runs what it made, with a read-only file system, as the image's user, as process 1. In place of the base image stands
 * one that is made of this machine's Node and npm.
 *
 * Linux only; needs root, for buildah. Run: npm run test:image
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const UID = 1000;
const START_MS = 30_000;

const missing = ['buildah', 'bwrap', 'setpriv'].filter((tool) => spawnSync(tool, ['--version']).error);
if (missing.length > 0 || process.getuid?.() !== 0) {
  const reason = missing.length > 0 ? `${missing.join(', ')} missing` : 'this needs root';
  console.error(
    `!! THE IMAGE IS NOT TRIED: ${reason}. Install: apt-get install --no-install-recommends buildah bubblewrap`,
  );
  process.exit(process.env.CI ? 1 : 0);
}

// Both need rights that not every sandbox gives.
const barred = [
  ['buildah', 'info'],
  ['bwrap', '--ro-bind', '/', '/', '--unshare-pid', 'true'],
].filter(([tool, ...words]) => spawnSync(tool, words).status !== 0);
if (barred.length > 0) {
  console.error(
    `!! THE IMAGE IS NOT TRIED: this machine does not let ${barred.map(([tool]) => tool).join(', ')} run.`,
  );
  process.exit(0);
}

const home = mkdtempSync(join(tmpdir(), 'waybill-image-'));
try {
  buildBase();
  for (const target of ['gateway', 'demo']) build(target);
  await tryGateway(unpack('gateway'));
  await tryDemo(unpack('demo'));
} finally {
  buildah(['rm', '--all']);
  buildah(['rmi', '--all', '--force']);
  rmSync(home, { recursive: true, force: true });
}

function buildah(words) {
  const storage = ['--root', join(home, 'store'), '--runroot', join(home, 'run')];
  const { status, stdout, stderr } = spawnSync('buildah', [...storage, ...words], {
    encoding: 'utf8',
    env: { ...process.env, BUILDAH_ISOLATION: 'chroot' },
    maxBuffer: 1e9,
  });
  if (status !== 0)
    throw new Error(`buildah ${words[0]} failed:\n${stdout.slice(-5_000)}\n${stderr.slice(-5_000)}`);
  return stdout.trim();
}

/** A stand-in for what the Dockerfile builds on: this machine's Node and npm, and what its RUN lines need. */
function buildBase() {
  const [name] = new Set([...readDockerfile().matchAll(/^FROM (\S+:\S+)/gm)].map(([, image]) => image));
  const base = join(home, 'base');
  for (const folder of [
    'usr/bin',
    'usr/lib',
    'usr/lib64',
    'usr/local/bin',
    'etc/ssl',
    'tmp',
    'root',
    'var/lib',
  ])
    mkdirSync(join(base, folder), { recursive: true });
  for (const folder of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${folder}`, join(base, folder));
  for (const tool of ['node', 'env', 'sh', 'install', 'ln', 'touch']) {
    const path = run('sh', ['-c', `command -v ${tool}`]);
    cpSync(path, join(base, 'usr/bin', tool), { dereference: true });
    for (const [library] of run('ldd', [path]).matchAll(/\/\S+/g)) copyLibrary(library, base);
  }
  // What packages with native code are linked to.
  for (const [library] of run('dpkg', ['-L', 'libc6']).matchAll(/^\/.+\.so\S*$/gm))
    copyLibrary(library, base);
  const npm = dirname(dirname(run('sh', ['-c', 'readlink -f "$(command -v npm)"'])));
  cpSync(npm, join(base, 'usr/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(base, 'usr/bin/npm'));
  cpSync('/etc/ssl/certs', join(base, 'etc/ssl/certs'), { recursive: true, dereference: true });
  const file = join(home, 'Base');
  writeFileSync(file, 'FROM scratch\nCOPY . /\nENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\n');
  buildah(['bud', '--quiet', '-t', `docker.io/library/${name}`, '-f', file, base]);
  console.log(`in place of ${name}: Node ${process.version} of this machine`);
}

function copyLibrary(library, base) {
  if (!statSync(library).isFile()) return;
  mkdirSync(dirname(join(base, library)), { recursive: true });
  cpSync(library, join(base, library), { dereference: true });
}

function build(target) {
  const startedAt = Date.now();
  const cache = join(homedir(), '.npm');
  mkdirSync(cache, { recursive: true });
  const flags = ['--pull-never', '--layers', '--format', 'docker', '-v', `${cache}:/root/.npm`];
  buildah(['bud', ...flags, '--target', target, '-t', target, ROOT]);
  console.log(`built ${target} in ${Math.round((Date.now() - startedAt) / 1_000)} s`);
}

/** The image's files and settings. */
function unpack(target) {
  const container = buildah(['from', '--pull-never', target]);
  const files = join(home, target);
  // With the owners, which Node's own copy leaves out.
  run('cp', ['-a', buildah(['mount', container]), files]);
  const { config } = JSON.parse(buildah(['inspect', '--type', 'image', target])).Docker;
  for (const part of ['dist', 'node_modules', 'bin'])
    console.log(`${target}: ${run('du', ['-sh', '--apparent-size', join('app', part)], files)}`);
  // Mounted into it; an engine makes the places.
  for (const place of ['etc/waybill', 'proc', 'dev']) mkdirSync(join(files, place), { recursive: true });
  writeFileSync(join(files, 'etc/waybill/waybill.yaml'), '');
  run('chmod', ['755', home, files]);
  return { files, config };
}

async function tryGateway({ files, config }) {
  assert.equal(config.User, `${UID}:${UID}`);
  assert.equal(config.StopSignal, 'SIGTERM');
  assert.deepEqual(Object.keys(config.Volumes), ['/var/lib/waybill']);
  assert.equal(config.Labels['org.opencontainers.image.title'], 'Waybill');
  // Everything else is bundled.
  const installed = readdirSync(join(files, 'app/node_modules')).filter((name) => !name.startsWith('.'));
  console.log(`gateway: installed beside the bundle: ${installed.join(', ')}`);
  assert.ok(installed.includes('libsql') && installed.length <= 5, 'more is installed than SQLite needs');
  const port = await findFreePort();
  const yaml = join(home, 'waybill.yaml');
  writeFileSync(
    yaml,
    `server: { host: 0.0.0.0, port: ${port}, mode: production, metricsPort: ${await findFreePort()} }
access: { mode: keys, keys: [{ name: ops, key: "\${OPS_KEY}" }] }
store: { kind: sqlite, path: /var/lib/waybill/waybill.db }
accounts: []
`,
  );
  const store = join(home, 'store-of-gateway');
  // As an engine makes a new volume: with the owner that the image gives the folder.
  run('cp', ['-a', join(files, 'var/lib/waybill'), store]);
  const mounts = ['--bind', store, '/var/lib/waybill', '--ro-bind', yaml, '/etc/waybill/waybill.yaml'];
  const env = { OPS_KEY: 'key-of-the-one-caller' };
  const container = { files, config, mounts, env };

  assert.equal(inside(container, ['sh', '-c', 'touch /app/x || touch /tmp/x']).status, 1);
  assert.deepEqual(checkHealth(container).status, 3, 'healthy before the start');
  const gateway = await start(container, config.Cmd);
  const ready = checkHealth(container);
  assert.equal(ready.status, 0, ready.stderr);
  assert.equal(ready.stdout, `http://127.0.0.1:${port} is ready.\n`);
  assert.ok(statSync(join(store, 'waybill.db')).size > 0);
  const answer = await ask(port, { authorization: `Bearer ${env.OPS_KEY}` });
  assert.deepEqual(answer, { data: { __typename: 'Query' } });
  await gateway.stop();
  assert.equal(checkHealth(container).status, 3);
  console.log(`gateway: read-only, uid ${UID}, process 1; health in ${ready.ms} ms on port ${port}; drained`);
}

async function tryDemo({ files, config }) {
  const port = await findFreePort();
  const container = { files, config, mounts: [], env: { PORT: String(port) } };
  const demo = await start(container, config.Cmd);
  const ready = checkHealth(container);
  assert.equal(ready.status, 0, ready.stderr);
  assert.deepEqual(await ask(port), { data: { __typename: 'Query' } });
  await demo.stop();
  console.log('demo: read-only, with no configuration; drained');
}

/** A command line that runs in the image as an engine would run it with `--read-only --cap-drop ALL`. */
function toCommand({ files, config, mounts, env }, words) {
  const variables = [...config.Env.map((line) => line.split(/=(.*)/s)), ...Object.entries(env)];
  return [
    'setpriv',
    ...[`--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', '--no-new-privs'],
    'bwrap',
    ...['--ro-bind', files, '/', '--proc', '/proc', '--dev', '/dev', ...mounts, '--chdir', config.WorkingDir],
    ...['--unshare-user', '--unshare-pid', '--as-pid-1', '--die-with-parent', '--clearenv'],
    ...variables.flatMap(([name, value]) => ['--setenv', name, value]),
    ...words,
  ];
}

function inside(container, words) {
  const [program, ...rest] = toCommand(container, words);
  const startedAt = Date.now();
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8' });
  return { status, stdout, stderr, ms: Date.now() - startedAt };
}

function checkHealth(container) {
  const [kind, ...words] = container.config.Healthcheck.Test;
  assert.equal(kind, 'CMD');
  return inside(container, words);
}

/** Resolves when it listens. */
async function start(container, words) {
  const [program, ...rest] = toCommand(container, [...container.config.Entrypoint, ...words]);
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  let isListening = false;
  for await (const line of createInterface({ input: child.stdout })) {
    isListening = line.startsWith('waybill listening on ');
    if (isListening) break;
  }
  clearTimeout(timer);
  if (!isListening) throw new Error(`It did not start: ${stderr}`);
  child.stdout.resume();
  return {
    async stop() {
      // The signal is for process 1 of the image, and not for what watches over it.
      const [inner] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
      process.kill(Number(inner), container.config.StopSignal);
      const [code] = await ended;
      assert.equal(code, 0, stderr);
    },
  };
}

async function ask(port, headers = {}) {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  return response.json();
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function run(program, words, cwd = ROOT) {
  return execFileSync(program, words, { cwd, encoding: 'utf8' }).trim();
}

function readDockerfile() {
  return readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
}
