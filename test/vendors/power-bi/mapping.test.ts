import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POWER_BI_STATUS, toSnapshot } from '../../../src/vendors/power-bi/mapping.ts';
import { readStatus } from '../../../src/vendors/shared/status-table.ts';
import {
  EXPORT_ID,
  GROUP_ID,
  type PowerBiFixture,
  REPORT_ID,
  readFixture,
  toKey,
  toWire,
} from './support.ts';

const RECEIVED_AT = Date.UTC(2024, 2, 1, 17, 20, 0);

function map(body: object, retryAfter?: string) {
  const wire = toWire(body);
  return toSnapshot(toKey({ groupId: GROUP_ID }), { wire, retryAfter, receivedAt: RECEIVED_AT });
}

function mapFixture(name: PowerBiFixture, changes: object = {}, retryAfter?: string) {
  return map({ ...readFixture(name), ...changes }, retryAfter);
}

describe('Power BI status table', () => {
  it.each([
    ['Undefined', { status: 'UNKNOWN' }],
    ['NotStarted', { status: 'QUEUED' }],
    ['Running', { status: 'RUNNING' }],
    ['Succeeded', { status: 'SUCCEEDED', outcome: 'COMPLETE' }],
    ['Failed', { status: 'FAILED' }],
  ])('reads %j as documented', (word, reading) => {
    expect(readStatus(POWER_BI_STATUS, word)).toEqual(reading);
  });

  it.each(['succeeded', 'SUCCEEDED', 'Cancelled', '', ' Running', 'constructor', '__proto__'])(
    'reads the unlisted word %j as UNKNOWN, not as an end',
    (word) => {
      const snapshot = map({ status: word });

      expect(snapshot).toMatchObject({ status: 'UNKNOWN', outcome: null, failure: null, files: null });
    },
  );

  it('keeps an unlisted word raw, on one line and bounded', () => {
    expect(map({ status: 'Paused' }).rawStatus).toBe('Paused');
    expect(map({ status: `a\r\nb${'x'.repeat(500)}` }).rawStatus).toMatch(/^a bx{96}…$/);
  });
});

