import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { type OperationDefinitionNode, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Block, readBlocks } from '../../scripts/docs/markdown.ts';
import { createProgram } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

interface Snippet extends Block {
  /** `docs/files.md:12`, for whoever mends it. */
  readonly at: string;
}

const SNIPPETS: readonly Snippet[] = [
  'README.md',
  'scripts/docs/site/home.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort(),
].flatMap((page) =>
  readBlocks(readFileSync(join(ROOT, page), 'utf8')).map((block) => ({
    ...block,
    at: `${page}:${block.line}`,
  })),
);

/** What a test can do with a block of each kind. `diff` is applied by test/adding-a-vendor, an `excerpt` is a part of something. */
const KINDS = ['', 'console', 'diff', 'graphql', 'js', 'json', 'nginx', 'sh', 'text', 'ts', 'tsx', 'yaml'];

/** What a page says of other graphs and gateways is run by test/federation. */
const isOurs = (snippet: Snippet): boolean =>
  !snippet.at.startsWith('docs/federation.md') && !isOfVendorFile(snippet);

/** What is about a vendor in a file is read by test/vendor-file/documentation.test.ts and test/packages/vendor-in-an-hour.test.ts. */
function isOfVendorFile({ at }: Snippet): boolean {
  return at.startsWith('docs/vendor-file.md') || at.startsWith('docs/guides/vendor-in-an-hour.md');
}

const of = (...languages: readonly string[]): readonly Snippet[] =>
  SNIPPETS.filter(({ language }) => languages.includes(language));

/** The problems of all snippets at once, so that a failure names each place. */
function problemsOf(
  snippets: readonly Snippet[],
  check: (snippet: Snippet) => readonly string[],
): readonly string[] {
  return snippets.flatMap((snippet) => check(snippet).map((problem) => `${snippet.at}: ${problem}`));
}

describe('the snippets of the documents', () => {
  it('are of kinds that a test knows', () => {
    expect(SNIPPETS.filter(({ language }) => !KINDS.includes(language)).map(({ at }) => at)).toEqual([]);
    expect(SNIPPETS.length).toBeGreaterThan(130);
  });

  it('are JSON where they say so', () => {
    expect(problemsOf(of('json'), ({ text }) => caught(() => JSON.parse(text)))).toEqual([]);
  });

  it('are configurations that load, or manifests of a kind', () => {
    const configurations = of('yaml').filter((snippet) => !isOfVendorFile(snippet));

    expect(problemsOf(configurations, ({ text }) => problemsOfYaml(text))).toEqual([]);
  });

  it('are JavaScript and TypeScript that can be read, of packages that are there', () => {
    const check = ({ language, text, info }: Snippet) => {
      // An excerpt shows parts that stand in different places.
      const loader = language === 'js' ? ('jsx' as const) : ('tsx' as const);
      return [
        ...caught(() => transformSync(text, { loader, format: 'esm', jsx: 'automatic' })),
        ...(info.includes('excerpt') ? [] : missingPackages(text)),
      ];
    };

    expect(problemsOf(of('js', 'ts', 'tsx'), check)).toEqual([]);
  });

  it('are TypeScript that is right to the compiler', () => {
    const whole = of('ts', 'tsx').filter((snippet) => isOurs(snippet) && !snippet.info.includes('excerpt'));

    expect(whole.length).toBeGreaterThan(0);
    expect(compile(whole)).toBe('');
  });

  it('are commands that a shell and the program can read', () => {
    const scripts = of('sh', 'console').map((snippet) => ({
      ...snippet,
      text:
        snippet.language === 'sh'
          ? snippet.text
          : snippet.text.replaceAll(/^(?!\$ ).*$/gm, '').replaceAll(/^\$ /gm, ''),
    }));
    const check = ({ text }: Snippet) => {
      const shell = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
      return [
        ...(shell.error === undefined ? [shell.stderr] : []),
        ...text.split('\n').flatMap(problemsOfCommand),
      ].filter((problem) => problem !== '');
    };

    expect(problemsOf(scripts, check)).toEqual([]);
  });
});

const OURS = of('graphql').filter(isOurs);

