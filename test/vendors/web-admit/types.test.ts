import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/export/errors.ts';
import { parseIds } from '../../../src/export/locator.ts';
import {
  checkIdentityList,
  checkRunList,
  checkSingleRun,
  toWireId,
  WEB_ADMIT_LOCATOR,
} from '../../../src/vendors/web-admit/types.ts';
import { readFixture } from './support.ts';

const RUN = {
  id: 74780,
  href: '/api/v1/exports/86466/export_files/74780',
  export_id: 86466,
  status: 'Queued',
};

describe('WebAdMIT single answer', () => {
  it.each([
    ['an object', { export_files: RUN }],
    ['an array of one', { export_files: [RUN] }],
    ['an array around everything', [{ export_files: RUN }]],
    ['fields nobody knows', { export_files: { ...RUN, colour: 'blue' }, more: 1 }],
    ['a null link', { export_files: { ...RUN, download_url: null } }],
    ['an empty link', { export_files: { ...RUN, download_url: '' } }],
    ['a link that is no text', { export_files: { ...RUN, download_url: 7 } }],
  ])('is read from %s', (_, json) => {
    expect(checkSingleRun(json)).toEqual({
      wire: { id: '74780', href: RUN.href, exportId: '86466', status: 'Queued', downloadUrl: null },
    });
  });

  it('is read from its status alone', () => {
    expect(checkSingleRun({ export_files: { status: 'Queued', href: null } })).toEqual({
      wire: { id: null, href: null, exportId: null, status: 'Queued', downloadUrl: null },
    });
  });

  it.each([
    [{ export_files: { id: 1 } }, '"export_files.status" is missing'],
    [{ export_files: { status: null } }, '"export_files.status" is missing'],
    [{ export_files: { status: 7 } }, '"export_files.status" is not of the documented type'],
    [{ export_files: [] }, '"export_files" is not of the documented type'],
    [{ export_files: [RUN, RUN] }, '"export_files" is not of the documented type'],
    [{}, '"export_files" is missing'],
    [{ message: 'Not Found' }, '"export_files" is missing'],
    [null, 'the body is not a JSON object'],
    [undefined, 'the body is not a JSON object'],
    ['<html>', 'the body is not a JSON object'],
    [7, 'the body is not a JSON object'],
  ])('is refused when it is %j', (json, problem) => {
    expect(checkSingleRun(json)).toEqual({ problem });
  });

  it('never throws, and never names more of the body than a field', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ export_files: fc.jsonValue() })), (json) => {
        const checked = checkSingleRun(json);

        if ('problem' in checked)
          expect(checked.problem).toMatch(/^("export_files(\.status)?" is |the body is not )/);
      }),
    );
  });
});

describe('WebAdMIT list answer', () => {
  it('holds the runs of the documented sample, none with a link', () => {
    expect(checkRunList(readFixture('batch'))).toEqual({
      wire: [
        {
          id: '74780',
          href: '/api/v1/exports/86466/export_files/74780',
          exportId: '86446',
          status: 'Available',
          downloadUrl: null,
        },
        {
          id: '74781',
          href: '/api/v1/exports/86466/export_files/74781',
          exportId: '86466',
          status: 'In Progress',
          downloadUrl: null,
        },
      ],
    });
  });

  it('leaves out what it cannot read', () => {
    const checked = checkRunList({
      export_files: [null, 7, 'x', [], { id: 1 }, RUN, { ...RUN, status: null }],
    });

    expect('wire' in checked && checked.wire.map(({ id }) => id)).toEqual(['74780']);
  });

  it.each([[null], [{}], [{ export_files: null }], [{ export_files: {} }], ['<html>']])(
    'is refused when it is %j',
    (json) => {
      expect(checkRunList(json)).toMatchObject({
        problem: expect.stringMatching(/^"export_files" is |^the body/),
      });
      expect(checkIdentityList(json)).toHaveProperty('problem');
    },
  );

  it('holds the identities that have an id', () => {
    expect(checkIdentityList(readFixture('identities'))).toEqual({
      wire: [{ id: '37442' }, { id: '37518' }],
    });
    expect(checkIdentityList({ user_identities: [{ id: 'x' }, { id: '12' }, null] })).toEqual({
      wire: [{ id: '12' }],
    });
  });
});

describe('WebAdMIT id on the wire', () => {
  it.each([
    [74780, '74780'],
    ['74780', '74780'],
    ['0074780', '74780'],
    ['123456789012345678', '123456789012345678'],
    [' 7 ', '7'],
    [`${'0'.repeat(39)}7`, '7'],
    [`${'0'.repeat(40)}7`, null],
    [0, null],
    ['0', null],
    [-1, null],
    [1.5, null],
    [Number.NaN, null],
    [2 ** 60, null],
    ['1234567890123456789', null],
    ['1e5', null],
    ['../1', null],
    ['9'.repeat(5_000), null],
    [null, null],
    [{}, null],
  ])('reads %j as %j', (value, id) => {
    expect(toWireId(value)).toBe(id);
  });
});

describe('WebAdMIT locator', () => {
  const parse = (input: Record<string, unknown>) => parseIds(WEB_ADMIT_LOCATOR, input, 'locator.webAdmit');

  it('keeps ids as the text they are, the identity optional', () => {
    expect(parse({ exportId: '86466', exportFileId: '999999999999999999' })).toEqual({
      exportId: '86466',
      exportFileId: '999999999999999999',
    });
  });

  it('stands in the order identity, template, run in a global id', () => {
    expect(Object.keys(WEB_ADMIT_LOCATOR)).toEqual(['userIdentityId', 'exportId', 'exportFileId']);
  });

  it.each([
    '0',
    '01',
    '-1',
    '+1',
    '1.0',
    '1e3',
    ' 1',
    '1\n',
    '1\r\nx',
    '..',
    '.',
    '1/2',
    '%31',
    '',
    '１',
    '\ud800',
    '1'.repeat(19),
    'x'.repeat(10_000),
    7,
    null,
    {},
  ])('refuses %j before anything is asked', (exportId) => {
    expect(() => parse({ exportId, exportFileId: '1' })).toThrow(InputError);
  });

  it('lets nothing but 1 to 18 digits through', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.bigInt().map(String)), (id) => {
        let isAccepted = true;
        try {
          parse({ exportId: id, exportFileId: id, userIdentityId: id });
        } catch {
          isAccepted = false;
        }
        expect(isAccepted).toBe(/^[1-9]\d{0,17}$/.test(id) && !id.endsWith('\n'));
      }),
    );
  });
});
