import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLocatorArguments } from '../../src/cli/locator-argument.ts';
import { toExportKey } from '../../src/export/locator.ts';
import { toLocatorText } from '../../src/export/locator-text.ts';
import type { CodedVendorId } from '../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../src/vendors/catalogue.ts';

const REPORT = 'aa96f597-1f78-4e38-b47e-b6d621c0c17e';
const GROUP = 'dcf522d1-dfff-4c17-85f1-4e52591f0b2e';

const toKey = (vendor: CodedVendorId, ids: Readonly<Record<string, string>>) =>
  toExportKey(CODED_VENDORS[vendor].locator, vendor, 'main', ids);

describe("an export's locator as text", () => {
  it.each([
    ['hi-energy', { exportId: '4213' }, 'hi-energy:4213'],
    ['power-bi', { reportId: REPORT, exportId: 'Mi9C==' }, `power-bi:${REPORT}/Mi9C==`],
    ['power-bi', { groupId: GROUP, reportId: REPORT, exportId: 'a' }, `power-bi:${GROUP}/${REPORT}/a`],
    ['talkdesk', { reportType: 'calls', jobId: '1-2' }, 'talkdesk:calls/1-2'],
  ] as const)('of %s with %j is %s', (vendor, ids, text) => {
    expect(toLocatorText(toKey(vendor, ids))).toBe(text);
  });

  it('does not hang on the order in which a store gives the ids back', () => {
    const { id } = toKey('power-bi', { groupId: GROUP, reportId: REPORT, exportId: 'a' });
    const ids = { reportId: REPORT, exportId: 'a', groupId: GROUP };

    expect(toLocatorText({ id, vendor: 'power-bi', account: 'main', ids } as never)).toBe(
      `power-bi:${GROUP}/${REPORT}/a`,
    );
  });

  it('is read by the command line as the same export', () => {
    const powerBi = fc.record(
      {
        groupId: fc.uuid(),
        reportId: fc.uuid(),
        exportId: fc
          .stringMatching(/^[A-Za-z0-9+_.:@~-]{1,120}={0,2}$/)
          .filter((id) => !/^\.{1,2}$/.test(id)),
      },
      { requiredKeys: ['reportId', 'exportId'] },
    );
    const talkdesk = fc.record({
      reportType: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/),
      jobId: fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
    });
    const any = fc.oneof(
      powerBi.map((ids) => toKey('power-bi', ids)),
      talkdesk.map((ids) => toKey('talkdesk', ids)),
      fc.nat().map((id) => toKey('hi-energy', { exportId: String(id + 1) })),
    );
    fc.assert(
      fc.property(any, (key) => {
        expect(parseLocatorArguments([toLocatorText(key)])[0]?.names(key.id)).toBe(true);
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});
