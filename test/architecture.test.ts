import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VENDOR_IDS } from '../src/export/vendor-id.ts';

/** One import line of a file. */
interface Import {
  readonly file: string;
  /** A file below `src/`, or a package's name. */
  readonly target: string;
  /** Nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
}

const SOURCE = new URL('../src/', import.meta.url);

/** Paths below `src/`, e.g. `export/export.ts`. */
const FILES = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.[jt]s$/.test(file))
  .sort();

const TEXTS = new Map(FILES.map((file) => [file, readFileSync(new URL(file, SOURCE), 'utf8')]));

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
    })),
    ...[...calls].map(([, specifier = '']) => ({ specifier, isTypeOnly: false })),
  ].map(({ specifier, isTypeOnly }) => ({
    file,
    target: specifier.startsWith('.') ? join(dirname(file), specifier).replaceAll('\\', '/') : specifier,
    isTypeOnly,
  }));
}

const isOurs = ({ target }: Import) => FILES.includes(target);
const isSimulator = (file: string) => /^vendors\/[^/]+\/simulator[^/]*\.ts$/.test(file);

/** Every import from below `folder` for which `isAllowed` does not hold, as a line that a person can read. */
function findStrays(folder: string, isAllowed: (line: Import) => boolean): readonly string[] {
  return IMPORTS.filter((line) => line.file.startsWith(folder) && isOurs(line) && !isAllowed(line)).map(
    ({ file, target }) => `${file} imports ${target}`,
  );
}

function below(...folders: readonly string[]): (line: Import) => boolean {
  return ({ target }) => folders.some((folder) => target.startsWith(folder));
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

  it('of export/ stay in export/', () => {
    expect(findStrays('export/', below('export/'))).toEqual([]);
  });

  it('of http/ go to export/ only', () => {
    expect(findStrays('http/', below('http/', 'export/'))).toEqual([]);
  });

  it('of backplane/ go to export/ only', () => {
    expect(findStrays('backplane/', below('backplane/', 'export/'))).toEqual([]);
  });

  it("of graphql/ go to export/ only, and to the types of vendors' details", () => {
    const isDetail = ({ target, isTypeOnly }: Import) =>
      isTypeOnly && /^vendors\/[^/]+\/types\.ts$/.test(target);

    expect(findStrays('graphql/', (line) => below('graphql/', 'export/')(line) || isDetail(line))).toEqual(
      [],
    );
  });

  it('of config/ are types, but for the names of vendors', () => {
    const isAllowed = (line: Import) =>
      below('config/')(line) ||
      line.target === 'export/vendor-id.ts' ||
      (line.isTypeOnly && below('export/', 'http/')(line));

    expect(findStrays('config/', isAllowed)).toEqual([]);
  });

  it('of web/ go to no vendor', () => {
    const isAllowed = (line: Import) =>
      below('web/', 'graphql/', 'export/', 'http/')(line) || (line.isTypeOnly && below('config/')(line));

    expect(findStrays('web/', isAllowed)).toEqual([]);
  });

  it('of board/ stay in board/: it speaks GraphQL and nothing else', () => {
    expect(findStrays('board/', below('board/'))).toEqual([]);
  });

  it('of simulator/ go to export/, to simulators and to what lists the vendors', () => {
    const isAllowed = (line: Import) =>
      below('simulator/', 'export/')(line) ||
      isSimulator(line.target) ||
      line.target === 'vendors/registry.ts';

    expect(findStrays('simulator/', isAllowed)).toEqual([]);
  });

  it.each(VENDOR_IDS)('of the vendor %s go to export/, http/ and its own folder', (vendor) => {
    const own = `vendors/${vendor}/`;
    const isAllowed = (line: Import) =>
      below(own, 'export/', 'http/')(line) ||
      line.target === 'vendors/vendor.ts' ||
      (isSimulator(line.file) && below('simulator/')(line));

    expect(IMPORTS.filter(({ file }) => file.startsWith(own)).length).toBeGreaterThan(10);
    expect(findStrays(own, isAllowed)).toEqual([]);
  });

  it('of simulators come from simulators, from simulator/ and from cli/', () => {
    const strays = IMPORTS.filter(
      ({ file, target }) =>
        isSimulator(target) &&
        !isSimulator(file) &&
        !file.startsWith('simulator/') &&
        !file.startsWith('cli/'),
    );

    expect(strays).toEqual([]);
  });

  it('of simulator/ come from simulators and from cli/', () => {
    const strays = IMPORTS.filter(
      ({ file, target }) =>
        target.startsWith('simulator/') && !/^(simulator|cli)\//.test(file) && !isSimulator(file),
    );

    expect(strays).toEqual([]);
  });

  it("of server.ts are nobody else's but the command line's", () => {
    const strays = IMPORTS.filter(({ file, target }) => target === 'server.ts' && !file.startsWith('cli/'));

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
      /^(graphql|cli)\//,
    ],
    [/^undici$/, /^(http\/|cli\/|vendors\/[^/]+\/simulator)/],
    [/^ws$/, /^(graphql|cli)\//],
    [/^yaml$/, /^config\//],
    [/^(commander|cli-progress)$/, /^(cli\/|main\.ts)/],
    [/^prom-client$/, /^web\//],
    [/^jose$/, /^web\//],
    [/^rate-limiter-flexible$/, /^web\//],
    [/^pino$/, /^log\.ts$/],
    [/^proxy-addr$/, /^web\//],
    [/^@opentelemetry\/api$/, /^export\/spans\.ts$/],
    [/^@opentelemetry\/(?!api$)/, /^nothing: an SDK is the operator's own$/],
  ])('%s are for %s alone', (name, place) => {
    const users = IMPORTS.filter(({ target }) => name.test(target));

    expect(users.filter(({ file }) => !place.test(file))).toEqual([]);
  });

  it('of Node that speak HTTP are not for the domain', () => {
    const strays = IMPORTS.filter(
      ({ file, target }) =>
        file.startsWith('export/') && /^node:(https?|http2|net|tls|fs|child_process)/.test(target),
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

    expect(readers.filter((file) => !file.startsWith('config/'))).toEqual([]);
  });

  it('calls no vendor with fetch: pools are for that', () => {
    const callers = FILES.filter(
      (file) =>
        /^(vendors|http|export)\//.test(file) &&
        /(?:\b(?:await|return)|[=(,>?:])\s*fetch\(/.test(withoutComments(file)),
    );

    expect(callers).toEqual([]);
  });

  it('takes time and dice from outside, where it polls, paces or retries', () => {
    const takers = FILES.filter(
      (file) =>
        /^(export|http|vendors|backplane)\//.test(file) &&
        file !== 'export/clock.ts' &&
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

/** Circles among the imports that are left at run time, each as its files in order. */
function findCircles(): readonly string[] {
  const targets = new Map<string, string[]>();
  for (const line of IMPORTS) {
    if (line.isTypeOnly || !isOurs(line)) continue;
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