describe('Power BI mapping', () => {
  it('maps an export that has not started', () => {
    expect(mapFixture('export-not-started', {}, '5')).toEqual({
      key: toKey({ groupId: GROUP_ID }),
      name: null,
      status: 'QUEUED',
      rawStatus: 'NotStarted',
      outcome: null,
      failure: null,
      progress: { percent: 0, completedParts: null, totalParts: null },
      createdAt: Date.UTC(2024, 2, 1, 17, 17, 59, 827),
      startedAt: null,
      updatedAt: Date.UTC(2024, 2, 1, 17, 17, 59, 827),
      finishedAt: null,
      files: null,
      pollAfterMs: 5_000,
      observedAt: RECEIVED_AT,
      details: {
        exportId: EXPORT_ID,
        reportId: REPORT_ID,
        reportName: null,
        groupId: GROUP_ID,
        percentComplete: 0,
        resourceFileExtension: null,
        resourceLocation: null,
        expirationTime: null,
        lastActionDateTime: Date.UTC(2024, 2, 1, 17, 17, 59, 827),
      },
    });
  });

  it('maps a running export', () => {
    expect(mapFixture('export-running', {}, '5')).toMatchObject({
      name: 'Sales overview',
      status: 'RUNNING',
      rawStatus: 'Running',
      progress: { percent: 70 },
      finishedAt: null,
      files: null,
      pollAfterMs: 5_000,
    });
  });

  it('maps the documented success, whose address is cut short', () => {
    expect(mapFixture('export-succeeded')).toMatchObject({
      name: 'Report name',
      status: 'SUCCEEDED',
      outcome: 'COMPLETE',
      progress: { percent: 100 },
      finishedAt: Date.UTC(2021, 11, 8, 10, 26, 38, 16),
      files: [
        {
          name: 'Report name.pptx',
          mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
          availableUntil: Date.UTC(2021, 11, 9, 10, 26, 11, 586),
        },
      ],
      pollAfterMs: null,
      details: { resourceFileExtension: '.pptx', resourceLocation: null },
    });
  });

  it('maps a success as it is really sent, and the capital spelling of its extension', () => {
    expect(mapFixture('export-succeeded-workspace')).toMatchObject({
      status: 'SUCCEEDED',
      files: [{ name: 'Sales overview.zip', mediaType: 'application/zip' }],
      details: {
        resourceFileExtension: '.zip',
        resourceLocation: `https://api.powerbi.com/v1.0/myorg/groups/${GROUP_ID}/reports/${REPORT_ID}/exports/${EXPORT_ID}/file`,
      },
    });
  });

  it('maps a failure without Retry-After as permanent', () => {
    expect(mapFixture('export-failed')).toMatchObject({
      status: 'FAILED',
      outcome: null,
      failure: {
        code: null,
        message: 'Power BI could not finish this export and gave no reason.',
        isRetryable: false,
        retryAfterMs: null,
      },
      finishedAt: Date.UTC(2024, 2, 1, 17, 19, 2, 500),
      files: [],
      pollAfterMs: null,
    });
  });

  it.each([
    ['60', 60_000],
    ['0', 0],
    ['Fri, 01 Mar 2024 17:21:00 GMT', 60_000],
    ['Fri, 01 Mar 2024 17:00:00 GMT', 0],
    ['soon', null],
  ])('maps a failure with Retry-After %j as one that may be started again', (retryAfter, retryAfterMs) => {
    expect(mapFixture('export-failed', {}, retryAfter).failure).toEqual({
      code: null,
      message: 'Power BI was too busy to finish this export; it may be started again.',
      isRetryable: true,
      retryAfterMs,
    });
  });

  it('tells what Power BI says about a failure', () => {
    expect(mapFixture('export-failed-with-error').failure).toEqual({
      code: 'PowerBIEntityNotFound',
      message: 'Report not found.',
      isRetryable: false,
      retryAfterMs: null,
    });
  });

  it('bounds and cleans what Power BI says about a failure', () => {
    const error = { code: `c\n${'x'.repeat(300)}`, message: `first\r\nsecond\u0000${'y'.repeat(9_000)}` };
    const { failure } = mapFixture('export-failed', { error });

    expect(failure?.message).toMatch(/^first second y+…$/);
    expect(failure?.message).toHaveLength(300);
    expect(failure?.code).toHaveLength(100);
  });

  it.each([[null], ['text'], [5], [[]], [{}], [{ code: 5, message: null }]])(
    'takes the error %j for none',
    (error) => {
      expect(mapFixture('export-failed', { error }).failure).toMatchObject({
        code: null,
        message: 'Power BI could not finish this export and gave no reason.',
      });
    },
  );

  it('maps Undefined as unknown and unfinished, its Retry-After obeyed', () => {
    expect(mapFixture('export-undefined', {}, '7')).toMatchObject({
      status: 'UNKNOWN',
      rawStatus: 'Undefined',
      progress: null,
      files: null,
      finishedAt: null,
      pollAfterMs: 7_000,
    });
  });

  it.each([
    [0, 0],
    [33.9, 33],
    [100, 100],
    [150, 100],
    [-5, 0],
    ['70', null],
    [null, null],
    [true, null],
    [undefined, null],
  ])('reads percentComplete %j as %j', (percentComplete, percent) => {
    const snapshot = mapFixture('export-running', { percentComplete });

    expect(snapshot.details.percentComplete).toBe(percent);
    expect(snapshot.progress).toEqual(
      percent === null ? null : { percent, completedParts: null, totalParts: null },
    );
  });

  it('never reads an end from the percentage, nor a percentage from the end', () => {
    expect(mapFixture('export-running', { percentComplete: 100 }).status).toBe('RUNNING');
    expect(mapFixture('export-succeeded', { percentComplete: 60 })).toMatchObject({
      status: 'SUCCEEDED',
      progress: { percent: 60 },
    });
    expect(mapFixture('export-succeeded', { percentComplete: undefined }).progress).toBeNull();
  });

  it.each([
    ['1', 1_000],
    ['0', 1_000],
    ['300', 300_000],
    ['86400', 300_000],
    ['2.5', 2_500],
    ['-1', null],
    ['', null],
    [undefined, null],
  ])('asks again after Retry-After %j in %j ms', (retryAfter, pollAfterMs) => {
    expect(mapFixture('export-running', {}, retryAfter).pollAfterMs).toBe(pollAfterMs);
  });

  it.each([
    ['2024-03-01T17:18:10Z', Date.UTC(2024, 2, 1, 17, 18, 10)],
    ['2024-03-01T17:18:10.1Z', Date.UTC(2024, 2, 1, 17, 18, 10, 100)],
    ['2024-03-01T17:18:10.120007Z', Date.UTC(2024, 2, 1, 17, 18, 10, 120)],
    ['2024-03-01T17:18:10.123456789Z', Date.UTC(2024, 2, 1, 17, 18, 10, 123)],
    ['2024-03-01T18:18:10+01:00', Date.UTC(2024, 2, 1, 17, 18, 10)],
    ['0001-01-01T00:00:00Z', null],
    ['yesterday', null],
    [1_709_313_490, null],
    [null, null],
  ])('reads the instant %j', (text, instant) => {
    const snapshot = mapFixture('export-running', {
      createdDateTime: text,
      lastActionDateTime: text,
      expirationTime: text,
    });

    expect(snapshot.createdAt).toBe(instant);
    expect(snapshot.updatedAt).toBe(instant);
    expect(snapshot.details).toMatchObject({ lastActionDateTime: instant, expirationTime: instant });
  });

  it('takes the zero date for no end of availability', () => {
    const snapshot = mapFixture('export-succeeded', { expirationTime: '0001-01-01T00:00:00Z' });

    expect(snapshot.files?.[0]?.availableUntil).toBeNull();
  });

  it.each([
    ['https://api.powerbi.com/v1.0/myorg/reports/r/exports/e=/file', true],
    ['HTTP://127.0.0.1:4100/file', true],
    ['...Mi9C5419i....PS4=/file', false],
    ['/exports/e/file', false],
    ['//api.powerbi.com/file', false],
    ['https:api.powerbi.com', false],
    ['https://', false],
    ['https://a b/', false],
    ['https://a/\nfile', false],
    ['https:\\\\a\\file', false],
    ['javascript:alert(1)', false],
    ['file:///etc/passwd', false],
    [`https://a/${'x'.repeat(5_000)}`, false],
    [7, false],
  ])('shows a location only where it is a whole address (case %#)', (resourceLocation, isShown) => {
    const { details } = mapFixture('export-succeeded', { resourceLocation });

    expect(details.resourceLocation).toBe(isShown ? resourceLocation : null);
  });

  it.each([
    ['.pdf', 'application/pdf'],
    ['.PDF', 'application/pdf'],
    ['pdf', 'application/pdf'],
    ['.png', 'image/png'],
    ['.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['.csv', 'text/csv'],
    ['.xml', 'text/xml'],
    ['.mhtml', 'multipart/related'],
    ['.constructor', null],
    ['.new', null],
  ])('knows the media type of %j', (resourceFileExtension, mediaType) => {
    const { files } = mapFixture('export-succeeded', { resourceFileExtension });

    expect(files?.[0]?.mediaType).toBe(mediaType);
  });

  it.each([
    ['../../secret', '.pdf', '_.._secret.pdf'],
    ['売上レポート', '.zip', '売上レポート.zip'],
    [null, '.pdf', 'export.pdf'],
    ['Sales', null, 'Sales'],
    ['Sales', '/../x', 'Sales'],
  ])('names the file of report %j with extension %j', (reportName, resourceFileExtension, name) => {
    const { files } = mapFixture('export-succeeded', { reportName, resourceFileExtension });

    expect(files?.[0]?.name).toBe(name);
  });

  it('shows My workspace as no workspace', () => {
    const wire = toWire(readFixture('export-running'));

    expect(toSnapshot(toKey(), { wire, retryAfter: undefined, receivedAt: 0 }).details.groupId).toBeNull();
  });

  it('makes a lawful snapshot of any answer that names a status', () => {
    const word = fc.oneof(fc.constantFrom(...Object.keys(POWER_BI_STATUS)), fc.string({ unit: 'binary' }));
    const body = fc.record(
      {
        reportName: fc.anything(),
        percentComplete: fc.oneof(fc.double(), fc.anything()),
        createdDateTime: fc.oneof(fc.string(), fc.anything()),
        lastActionDateTime: fc.oneof(
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
          fc.anything(),
        ),
        expirationTime: fc.anything(),
        resourceLocation: fc.oneof(fc.webUrl(), fc.string(), fc.anything()),
        resourceFileExtension: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()),
        error: fc.oneof(
          fc.record({ code: fc.string(), message: fc.string({ unit: 'binary' }) }),
          fc.anything(),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(word, body, fc.option(fc.string(), { nil: undefined }), (status, fields, retryAfter) => {
        const snapshot = map({ ...fields, status }, retryAfter);

        const listed = Object.hasOwn(POWER_BI_STATUS, status);
        if (!listed) expect(snapshot.status).toBe('UNKNOWN');
        expect(snapshot.outcome === null).toBe(snapshot.status !== 'SUCCEEDED');
        expect(snapshot.failure === null).toBe(snapshot.status !== 'FAILED');
        expect(snapshot.rawStatus.length).toBeLessThanOrEqual(100);
        const percent = snapshot.progress?.percent ?? 0;
        expect(Number.isInteger(percent) && percent >= 0 && percent <= 100).toBe(true);
        for (const instant of [snapshot.createdAt, snapshot.updatedAt, snapshot.finishedAt])
          expect(instant === null || Number.isSafeInteger(instant)).toBe(true);
        expect(JSON.stringify(snapshot)).not.toMatch(/\\ud[89a-f][0-9a-f]{2}/i);
      }),
      { numRuns: 1_000 },
    );
  });
});
