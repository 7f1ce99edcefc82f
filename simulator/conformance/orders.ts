/** The part of the suite for vendors' starts and cancels: sent once, and never a false word about what became of them. */
import fc from 'fast-check';
import { StartError, VendorError } from '../../src/export/errors.ts';
import { isTerminal } from '../../src/export/export.ts';
import type { FakeReply } from './fake-vendor.ts';
import type { ConformanceHarness, OrderHarness } from './harness.ts';
import type { SuiteRunner } from './runner.ts';
import {
  expectOnlyWhatTheStatusAllows,
  isRead,
  mutate,
  type Stage,
  startConformance,
  toNonsense,
  toRuns,
  toSilenceMs,
} from './stage.ts';

/** Everything about starting, for a vendor that can; for one that cannot, that it does not pretend to. */
export function describeOrders(suite: SuiteRunner, harness: ConformanceHarness): void {
  const { expect, it } = suite;
  const { definition, orders } = harness;

  it('says whether it can start and stop exports, and has those calls and no others', async () => {
    await using stage = await startConformance(suite, harness, () => 'hang');
    const { canStart, canCancel, canList } = definition.capabilities;
    const { findsStarted = canStart && canList } = harness;
    const { account } = stage;

    expect([account.start !== undefined, account.cancel !== undefined]).toEqual([canStart, canCancel]);
    expect(account.findStarted !== undefined).toBe(findsStarted);
    if (account.markStart !== undefined) expect(account.findStarted).toBeDefined();
  });

  if (orders === undefined) return;
  describeStarts(suite, harness, orders);
  describeLostAnswers(suite, harness, orders);
  describeRefusedOrders(suite, harness, orders);
  describeOrderInput(suite, harness, orders);
}

/** Orders that the vendor has received. */
function count(harness: ConformanceHarness, stage: Stage): number {
  return stage.requests.filter((request) => !isRead(harness, request)).length;
}

function describeStarts(suite: SuiteRunner, harness: ConformanceHarness, orders: OrderHarness): void {
  const { expect, it } = suite;
  it('starts an export that is not at its end, with no more calls than it takes', async () => {
    await using stage = await startConformance(suite, harness, () => orders.answer());

    const started = await stage.start();

    expect(started).toMatchObject({ isExisting: false, snapshot: { key: { ids: harness.ids(0) } } });
    if (started instanceof Error) throw started;
    expect(started.snapshot.key.id).toBe(stage.key(0).id);
    expect(isTerminal(started.snapshot.status)).toBe(false);
    expectOnlyWhatTheStatusAllows(expect, started.snapshot);
    expect(stage.requests).toHaveLength(orders.calls ?? 1);
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['unlisted', 'Archived'],
  ])('has started an export whose status is %s', async (_what, word) => {
    await using stage = await startConformance(suite, harness, () =>
      (orders.wordAnswer ?? orders.answer)(word),
    );

    const started = await stage.start();

    expect(started).toMatchObject({ snapshot: { key: { id: stage.key(0).id } } });
    if (orders.wordAnswer !== undefined) expect(started).toMatchObject({ snapshot: { status: 'UNKNOWN' } });
  });
}

