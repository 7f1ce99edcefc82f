import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRateLimitReset, parseRetryAfter } from '../../src/http/retry-after.ts';

const NOW = Date.UTC(2026, 10, 22, 10, 0, 0);

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['5', 5_000],
    [' 120 ', 120_000],
    ['1.5', 1_500],
    ['0.0001', 1],
    ['Sun, 22 Nov 2026 10:01:00 GMT', 60_000],
    ['Sunday, 22-Nov-26 10:01:00 GMT', 60_000],
    ['Sun Nov 22 10:01:00 2026', 60_000],
    ['Sun, 22 Nov 2026 09:59:00 GMT', 0],
  ])('reads %j as %i ms', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected);
  });

  it.each([
    undefined,
    '',
    'soon',
    '-1',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '5 s',
    '2026-11-22',
    'Sun, 99 Nov 2026 10:01:00 GMT',
  ])('ignores %j', (value) => {
    expect(parseRetryAfter(value, NOW)).toBeUndefined();
  });

  it('never shortens a number of seconds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (seconds) => {
        const text = seconds.toFixed(6);
        expect(parseRetryAfter(text, NOW)).toBeGreaterThanOrEqual(Number(text) * 1_000);
      }),
    );
  });

  it('gives a finite number of milliseconds or nothing, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d.:A-Za-z, -]{0,40}$/)), (value) => {
        const waitMs = parseRetryAfter(value, NOW);
        expect(waitMs === undefined || (Number.isFinite(waitMs) && waitMs >= 0)).toBe(true);
      }),
    );
  });
});

describe('parseRateLimitReset', () => {
  it.each([
    ['0', '30', 30_000],
    ['0', '0', 0],
    ['0', String(NOW / 1_000 + 90), 90_000],
    ['0', String(NOW / 1_000 - 90), 0],
    ['0', '7200', 3_600_000],
    ['0', String(NOW / 1_000 + 86_400), 3_600_000],
  ])('reads %s left and a reset of %s as %i ms', (remaining, reset, expected) => {
    expect(parseRateLimitReset(remaining, reset, NOW)).toBe(expected);
  });

  it.each([
    ['1', '30'],
    [undefined, '30'],
    ['', '30'],
    ['none', '30'],
    ['0', undefined],
    ['0', 'soon'],
    ['0', '-5'],
  ])('says nothing for %j left and a reset of %j', (remaining, reset) => {
    expect(parseRateLimitReset(remaining, reset, NOW)).toBeUndefined();
  });
});
