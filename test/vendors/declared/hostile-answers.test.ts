import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutate } from '../../../simulator/conformance/stage.ts';
import { VendorError } from '../../../src/export/errors.ts';
import { type ExportSnapshot, isTerminal } from '../../../src/export/export.ts';
import { toExportKey } from '../../../src/export/locator.ts';
import type { VendorDeclaration } from '../../../src/vendor-file/declaration.ts';
import { detailsOf } from '../../../src/vendor-file/further.ts';
import { openDeclaredAccount } from '../../../src/vendors/declared/account.ts';
import { compileVendor, createReading } from '../../../src/vendors/declared/vendor.ts';
import { createTestTools } from '../../support/tools.ts';
import { createStubHttp } from '../stub-http.ts';
import { ACME, acme, at, detail } from './support.ts';

/** Everything that a file may read, in one answer and in a list. */
const EXPORT = {
  id: 'j1',
  state: 'ready',
  title: 'Sales',
  created: '2026-05-18T09:00:00Z',
  started: '2026-05-18T09:00:01Z',
  updated: null,
  finished: 1_779_095_000,
  progress: 0.25,
  parts: { done: 1, all: 4 },
  error: { code: 'E1', message: 'because' },
  row_count: 12,
  region: 'eu',
  tags: ['a', 'b'],
  filters: { deep: [{ text: 'x' }] },
};
const SINGLE = { data: EXPORT, code: 'OK' };
const LIST = { data: [EXPORT, { ...EXPORT, id: 'j2' }], next_cursor: null };

const DECLARATIONS: readonly VendorDeclaration[] = [
  ACME,
  acme({
    status: { caseless: true, answers: [504], success: { at: at('/code'), is: 'OK' } },
    list: {
      ...(ACME.list as NonNullable<VendorDeclaration['list']>),
      next: { kind: 'url', at: [at('/next_cursor')] },
    },
  }),
  // The stub answers both calls alike.
  acme({
    status: {
      further: {
        ...ACME.status,
        when: { words: ['ready', 'stopped'], isStalled: true },
        word: [at('/title')],
        details: { more: detail('JSON', '/filters') },
      },
    },
  }),
];

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    ...['constructor', '__proto__', 'READY', '{jobId}', '../..', 'https://evil.example/?sig=1', '\ud800'],
    ...[
      'stopped',
      'error',
      'x'.repeat(5_000),
      '<script>alert(1)</script>',
      '\u202e\u0000\r\nx: y',
      'NaN',
      '1e999',
    ],
  ),
);
const hostileValue = fc.oneof(
  { depthSize: 'small' },
  fc.constant(undefined),
  hostileText,
  fc.double(),
  fc.integer(),
  fc.constantFrom<unknown>(null, true, false, -0, 2 ** 53, 1e308, [], {}),
  fc.jsonValue({ maxDepth: 4 }),
  fc.constant(JSON.parse('{"__proto__":{"state":"ready"},"constructor":1,"length":9}')),
  fc.constant(JSON.parse(`${'['.repeat(150)}1${']'.repeat(150)}`)),
  fc.constant(Array.from({ length: 1_200 }, (_, n) => ({ id: `j${n}`, state: 'queued' }))),
);
const mutations = fc.array(fc.tuple(fc.nat({ max: 60 }), hostileValue), { minLength: 1, maxLength: 4 });

function mutateAll(body: object, changes: readonly (readonly [number, unknown])[]): unknown {
  return changes.reduce<unknown>(
    (json, [place, value]) => mutate({ body: json as object }, place, value).body,
    body,
  );
}

const COMPILED = new Map(DECLARATIONS.map((declaration) => [declaration, compileVendor(declaration)]));

function open(declaration: VendorDeclaration, json: unknown) {
  const vendor = COMPILED.get(declaration) ?? compileVendor(declaration);
  const { locator } = vendor;
  const http = createStubHttp(declaration.id, 'acme', json);
  const account = openDeclaredAccount(vendor, {
    http,
    settings: {
      ...{ key: 'acme', tenant: 'default', identity: 'default/acme/1', baseUrl: 'https://api.acme.example' },
      credential: { type: 'api-key', apiKey: 'k' },
      limits: { requestsPerSecond: 1, maxConcurrent: 1, timeoutMs: 1_000 },
      pacing: declaration.pacing,
      fileOrigins: [],
    },
    tools: createTestTools(),
    toKey: (ids) => toExportKey(locator, declaration.id, 'acme', ids),
  });
  return { reading: createReading(account), key: account.toKey({ jobId: 'j1' }) };
}

/** What a word and what stands beside it may mean by the file, found without the engine. */
function statusesOf(declaration: VendorDeclaration, rawStatus: string): readonly string[] {
  const { words, caseless } = declaration.status;
  const isSame = (word: string) =>
    caseless ? word.toLowerCase() === rawStatus.toLowerCase() : word === rawStatus;
  const listed = Object.entries(words).filter(([word]) => isSame(word));
  return listed.length > 0 ? listed.map(([, { status }]) => status) : ['UNKNOWN'];
}

function expectSound(declaration: VendorDeclaration, snapshot: ExportSnapshot): void {
  const { status, rawStatus, outcome, failure, files, progress, finishedAt, name, details } = snapshot;
  expect(rawStatus.length).toBeLessThanOrEqual(100);
  // What was cut or cleaned is no word of the table any more.
  expect(statusesOf(declaration, rawStatus)).toContain(status);
  expect(outcome !== null).toBe(status === 'SUCCEEDED');
  expect(failure !== null).toBe(status === 'FAILED');
  if (!isTerminal(status)) expect([files, finishedAt]).toEqual([null, null]);
  const percent = progress?.percent ?? 0;
  expect(percent >= 0 && percent <= 100).toBe(true);
  for (const instant of [snapshot.createdAt, snapshot.startedAt, snapshot.updatedAt, finishedAt])
    expect(instant === null || Number.isFinite(instant)).toBe(true);
  for (const text of [name, failure?.message, failure?.code, rawStatus]) {
    expect(text ?? '').toMatch(/^\P{Cc}*$/u);
    expect((text ?? '').length).toBeLessThanOrEqual(500);
  }
  expect(failure?.message ?? '').not.toContain('evil.example');
  expect(Object.keys(details as object)).toEqual([
    'projectId',
    'jobId',
    ...Object.keys(detailsOf(declaration)),
  ]);
  expect(JSON.stringify(snapshot).length).toBeLessThan(200_000);
}

describe('an answer that is not as the vendor documents it', () => {
  it('is a snapshot whose status follows from its word, or an error of the vendor', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...DECLARATIONS), mutations, async (declaration, changes) => {
        const { reading, key } = open(declaration, mutateAll(SINGLE, changes));
        const snapshot = await reading.readOne(key).catch((error: unknown) => error);

        if (snapshot instanceof Error) expect(snapshot).toBeInstanceOf(VendorError);
        else expectSound(declaration, snapshot as ExportSnapshot);
      }),
      { numRuns: 400 },
    );
  });

  it('in a list spoils no other, and its entries are as sound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...DECLARATIONS), mutations, async (declaration, changes) => {
        const { reading } = open(declaration, { ...(mutateAll(LIST, changes) as object), code: 'OK' });
        const recent = await (reading.listRecent?.(10) ?? Promise.resolve([])).catch(
          (error: unknown) => error,
        );

        if (recent instanceof Error) expect(recent).toBeInstanceOf(VendorError);
        else for (const snapshot of recent as readonly ExportSnapshot[]) expectSound(declaration, snapshot);
      }),
      { numRuns: 200 },
    );
  });
});
