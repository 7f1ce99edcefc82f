import { describe, expect, it } from 'vitest';
import { PlainRunner, type TestResult } from '../../../simulator/conformance/plain-runner.ts';
import { createManualClock } from '../../support/manual-clock.ts';

async function run(declare: (runner: PlainRunner) => void): Promise<readonly TestResult[]> {
  const results: TestResult[] = [];
  const runner = new PlainRunner();
  declare(runner);
  await runner.run(createManualClock(), (result) => results.push(result));
  return results;
}

describe('the runner of `vendor test`', () => {
  it('tells of each test in its order, with the groups around it', async () => {
    const results = await run(({ describe: group, it: test, expect: that }) => {
      group('A vendor', () => {
        test('reads', () => that(1).toBe(1));
        group.each(['name'])('%s', (field) => {
          test('is refused', () => that(field).toBe('name'));
        });
      });
    });

    expect(results).toEqual([
      { groups: ['A vendor'], title: 'reads', problem: null },
      { groups: ['A vendor', 'name'], title: 'is refused', problem: null },
    ]);
  });

  it('says what was expected and what came instead', async () => {
    const [result] = await run(({ it: test, expect: that }) => {
      test('reads a code', async () => that({ code: 'VENDOR_TIMEOUT' }).toMatchObject({ code: 'OTHER' }));
    });

    expect(result?.problem).toMatch(/expected: .*OTHER.*\n.*came: .*VENDOR_TIMEOUT/s);
  });

  it('counts a test whose promise or expectation fails later', async () => {
    const results = await run(({ it: test, expect: that }) => {
      test('rejects', async () => {
        await that(Promise.resolve(1)).rejects.toBe(1);
      });
      test('throws', () => {
        that(() => undefined).toThrow(that.objectContaining({ code: 'X' }));
      });
      test('breaks', () => Promise.reject(new Error('The vendor is gone.')));
    });

    expect(results.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('instead of rejecting'),
      expect.stringContaining('throw'),
      'The vendor is gone.',
    ]);
  });

  it('names each case by what it holds, and leaves out what is not to be run', async () => {
    const results = await run(({ it: test }) => {
      test.each([
        [401, 'A', { left: 'out' }],
        [404, 'B', {}],
      ])('reads a %i as %s', () => undefined);
      test.runIf(false)('is not run', () => undefined);
    });

    expect(results.map(({ title }) => title)).toEqual(['reads a 401 as A', 'reads a 404 as B']);
  });
});
