import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS } from '../src/export/vendor-id.ts';

/** One import line of a file. */
interface Import {
  readonly file: string;
  /** A file of ours, or a package's name. */
  readonly target: string;
  /** Nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
  /** Loaded by a call, when that is reached. */
  readonly isDynamic: boolean;
}

const ROOT = new URL('../', import.meta.url);

/** Paths from the root, e.g. `src/export/export.ts`. */
const FILES = ['src', 'simulator']
  .flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, ROOT), { recursive: true, encoding: 'utf8' }).map(
      (file) => `${folder}/${file.replaceAll('\\', '/')}`,
    ),
  )
  .filter((file) => /\.[jt]s$/.test(file))
  .sort();

const TEXTS = new Map(FILES.map((file) => [file, readFileSync(new URL(file, ROOT), 'utf8')]));

const IMPORTS = FILES.flatMap(readImports);

function readImports(file: string): readonly Import[] {
  const text = TEXTS.get(file) ?? '';
  const lines = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)';|^import\s+'([^']+)';/gm,
  );
  const calls = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [
    ...[...lines].map(([, type, from, bare]) => ({
      specifier: from ?? bare ?? '',
      isTypeOnly: type !== undefined,
      isDynamic: false,
    })),
    ...[...calls].map(([, specifier = '']) => ({ specifier, isTypeOnly: false, isDynamic: true })),
  ].map(({ specifier, ...kind }) => ({
    file,
    target: specifier.startsWith('.') ? join(dirname(file), specifier).replaceAll('\\', '/') : specifier,
    ...kind,
  }));
}

const isOurs = ({ target }: Import) => FILES.includes(target);
/** The command line loads the simulators when somebody runs them; a test below holds that. */
const isLazy = ({ target, isDynamic }: Import) => isDynamic && target.startsWith('simulator/');

/**
 * What each folder may import beside itself. Imports point one way: transports → operations → graphql → export ← vendors → http.
 *
 * `types:` in front of a folder allows its types alone. What stands in `src/` itself (gateway.ts and its like) puts everything together.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'src/export': [],
  'src/runtime': ['types:src/telemetry', 'types:src/export'],
  'src/telemetry': ['src/runtime', 'types:src/config', 'types:src/export'],
  'src/redis': ['src/runtime'],
  'src/backplane': ['src/export', 'src/redis', 'src/runtime'],
  'src/watch': ['src/export', 'src/runtime', 'src/telemetry'],
  'src/store': ['src/export', 'src/runtime'],
  'src/tracking': ['src/export', 'src/http', 'src/runtime', 'src/telemetry', 'src/watch'],
  'src/http': ['src/export', 'src/runtime', 'src/telemetry'],
  'src/limits': ['src/http', 'src/runtime'],
  'src/vendors': ['src/export', 'src/http', 'src/runtime', 'src/vendor-file'],
  'src/accounts': [
    'src/export',
    'src/runtime',
    'src/telemetry',
    'src/vendors',
    'types:src/access',
    'types:src/http',
  ],
  'src/access': ['src/export', 'src/runtime', 'src/watch', 'types:src/config'],
  'src/graphql': [
    'src/export',
    'src/accounts',
    'src/tracking',
    'src/vendor-file',
    'types:src/access',
    'types:src/operations',
    'types:src/vendors',
  ],
  'src/operations': [
    'src/export',
    'src/graphql',
    'src/access',
    'src/runtime',
    'src/telemetry',
    'src/watch',
    'types:src/transports',
  ],
  'src/transports': [
    'src/operations',
    'src/access',
    'src/runtime',
    'src/telemetry',
    'src/watch',
    'src/web',
    'types:src/graphql',
  ],
  'src/web': [
    'src/export',
    'src/accounts',
    'src/http',
    'src/access',
    'src/runtime',
    'src/telemetry',
    'src/transports',
    'types:src/operations',
  ],
  'src/yaml': [],
  'src/vendor-file': ['src/export', 'src/yaml'],
  'src/config': ['src/export', 'src/vendor-file', 'src/yaml', 'types:src/http'],
  'src/cli': [
    'src/config',
    'src/export',
    'src/graphql',
    'src/runtime',
    'src/telemetry',
    'src/vendor-file',
    'src/vendors',
    'src/yaml',
    'src/gateway.ts',
    'src/trusted.ts',
    'types:src/transports',
    'types:simulator',
  ],
  'src/board': [],
  'src/graphiql': [],
  simulator: ['src/export', 'src/http', 'src/runtime', 'src/telemetry', 'src/vendor-file', 'src/vendors'],
};

/** Metrics count what happens everywhere: they know its types. */
const isMetrics = (file: string) => file.startsWith('src/telemetry/metrics');

