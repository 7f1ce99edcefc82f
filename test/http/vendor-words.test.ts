import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanVendorWords, MAX_WORDS_LENGTH } from '../../src/http/vendor-words.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';

const SECRET = 'sk/3141592653589793';
const secrets = createSecrets();
secrets.add(SECRET);
const clean = (words: string) => cleanVendorWords(words, secrets);

describe("a vendor's own words", () => {
  it.each([
    ['Report type is invalid', 'Report type is invalid'],
    ['  two\r\n\tlines\u2028and more ', 'two lines and more'],
    ['a < b and c > d', 'a < b and c > d'],
    ['Zürich, 東京, 👩🏽', 'Zürich, 東京, 👩🏽'],
  ])('stay as they are where they are plain: %j', (words, told) => {
    expect(clean(words)).toBe(told);
  });

  it.each([
    ['<p>No such <b>re</b>port.</p><br/>Try another.', 'No such report. Try another.'],
    ['<script>alert(1)</script>', 'alert(1)'],
    ['<img src=x onerror="alert(1)">', undefined],
    ['<!-- note -->Wrong', 'Wrong'],
    ['&lt;script&gt;alert(1)&lt;/script&gt;', 'alert(1)'],
    ['5 &gt; 3 &amp;&amp; 2 &#60; 4 &quot;x&quot;', '5 > 3 && 2 < 4 "x"'],
    ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
    ['<<b>script>alert(1)<</b>/script>', 'alert(1)'],
    ['<scr<b>ipt>', undefined],
    ['<<<b>b>b>x', '< b>x'],
    ['an open <tag', 'an open < tag'],
    ['&#x0;&#0;&#x110000;&#xFFFFFF;x', 'x'],
  ])('lose their markup: %j', (words, told) => {
    expect(clean(words)).toBe(told);
  });

  it.each([
    ['see https://vendor.example/x?sig=abc.', 'see [link]'],
    ['see HTTPS://vendor.example "now"', 'see [link] "now"'],
    ['<a href="https://evil.example">here</a>', 'here'],
    ['at //evil.example/x or www.evil.example/y', 'at [link] or [link]'],
    ['row 60https://evil.example/z', 'row 60[link]'],
    ['javascript:alert(1) data:text/html,x mailto:a@b.example', '[link] [link] [link]'],
    ['ftp://a s3://bucket/key slack+x://y', '[link] [link] [link]'],
    ['https:&#47;&#47;evil.example', '[link]'],
    ['timespan: from is missing; ratio 1:2', 'timespan: from is missing; ratio 1:2'],
  ])('lose their links: %j', (words, told) => {
    expect(clean(words)).toBe(told);
  });

  it.each([
    `key ${SECRET} is bad`,
    `key sk/31415926<b></b>53589793 is bad`,
    `key sk/31415926&#53;3589793 is bad`,
    `key sk/31415926\u200b53589793 is bad`,
    `key sk/31415926\u000053589793 is bad`,
    `key ${Buffer.from(SECRET).toString('base64')} is bad`,
    `key ${encodeURIComponent(SECRET)} is bad`,
    `${'x'.repeat(MAX_WORDS_LENGTH - 10)} ${SECRET}`,
    `${'<b></b> '.repeat(2_499)}${'y'.repeat(9)}${SECRET} z`,
  ])('hold no secret that is known: %#', (words) => {
    const told = clean(words) ?? '';

    expect(told).not.toContain('3141592653589793');
    expect(told).not.toContain(SECRET.slice(0, 12));
    expect(told).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 10));
  });

  it('end with a sign where there are too many', () => {
    const told = clean(`${'word '.repeat(1_000)}`) ?? '';

    expect(told).toHaveLength(MAX_WORDS_LENGTH);
    expect(told).toMatch(/…$/);
    expect(clean('x'.repeat(MAX_WORDS_LENGTH))).toBe('x'.repeat(MAX_WORDS_LENGTH));
  });

  it('are never cut inside of a character', () => {
    for (const lead of [0, 1]) {
      const told = clean(`${'x'.repeat(lead)} ${'👍'.repeat(400)}`) ?? '';

      expect(told.isWellFormed()).toBe(true);
      expect(told.length).toBeGreaterThan(MAX_WORDS_LENGTH - 4);
    }
  });

  it.each(['', '   ', '\u0000\u200b', '<p></p>', '&nbsp;', '\ud800'])(
    'are none where nothing is left: %j',
    (words) => {
      expect(clean(words)).toBeUndefined();
    },
  );

  it('are bounded plain text, whatever they were', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        ...[
          '<',
          '>',
          '<b>',
          '</',
          '<!',
          '&lt;',
          '&#x3c;',
          '&#60',
          '&amp;',
          'script',
          '"',
          "'",
          '//',
          'https:',
          ':',
        ],
        ...[
          '\u202e',
          '\u2066',
          '\r\n',
          '\0',
          '\u009b',
          SECRET,
          SECRET.slice(0, 9),
          SECRET.slice(9),
          'www.',
          ' ',
        ],
      ),
    );

    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const told = clean(pieces.join(''));
        if (told === undefined) return;

        expect(told.length).toBeGreaterThan(0);
        expect(told.length).toBeLessThanOrEqual(MAX_WORDS_LENGTH);
        expect(told.isWellFormed()).toBe(true);
        expect(told).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(told).not.toMatch(/<[a-z/!?]/i);
        expect(told).not.toMatch(/[a-z]:\/\/./i);
        expect(told).not.toContain(SECRET);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['<', '<'.repeat(5_000_000)],
    ['<a', '<a'.repeat(2_500_000)],
    ['a.', 'a.'.repeat(2_500_000)],
    ['spaces', ' '.repeat(5_000_000)],
    ['& and digits', '&#1'.repeat(1_600_000)],
    ['www.', 'www.'.repeat(1_250_000)],
    ['short words', 'a '.repeat(2_500_000)],
  ])('take little time, however many they are: %s', (_what, words) => {
    const startedAt = performance.now();
    clean(words);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
