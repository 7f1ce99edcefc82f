import { describe, expect, it } from 'vitest';
import type { RequestRule, ValueRule } from '../../../src/vendor-file/declaration.ts';
import { compileConditions } from '../../../src/vendors/declared/conditions.ts';
import {
  compilePointer,
  compilePointers,
  describePointer,
  withValueAt,
} from '../../../src/vendors/declared/pointer.ts';
import { compileRequest, encodeForm } from '../../../src/vendors/declared/request.ts';
import {
  compileValue,
  headerWaitMs,
  toIdText,
  toInstant,
  toInt,
  toLine,
  toNumber,
  toPercent,
  toWaitMs,
} from '../../../src/vendors/declared/values.ts';

const ANSWER = JSON.parse(
  '{"a":{"b":{"c":1}},"list":[{"id":7},{"id":8}],"":{"x/y":2,"m~n":3},"none":null,"no":false,"01":4,"__proto__":{"z":5}}',
);

describe('a pointer', () => {
  it.each([
    [[], ANSWER],
    [['a', 'b', 'c'], 1],
    [['list', '1', 'id'], 8],
    [['', 'x/y'], 2],
    [['', 'm~n'], 3],
    [['01'], 4],
    [['__proto__', 'z'], 5],
    [['none'], null],
  ])('%j leads to what stands there', (pointer, value) => {
    expect(compilePointer(pointer)(ANSWER)).toEqual(value);
  });

  it.each([
    [['constructor']],
    [['a', 'hasOwnProperty']],
    [['list', 'length']],
    [['list', '01']],
    [['list', '-']],
    [['list', '2']],
    [['none', 'x']],
    [['a', 'b', 'c', 'toFixed']],
    [['toString', 'name']],
  ])('%j leads nowhere', (pointer) => {
    expect(compilePointer(pointer)(ANSWER)).toBeUndefined();
    expect(compilePointers([pointer])(ANSWER)).toBeUndefined();
  });

  it('of several is the first that leads to something which is not null', () => {
    expect(compilePointers([['gone'], ['none'], ['no'], ['a']])(ANSWER)).toBe(false);
    expect(compilePointers([['none'], ['gone']])(ANSWER)).toBeUndefined();
  });

  it('is written as it stands in a file', () => {
    expect(describePointer(['a/b', 'm~n', '0'])).toBe('/a~1b/m~0n/0');
  });

  it('lays a value into a copy, and makes what is missing on the way', () => {
    const body = { list: [{ id: 1 }], kept: true };

    expect(withValueAt(body, ['list', '0', 'name'], 'x')).toEqual({
      list: [{ id: 1, name: 'x' }],
      kept: true,
    });
    expect(withValueAt(body, ['new', 'deep'], 2)).toEqual({ ...body, new: { deep: 2 } });
    expect(JSON.stringify(withValueAt({}, ['__proto__', 'polluted'], 1))).toBe(
      '{"__proto__":{"polluted":1}}',
    );
    expect(body).toEqual({ list: [{ id: 1 }], kept: true });
    expect({}).not.toHaveProperty('polluted');
  });
});

const RULE: RequestRule = {
  method: 'POST',
  path: [
    { segments: [[{ text: 'v2' }]], needs: [] },
    { segments: [[{ text: 'projects' }], [{ name: 'projectId' }]], needs: ['projectId'] },
    { segments: [[{ text: 'jobs' }], [{ text: 'job-' }, { name: 'jobId' }]], needs: [] },
  ],
  query: { expand: [{ text: 'files' }], project: [{ name: 'projectId' }], size: [{ name: 'limit' }] },
  headers: { 'X-Region': [{ name: 'region' }, { text: '!' }] },
  body: {
    members: {
      id: { template: [{ text: 'gid://' }, { name: 'jobId' }] },
      ids: { template: [{ name: 'ids' }] },
      first: { template: [{ name: 'limit' }] },
      project: { template: [{ name: 'projectId' }] },
      version: { value: 2 },
      list: { list: [{ template: [{ name: 'projectId' }] }, { value: null }] },
    },
  },
  encoding: 'json',
};
const VENDOR = { headers: { 'X-Version': [{ text: '7' }] } };

