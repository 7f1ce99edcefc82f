import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HI_ENERGY_STATUS, toFileDescription, toSnapshot } from '../../../src/vendors/hi-energy/mapping.ts';
import { readStatus } from '../../../src/vendors/shared/status-table.ts';
import { createKey, LIST, RECEIVED_AT, readFixtureExport, SINGLE } from './support.ts';

describe('Hi Energy status table', () => {
  it.each([
    ['pending', { status: 'QUEUED' }],
    ['processing', { status: 'RUNNING' }],
    ['completed', { status: 'SUCCEEDED', outcome: 'COMPLETE' }],
    ['failed', { status: 'FAILED' }],
  ])('reads the documented word %j', (word, reading) => {
    expect(readStatus(HI_ENERGY_STATUS, word)).toEqual(reading);
  });

  it.each(['Completed', 'COMPLETED', ' completed', '', 'done', 'expired', 'constructor', '__proto__'])(
    'reads the unlisted word %j as UNKNOWN, which is no end',
    (word) => {
      const snapshot = toSnapshot(createKey(), readFixtureExport('completed', { status: word }), SINGLE);

      expect(snapshot).toMatchObject({ status: 'UNKNOWN', outcome: null, failure: null, finishedAt: null });
      expect(snapshot.rawStatus).toBe(word.trim());
      expect(snapshot.files).toBeNull();
    },
  );
});

describe('a Hi Energy export', () => {
  it('that is pending has times and filters, and neither progress nor files', () => {
    const snapshot = toSnapshot(createKey('4211'), readFixtureExport('pending'), SINGLE);

    expect(snapshot).toEqual({
      key: createKey('4211'),
      name: 'Deals',
      status: 'QUEUED',
      rawStatus: 'pending',
      outcome: null,
      failure: null,
      progress: null,
      createdAt: Date.UTC(2026, 4, 18, 9, 0, 0),
      startedAt: null,
      updatedAt: Date.UTC(2026, 4, 18, 9, 0, 0),
      finishedAt: null,
      files: null,
      pollAfterMs: null,
      observedAt: RECEIVED_AT,
      details: {
        exportId: '4211',
        reportType: 'deals_excel',
        displayName: 'Deals',
        statusDisplay: 'Pending',
        parameters: { search_params: { q: 'shoes' }, index_params: {} },
        filename: null,
        errorMessage: null,
        partsReady: null,
        totalParts: null,
        isChunked: false,
        parentExportId: null,
      },
    });
  });

  it('that is processing in chunks tells how many parts are ready', () => {
    const snapshot = toSnapshot(createKey('4212'), readFixtureExport('processing-chunked'), SINGLE);

    expect(snapshot).toMatchObject({
      status: 'RUNNING',
      progress: { percent: 37, completedParts: 3, totalParts: 8 },
      startedAt: Date.UTC(2026, 4, 18, 9, 0, 4),
      finishedAt: null,
      files: null,
      details: { isChunked: true, partsReady: 3, totalParts: 8 },
    });
  });

  it('that is completed has ended well, with one file', () => {
    const snapshot = toSnapshot(createKey('4213'), readFixtureExport('completed'), SINGLE);

    expect(snapshot).toMatchObject({
      status: 'SUCCEEDED',
      outcome: 'COMPLETE',
      progress: null,
      finishedAt: Date.UTC(2026, 4, 18, 9, 5, 0),
      files: [{ name: 'advertisers-2026-05-18.csv', mediaType: 'text/csv', availableUntil: null }],
    });
  });

  it('that failed says why, and ended when it last changed', () => {
    const snapshot = toSnapshot(createKey('4214'), readFixtureExport('failed'), SINGLE);

    expect(snapshot).toMatchObject({
      name: null,
      status: 'FAILED',
      outcome: null,
      failure: {
        code: null,
        message: 'Export could not be generated',
        isRetryable: false,
        retryAfterMs: null,
      },
      finishedAt: Date.UTC(2026, 4, 18, 9, 1, 0),
      files: [],
      details: { errorMessage: 'Export could not be generated' },
    });
  });

  it.each([null, '', ' \n '])('that failed with the message %j has a plain sentence instead', (message) => {
    const wire = readFixtureExport('failed', { error_message: message });

    const { failure } = toSnapshot(createKey('4214'), wire, SINGLE);

    expect(failure?.message).toBe('Hi Energy reports that the export failed, without saying why.');
  });

  it('shows a long message of several lines on one line, cut short', () => {
    const wire = readFixtureExport('failed', { error_message: `line one\r\nline two ${'x'.repeat(2_000)}` });

    const { failure, details } = toSnapshot(createKey('4214'), wire, SINGLE);

    expect(failure?.message).toMatch(/^line one line two x+…$/);
    expect(failure?.message.length).toBe(300);
    expect(details.errorMessage?.length).toBe(1_000);
  });

  it('with nothing but the required fields is read', () => {
    const snapshot = toSnapshot(createKey('1'), readFixtureExport('minimal'), SINGLE);

    expect(snapshot).toMatchObject({
      name: null,
      status: 'QUEUED',
      createdAt: null,
      updatedAt: null,
      files: null,
      details: { reportType: 'deals_excel', parameters: null, isChunked: false, parentExportId: null },
    });
  });

  it('that is a chunk names its parent', () => {
    const wire = readFixtureExport('pending', { parent_report_id: '9007199254740993' });

    expect(toSnapshot(createKey(), wire, SINGLE).details.parentExportId).toBe('9007199254740993');
  });

  it('of a report type not known yet keeps the word', () => {
    const wire = readFixtureExport('pending', { report_type: 'brands_parquet' });

    expect(toSnapshot(createKey(), wire, SINGLE).details.reportType).toBe('brands_parquet');
  });

  it('keeps the time the vendor asked it to be left alone', () => {
    const facts = { ...SINGLE, retryAfterMs: 7_000 };

    expect(toSnapshot(createKey(), readFixtureExport('pending'), facts).pollAfterMs).toBe(7_000);
  });

  it.each([
    ['2026-05-18T09:00:00.123456789Z', Date.UTC(2026, 4, 18, 9, 0, 0, 123)],
    ['2026-05-18T11:00:00+02:00', Date.UTC(2026, 4, 18, 9, 0, 0)],
    ['2026-05-18T09:00:00', Date.UTC(2026, 4, 18, 9, 0, 0)],
    ['0001-01-01T00:00:00Z', null],
    ['yesterday', null],
    [1_779_094_800, null],
  ])('reads the date %j', (text, instant) => {
    const wire = readFixtureExport('pending', { created_at: text });

    expect(toSnapshot(createKey(), wire, SINGLE).createdAt).toBe(instant);
  });
});

