import { formatLocator, parseLocator, WaybillError } from '@waybill/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GRAMMARS } from '../../../packages/client/src/grammar.ts';
import { toKey } from '../../../packages/client/src/locator.ts';
import { CommandError } from '../../../src/cli/command-error.ts';
import { parseLocatorArgument } from '../../../src/cli/locator-argument.ts';
import { toExportKey } from '../../../src/export/locator.ts';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../../src/vendors/coded.ts';

const REPORT = 'aa96f597-1f78-4e38-b47e-b6d621c0c17e';
const GROUP = 'dcf522d1-dfff-4c17-85f1-4e52591f0b2e';
const JOB = '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e06';

/** What is said of a text that names no export. */
function refusalOf(text: string): string {
  try {
    parseLocator(text);
  } catch (error) {
    if (error instanceof WaybillError) {
      expect(error).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false });
      return error.message;
    }
    throw error;
  }
  throw new Error(`Taken for an export: ${text}`);
}

/** As the command line takes it; null where it takes it for none. */
function asArgument(text: string): object | null {
  try {
    return JSON.parse(JSON.stringify(parseLocatorArgument(text).locator));
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

function asLocator(text: string): object | null {
  try {
    return parseLocator(text);
  } catch (error) {
    if (error instanceof WaybillError) return null;
    throw error;
  }
}

const parts = fc.oneof(
  fc.constantFrom(
    REPORT,
    GROUP,
    JOB,
    'calls',
    '4213',
    '012',
    '0',
    '',
    '.',
    '..',
    'a b',
    ' ',
    'Mi9C=',
    'a:b@c',
    'x%2Fy',
    '\ud800',
  ),
  fc.stringMatching(/^[0-9]{1,21}$/),
  fc.stringMatching(/^[A-Za-z0-9_+=-]{1,70}$/),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const texts = fc
  .tuple(
    fc.option(fc.constantFrom('hi', 'eu-2', 'HI', '', 'x'.repeat(41)), { nil: null }),
    fc.constantFrom(...CODED_VENDOR_IDS, 'acme', ''),
    fc.array(parts, { minLength: 1, maxLength: 4 }),
  )
  .map(([account, vendor, ids]) => `${account === null ? '' : `${account}@`}${vendor}:${ids.join('/')}`);

const number = fc.bigInt({ min: 1n, max: 999_999_999_999_999_999n }).map(String);
const ids: fc.Arbitrary<readonly [CodedVendorId, Record<string, string>]> = fc.oneof(
  fc.record({ exportId: number }).map((own) => ['hi-energy', own] as const),
  fc.record({ reportId: fc.uuid(), exportId: number }).map((own) => ['power-bi', own] as const),
  fc
    .record({ groupId: fc.uuid(), reportId: fc.uuid(), exportId: fc.constantFrom('Mi9C=', 'a+b==', 'é') })
    .map((own) => ['power-bi', own] as const),
  fc
    .record({ reportType: fc.constantFrom('calls', 'user_status'), jobId: fc.uuid() })
    .map((own) => ['talkdesk', own] as const),
  fc.record({ exportId: number, exportFileId: number }).map((own) => ['web-admit', own] as const),
);

describe('a locator', () => {
  it('is read as the command line reads it', () => {
    fc.assert(
      fc.property(texts, (text) => {
        // Blanks around it are what a paste brings along; the command line's shell has taken them away.
        fc.pre(text === text.trim());

        expect(asLocator(text)).toEqual(asArgument(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is of a vendor that the gateway knows, and has its ids', () => {
    expect([...GRAMMARS.keys()].sort()).toEqual([...CODED_VENDOR_IDS].sort());
    for (const [vendor, grammar] of GRAMMARS) {
      const rules = Object.entries(CODED_VENDORS[vendor as CodedVendorId].locator);
      expect(Object.keys(grammar.ids)).toEqual(rules.map(([field]) => field));
      const first = rules[0]?.[1];
      expect(grammar.first).toBe(first?.isHint ? 'hint' : first?.isOptional ? 'optional' : undefined);
    }
  });

  it('keeps its meaning as text, with its account, and as a global id', () => {
    fc.assert(
      fc.property(ids, fc.stringMatching(/^[a-z0-9-]{1,40}$/), ([vendor, own], account) => {
        const { id } = toExportKey(CODED_VENDORS[vendor].locator, vendor, account, own);
        const text = formatLocator({ id });

        expect(parseLocator(id)).toEqual({ id });
        expect(parseLocator(text)).toEqual({ [GRAMMARS.get(vendor)?.input ?? '']: { account, ...own } });
        expect(formatLocator(parseLocator(text))).toBe(text);
        expect(toKey(parseLocator(text))).toBe(toKey({ id }));
      }),
    );
  });

  it('means the same export with a hint and without', () => {
    const bare = parseLocator('a@web-admit:1/2');
    const hinted = parseLocator('a@web-admit:3/1/2');

    expect(formatLocator(hinted)).toBe('a@web-admit:3/1/2');
    expect(toKey(hinted)).toBe(toKey(bare));
  });

  it.each([
    [
      `https://api.powerbi.com/v1.0/myorg/groups/${GROUP}/reports/${REPORT}/exports/Mi9C%3D/file`,
      { powerBi: { groupId: GROUP, reportId: REPORT, exportId: 'Mi9C=' } },
    ],
    [
      `https://api.powerbi.com/v1.0/myorg/reports/${REPORT}/exports/Mi9C%3D`,
      { powerBi: { reportId: REPORT, exportId: 'Mi9C=' } },
    ],
    [
      `https://wabi-x-redirect.analysis.windows.net/v1.0/myorg/reports/${REPORT}/exports/a`,
      { powerBi: { reportId: REPORT, exportId: 'a' } },
    ],
    ['https://app.hienergy.ai/api/v1/exports/4213', { hiEnergy: { exportId: '4213' } }],
    ['https://app.hienergy.ai/exports/4213?tab=files#top', { hiEnergy: { exportId: '4213' } }],
    ['https://proxy.example.com/hi/api/v1/exports/4213/', { hiEnergy: { exportId: '4213' } }],
    [
      `https://api.talkdeskapp.eu/data/reports/calls/jobs/${JOB}`,
      { talkdesk: { reportType: 'calls', jobId: JOB } },
    ],
    [
      `https://api.talkdeskapp.com/data/reports/calls/files/${JOB}`,
      { talkdesk: { reportType: 'calls', jobId: JOB } },
    ],
    [
      'https://demo.webadmit.org/api/v1/exports/86446/export_files/74784',
      { webAdmit: { exportId: '86446', exportFileId: '74784' } },
    ],
    ['/api/v1/exports/86446/export_files/74784', { webAdmit: { exportId: '86446', exportFileId: '74784' } }],
    [
      'https://api.webadmit.org/api/v1/user_identities/7/exports/86446/export_files/74784',
      { webAdmit: { userIdentityId: '7', exportId: '86446', exportFileId: '74784' } },
    ],
    ['  https://app.hienergy.ai/api/v1/exports/4213\n', { hiEnergy: { exportId: '4213' } }],
  ])('is read from the address %s', (address, expected) => {
    expect(parseLocator(address)).toEqual(expected);
  });

  it('is read from the address of a page of the board', () => {
    const { id } = toExportKey(CODED_VENDORS['hi-energy'].locator, 'hi-energy', 'hi', { exportId: '1' });

    expect(parseLocator(`https://exports.example.com/e/${id}?from=list`)).toEqual({ id });
  });

  it.each([
    ['hi-energy:012', 'its exportId must be a number of at most 19 digits that does not begin with 0'],
    ['power-bi:calls/1', 'its reportId must be a UUID'],
    ['talkdesk:Calls/1', 'its reportType must be lower-case letters, digits and underscores'],
    ['talkdesk:calls', 'write talkdesk:reportType/jobId'],
    ['web-admit:1', 'write web-admit:userIdentityId/exportId/exportFileId (the first may be left out)'],
    ['Acme:1', 'before the colon stands the key of a vendor'],
    ['__proto__:1', 'before the colon stands the key of a vendor'],
    ['H I@hi-energy:1', 'before the @ stands the key of an account'],
    ['4213', 'give VENDOR:IDS, such as hi-energy:4213, or the id of an earlier answer'],
    ['', 'give VENDOR:IDS, such as hi-energy:4213, or the id of an earlier answer'],
    ['https://api.webadmit.org/api/v1/exports/86446', 'this address holds no ids of an export'],
    ['https://app.powerbi.com/groups/me/reports/x', 'this address holds no ids of an export'],
    ['https://app.hienergy.ai/api/v1/exports/%E0%A4%A', 'this address holds no ids of an export'],
    ['https://[', 'this address holds no ids of an export'],
    [
      'https://app.hienergy.ai/api/v1/exports/012',
      'its exportId must be a number of at most 19 digits that does not begin with 0',
    ],
    ['hi-energy:1\u0000', 'it holds control characters'],
    [`hi-energy:${'1'.repeat(3_000)}`, 'it is too long'],
    [Buffer.from('["account","hi"]').toString('base64url'), 'it is the id of the account, not of an export'],
  ])('says of %j what is wrong', (text, why) => {
    expect(refusalOf(text)).toBe(`"${text.slice(0, 200)}" names no export: ${why}.`);
  });

  it('of a vendor that is not known here is left to the gateway, and has a text all the same', () => {
    const id = Buffer.from('["export","acme-reports","a","1",null,"2"]').toString('base64url');

    expect(parseLocator(' acme-reports:1/2 ')).toEqual({ text: 'acme-reports:1/2' });
    expect(parseLocator('a@acme-reports:1/b@2')).toEqual({ text: 'a@acme-reports:1/b@2' });
    expect(formatLocator({ text: 'acme-reports:1/2' })).toBe('acme-reports:1/2');
    expect(parseLocator(id)).toEqual({ id });
    expect(formatLocator({ id })).toBe('a@acme-reports:1/2');
    expect(toKey({ id })).toBe('a@acme-reports:1/2');
    expect(toKey({ text: 'a@acme-reports:1/2' })).toBe('a@acme-reports:1/2');
    expect(formatLocator({ acme: { no: '1' } } as never)).toBe('{"acme":{"no":"1"}}');
  });
});
