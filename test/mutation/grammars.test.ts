import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';

/** Ids that are taken, and ids that are not. */
type Edges = readonly [good: readonly string[], bad: readonly string[]];

/** What an id may and may not be, at its very edges. */
const EDGES: Record<CodedVendorId, Record<string, Edges>> = {
  'power-bi': {
    groupId: [
      ['dcf522d1-dfff-4c17-85f1-4e52591f0b2e'],
      ['', 'dcf522d1-dfff-4c17-85f1', 'all', ' dcf522d1-dfff-4c17-85f1-4e52591f0b2e'],
    ],
    reportId: [
      ['AA96F597-1f78-4e38-b47e-b6d621c0c17e'],
      ['', 'aa96f597-1f78-4e38-b47e-b6d621c0c17e/', 'aa96f5971f784e38b47eb6d621c0c17e'],
    ],
    exportId: [
      ['Mi9C5419i....PS4=', 'a', 'x'.repeat(512)],
      ['', ' ', '.', '..', 'a/b', 'a%b', 'a?b', 'a#b', 'a\\b', 'a\nb', 'x'.repeat(513), 'a\ud800b'],
    ],
  },
  'hi-energy': {
    exportId: [
      ['1', '9223372036854775807', '9'.repeat(19)],
      ['', '0', '01', '-1', '1.0', '1e3', ' 1', '1 ', '1\n', '9'.repeat(20), 'a'],
    ],
  },
  talkdesk: {
    reportType: [
      ['a', 'calls', 'user_status', 'a1', 'a'.repeat(64)],
      ['', '1a', '_a', 'Calls', 'a-b', 'a b', 'a/b', '..', 'a\n', 'a'.repeat(65)],
    ],
    jobId: [
      ['a', '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e01', 'A_9', 'a'.repeat(64)],
      ['', 'a.b', 'a/b', '..', 'a b', 'a\n', 'a'.repeat(65)],
    ],
  },
  'web-admit': {
    userIdentityId: [
      ['1', '9'.repeat(18)],
      ['', '0', '01', '9'.repeat(19), '1\n', 'a'],
    ],
    exportId: [
      ['1', '86480', '9'.repeat(18)],
      ['', '0', '01', '-1', '1.5', '9'.repeat(19), ' 1', '1\n', 'a'],
    ],
    exportFileId: [
      ['1', '74780', '9'.repeat(18)],
      ['', '0', '01', '9'.repeat(19), '1\n', 'a'],
    ],
  },
};

const OPTIONAL = ['power-bi.groupId', 'web-admit.userIdentityId'];
const HINTS = ['web-admit.userIdentityId'];

const fields = CODED_VENDOR_IDS.flatMap((vendor) =>
  Object.entries(EDGES[vendor]).map(([field, [good, bad]]) => ({ vendor, field, good, bad })),
);

describe('the grammar of every id', () => {
  it.each(CODED_VENDOR_IDS)('names the ids of %s in the order of a global id', (vendor) => {
    expect(Object.keys(CODED_VENDORS[vendor].locator)).toEqual(Object.keys(EDGES[vendor]));
  });

  it.each(fields)(
    'takes and refuses what it should for $vendor.$field, and says what is allowed',
    ({ vendor, field, good, bad }) => {
      const rule = CODED_VENDORS[vendor].locator[field];

      expect(good.filter((id) => rule?.test(id))).toEqual(good);
      expect(bad.filter((id) => rule?.test(id))).toEqual([]);
      expect(rule?.isOptional).toBe(OPTIONAL.includes(`${vendor}.${field}`));
      expect(rule?.isHint ?? false).toBe(HINTS.includes(`${vendor}.${field}`));
      expect(rule?.allowed).toMatch(/\w/);
    },
  );
});