describe('the progress of a Hi Energy export', () => {
  it.each([
    [0, 8, 0],
    [1, 3, 33],
    [2, 3, 66],
    [7, 8, 87],
    [8, 8, 100],
    [9, 8, 100],
    [0, 0, null],
    [3, 0, null],
    [-1, 8, null],
    [3, -8, null],
    [1.5, 8, null],
    [null, 8, null],
    [3, null, null],
    ['3', 8, null],
    [2_147_483_647, 2_147_483_647, 100],
    [8, 2_147_483_648, null],
  ])('of %j parts out of %j is %j percent', (ready, total, percent) => {
    const wire = readFixtureExport('processing-chunked', {
      progress: { parts_ready: ready, total_parts: total },
    });

    expect(toSnapshot(createKey(), wire, SINGLE).progress?.percent ?? null).toBe(percent);
  });

  it.each([null, {}, [], 'half', { parts_ready: null, total_parts: null }])(
    'is null where the vendor says %j',
    (progress) => {
      const wire = readFixtureExport('processing-chunked', { progress });

      expect(toSnapshot(createKey(), wire, SINGLE).progress).toBeNull();
    },
  );

  it('is 100 percent for a completed chunked export, parts told or not', () => {
    const told = { status: 'completed', progress: { parts_ready: 8, total_parts: 8 } };
    const untold = { status: 'completed', progress: null };

    const progresses = [told, untold].map(
      (overlay) => toSnapshot(createKey(), readFixtureExport('processing-chunked', overlay), SINGLE).progress,
    );

    expect(progresses).toEqual([
      { percent: 100, completedParts: 8, totalParts: 8 },
      { percent: 100, completedParts: null, totalParts: null },
    ]);
  });

  it('marks an export as chunked where only the progress shows it', () => {
    const wire = readFixtureExport('processing-chunked', { chunked_export: undefined });

    expect(toSnapshot(createKey(), wire, SINGLE).details.isChunked).toBe(true);
  });
});

