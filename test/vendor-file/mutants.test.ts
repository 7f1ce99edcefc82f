import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  BodyNode,
  RequestRule,
  Template,
  VendorDeclaration,
} from '../../src/vendor-file/declaration.ts';
import { toMatcher, toSample } from '../../src/vendor-file/pattern/samples.ts';
import { readVendorFile } from '../../src/vendor-file/read.ts';
import { ACME } from './acme.ts';

/** As many as there is time for in every run; `MUTANTS=10000` for a long one. */
const MUTANTS = Number(process.env.MUTANTS ?? 400);

const FOLDER = 'src/vendors/declared';
const FILES = [
  ACME,
  ...readdirSync(FOLDER)
    .filter((name) => name.endsWith('.vendor.yaml'))
    .map((name) => readFileSync(join(FOLDER, name), 'utf8')),
];

/** What is put into a file in place of a line's value or as a line of its own. */
const SPLICES = [
  '',
  'null',
  '""',
  '[]',
  '{}',
  '-1',
  '1e999',
  '.inf',
  '"{jobId}"',
  '"{region}"',
  '"{__proto__}"',
  '"{/id}"',
  '"https://evil.example/{jobId}"',
  '"//evil.example"',
  '"/../x"',
  '"/a\\r\\nX: 1"',
  '&a [1]',
  '*a',
  '!!binary AAAA',
  '<<: { a: 1 }',
  '__proto__: { a: 1 }',
  'constructor: FAILED',
  '{ pattern: "(a+)+" }',
  '{ pattern: "[a-z]{1,3}", optional: true }',
  '{ status: SUCCEEDED, outcome: EMPTY }',
  '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[',
  `[${'1, '.repeat(2_000)}1]`,
  '---',
  '? ',
  '| \n  text',
] as const;

