import { describe, expect, it } from 'vitest';
import { readFollowed, readRoute, toExportPath, writeFollowed } from '../../src/board/address.ts';
import { readLocator } from '../../src/board/words/locators.ts';
import { parseLocatorArguments } from '../../src/cli/locator-argument.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';

const UUID = '2b1f7a52-6d1c-4f5e-9b86-0d6f9a4e7c11';
const GLOBAL_ID = Buffer.from(JSON.stringify(['export', 'hi-energy', 'hi', '4216'])).toString('base64url');

function problemOf(text: string): string {
  const read = readLocator(text);
  return 'problem' in read ? read.problem : '';
}

describe("the board's locators", () => {
  it.each([
    `power-bi:${UUID}/Mi9CbG9i+A==`,
    `bi-2@power-bi:${UUID}/${UUID}/Mi9CbG9i`,
    'hi-energy:9007199254740993',
    'talkdesk:calls/6f1c3c1e09',
    'desk@talkdesk:adherence_report/6f1c-3c1e',
    'web-admit:86446/74784',
    'web-admit:12/86446/74784',
    GLOBAL_ID,
  ])('reads %s as the command line does, and says what it is', (text) => {
    const [argument] = parseLocatorArguments([text]);

    expect(readLocator(text)).toEqual({
      locator: JSON.parse(JSON.stringify(argument?.locator)),
      says: expect.stringMatching(/\.$/),
    });
  });

  it.each([
    ['https://app.hienergy.ai/api/v1/exports/4213', { hiEnergy: { exportId: '4213' } }],
    [
      'https://api.talkdeskapp.com/data/reports/calls/jobs/6f1c3c1e09',
      { talkdesk: { reportType: 'calls', jobId: '6f1c3c1e09' } },
    ],
    [`https://waybill.example/e/${GLOBAL_ID}`, { id: GLOBAL_ID }],
  ])('reads the address %s', (address, locator) => {
    expect(readLocator(address)).toMatchObject({ locator });
  });

  it.each(CODED_VENDOR_IDS)('knows how exports of %s are named', (vendor) => {
    expect(problemOf(`${vendor}:1/2/3/4`)).toContain(`${vendor}:`);
  });

  it.each([
    [
      'hi-energy:012',
      '“012” is no export number of Hi Energy: that is a whole number without zeros in front, such as 4213.',
    ],
    ['talkdesk:Calls/1', '“Calls” is no report type of Talkdesk: that is a word of lower-case letters'],
    ['power-bi:nonsense', 'Write power-bi:REPORT/EXPORT'],
    ['power-bi:sales/Mi9CbG9i', '“sales” is no report of Power BI: that is a UUID'],
    ['talkdesk:calls/', 'The job id is missing.'],
    [
      'Salesforce:1',
      'There is no vendor “Salesforce”. Known here are power-bi, hi-energy, talkdesk, web-admit.',
    ],
    ['A B@hi-energy:1', 'There is a space in it'],
    ['Acme@hi-energy:1', '“Acme” is no account’s name'],
    ['https://x.test/1', 'This address does not name an export.'],
    ['4213', 'This is neither an export’s id nor its locator.'],
  ])('says of %j in words that people use what is wrong', (text, words) => {
    const problem = problemOf(text);

    expect(problem).toContain(words);
    expect(problem).not.toMatch(/locator\.\w|hiEnergy|exportId|BAD_USER_INPUT/);
  });

  it.each(['', 'x', 'hi-energy:', 'hi-energy:1/2', 'toString:1', '\u0000'])('refuses %j', (text) => {
    expect(problemOf(text)).toMatch(/\.$/);
  });

  it('refuses what is too long to be one', () => {
    expect(problemOf('x'.repeat(9_000))).toBe('This is too long to name an export.');
  });

  it('keeps what is followed in the address, letter for letter', () => {
    const texts = [`power-bi:${UUID}/a+b/c=&d#e%2F ü`, 'desk@talkdesk:calls/1', GLOBAL_ID];

    const hash = writeFollowed(texts);

    expect(readFollowed(hash)).toEqual(texts);
    expect(hash).toContain('id=desk@talkdesk:calls/1&');
    expect(writeFollowed([])).toBe('');
  });

  it('reads an address that somebody wrote by hand', () => {
    expect(readFollowed('#id=power-bi:a/b+c==&other=1&id=&id=hi-energy:7&id=hi-energy:7')).toEqual([
      'power-bi:a/b+c==',
      'hi-energy:7',
    ]);
    expect(readFollowed('')).toEqual([]);
  });

  it('gives each export an address of its own, and reads it back', () => {
    expect(readRoute(toExportPath(GLOBAL_ID))).toEqual({ page: 'export', id: GLOBAL_ID });
    expect(readRoute(toExportPath('desk@talkdesk:calls/1'))).toEqual({
      page: 'export',
      id: 'desk@talkdesk:calls/1',
    });
    expect(readRoute('/e/%')).toEqual({ page: 'export', id: '%' });
    expect(readRoute('/')).toEqual({ page: 'list' });
  });
});
