import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/export/errors.ts';
import { parseGlobalId, toAccountId, toExportKey, toKeyFromGlobalId } from '../../src/export/locator.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';

const encode = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
const NOT_OURS = /^where is not a global id of this gateway: give one from an earlier answer\.$/;

describe('a global id', () => {
  it('is spelt as it always was, since callers keep ids', () => {
    const { locator } = CODED_VENDORS['power-bi'];
    const ids = { reportId: 'r', exportId: 'e' };

    expect(toAccountId('bi')).toBe(encode(['account', 'bi']));
    expect(toExportKey(locator, 'power-bi', 'bi', ids).id).toBe(
      encode(['export', 'power-bi', 'bi', null, 'r', 'e']),
    );
  });

  it('is read back as what it names', () => {
    expect(parseGlobalId(encode(['account', 'bi']))).toEqual({ type: 'account', account: 'bi' });
    expect(parseGlobalId(encode(['export', 'talkdesk', 'desk', 'calls', 'j']))).toEqual({
      type: 'export',
      vendor: 'talkdesk',
      account: 'desk',
      values: ['calls', 'j'],
    });
  });

  it.each([
    ['an account without a name', ['account']],
    ['an account with a part too many', ['account', 'bi', 'x']],
    ['an account of null', ['account', null]],
    ['an account of a number', ['account', 5]],
    ['an export without ids', ['export', 'hi-energy', 'hi']],
    ['an export of a number', ['export', 'hi-energy', 'hi', 42]],
    ['an export of no account', ['export', 'hi-energy', null, '42']],
    ['an export of a vendor whose name none can have', ['export', 'No Body', 'hi', '42']],
    ['an export of no vendor', ['export', null, 'hi', '42']],
    ['another tag', ['file', 'hi-energy', 'hi', '42']],
    ['an object', { 0: 'account', 1: 'bi', length: 2 }],
    ['text', 'account'],
    ['null', null],
    ['nothing', []],
  ])('is none of ours as %s', (_title, parts) => {
    expect(() => parseGlobalId(encode(parts), 'where')).toThrow(NOT_OURS);
    expect(() => parseGlobalId(encode(parts), 'where')).toThrow(InputError);
  });

  it.each(['', '*', 'WyJh', `${encode(['account', 'bi'])}=`, ` ${encode(['account', 'bi'])}`, 'e30', '%'])(
    'is none of ours as %j',
    (id) => {
      expect(() => parseGlobalId(id, 'where')).toThrow(NOT_OURS);
    },
  );

  it('is one canonical spelling: the same parts written in another way are none of ours', () => {
    const spaced = Buffer.from('["account", "bi"]').toString('base64url');

    expect(() => parseGlobalId(spaced, 'where')).toThrow(NOT_OURS);
  });

  it('has at most 2,048 characters', () => {
    const longest = encode(['account', 'a'.repeat(1_536 - 14)]);

    expect(longest).toHaveLength(2_048);
    expect(parseGlobalId(longest)).toMatchObject({ type: 'account' });
    expect(() => parseGlobalId(encode(['account', 'a'.repeat(1_537 - 14)]), 'where')).toThrow(NOT_OURS);
  });

  it('is called by its name where the caller does not say where it stood', () => {
    expect(() => parseGlobalId('*')).toThrow(/^id is not/);
    expect(() => parseGlobalId('*')).toThrow(expect.objectContaining({ field: 'id' }));
  });

  it('names no export where it has another number of ids than the vendor', () => {
    const { locator } = CODED_VENDORS.talkdesk;
    const parsed = { type: 'export', vendor: 'talkdesk', account: 'desk', values: ['calls'] } as const;

    expect(() => toKeyFromGlobalId(locator, parsed, 'where')).toThrow(NOT_OURS);
    expect(() => toKeyFromGlobalId(locator, parsed)).toThrow(/^id is not/);
  });
});