const change = fc.oneof(
  fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('double' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('swap' as const), at: fc.nat(), with: fc.nat() }),
  fc.record({ kind: fc.constant('value' as const), at: fc.nat(), to: fc.constantFrom(...SPLICES) }),
  fc.record({
    kind: fc.constant('inside' as const),
    at: fc.nat(),
    of: fc.nat(),
    to: fc.constantFrom(...SPLICES),
  }),
  fc.record({
    kind: fc.constant('letter' as const),
    at: fc.nat(),
    of: fc.nat(),
    to: fc.string({ maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('borrow' as const), at: fc.nat(), file: fc.nat(), of: fc.nat() }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function mutate(text: string, changes: readonly Change[]): string {
  const lines = text.split('\n');
  for (const each of changes) {
    const at = each.at % lines.length;
    const line = lines[at] ?? '';
    if (each.kind === 'delete') lines.splice(at, 1);
    if (each.kind === 'double') lines.splice(at, 0, line);
    if (each.kind === 'swap') lines.splice(each.with % lines.length, 0, ...lines.splice(at, 1));
    if (each.kind === 'value') lines[at] = line.replace(/: .*/, () => `: ${each.to}`);
    if (each.kind === 'inside') lines[at] = replaceWord(line, each.of, each.to);
    if (each.kind === 'letter') {
      const place = each.of % (line.length + 1);
      lines[at] = line.slice(0, place) + each.to + line.slice(place + 1);
    }
    if (each.kind === 'borrow') {
      const others = (FILES[each.file % FILES.length] ?? '').split('\n');
      lines.splice(at, 0, others[each.of % others.length] ?? '');
    }
  }
  return lines.join('\n');
}

/** Puts something in place of one value of a line. */
function replaceWord(line: string, index: number, to: string): string {
  const words = [...line.matchAll(/"[^"]*"|[^\s,{}[\]:]+/g)];
  const word = words[index % Math.max(1, words.length)];
  return word === undefined ? line : line.slice(0, word.index) + to + line.slice(word.index + word[0].length);
}

function requestsOf({ status, list, start, cancel, files }: VendorDeclaration): readonly RequestRule[] {
  const requests = [
    status.request,
    status.batch?.request,
    status.further?.request,
    list?.request,
    start?.request,
    start?.then,
    cancel?.request,
    cancel?.then,
    ...files.map(({ request }) => request),
  ];
  return requests.filter((request) => request !== null && request !== undefined);
}

function templatesOf(request: RequestRule): readonly Template[] {
  const inBody = (node: BodyNode): readonly Template[] => {
    if ('template' in node) return [node.template];
    if ('list' in node) return node.list.flatMap(inBody);
    return 'members' in node ? Object.values(node.members).flatMap(inBody) : [];
  };
  return [
    ...request.path.flatMap(({ segments }) => segments),
    ...Object.values(request.query),
    ...Object.values(request.headers),
    ...(request.body === null ? [] : inBody(request.body)),
  ];
}

/** What holds of every file that is read, however it came about. */
function expectSound(declaration: VendorDeclaration, text: string): void {
  const { settings, locator, credentials, status, start } = declaration;
  const requests = requestsOf(declaration);
  const known = new Set([...Object.keys(settings), ...Object.keys(locator), 'limit', 'ids']);
  const names = requests
    .flatMap(templatesOf)
    .flatMap((template) => template.flatMap((part) => ('name' in part ? [part.name] : [])));
  expect(names.filter((name) => !known.has(name))).toEqual([]);

  const fixed = requests
    .flatMap(({ path }) => path.flatMap(({ segments }) => segments))
    .map((segment) => segment.map((part) => ('text' in part ? part.text : 'x')).join(''));
  expect(fixed.filter((segment) => /^\.{0,2}$|[/\\?#%\p{Cc}]/u.test(segment))).toEqual([]);

  const headers = requests.flatMap((request) => Object.entries(request.headers));
  expect(
    headers.filter(([name]) => /^(host|cookie|authorization|content-length|transfer-encoding)$/i.test(name)),
  ).toEqual([]);
  expect(JSON.stringify(headers)).not.toMatch(/\\r|\\n/);

  const tokens = [credentials['client-credentials'], credentials['refresh-token']];
  const addresses = [
    declaration.baseUrl,
    ...declaration.origins,
    ...tokens.map((rule) => rule?.tokenUrl ?? null),
  ];
  for (const address of addresses) {
    if (address === null) continue;
    for (const index of [0, 1, 2]) expectNamedHost(address, declaration, index, text);
  }

  for (const { pattern, example } of [...Object.values(locator), ...Object.values(settings)]) {
    expect(toMatcher(pattern).test(example)).toBe(true);
  }
  expect(Object.keys(status.words).length).toBeLessThanOrEqual(200);
  expect(Object.keys(status.details).length).toBeLessThanOrEqual(100);
  expect(Object.keys(status.further?.details ?? {}).length).toBeLessThanOrEqual(100);
  const { words, isStalled } = status.further?.when ?? { words: Object.keys(status.words), isStalled: false };
  expect(words.length > 0 || isStalled).toBe(true);
  expect(Object.keys(start?.order ?? {}).length).toBeLessThanOrEqual(100);
  expect(Object.keys(locator)).not.toContain('constructor');
  expect(JSON.parse(JSON.stringify(declaration))).toEqual(declaration);
}

/** Whatever its settings say, an address leads to a host whose last two labels the file names. */
function expectNamedHost(
  address: Template,
  { settings }: VendorDeclaration,
  index: number,
  text: string,
): void {
  const rendered = address
    .map((part) =>
      'text' in part ? part.text : 'name' in part ? toSample(settings[part.name]?.pattern ?? '', index) : '',
    )
    .join('');
  const url = new URL(rendered);
  expect(url.username + url.password + url.search + url.hash).toBe('');
  expect(url.protocol === 'https:' || /^(localhost|127\.|\[::1\])/.test(url.hostname)).toBe(true);
  const plain = text.replaceAll('\\', '').toLowerCase();
  expect(plain).toContain(url.hostname.split('.').slice(-2).join('.'));
}

describe('a vendor file that was changed at random', () => {
  it('is read or refused with lines, and what is read keeps every rule', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.nat(), fc.array(change, { minLength: 1, maxLength: 4 }), (file, changes) => {
        const original = FILES[file % FILES.length] ?? '';
        const text = mutate(original, changes);

        const result = readVendorFile(text, 'm.yaml');

        if ('problems' in result) {
          expect(result.problems.length).toBeGreaterThan(0);
          const last = text.split('\n').length;
          for (const { line, place } of result.problems) {
            expect(line).toMatch(/^m\.yaml:\d+: (?:.+: )?found .+, allowed: .+$/s);
            expect(place.line).toBeLessThanOrEqual(last);
          }
        } else {
          read += 1;
          expectSound(result.declaration, text);
        }
      }),
      { numRuns: MUTANTS },
    );

    expect(read).toBeGreaterThan(MUTANTS / 50);
  }, 600_000);

  it('is one of files that are all good', () => {
    expect(FILES.filter((text) => 'problems' in readVendorFile(text, 'f'))).toEqual([]);
  });
});
