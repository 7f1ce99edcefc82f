import { describe, expect, it } from 'vitest';
import { toFileName } from '../../src/export/file-name.ts';
import { decideRetryMs, RetryBudget } from '../../src/http/retry.ts';
import { parseRateLimitReset, parseRetryAfter } from '../../src/http/retry-after.ts';
import { parseInstant } from '../../src/vendors/shared/instant.ts';
import { KNOWN_REPORT_TYPES } from '../../src/vendors/talkdesk/types.ts';

const NOW = Date.UTC(2026, 10, 22, 10, 0, 0);

describe('an instant', () => {
  it.each([
    '2026-11-22T10:60:00Z',
    '2026-11-22T10:00:60Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T10:00:00+24:00',
  ])('is none at %s, which no clock shows', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('is in UTC where no zone is given', () => {
    expect(parseInstant('2026-11-22 10:00:00')).toBe(NOW);
  });
});

describe('a file name', () => {
  it('has one space where people typed several', () => {
    expect(toFileName('Deals,  Black \t Friday', 'csv')).toBe('Deals, Black Friday.csv');
  });

  it('takes an extension with blanks around it', () => {
    expect(toFileName('Deals', ' .csv ')).toBe('Deals.csv');
  });
});

describe('a retry', () => {
  it('is not made where its wait would take all that is left of the call', () => {
    const throttled = { isRepeatable: true, end: 429, isThrottled: true, retriesSoFar: 0, dice: 0 } as const;

    expect(decideRetryMs({ ...throttled, gateMs: 1_000, remainingMs: 1_000 })).toBeUndefined();
    expect(decideRetryMs({ ...throttled, gateMs: 1_000, remainingMs: 1_001 })).toBe(1_000);
  });

  it('is paid for by about ten first tries once the budget is spent', () => {
    const budget = new RetryBudget();
    while (budget.spend());

    for (let call = 0; call < 9; call += 1) budget.earn();
    expect(budget.spend()).toBe(false);
    for (let call = 0; call < 2; call += 1) budget.earn();
    expect(budget.spend()).toBe(true);
    expect(budget.spend()).toBe(false);
  });
});

describe('a header about waiting', () => {
  it.each([
    'x Sun, 22 Nov 2026 10:01:00 GMT',
    'Sun, 22 Nov 2026 10:01:00 GMT x',
    'x Sun Nov 22 10:01:00 2026',
    'Sun Nov 22 10:01:00 2026 x',
  ])('says nothing as %j', (value) => {
    expect(parseRetryAfter(value, NOW)).toBeUndefined();
  });

  it('may have blanks around its numbers', () => {
    expect(parseRateLimitReset(' 0 ', ' 30 ', NOW)).toBe(30_000);
  });
});

describe('the report types that Talkdesk is listed by', () => {
  it('are those whose slugs are confirmed', () => {
    expect(KNOWN_REPORT_TYPES).toEqual([
      'calls',
      'explore_calls',
      'user_status',
      'contacts',
      'ring_attempts',
      'studio_flow_execution',
      'advanced_dialer_calls_report',
    ]);
  });
});
