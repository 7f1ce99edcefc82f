import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_JOB,
  isReport,
  parseErrorCode,
  parseJob,
  parseJobPage,
} from '../../../src/vendors/talkdesk/types.ts';
import { JOB_ID, readFixture } from './support.ts';

describe('a Talkdesk job body', () => {
  it('is read wrapped and flat alike', () => {
    const wrapped = readFixture('created') as { readonly job: object };

    expect(parseJob(wrapped)).toEqual(parseJob(wrapped.job));
    expect(parseJob(wrapped)).toMatchObject({ id: JOB_ID, status: 'created', name: 'Calls', format: 'csv' });
  });

  it.each([
    ['ID in capitals', { ID: 'a' }, { id: 'a' }],
    ['a numeric id', { id: 12 }, { id: '12' }],
    [
      'a zone inside the timespan',
      { timespan: { timezone: 'Europe/Lisbon' } },
      { timezone: 'Europe/Lisbon' },
    ],
    ['null for absent', { id: null, status: null, timespan: null }, {}],
    ['other types for absent', { id: {}, status: 7, name: [], timespan: 'x', format: false }, {}],
    ['a wrapper of null', { job: null, status: 'done' }, { status: 'done' }],
  ])('is read with %s', (_what, body, fields) => {
    expect(parseJob(body)).toEqual({ ...EMPTY_JOB, ...fields });
  });

  it.each([undefined, null, 42, 'done', [], [{ status: 'done' }], { job: 'done' }, { job: [] }])(
    'is not found in %j',
    (body) => {
      expect(parseJob(body)).toBeUndefined();
    },
  );

  it('never throws and holds only texts', () => {
    fc.assert(
      fc.property(fc.anything(), (any) => {
        for (const value of Object.values(parseJob({ job: any }) ?? parseJob(any) ?? EMPTY_JOB)) {
          expect(value === null || typeof value === 'string').toBe(true);
        }
      }),
    );
  });
});

describe('a Talkdesk list page', () => {
  it.each(['list', 'list-misspelt'])('gives the jobs of the sample %j', (sample) => {
    const jobs = parseJobPage(readFixture(sample));

    expect(jobs?.map(({ status }) => status)).toEqual(['processing', 'deleted']);
  });

  it('is empty where there is nothing embedded', () => {
    expect(parseJobPage(readFixture('list-empty'))).toEqual([]);
    expect(parseJobPage({ _embedded: { jobs: null } })).toEqual([]);
  });

  it('leaves out entries that are no objects', () => {
    const jobs = parseJobPage({ _embedded: { jobs: [null, 'x', { id: 'a' }, 7] } });

    expect(jobs?.map(({ id }) => id)).toEqual(['a']);
  });

  it.each([undefined, null, 'x', [], { _embedded: { jobs: {} } }, { _embedded: 'x' }])(
    'is not found in %j',
    (body) => {
      expect(parseJobPage(body)).toBeUndefined();
    },
  );
});

describe('the report itself', () => {
  it('is told from a job by its entries', () => {
    expect(isReport(readFixture('report'))).toBe(true);
    expect(isReport({ entries: [], job: { status: 'created' } })).toBe(false);
    expect(isReport(readFixture('processing'))).toBe(false);
    expect(isReport({ entries: {} })).toBe(false);
  });
});

describe('Talkdesk’s error code', () => {
  it.each([
    ['error-400-parameters', '1400'],
    ['error-400-type', '400'],
    ['error-401', '401'],
    ['error-403', '403'],
    ['error-404', '404'],
    ['error-429', '429'],
    ['error-500', '500'],
    ['error-503', '503'],
    ['token-invalid-client', 'invalid_client'],
  ])('is read from the sample %j as %j', (sample, code) => {
    expect(parseErrorCode(readFixture(sample))).toBe(code);
  });

  it.each([
    undefined,
    null,
    [],
    '404 Not Found',
    {},
    { code: null },
    { code: {} },
    { code: 'two words' },
    { code: 'x'.repeat(65) },
  ])('is not found in %j', (body) => {
    expect(parseErrorCode(body)).toBeUndefined();
  });
});
