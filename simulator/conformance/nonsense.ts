/** The part of the suite for answers that say nothing, or something new. */
import fc from 'fast-check';
import { VendorError } from '../../src/export/errors.ts';
import { toRawStatus } from '../../src/vendors/shared/status-table.ts';
import type { ConformanceHarness } from './harness.ts';
import type { SuiteRunner } from './runner.ts';
import {
  type Answering,
  codeOf,
  expectOnlyWhatTheStatusAllows,
  mutate,
  STATES,
  STATUSES,
  startConformance,
  toNonsense,
  toRuns,
} from './stage.ts';

export function describeNonsense(suite: SuiteRunner, harness: ConformanceHarness): void {
  const { expect, it } = suite;
  const nonsenses = toNonsense(suite);

  it.each(Object.keys(nonsenses))('reads %s as VENDOR_BAD_RESPONSE', async (nonsense) => {
    await using stage = await startConformance(suite, harness, () => nonsenses[nonsense] ?? 'hang');

    const single = await stage.read([0]);
    const several = await stage.read([0, 1]);

    expect([...single, ...several].map(codeOf)).toEqual(Array(3).fill('VENDOR_BAD_RESPONSE'));
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ...(harness.hasNumericWords === true ? [] : [['a number', 7] as const]),
    ['an object', {}],
  ])('reads a status that is %s as VENDOR_BAD_RESPONSE', async (_what, word) => {
    await using stage = await startConformance(suite, harness, (request) =>
      harness.wordAnswer(request, word),
    );

    const single = await stage.read([0]);
    const several = await stage.read([0, 1]);

    expect([...single, ...several].map(codeOf)).toEqual(Array(3).fill('VENDOR_BAD_RESPONSE'));
  });

  it('never throws and never invents a status, whatever is changed in a good answer', async () => {
    let answering: Answering = () => 'hang';
    await using stage = await startConformance(suite, harness, (request) => answering(request));
    const statuses = harness.statuses ?? STATUSES;
    const change = fc.record({
      state: fc.constantFrom(...(harness.states ?? STATES)),
      place: fc.nat(200),
      value: fc.oneof(
        fc.constantFrom<unknown>(
          undefined,
          null,
          true,
          0,
          -1,
          1e308,
          '',
          'x',
          '__proto__',
          {},
          [],
          [null],
          [[]],
        ),
        fc.string(),
        fc.double(),
        fc.jsonValue(),
      ),
      keys: fc.constantFrom([0], [0, 1, 2]),
    });

    await fc.assert(
      fc.asyncProperty(change, async ({ state, place, value, keys }) => {
        answering = (request) => mutate(harness.answer(request, state), place, value);

        const readings = await stage.read(keys);

        expect(readings).toHaveLength(keys.length);
        for (const reading of readings) {
          if (reading instanceof VendorError) continue;
          expect([statuses[state], 'UNKNOWN']).toContain(reading.status);
          expectOnlyWhatTheStatusAllows(expect, reading);
        }
      }),
      { numRuns: toRuns(suite, 150) },
    );
  });
}

export function describeStatusWords(suite: SuiteRunner, harness: ConformanceHarness): void {
  const { expect, it } = suite;
  const words = [
    'constructor',
    '__proto__',
    'toString',
    '',
    ' ',
    'SUCCEEDED?',
    'Archived',
    'x'.repeat(5_000),
    'a\r\nb',
  ];

  it.each(words)('reads the unlisted word %j as UNKNOWN, kept raw and not terminal', async (word) => {
    await using stage = await startConformance(suite, harness, (request) =>
      harness.wordAnswer(request, word),
    );

    for (const reading of [...(await stage.read([0])), ...(await stage.read([0, 1]))]) {
      expect(reading).toMatchObject({ status: 'UNKNOWN', rawStatus: toRawStatus(word), files: null });
    }
  });

  it('invents no status for any word', async () => {
    let word = '';
    await using stage = await startConformance(suite, harness, (request) =>
      harness.wordAnswer(request, word),
    );

    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 200 })), async (any) => {
        word = any;

        const [reading] = await stage.read([0]);

        expect(reading).toMatchObject({
          status: 'UNKNOWN',
          rawStatus: toRawStatus(any),
          outcome: null,
          failure: null,
        });
      }),
      { numRuns: toRuns(suite, 50) },
    );
  });
}
