import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTalkdeskStatus, TALKDESK_STATUS, toSnapshot } from '../../../src/vendors/talkdesk/mapping.ts';
import { EMPTY_JOB, parseJob, type WireJob } from '../../../src/vendors/talkdesk/types.ts';
import { createKey, JOB_ID, RECEIVED_AT, readFixture } from './support.ts';

function readSample(name: string): WireJob {
  const job = parseJob(readFixture(name));
  if (job === undefined) throw new Error(`${name} holds no job`);
  return job;
}

function snapshotOf(job: WireJob) {
  return toSnapshot(createKey(), { word: job.status ?? '', job, receivedAt: RECEIVED_AT });
}

describe('Talkdesk status table', () => {
  it.each([
    ['created', { status: 'QUEUED' }],
    ['processing', { status: 'RUNNING' }],
    ['uploading', { status: 'RUNNING' }],
    ['sending', { status: 'RUNNING' }],
    ['done', { status: 'SUCCEEDED', outcome: 'COMPLETE' }],
    ['failed', { status: 'FAILED' }],
    ['canceled', { status: 'CANCELED' }],
    ['deleted', { status: 'EXPIRED' }],
    ['completed', { status: 'SUCCEEDED', outcome: 'COMPLETE' }],
    ['error', { status: 'FAILED' }],
  ])('reads %j in every mixture of capitals', (word, reading) => {
    for (const spelling of [
      word,
      word.toUpperCase(),
      `${word[0]?.toUpperCase()}${word.slice(1)}`,
      ` ${word} `,
    ]) {
      expect(readTalkdeskStatus(spelling)).toEqual(reading);
    }
  });

  it('has no other words', () => {
    expect(Object.keys(TALKDESK_STATUS)).toHaveLength(10);
  });

  it.each(['Archived', '', 'cancelled', 'done!', 'constructor', '__proto__', 'dоne', '204'])(
    'reads the unlisted word %j as UNKNOWN',
    (word) => {
      expect(readTalkdeskStatus(word)).toEqual({ status: 'UNKNOWN' });
    },
  );

  it('reads every text that is not in the table as UNKNOWN', () => {
    const words = Object.keys(TALKDESK_STATUS);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!words.includes(text.trim().toLowerCase()));
        expect(readTalkdeskStatus(text)).toEqual({ status: 'UNKNOWN' });
      }),
    );
  });
});

describe('a Talkdesk job as a snapshot', () => {
  it('holds everything the observed answer tells, its zone-less times read as UTC', () => {
    expect(snapshotOf(readSample('processing'))).toEqual({
      key: createKey(),
      name: 'Calls',
      status: 'RUNNING',
      rawStatus: 'processing',
      outcome: null,
      failure: null,
      progress: null,
      createdAt: Date.UTC(2024, 4, 2, 10, 17, 15),
      startedAt: null,
      updatedAt: null,
      finishedAt: null,
      files: null,
      pollAfterMs: null,
      observedAt: RECEIVED_AT,
      details: {
        jobId: JOB_ID,
        reportType: 'calls',
        timezone: 'UTC',
        format: 'json',
        timespan: { from: Date.UTC(2024, 4, 1), to: Date.UTC(2024, 4, 2) },
      },
    });
  });

  it.each([
    ['created', 'QUEUED', null],
    ['uploading', 'RUNNING', null],
    ['upper-case', 'RUNNING', null],
    ['flat', 'QUEUED', null],
    ['done', 'SUCCEEDED', [{ name: 'Calls.json', mediaType: 'application/json', availableUntil: null }]],
    ['failed', 'FAILED', []],
    ['canceled', 'CANCELED', []],
    ['deleted', 'EXPIRED', []],
  ])('reads the sample %j as %s', (sample, status, files) => {
    expect(snapshotOf(readSample(sample))).toMatchObject({ status, files });
  });

  it('says in a sentence that a failed job gives no reason', () => {
    const { failure } = snapshotOf(readSample('failed'));

    expect(failure).toEqual({
      code: null,
      message: 'Talkdesk says that the report job failed, without giving a reason.',
      isRetryable: false,
      retryAfterMs: null,
    });
  });

  it('keeps the word in its own spelling, bounded and on one line', () => {
    expect(snapshotOf(readSample('upper-case')).rawStatus).toBe('PROCESSING');
    expect(snapshotOf({ ...EMPTY_JOB, status: `a\r\nb${'x'.repeat(200)}` }).rawStatus).toMatch(/^a bx{96}…$/);
  });

  it('reads the retired times with a space and a zone word', () => {
    const { details } = snapshotOf(readSample('flat'));

    expect(details.timespan).toEqual({
      from: Date.UTC(2016, 6, 29),
      to: Date.UTC(2016, 6, 29, 23, 59, 59),
    });
  });

  it.each([
    ['csv', 'Calls.csv', 'text/csv'],
    ['json', 'Calls.json', 'application/json'],
    ['json_bulk', 'Calls.jsonl', 'application/x-ndjson'],
    ['CSV', 'Calls.csv', 'text/csv'],
    ['parquet', 'Calls', null],
    ['constructor', 'Calls', null],
    [null, 'Calls', null],
  ])('names the file of the format %j', (format, name, mediaType) => {
    const { files } = snapshotOf({ ...EMPTY_JOB, status: 'done', name: 'Calls', format });

    expect(files).toEqual([{ name, mediaType, availableUntil: null }]);
  });

  it('names the file of a nameless job after its report type and id', () => {
    const { files, name } = snapshotOf({ ...EMPTY_JOB, status: 'done', format: 'csv', name: ' \n' });

    expect(name).toBeNull();
    expect(files).toMatchObject([{ name: `calls-${JOB_ID}.csv` }]);
  });

  it('tells one end of a timespan where the other cannot be read', () => {
    const half = snapshotOf({ ...EMPTY_JOB, status: 'created', from: '2024-05-01T00:00:00Z', to: 'later' });
    const none = snapshotOf({ ...EMPTY_JOB, status: 'created', from: '0001-01-01T00:00:00', to: null });

    expect(half.details.timespan).toEqual({ from: Date.UTC(2024, 4, 1), to: null });
    expect(none.details.timespan).toBeNull();
  });

  it('never throws, and gives a file only to a job that is done', () => {
    const anyText = fc.option(fc.string({ unit: 'binary' }));
    const job = fc.record({
      id: anyText,
      status: fc.oneof(fc.constantFrom<string>(...Object.keys(TALKDESK_STATUS)), fc.string()),
      name: anyText,
      timezone: anyText,
      format: anyText,
      createdAt: anyText,
      from: anyText,
      to: anyText,
    });
    fc.assert(
      fc.property(job, (any) => {
        const { status, files, outcome, failure } = snapshotOf(any);

        expect(files?.length === 1).toBe(status === 'SUCCEEDED');
        expect(outcome !== null).toBe(status === 'SUCCEEDED');
        expect(failure !== null).toBe(status === 'FAILED');
        for (const { name } of files ?? []) expect(name).toMatch(/^[^/\\\p{Cc}]+$/u);
      }),
    );
  });
});
