import { describe, expect, it } from 'vitest';
import { parseLocatorArguments } from '../../src/cli/locator-argument.ts';
import { VENDOR_IDS } from '../../src/export/vendor-id.ts';

interface Locators {
  parseLocator(text: string): { readonly locator: object } | { readonly problem: string };
  readHash(hash: string): readonly string[];
  writeHash(texts: readonly string[]): string;
}

// The board's modules are the browser's: no types of theirs belong to this project.
const MODULE = new URL('../../src/board/locators.js', import.meta.url).href;
const { parseLocator, readHash, writeHash }: Locators = await import(MODULE);

const UUID = '2b1f7a52-6d1c-4f5e-9b86-0d6f9a4e7c11';
const GLOBAL_ID = Buffer.from(JSON.stringify(['export', 'hi-energy', 'hi', '4216'])).toString('base64url');

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
  ])('reads %s as the command line does', (text) => {
    const [argument] = parseLocatorArguments([text]);

    expect(parseLocator(text)).toEqual({ locator: JSON.parse(JSON.stringify(argument?.locator)) });
  });

  it.each(VENDOR_IDS)('knows how exports of %s are named', (vendor) => {
    expect(parseLocator(`${vendor}:1/2/3/4`)).toEqual({ problem: expect.stringContaining(`${vendor}:`) });
  });

  it.each([
    '',
    'x',
    'hi-energy:',
    'hi-energy:1/2',
    'talkdesk:calls/',
    'toString:1',
    'a b',
    'https://x.test/1',
    'x'.repeat(9_000),
  ])('refuses %j and says what to write', (text) => {
    expect(parseLocator(text)).toEqual({ problem: expect.stringMatching(/\.$/) });
  });

  it('keeps what is followed in the address, letter for letter', () => {
    const texts = [`power-bi:${UUID}/a+b/c=&d#e%2F ü`, 'desk@talkdesk:calls/1', GLOBAL_ID];

    const hash = writeHash(texts);

    expect(readHash(`#${hash}`)).toEqual(texts);
    expect(hash).toContain('id=desk@talkdesk:calls/1&');
  });

  it('reads an address that somebody wrote by hand', () => {
    expect(readHash('#id=power-bi:a/b+c==&other=1&id=&id=hi-energy:7&id=hi-energy:7')).toEqual([
      'power-bi:a/b+c==',
      'hi-energy:7',
    ]);
    expect(readHash('')).toEqual([]);
  });
});