describe('the operations of the documents', () => {
  let gateway: SimulatedGateway;
  beforeAll(async () => {
    gateway = await startSimulatedGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it('fit the schema', () => {
    const schema = createSchema();
    const check = ({ text }: Snippet) => validate(schema, parse(text)).map(({ message }) => message);

    expect(problemsOf(OURS, check)).toEqual([]);
    expect(OURS.length).toBeGreaterThan(15);
  });

  it('are answered, where they need no variables', async () => {
    const asked = OURS.filter(({ text }) => {
      const operations = parse(text).definitions as readonly OperationDefinitionNode[];
      return operations.every(
        ({ operation, variableDefinitions }) => operation !== 'subscription' && !variableDefinitions?.length,
      );
    });

    const answers = await Promise.all(
      asked.map(async ({ at, text }) => ({ at, errors: (await gateway.query(text)).errors })),
    );

    // Pages on vendors name exports of a reader's own account, which the simulated vendor does not know.
    const fine = [undefined, 'EXPORT_NOT_FOUND', 'VENDOR_REJECTED', 'VENDOR_FORBIDDEN'];
    expect(asked.length).toBeGreaterThan(5);
    expect(
      answers.filter(({ errors }) =>
        errors.some(({ extensions }) => !fine.includes(String(extensions?.code))),
      ),
    ).toEqual([]);
  });
});

function caught(run: () => unknown): readonly string[] {
  try {
    run();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** A Kubernetes manifest, a compose file and Prometheus's say what they are; all else is a configuration, or some sections of one. */
function problemsOfYaml(text: string): readonly string[] {
  const documents = parseAllDocuments(text);
  const errors = documents.flatMap((document) => document.errors.map(({ message }) => message));
  if (errors.length > 0) return errors;
  const [first] = documents.map((document): unknown => document.toJS());
  const others = ['apiVersion', 'services', 'scrape_configs'];
  if (typeof first === 'object' && first !== null && others.some((key) => key in first)) return [];
  // What it prints of this one is checked by test/config/documentation.test.ts.
  if (text.includes('alowedOrigins')) return [];
  const whole = /^accounts:/m.test(text) ? text : `${text}\naccounts: []\n`;
  const env = Object.fromEntries(
    [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => [name, valueFor(name)]),
  );
  const loaded = loadConfig({ text: whole, env });
  const problems = 'problems' in loaded ? loaded.problems.map(String) : [];
  return problems.filter((problem) => !problem.includes('no such file'));
}

/** Something that the key behind a name of the environment takes. */
function valueFor(name: string): string {
  const secret = Buffer.alloc(32, name).toString('base64');
  if (name.includes('HOOK')) return `whsec_${secret}`;
  if (name === 'REDIS_URL') return 'rediss://waybill:secret@redis.example:6379/1';
  if (name.endsWith('_URL')) return 'postgres://waybill:secret@db.example/waybill';
  return name.endsWith('PORT') ? '4000' : secret;
}

/** Named by the documents, and of no use here: what runs in their place, other tests say. */
const ELSEWHERE = ['@opentelemetry/exporter-trace-otlp-http', '@graphql-hive/gateway'];

/** Packages that a program imports and this repository does not have. */
function missingPackages(text: string): readonly string[] {
  const names = [...text.matchAll(/from '([^.'][^']*)'/g)].map(([, name = '']) => name);
  return names
    .filter((name) => !/^(node:|@waybill\/|waybill)/.test(name) && !ELSEWHERE.includes(name))
    .flatMap((name) => caught(() => import.meta.resolve(name)));
}

/** What the compiler says of all of them, each a file of its own. */
function compile(snippets: readonly Snippet[]): string {
  const tests = join(ROOT, 'test/packages');
  const folder = mkdtempSync(join(tests, '.snippets-'));
  try {
    for (const { at, text } of snippets)
      writeFileSync(
        join(folder, `${at.replaceAll(/\W/g, '-')}.tsx`),
        /^(im|ex)port /m.test(text) ? text : `${text}\nexport {};\n`,
      );
    const config = { extends: '../tsconfig.json', include: ['*.tsx'], compilerOptions: { types: ['node'] } };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    return '';
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Parsed extends Error {}

/** A line that runs Waybill, or a script of this repository. */
function problemsOfCommand(line: string): readonly string[] {
  const [, script] = /\bnpm run (?:-s )?([\w:-]+)/.exec(line) ?? [];
  if (script !== undefined && !(script in PACKAGE.scripts)) return [`there is no script ${script}`];
  const [, command] = /^(?:\w+=\S* )*(?:npx )?waybill ([^|&;>\\]+)/.exec(line.trim()) ?? [];
  if (command === undefined) return [];
  const words = [
    ...command
      .replace(/ #.*/, '')
      .trim()
      .matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
  ].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
  const said: string[] = [];
  const silent = {
    write: (text: string) => said.push(text) > 0,
    isTTY: false,
  } as unknown as NodeJS.WriteStream;
  const io = { stdin: process.stdin, stdout: silent, stderr: silent, environment: {} };
  const program = createProgram(io as unknown as Parameters<typeof createProgram>[0], () => undefined);
  program.hook('preAction', () => {
    throw new Parsed();
  });
  try {
    program.parse(words, { from: 'user' });
    return [`"waybill ${command}" does nothing`];
  } catch (error) {
    return error instanceof Parsed || words.includes('--help')
      ? []
      : [`waybill ${command}: ${said.join('') || String(error)}`];
  }
}