function describeLostAnswers(suite: SuiteRunner, harness: ConformanceHarness, orders: OrderHarness): void {
  const { expect, it } = suite;
  const silenceMs = toSilenceMs(suite);
  const { calls = 1, triesAfterLoss: tries = 1, refusesWithGoodStatus = false } = orders;
  const codes = ['START_OUTCOME_UNKNOWN', ...(refusesWithGoodStatus ? ['VENDOR_REJECTED'] : [])];
  const troubles: Readonly<Record<string, FakeReply>> = {
    'a 500': { status: 500 },
    'a 502 with a page': { status: 502, body: '<html>Oh no</html>' },
    'a 503 that asks to wait': { status: 503, headers: { 'retry-after': '1' } },
    'a 504': { status: 504 },
    'a redirect': { status: 307, headers: { location: '/elsewhere' } },
    'a broken connection': 'reset',
    ...toNonsense(suite),
    'an answer without an id': orders.idAnswer(undefined),
    'an id that is null': orders.idAnswer(null),
    'an id that is an object': orders.idAnswer({}),
    'an id that leads elsewhere': orders.idAnswer('../../x'),
    'an id of a megabyte': orders.idAnswer('1'.repeat(1_000_000)),
  };

  it.each(Object.keys(troubles))(
    'may have started an export after %s, and orders no second one',
    async (trouble) => {
      await using stage = await startConformance(suite, harness, () => troubles[trouble] ?? 'hang');

      const error = await stage.start();

      expect(error).toBeInstanceOf(StartError);
      expect(error).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', isRetryable: false });
      expect(count(harness, stage)).toBe(tries);
    },
  );

  it('may have started an export after silence, and orders no second one', async () => {
    await using stage = await startConformance(suite, harness, () => 'hang', undefined, silenceMs);

    expect(await stage.start()).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
    expect(count(harness, stage)).toBe(tries);
  });

  it('has started an export, or may have, whatever is changed in a good answer', async () => {
    let answering: () => FakeReply = () => 'hang';
    await using stage = await startConformance(suite, harness, () => answering());
    const change = fc.record({
      place: fc.nat(100),
      value: fc.oneof(
        fc.constantFrom<unknown>(undefined, null, true, 0, -1, 1e308, '', '..', '__proto__', {}, [], [null]),
        fc.string(),
        fc.jsonValue(),
      ),
    });

    await fc.assert(
      fc.asyncProperty(change, async ({ place, value }) => {
        answering = () => mutate(orders.answer(), place, value);
        const before = count(harness, stage);

        const started = await stage.start();

        const sent = count(harness, stage) - before;
        expect(sent).toBeGreaterThanOrEqual(1);
        expect(sent).toBeLessThanOrEqual(calls * tries);
        if (started instanceof Error) expect(codes).toContain((started as StartError).code);
        else expectOnlyWhatTheStatusAllows(expect, started.snapshot);
      }),
      { numRuns: toRuns(suite, 150) },
    );
  });
}

function describeRefusedOrders(suite: SuiteRunner, harness: ConformanceHarness, orders: OrderHarness): void {
  const { expect, it } = suite;
  const because = orders.tellsWhy === false ? [] : [400, 422];

  it.each(because)('passes on why the vendor refuses an order with %i, as plain words', async (status) => {
    const words = 'No <b>such</b> report\r\n, see https://vendor.example/?x=1';
    await using stage = await startConformance(suite, harness, () => ({ ...orders.refusal(words), status }));

    const error = await stage.start();

    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ code: 'VENDOR_REJECTED', httpStatus: status });
    const told = (error as StartError).vendorMessage;
    expect(told).toContain('No such report');
    expect(told).not.toMatch(/[<>\r\n]|vendor\.example/);
    expect(count(harness, stage)).toBe(1);
  });

  it.each([400, 422])('says that an order was refused with a bare %i', async (status) => {
    await using stage = await startConformance(suite, harness, () => ({ status, body: '<html>Bad</html>' }));

    expect(await stage.start()).toMatchObject({ code: 'VENDOR_REJECTED', vendorMessage: undefined });
  });

  it.each([
    [401, 'VENDOR_UNAUTHENTICATED'],
    [403, 'VENDOR_FORBIDDEN'],
    [404, 'EXPORT_NOT_FOUND'],
  ] as const)('has started nothing after a lasting %i', async (status, usual) => {
    await using stage = await startConformance(suite, harness, () => ({ status }));

    const error = await stage.start();

    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code: harness.codes?.[status] ?? usual });
    // Once more where a token may have expired.
    const hasTokens = 'tokenUrl' in harness.credential('http://127.0.0.1');
    expect(count(harness, stage)).toBeLessThanOrEqual(hasTokens ? 2 : 1);
  });

  it('has started nothing after a 429, and sends no further order before its time', async () => {
    await using stage = await startConformance(suite, harness, () => ({
      status: 429,
      headers: { 'retry-after': '30' },
    }));

    for (const error of [await stage.start(), await stage.start()]) {
      expect(error).toBeInstanceOf(VendorError);
      expect(error).toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    }
    expect(count(harness, stage)).toBe(1);
  });
}

