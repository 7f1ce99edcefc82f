import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJsonLine } from '../../src/cli/display/json.ts';
import { toShellText } from '../../src/cli/shell-words.ts';

describe('a command to be pasted', () => {
  it('is read by a shell as the words it was made of', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => toShellText([text]) !== undefined);
    const words = [
      ...fc.sample(word, { numRuns: 500, seed: 20_261_129 }),
      ...["it's", "'", "''", '$(id)', '`id`', '\\', '!!', '-n', '*', '~', '#', 'a b', '{"a":1}', ''],
    ];

    const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${toShellText(words)}`], { encoding: 'utf8' });

    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });

  it('is left alone where nobody would quote it', () => {
    expect(toShellText(['waybill', 'start', 'reportType=calls', '--url=http://h:1/'])).toBe(
      'waybill start reportType=calls --url=http://h:1/',
    );
  });

  it.each(['a\nb', '\u001b[2J', '\u202e', '\u200b', '\u2028', '\ud800'])('is not made of %j', (text) => {
    expect(toShellText(['waybill', text])).toBeUndefined();
  });
});

describe('a line of JSON', () => {
  it('says what it was made of, in letters that no terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, more) => {
        const value = { text, nested: [{ [text]: more }] };

        const line = toJsonLine(value);

        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(line.endsWith('\n')).toBe(true);
      }),
      { seed: 20_261_129 },
    );
  });
});
