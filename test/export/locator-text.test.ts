import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLocatorArguments } from '../../src/cli/locator-argument.ts';
import { toExportKey } from '../../src/export/locator.ts';
import {
  nameLocatorIds,
  splitLocatorText,
  toLocatorForm,
  toLocatorText,
} from '../../src/export/locator-text.ts';
import type { IdRule } from '../../src/export/ports.ts';
import type { CodedVendorId } from '../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';

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

describe('a locator given as text', () => {
  it.each([
    ['hi-energy:4213', { vendor: 'hi-energy', account: undefined, values: ['4213'] }],
    ['eu-1@acme-reports:7/a:b@c', { vendor: 'acme-reports', account: 'eu-1', values: ['7', 'a:b@c'] }],
    ['Acme:1', undefined],
    ['A B@acme:1', undefined],
    ['4213', undefined],
    [`acme:${'1'.repeat(2_048)}`, undefined],
  ])('%j is %j', (text, split) => {
    expect(splitLocatorText(text)).toEqual(split);
  });

  const number: IdRule = { isOptional: false, test: (value) => /^[0-9]+$/.test(value), allowed: 'a number' };
  const word: IdRule = { isOptional: false, test: (value) => /^[a-z]+$/.test(value), allowed: 'a word' };
  const maybe = (rule: IdRule): IdRule => ({ ...rule, isOptional: true });

  it('leaves out the first optional ids where there are too few', () => {
    const grammar = { region: maybe(number), projectId: maybe(number), jobId: number };

    expect(nameLocatorIds(grammar, ['1', '2', '3'])).toEqual({ region: '1', projectId: '2', jobId: '3' });
    expect(nameLocatorIds(grammar, ['2', '3'])).toEqual({ projectId: '2', jobId: '3' });
    expect(nameLocatorIds(grammar, ['3'])).toEqual({ jobId: '3' });
  });

  it('leaves out another one where the ids that are there fit no other way', () => {
    const grammar = { region: maybe(word), projectId: maybe(number), jobId: number };

    expect(nameLocatorIds(grammar, ['eu', '3'])).toEqual({ region: 'eu', jobId: '3' });
  });

  it('names ids that do not fit, so that it can be said which; too many or too few it names not', () => {
    const grammar = { region: maybe(word), jobId: number };

    expect(nameLocatorIds(grammar, ['x'])).toEqual({ jobId: 'x' });
    expect(nameLocatorIds(grammar, ['a', '1', '2'])).toBeUndefined();
    expect(nameLocatorIds({ a: number, b: number }, ['1'])).toBeUndefined();
  });

  it('takes no longer with many optional ids than with few', () => {
    const fields = Array.from({ length: 100 }, (_, index) => [`id${index}`, maybe(number)] as const);
    let tests = 0;
    const never = {
      ...word,
      test() {
        tests += 1;
        return false;
      },
    };
    const grammar = Object.fromEntries([['first', never], ...fields]);

    nameLocatorIds(grammar, ['x', ...Array.from({ length: 50 }, () => '1')]);

    expect(tests).toBeLessThan(200);
  });

  it('has a form to show', () => {
    expect(toLocatorForm('acme', { region: maybe(word), a: number, b: maybe(number) })).toBe(
      'acme:[region/]a/[b]',
    );
  });
});