describe('the files of a Hi Energy export', () => {
  it.each([null, '', undefined, 5])('are none where a completed one says the link is %j', (link) => {
    const wire = readFixtureExport('completed', { download_url: link });

    expect(toSnapshot(createKey(), wire, SINGLE)).toMatchObject({ status: 'SUCCEEDED', files: [] });
  });

  it('are left open where the list gives no link', () => {
    const wire = readFixtureExport('completed', { download_url: null });

    expect(toSnapshot(createKey(), wire, LIST).files).toBeUndefined();
  });

  it('are told where the list gives a link', () => {
    expect(toSnapshot(createKey(), readFixtureExport('completed'), LIST).files).toHaveLength(1);
  });

  it('are never told before the end, whatever link stands there', () => {
    const wire = readFixtureExport('completed', { status: 'processing' });

    expect(toSnapshot(createKey(), wire, SINGLE).files).toBeNull();
  });

  const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  it.each([
    [{ filename: 'q3.XLSX' }, 'q3.xlsx', XLSX],
    [{ filename: 'clicks.zip' }, 'clicks.zip', 'application/zip'],
    [{ filename: 'no extension' }, 'no extension.csv', 'text/csv'],
    [{ filename: '../../etc/passwd' }, '_.._etc_passwd.csv', 'text/csv'],
    [{ filename: 'a\r\nset-cookie: x.csv' }, 'a set-cookie_ x.csv', 'text/csv'],
    [{ filename: null }, 'Advertisers-4213.csv', 'text/csv'],
    [{ filename: null, report_type: 'deals_excel', display_name: 'Deals' }, 'Deals-4213.xlsx', XLSX],
    [{ filename: null, display_name: null }, 'advertisers_csv-4213.csv', 'text/csv'],
    [{ filename: null, display_name: null, report_type: 'brands' }, 'brands-4213', null],
    [{ filename: 'brands.parquet', report_type: 'brands' }, 'brands.parquet', null],
    [{ filename: 'x.constructor' }, 'x.constructor', null],
  ])('of %j are named %j', (overlay, name, mediaType) => {
    const wire = readFixtureExport('completed', overlay);

    expect(toFileDescription({ exportId: '4213' }, wire)).toEqual({ name, mediaType, availableUntil: null });
  });
});

describe('any Hi Energy answer', () => {
  const anything = fc.oneof(fc.anything(), fc.string(), fc.integer(), fc.constant(null));
  const overlays = fc.record(
    {
      status: fc.oneof(fc.constantFrom('pending', 'processing', 'completed', 'failed'), fc.string()),
      progress: fc.oneof(anything, fc.record({ parts_ready: anything, total_parts: anything })),
      chunked_export: fc.oneof(fc.boolean(), anything),
      filename: anything,
      download_url: anything,
      display_name: anything,
      error_message: anything,
      report_type: fc.string(),
      created_at: anything,
      completed_at: anything,
      parent_report_id: anything,
    },
    { requiredKeys: [] },
  );

  it('becomes a snapshot that keeps every promise of its type, and no status is invented', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('pending', 'processing-chunked', 'completed', 'failed', 'minimal'),
        overlays,
        fc.constantFrom(SINGLE, LIST),
        (name, overlay, facts) => {
          const wire = readFixtureExport(name, overlay);

          const snapshot = toSnapshot(createKey(), wire, facts);

          const reading = Object.hasOwn(HI_ENERGY_STATUS, wire.status)
            ? HI_ENERGY_STATUS[wire.status as keyof typeof HI_ENERGY_STATUS].status
            : 'UNKNOWN';
          expect(snapshot.status).toBe(reading);
          expect(snapshot.outcome !== null).toBe(reading === 'SUCCEEDED');
          expect(snapshot.failure !== null).toBe(reading === 'FAILED');
          expect(snapshot.files === null).toBe(reading !== 'SUCCEEDED' && reading !== 'FAILED');
          const percent = snapshot.progress?.percent ?? 0;
          expect(percent >= 0 && percent <= 100).toBe(true);
          for (const file of snapshot.files ?? []) expect(file.name).not.toMatch(/[/\\\p{Cc}]/u);
          for (const at of [snapshot.createdAt, snapshot.finishedAt])
            expect(at === null || Number.isSafeInteger(at)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
