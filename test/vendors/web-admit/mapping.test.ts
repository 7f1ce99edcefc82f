import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTerminal } from '../../../src/export/export.ts';
import { readRunStatus, toNormalWord, toSnapshot } from '../../../src/vendors/web-admit/mapping.ts';
import type { WireRun } from '../../../src/vendors/web-admit/types.ts';
import { createKey, readFixtureRun } from './support.ts';

const OBSERVED_AT = Date.UTC(2026, 10, 22, 10, 0, 0);
const LINK = 'https://files.example.com/a_original.txt?Expires=1425359248&Signature=abc%3D';

function toRun(run: Partial<WireRun> = {}): WireRun {
  return { id: '74780', href: null, exportId: '86466', status: 'Available', downloadUrl: null, ...run };
}

describe('WebAdMIT status table', () => {
  it.each([
    ['Initializing', 'initializing', { status: 'QUEUED' }],
    ['Queued', 'queued', { status: 'QUEUED' }],
    ['In Progress', 'in_progress', { status: 'RUNNING' }],
    ['Available', 'available', { status: 'SUCCEEDED', outcome: 'COMPLETE' }],
    ['Success With Errors', 'success_with_errors', { status: 'SUCCEEDED', outcome: 'PARTIAL' }],
    ['Empty List', 'empty_list', { status: 'SUCCEEDED', outcome: 'EMPTY' }],
    ['Failed', 'failed', { status: 'FAILED' }],
  ])(
    'reads %j as the API sends it and %j as the vendor page shows it alike',
    (onTheWire, onThePage, reading) => {
      expect(readRunStatus(onTheWire)).toEqual(reading);
      expect(readRunStatus(onThePage)).toEqual(reading);
    },
  );

  it.each(['  IN   PROGRESS ', 'in-progress', 'In_Progress', 'in - progress'])(
    'reads %j as work under way',
    (word) => {
      expect(readRunStatus(word)).toEqual({ status: 'RUNNING' });
    },
  );

  it.each(['Archived', '', ' ', 'constructor', '__proto__', 'InProgress', 'Success', 'available!', '100'])(
    'reads the unlisted word %j as UNKNOWN',
    (word) => {
      expect(readRunStatus(word)).toEqual({ status: 'UNKNOWN' });
    },
  );

  it('never reads a word of nobody as an end', () => {
    const listed = [
      'initializing',
      'queued',
      'in_progress',
      'available',
      'success_with_errors',
      'empty_list',
      'failed',
    ];

    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (word) => {
        fc.pre(!listed.includes(toNormalWord(word)));
        expect(readRunStatus(word)).toEqual({ status: 'UNKNOWN' });
      }),
    );
  });
});

