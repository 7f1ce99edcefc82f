import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/export/errors.ts';
import { parseIds } from '../../../src/export/locator.ts';
import { parseJson } from '../../../src/http/json.ts';
import {
  checkListAnswer,
  checkSingleAnswer,
  HI_ENERGY_LOCATOR,
} from '../../../src/vendors/hi-energy/types.ts';
import { readFixture } from './support.ts';

describe('Hi Energy ids', () => {
  it.each(['1', '4213', '9007199254740993', '9999999999999999999'])('accept %j', (exportId) => {
    expect(parseIds(HI_ENERGY_LOCATOR, { exportId }, 'locator.hiEnergy')).toEqual({ exportId });
  });

  it.each([
    '',
    '0',
    '007',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x10',
    '10000000000000000000',
    ' 1',
    '1 ',
    '1\n',
    '1\r\n2',
    '1\u0000',
    '..',
    '.',
    '1/2',
    '../1',
    '%31',
    '１２',
    '1\uD800',
    '1'.repeat(10_000),
    4213,
    null,
    undefined,
    ['1'],
    { toString: () => '1' },
  ])('refuse %j', (exportId) => {
    const parse = () => parseIds(HI_ENERGY_LOCATOR, { exportId }, 'locator.hiEnergy');

    expect(parse).toThrow(InputError);
  });

  it('never let through what would change the path', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9]{1,21}$/)), (exportId) => {
        if (HI_ENERGY_LOCATOR.exportId.test(exportId))
          expect(encodeURIComponent(exportId)).toMatch(/^[1-9]\d*$/);
        else expect(exportId).not.toMatch(/^[1-9]\d{0,18}$/);
      }),
    );
  });
});

describe('the body of a status answer', () => {
  it.each(['pending', 'processing-chunked', 'completed', 'failed', 'minimal', 'start-deduped'])(
    'is read as documented: %s',
    (name) => {
      expect(checkSingleAnswer(readFixture(name))).toHaveProperty('wire');
    },
  );

  it.each([
    [4213, '4213'],
    ['4213', '4213'],
    ['9007199254740993', '9007199254740993'],
    [undefined, undefined],
    [null, null],
  ])('normalises the id %j to %j', (id, expected) => {
    const checked = checkSingleAnswer({ export: { id, report_type: 'deals_excel', status: 'pending' } });

    expect(checked).toMatchObject({ wire: { id: expected } });
  });

  it('keeps an id that a float cannot hold, digit for digit', () => {
    const json = parseJson(
      '{"export":{"id":9007199254740993,"report_type":"deals_excel","status":"pending"}}',
    );

    expect(checkSingleAnswer(json)).toMatchObject({ wire: { id: '9007199254740993' } });
  });

  it.each([
    [{ id: 1, report_type: 'deals_excel' }, '"export.status" is missing'],
    [{ id: 1, report_type: 'deals_excel', status: null }, '"export.status" is missing'],
    [{ id: 1, report_type: 'deals_excel', status: 3 }, '"export.status" is not of the documented type'],
    [{ id: 1, status: 'pending' }, '"export.report_type" is missing'],
    [{ id: 0, report_type: 'x', status: 'pending' }, '"export.id" is not of the documented type'],
    [{ id: 1.5, report_type: 'x', status: 'pending' }, '"export.id" is not of the documented type'],
    [{ id: '../1', report_type: 'x', status: 'pending' }, '"export.id" is not of the documented type'],
    [null, '"export" is missing'],
    [[], '"export" is not of the documented type'],
    ['done', '"export" is not of the documented type'],
  ])('is refused when "export" is %j', (body, problem) => {
    expect(checkSingleAnswer({ export: body })).toEqual({ problem });
  });

  it.each([undefined, null, 5, 'ok', true, []])('is refused when it is %j', (body) => {
    expect(checkSingleAnswer(body)).toEqual({ problem: 'the body is not a JSON object' });
    expect(checkListAnswer(body)).toEqual({ problem: 'the body is not a JSON object' });
  });

  it('is not looked for under "data", where the rest of the platform puts it', () => {
    const { export: data } = readFixture('pending') as { readonly export: object };

    expect(checkSingleAnswer({ data })).toEqual({ problem: '"export" is missing' });
  });

  it('never holds a word of the body in the problem', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (id, status) => {
        const checked = checkSingleAnswer({ export: { id, report_type: 'x', status } });

        if ('problem' in checked)
          expect(checked.problem).toMatch(/^"export\.(id|status)" is (missing|not of the documented type)$/);
      }),
    );
  });
});

describe('the body of a list answer', () => {
  it('is read as documented', () => {
    expect(checkListAnswer(readFixture('list'))).toMatchObject({
      wire: [
        { id: '4214', status: 'failed' },
        { id: '4213', status: 'completed' },
      ],
    });
  });

  it('leaves out the entries that cannot be read and keeps the others', () => {
    const good = { id: 7, report_type: 'deals_excel', status: 'pending' };
    const broken = [
      null,
      5,
      'x',
      [],
      { ...good, id: undefined },
      { ...good, status: null },
      { ...good, report_type: 1 },
    ];

    expect(checkListAnswer({ exports: [...broken, good] })).toMatchObject({ wire: [{ id: '7' }] });
  });

  it.each([{}, { exports: null }, { data: [] }])('is refused when it is %j', (body) => {
    expect(checkListAnswer(body)).toEqual({ problem: '"exports" is missing' });
  });
});