/** `src/watch/watch.ts` stands in `src/watch`, `src/gateway.ts` for itself. */
function folderOf(file: string): string {
  const [top = '', next = ''] = file.split('/');
  return top === 'src' ? `${top}/${next}` : top;
}

function isAllowed({ file, target, isTypeOnly }: Import): boolean {
  const [from, to] = [folderOf(file), folderOf(target)];
  if (from === to || from.endsWith('.ts') || isMetrics(file)) return true;
  const allowed = ALLOWED[from] ?? [];
  return allowed.includes(to) || (isTypeOnly && allowed.includes(`types:${to}`));
}

describe('imports', () => {
  it('are all read by this test', () => {
    const specifiers =
      [...TEXTS.values()].join('\n').match(/^(?:import|export)\b[^;]*?\bfrom\s+['"]/gm) ?? [];

    expect(FILES.length).toBeGreaterThan(100);
    expect(IMPORTS.length).toBeGreaterThanOrEqual(specifiers.length);
    expect(
      IMPORTS.filter(({ target }) => target.includes('/') && /\.ts$/.test(target) && !FILES.includes(target)),
    ).toEqual([]);
  });

  it('point one way', () => {
    const strays = IMPORTS.filter((line) => isOurs(line) && !isLazy(line) && !isAllowed(line));

    expect(strays.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it.each(CODED_VENDOR_IDS)('of the vendor %s come from no other vendor', (vendor) => {
    const own = `src/vendors/${vendor}/`;
    const strays = IMPORTS.filter(
      ({ file, target }) =>
        file.startsWith(own) &&
        target.startsWith('src/vendors/') &&
        !target.startsWith(own) &&
        !/^src\/vendors\/(shared\/|vendor\.ts$)/.test(target),
    );

    expect(IMPORTS.filter(({ file }) => file.startsWith(own)).length).toBeGreaterThan(10);
    expect(strays).toEqual([]);
  });

  it('of simulators are made by the command line alone, and only when it runs them', () => {
    const strays = IMPORTS.filter(
      ({ file, target, isTypeOnly, isDynamic }) =>
        file.startsWith('src/') &&
        target.startsWith('simulator/') &&
        !(file.startsWith('src/cli/') && (isTypeOnly || isDynamic)),
    );

    expect(strays).toEqual([]);
  });

  it('of databases are made only when one is configured', () => {
    const strays = IMPORTS.filter(
      ({ file, target, isTypeOnly, isDynamic }) =>
        target.startsWith('src/store/sql/') &&
        !file.startsWith('src/store/sql/') &&
        !(isTypeOnly || (isDynamic && file === 'src/store/open.ts')),
    );

    expect(strays).toEqual([]);
  });

  it("of gateway.ts are nobody else's but the command line's", () => {
    const strays = IMPORTS.filter(
      ({ file, target }) => target === 'src/gateway.ts' && !file.startsWith('src/cli/'),
    );

    expect(strays).toEqual([]);
  });

  it('run in no circle', () => {
    expect(findCircles()).toEqual([]);
  });
});

describe('packages', () => {
  it.each([
    [
      /^(graphql|graphql-yoga|graphql-ws|dataloader|@graphql-tools\/.*|@graphql-yoga\/.*)$/,
      /^src\/(graphql|operations|transports|cli)\//,
    ],
    [/^graphql-jit$/, /^src\/operations\//],
    [/^undici(\/|$)/, /^(src\/(http|cli)\/|simulator\/)/],
    [/^@modelcontextprotocol\//, /^src\/cli\/mcp\//],
    [/^ws$/, /^src\/(transports|cli)\//],
    [/^yaml$/, /^src\/yaml\//],
    [/^(commander|cli-progress|@clack\/.+)$/, /^src\/(cli\/|main\.ts)/],
    [/^prom-client$/, /^src\/telemetry\/metrics/],
    [/^standardwebhooks$/, /^src\/tracking\/webhooks\//],
    [/^jose$/, /^src\/access\//],
    [/^rate-limiter-flexible(\/|$)/, /^src\/access\//],
    [/^pino$/, /^src\/telemetry\/log\.ts$/],
    [/^(kysely|libsql|pg)$/, /^src\/store\/sql\//],
    [/^@redis\/client$/, /^src\/redis\//],
    [/^proxy-addr$/, /^src\/access\//],
    [/^@opentelemetry\/api$/, /^src\/telemetry\/spans\.ts$/],
    [/^@opentelemetry\/(?!api$)/, /^nothing: an SDK is the operator's own$/],
  ])('%s are for %s alone', (name, place) => {
    const users = IMPORTS.filter(({ target }) => name.test(target));

    expect(users.filter(({ file }) => !place.test(file))).toEqual([]);
  });

  it('of Node that speak HTTP are not for the domain', () => {
    const strays = IMPORTS.filter(
      ({ file, target }) =>
        file.startsWith('src/export/') && /^node:(https?|http2|net|tls|fs|child_process)/.test(target),
    );

    expect(strays).toEqual([]);
  });
});

describe('every file', () => {
  it('exports by name', () => {
    expect(FILES.filter((file) => /^export default\b|\bas default\b/m.test(TEXTS.get(file) ?? ''))).toEqual(
      [],
    );
  });

  it('leaves the environment to config/', () => {
    const readers = FILES.filter((file) =>
      /\bprocess\s*\.\s*env\b|\bimport\.meta\.env\b/.test(withoutComments(file)),
    );

    expect(readers.filter((file) => !file.startsWith('src/config/'))).toEqual([]);
  });

  it('calls no vendor with fetch: pools are for that', () => {
    const callers = FILES.filter(
      (file) =>
        /^src\/(vendors|http|export|accounts|watch|tracking)\//.test(file) &&
        /(?:\b(?:await|return)|[=(,>?:])\s*fetch\(/.test(withoutComments(file)),
    );

    expect(callers).toEqual([]);
  });

  it('takes time and dice from outside, where it polls, paces or retries', () => {
    const takers = FILES.filter(
      (file) =>
        /^(src\/(export|http|limits|vendors|accounts|watch|tracking|runtime|backplane|redis)|simulator)\//.test(
          file,
        ) &&
        file !== 'src/runtime/clock.ts' &&
        // It runs in a browser.
        !/^simulator\/panel\/.*\.js$/.test(file) &&
        /\bDate\.now\(|\bMath\.random\(|(?<![.\w])setTimeout\(|(?<![.\w])setInterval\(/.test(
          withoutComments(file),
        ),
    );

    expect(takers).toEqual([]);
  });

  it('is at most 400 lines', () => {
    const long = FILES.filter(
      (file) => !file.includes('/generated/') && (TEXTS.get(file) ?? '').split('\n').length > 401,
    );

    expect(long).toEqual([]);
  });
});

/** Circles among the imports, those of types too, each as its files in order. */
function findCircles(): readonly string[] {
  const targets = new Map<string, string[]>();
  for (const line of IMPORTS) {
    if (!isOurs(line)) continue;
    targets.set(line.file, [...(targets.get(line.file) ?? []), line.target]);
  }
  const done = new Set<string>();
  const circles: string[] = [];
  function visit(file: string, path: readonly string[]): void {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  }
  for (const file of FILES) visit(file, []);
  return circles;
}

function withoutComments(file: string): string {
  return (TEXTS.get(file) ?? '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