describe('WebAdMIT snapshot of a single answer', () => {
  it.each([
    ['initializing', 'QUEUED', null, null],
    ['queued', 'QUEUED', null, null],
    ['in-progress', 'RUNNING', null, null],
    ['snake-case', 'RUNNING', null, null],
    ['array-of-one', 'QUEUED', null, null],
    ['available', 'SUCCEEDED', 'COMPLETE', ['Test-API-Export.csv']],
    ['available-quoted', 'SUCCEEDED', 'COMPLETE', ['my report.csv']],
    ['success-with-errors', 'SUCCEEDED', 'PARTIAL', ['export-86466-74780.txt']],
    ['empty-list', 'SUCCEEDED', 'EMPTY', []],
    ['failed', 'FAILED', null, []],
  ])('maps the documented sample %j to %s', (sample, status, outcome, fileNames) => {
    const run = readFixtureRun(sample);

    const snapshot = toSnapshot(createKey(), run, 'single', OBSERVED_AT);

    expect(snapshot).toMatchObject({ status, outcome, rawStatus: run.status, observedAt: OBSERVED_AT });
    expect(snapshot.files?.map(({ name }) => name) ?? null).toEqual(fileNames);
    expect(snapshot.failure === null).toBe(status !== 'FAILED');
  });

  it('names the export after its file, and says nothing that WebAdMIT does not say', () => {
    const snapshot = toSnapshot(createKey(), readFixtureRun('available'), 'single', OBSERVED_AT);

    expect(snapshot).toEqual({
      key: createKey(),
      name: 'Test-API-Export.csv',
      status: 'SUCCEEDED',
      rawStatus: 'Available',
      outcome: 'COMPLETE',
      failure: null,
      progress: null,
      createdAt: null,
      startedAt: null,
      updatedAt: null,
      finishedAt: null,
      files: [
        { name: 'Test-API-Export.csv', mediaType: 'text/csv;charset=iso-8859-1', availableUntil: null },
      ],
      pollAfterMs: null,
      observedAt: OBSERVED_AT,
      details: {
        exportId: '86466',
        exportFileId: '74780',
        userIdentityId: null,
        href: '/api/v1/exports/86466/export_files/74780',
      },
    });
  });

  it('keeps the ids that were asked for, whatever the answer calls itself', () => {
    const run = toRun({ id: '1', exportId: '2', href: '/api/v1/exports/3/export_files/4' });

    const { details } = toSnapshot(createKey({ userIdentityId: '37442' }), run, 'single', OBSERVED_AT);

    expect(details).toEqual({
      exportId: '86466',
      exportFileId: '74780',
      userIdentityId: '37442',
      href: '/api/v1/exports/3/export_files/4',
    });
  });

  it('says of a failed run all there is to say', () => {
    const { failure } = toSnapshot(createKey(), toRun({ status: 'Failed' }), 'single', OBSERVED_AT);

    expect(failure).toEqual({
      code: null,
      message: 'WebAdMIT could not make this export file.',
      isRetryable: false,
      retryAfterMs: null,
    });
  });

  it.each([
    ['Available', null, []],
    ['Success With Errors', null, []],
    ['Empty List', LINK, ['export-86466-74780.txt']],
    ['Failed', LINK, []],
    ['In Progress', LINK, null],
    ['Archived', LINK, null],
  ])('lists the files of %j with the link %j by the presence of the link', (status, downloadUrl, names) => {
    const { files } = toSnapshot(createKey(), toRun({ status, downloadUrl }), 'single', OBSERVED_AT);

    expect(files?.map(({ name }) => name) ?? null).toEqual(names);
  });
});

describe('WebAdMIT snapshot of a list entry', () => {
  it.each([
    ['Available', undefined],
    ['Success With Errors', undefined],
    ['Empty List', []],
    ['Failed', []],
    ['Queued', null],
    ['Archived', null],
  ])('knows the files of %j as far as a list without links tells', (status, files) => {
    expect(toSnapshot(createKey(), toRun({ status }), 'list', OBSERVED_AT).files).toEqual(files);
  });
});

describe('WebAdMIT snapshot of anything', () => {
  const anyRun = fc.record({
    id: fc.option(fc.string()),
    href: fc.option(fc.string({ unit: 'binary' })),
    exportId: fc.option(fc.string()),
    status: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('Available', 'failed', 'Empty-List')),
    downloadUrl: fc.option(
      fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.webUrl({ withQueryParameters: true })),
    ),
  });

  it('is well-formed, bounded and consistent', () => {
    fc.assert(
      fc.property(anyRun, fc.constantFrom('single', 'list'), (run, source) => {
        const snapshot = toSnapshot(createKey(), run, source, OBSERVED_AT);

        expect(snapshot.rawStatus.length).toBeLessThanOrEqual(100);
        expect(snapshot.outcome !== null).toBe(snapshot.status === 'SUCCEEDED');
        expect(snapshot.failure !== null).toBe(snapshot.status === 'FAILED');
        expect(snapshot.files === null).toBe(!isTerminal(snapshot.status));
        for (const { name } of snapshot.files ?? []) expect(name).toMatch(/^[^/\\\p{Cc}]+$/u);
      }),
    );
  });
});
