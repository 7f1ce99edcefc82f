import { describe, expect, it } from 'vitest';
import { configOf, problemsOf, withAccount } from './support.ts';

const KEYS = 'access: { mode: keys, keys: [{ name: ui, key: some-key }] }';

const limitsOf = (sections: string) => {
  const { locatorsPerOperation, operationsPerMinute, locatorsPerMinute } = configOf(
    withAccount(sections),
  ).limits;
  return { locatorsPerOperation, operationsPerMinute, locatorsPerMinute };
};

describe("a caller's limits", () => {
  it('hold by default where callers are told apart', () => {
    expect(limitsOf(KEYS)).toEqual({
      locatorsPerOperation: 300,
      operationsPerMinute: 20_000,
      locatorsPerMinute: 100_000,
    });
  });

  it('hold in mode open only where the file names them, for there everybody is one caller', () => {
    expect(limitsOf('')).toMatchObject({ operationsPerMinute: undefined, locatorsPerMinute: undefined });
    expect(limitsOf('limits: { operationsPerMinute: 5, locatorsPerMinute: 7 }')).toMatchObject({
      operationsPerMinute: 5,
      locatorsPerMinute: 7,
    });
  });

  it('let an operation name as many exports as one field may, where that is more than usual', () => {
    expect(limitsOf('limits: { locators: 1000 }').locatorsPerOperation).toBe(1_000);
    expect(limitsOf('limits: { locators: 1000, locatorsPerOperation: 200 }').locatorsPerOperation).toBe(200);
    expect(limitsOf('limits: { locators: 2 }').locatorsPerOperation).toBe(300);
  });

  it.each(['operationsPerMinute', 'locatorsPerMinute', 'locatorsPerOperation'])(
    'are whole numbers of at least 1: %s',
    (key) => {
      expect(problemsOf(withAccount(`limits: { ${key}: 0 }`))[0]).toMatch(
        new RegExp(`^limits\\.${key}: found 0, allowed: a whole number from 1 to \\d+$`),
      );
      expect(problemsOf(withAccount(`limits: { ${key}: 1.5 }`))).toHaveLength(1);
    },
  );
});