function describeOrderInput(suite: SuiteRunner, harness: ConformanceHarness, orders: OrderHarness): void {
  const { describe, expect, it } = suite;
  const parse = (input: Readonly<Record<string, unknown>>) =>
    harness.definition.parseOrder(input, 'input.order');
  const required = Object.keys(orders.input).filter(
    (field) => field !== 'account' && !orders.optionalFields.includes(field),
  );

  it('makes of an order plain JSON without anything that was not given', () => {
    const order = parse(orders.input);

    expect(JSON.parse(JSON.stringify(order))).toEqual(order);
    const nulls = Object.fromEntries(orders.optionalFields.map((field) => [field, null]));
    const least = Object.fromEntries(required.map((field) => [field, orders.input[field]]));
    expect(parse({ ...least, ...nulls, account: null })).toEqual(parse(least));
    expect(Object.values(parse({ ...least, ...nulls }))).not.toContain(null);
  });

  it.each(required)('refuses an order without %s', (field) => {
    for (const value of [undefined, null])
      expect(() => parse({ ...orders.input, [field]: value })).toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT', field: `input.order.${field}` }),
      );
  });

  describe.each([...required, ...orders.optionalFields])('%s', (field) => {
    it.each([
      ['a line end', 'a\r\nb'],
      ['a control character', 'a\0b'],
      ['half a character', '\ud800'],
      ['a hundred thousand characters', 'a'.repeat(100_000)],
      ['a list', []],
      ['a function', () => '1'],
      ['true', true],
      ['NaN', Number.NaN],
      ['an object of a class', new Map()],
      ['an object with what is no JSON', { a: { b: Number.POSITIVE_INFINITY } }],
      ['an object that is too deep', nest(30)],
      ['an object that is too long', { a: 'x'.repeat(70_000) }],
    ])('is refused where it is %s', (_what, value) => {
      if (orders.takes?.(field, value) === true) return;
      expect(() => parse({ ...orders.input, [field]: value })).toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT', field: `input.order.${field}` }),
      );
    });
  });
}

function nest(depth: number): object {
  return depth === 0 ? {} : { a: nest(depth - 1) };
}

/** Everything about stopping, for a vendor that can. */
export function describeCancelling(suite: SuiteRunner, harness: ConformanceHarness): void {
  const { expect, it } = suite;
  if (harness.cancelRequest === undefined) return;
  const silenceMs = toSilenceMs(suite);

  const { cancelAnswers = [{ status: 200 }, { status: 202 }, { status: 204 }] } = harness;
  const answers = cancelAnswers.map((answer) => [answer.status ?? 200, answer] as const);

  it.each(answers)('has stopped a job after a %i', async (_status, answer) => {
    await using stage = await startConformance(suite, harness, () => answer);

    expect(await stage.cancel()).toBeUndefined();
    expect(stage.requests.length).toBeLessThanOrEqual(harness.cancelCalls ?? 1);
  });

  it.each([
    [401, 'VENDOR_UNAUTHENTICATED'],
    [403, 'VENDOR_FORBIDDEN'],
    [404, 'EXPORT_NOT_FOUND'],
    [429, 'VENDOR_RATE_LIMITED'],
    [500, 'VENDOR_UNAVAILABLE'],
    [503, 'VENDOR_UNAVAILABLE'],
  ] as const)('reads a %i as %s', async (status, code) => {
    await using stage = await startConformance(suite, harness, () => ({ status }));

    expect(await stage.cancel()).toMatchObject({ code });
    expect(count(harness, stage)).toBeLessThanOrEqual(status === 401 || status === 403 ? 2 : 1);
  });

  it.each([
    ['reset', 'VENDOR_UNAVAILABLE'],
    ['hang', 'VENDOR_TIMEOUT'],
  ] as const)('asks once where the vendor answers with a %s', async (reply, code) => {
    await using stage = await startConformance(suite, harness, () => reply, undefined, silenceMs);

    expect(await stage.cancel()).toMatchObject({ code });
    expect(count(harness, stage)).toBe(1);
  });
}
