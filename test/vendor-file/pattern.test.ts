import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charAt, sizeOf } from '../../src/vendor-file/pattern/char-set.ts';
import { type Piece, parsePattern } from '../../src/vendor-file/pattern/parse.ts';
import { inspectPattern } from '../../src/vendor-file/pattern/pattern.ts';
import { toExample, toMatcher, toSample } from '../../src/vendor-file/pattern/samples.ts';

describe('patterns that are taken', () => {
  it.each([
    '[0-9]{1,19}',
    '[A-Za-z0-9_-]{1,64}',
    '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}',
    '[a-z0-9][a-z0-9-]{0,59}',
    '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?',
    '[0-9]+(\\.[0-9]+)?',
    '20[0-9]{2}-(01|04|07|10)|unstable',
    'SV_[A-Za-z0-9]{15}',
    '([0-9]{1,3}\\.){3}[0-9]{1,3}',
    '^[1-9][0-9]{0,18}$',
    '[a-z]*[a-z]',
  ])('%s', (pattern) => {
    expect(inspectPattern(pattern)).not.toHaveProperty('found');
    expect(toMatcher(pattern).test(toExample(pattern) ?? '')).toBe(true);
  });

  it('lose their anchors, because the whole value has to match anyway', () => {
    expect(inspectPattern('^ab+$')).toMatchObject({ source: 'ab+' });
  });

  it('tell every text of a few', () => {
    expect(inspectPattern('(eu|us)-[12]')).toMatchObject({ texts: ['eu-1', 'eu-2', 'us-1', 'us-2'] });
    expect(inspectPattern('[a-z]{2}')).toMatchObject({ texts: null });
  });

  it('give another sample for each number', () => {
    const samples = Array.from({ length: 50 }, (_, index) => toSample('[A-Z0-9]{6}', index));

    expect(new Set(samples).size).toBe(50);
    expect(samples.every((each) => /^[A-Z0-9]{6}$/.test(each ?? ''))).toBe(true);
  });
});

/** Counts the characters that a backtracking matcher looks at until it has no way left: what Node's engine does at worst. */
function countSteps(piece: Piece, text: string, limit: number): number {
  let steps = 0;
  const match = (each: Piece, at: number, then: (at: number) => void): void => {
    if (steps > limit) return;
    if (each.kind === 'chars') {
      steps += 1;
      const code = text.codePointAt(at);
      if (code !== undefined && each.set.some(([from, to]) => from <= code && code <= to)) then(at + 1);
    } else if (each.kind === 'choice') {
      for (const branch of each.branches) matchAll(branch, at, then);
    } else repeat(each, 0, at, then);
  };
  const matchAll = (pieces: readonly Piece[], at: number, then: (at: number) => void): void => {
    const [first, ...rest] = pieces;
    if (first === undefined) then(at);
    else match(first, at, (next) => matchAll(rest, next, then));
  };
  const repeat = (
    each: Extract<Piece, { kind: 'repeat' }>,
    done: number,
    at: number,
    then: (at: number) => void,
  ) => {
    if (done < each.max) {
      match(each.piece, at, (next) => {
        if (next > at || done < each.min) repeat(each, done + 1, next, then);
      });
    }
    if (done >= each.min) then(at);
  };
  match(piece, 0, () => undefined);
  return steps;
}

/** Patterns over few characters, so that much of them overlaps. */
const { pattern } = fc.letrec<{ pattern: string; piece: string; sequence: string }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom('a', 'b', '[ab]', '.', '[^b]'),
    fc
      .tuple(tie('pattern'), fc.constantFrom('', '?', '*', '+', '{2}', '{1,3}', '{0,9}', '{4,}'))
      .map(([inner, count]) => `(${inner})${count}`),
    fc
      .tuple(fc.constantFrom('a', '[ab]'), fc.constantFrom('?', '*', '+', '{2}', '{0,30}'))
      .map((parts) => parts.join('')),
  ),
  sequence: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
  pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
}));

describe('a pattern that is taken', () => {
  it('never makes a backtracking matcher pass over a value more often than its bound', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        pattern,
        fc.constantFrom('a'.repeat(40), 'ab'.repeat(20), `${'a'.repeat(39)}c`),
        (source, text) => {
          const parsed = parsePattern(source);
          if ('found' in parsed || 'found' in inspectPattern(source)) return;
          taken += 1;

          // 4096 ways, each of which may look at every character once for every part of the pattern.
          const limit = 4_096 * text.length * 4;
          expect(countSteps(parsed.piece, text, limit)).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 1_000 },
    );

    expect(taken).toBeGreaterThan(100);
  });

  it('is told from one that has no bound', () => {
    const parsed = parsePattern('(a+)+');
    const limit = 1_000_000;

    expect('piece' in parsed && countSteps(parsed.piece, `${'a'.repeat(39)}c`, limit)).toBeGreaterThan(limit);
    expect(inspectPattern('(a+)+')).toEqual({ found: 'a repetition inside a repetition' });
  });

  it('matches what its pieces say', () => {
    fc.assert(
      fc.property(pattern, fc.nat(1_000), (source, index) => {
        if ('found' in inspectPattern(source)) return;
        const sample = toSample(source, index);

        if (sample !== undefined) expect(toMatcher(source).test(sample)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('has characters that can be counted', () => {
    const set = [
      [0x30, 0x39],
      [0x61, 0x66],
    ] as const;

    expect(Array.from({ length: sizeOf(set) }, (_, index) => charAt(set, index)).join('')).toBe(
      '0123456789abcdef',
    );
  });
});