describe('a request', () => {
  const fill = compileRequest(RULE, VENDOR, { region: 'eu' });

  it('is filled with ids, settings and what the gateway wants', () => {
    expect(fill({ ids: { projectId: 'a/b', jobId: '9' }, limit: 50, wanted: ['gid://9'] })).toEqual({
      method: 'POST',
      path: ['v2', 'projects', 'a/b', 'jobs', 'job-9'],
      query: { expand: 'files', project: 'a/b', size: '50' },
      headers: { 'x-version': '7', 'x-region': 'eu!' },
      json: {
        id: 'gid://9',
        ids: ['gid://9'],
        first: 50,
        project: 'a/b',
        version: 2,
        list: ['a/b', null],
      },
    });
  });

  it('leaves out what belongs to an absent id, in path, query and body', () => {
    expect(fill({ ids: { jobId: '9' } })).toMatchObject({
      path: ['v2', 'jobs', 'job-9'],
      query: { expand: 'files' },
      json: { id: 'gid://9', version: 2, list: [null] },
    });
    expect(fill({ ids: { jobId: '9' } })?.query).not.toHaveProperty('project');
  });

  it('is none where its path has a place for which there is nothing', () => {
    expect(fill({ ids: {} })).toBeUndefined();
    expect(fill({ ids: Object.create({ jobId: '1' }) })).toBeUndefined();
  });

  it.each([['..'], ['.'], [''], ['a\nb'], ['\ud800'], ['x'.repeat(513)], [{}], [1.5], [null]])(
    'is none where an answer has %j for its path',
    (fileId) => {
      const path = [{ segments: [[{ text: 'files' }], [{ pointer: ['fileId'] }]], needs: [] }];
      const fillFile = compileRequest({ ...RULE, method: 'GET', path, body: null }, VENDOR, {});

      expect(fillFile({ ids: {}, answer: { fileId } })).toBeUndefined();
      expect(fillFile({ ids: {}, answer: { fileId: 'f/1' } })?.path).toEqual(['files', 'f/1']);
    },
  );

  it('has the same headers object each time where nothing in them changes', () => {
    expect(fill({ ids: { jobId: '1' } })?.headers).toBe(fill({ ids: { jobId: '2' } })?.headers);
  });

  it('is a form where the file says so', () => {
    const fillForm = compileRequest({ ...RULE, encoding: 'form' }, VENDOR, {});

    expect(fillForm({ ids: { jobId: '9' } })?.form).toBe('id=gid%3A%2F%2F9&version=2');
    expect(encodeForm({ a: { b: 'c d' }, l: ['x', { y: 1 }], n: null })).toBe(
      'a%5Bb%5D=c+d&l%5B%5D=x&l%5B%5D%5By%5D=1',
    );
    expect(encodeForm({ a: { b: 'c' }, l: ['x', { y: 1 }], n: null }, null)).toBe(
      'a=%7B%22b%22%3A%22c%22%7D&l=x&l=%7B%22y%22%3A1%7D',
    );
  });
});

describe('a condition', () => {
  it.each([
    [{ is: 0 }, 0, true],
    [{ is: 0 }, '0', false],
    [{ is: null }, null, true],
    [{ is: null }, undefined, false],
    [{ is: false }, null, false],
    [{ above: 0 }, 1, true],
    [{ above: 0 }, '12', true],
    [{ above: 0 }, 'x', false],
    [{ above: -1 }, null, false],
    [{ below: 3 }, 2.5, true],
    [{ empty: true }, [], true],
    [{ empty: true }, null, true],
    [{ empty: true }, 0, false],
    [{ empty: false }, { a: 1 }, true],
    [{ absent: true }, null, true],
    [{ absent: false }, '', true],
  ])('%j of %j is %j', (test, value, holds) => {
    expect(compileConditions([{ at: ['v'], test }])({ v: value })).toBe(holds);
  });

  it('is met together with all others only', () => {
    const both = compileConditions([
      { at: ['n'], test: { is: '0' } },
      { at: ['url'], test: { absent: true } },
    ]);

    expect(both({ n: '0' })).toBe(true);
    expect(both({ n: '0', url: 'x' })).toBe(false);
  });
});

describe('a value', () => {
  it.each([
    ['rfc3339', '2026-05-18T09:00:00.1405758Z', Date.UTC(2026, 4, 18, 9, 0, 0, 140)],
    ['epoch-seconds', 1_700_000_000, 1_700_000_000_000],
    ['epoch-millis', 1_700_000_000_123, 1_700_000_000_123],
    ['epoch-seconds-text', '1700000000', 1_700_000_000_000],
    ['epoch-seconds', '1700000000', undefined],
    ['epoch-seconds', 1e300, undefined],
    ['epoch-millis', 0, undefined],
    [null, 1_700_000_000, undefined],
    [null, '0001-01-01T00:00:00Z', undefined],
  ] as const)('as %s reads %j as the instant %j', (as, value, instantMs) => {
    expect(toInstant(as)(value)).toBe(instantMs);
  });

  it.each([
    [toNumber('integer-text'), '5033', 5033],
    [toNumber('integer-text'), 5033, undefined],
    [toPercent('fraction'), 0.07, 7],
    [toPercent(null), 140, 100],
    [toPercent(null), '40', undefined],
    [toInt(null), 2_147_483_648, undefined],
    [toInt(null), 1.5, undefined],
    [toInt(null, 0), -1, undefined],
    [toInt('integer-text'), '12', 12],
    [toIdText, 12, '12'],
    [toIdText, '', undefined],
    [toIdText, 1.5, undefined],
    [toLine(5), 'a\u0000b\ncdef', 'a b …'],
    [toLine(5), 7, undefined],
    [toLine(5, true), 7, '7'],
  ])('is converted, or does not fit: %#', (convert, value, converted) => {
    expect(convert(value)).toBe(converted);
  });

  it('says how long to wait, by number, text or instant', () => {
    expect(toWaitMs(2.5, 'seconds', 0)).toBe(2_500);
    expect(toWaitMs(-1, 'seconds', 0)).toBeUndefined();
    expect(headerWaitMs('60', 'epoch-seconds', 50_000)).toBe(10_000);
    expect(headerWaitMs('30', null, 0)).toBe(30_000);
    expect(headerWaitMs('1500', 'integer-text', 0)).toBe(1_500);
    expect(headerWaitMs('soon', 'seconds', 0)).toBeUndefined();
  });

  it('that does not fit is null and told; one that means null is not told', () => {
    const told: string[] = [];
    const rule: ValueRule = { at: [['n']], as: null, absent: ['', 0] };
    const read = compileValue('rowCount', rule, toInt(null));
    const values = [3, 'x', '', 0, null, undefined].map((n) => read({ n }, (field) => told.push(field)));

    expect(values).toEqual([3, null, null, null, null, null]);
    expect(told).toEqual(['rowCount']);
  });
});
