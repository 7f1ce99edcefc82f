/**
 * The suite that every vendor passes. What it has to be told is documented in `harness.ts`. Token requests are answered by the suite itself.
 */
import { VendorError } from '../../src/export/errors.ts';
import { parseIds } from '../../src/export/locator.ts';
import type { FakeReply } from './fake-vendor.ts';
import type { ConformanceHarness } from './harness.ts';
import { describeNonsense, describeStatusWords } from './nonsense.ts';
import { describeCancelling, describeOrders } from './orders.ts';
import type { SuiteRunner } from './runner.ts';
import {
  type Answering,
  codeOf,
  expectOnlyWhatTheStatusAllows,
  HOSTILE_IDS,
  STATES,
  STATUSES,
  startConformance,
  toSilenceMs,
} from './stage.ts';
import { waitUntil } from './wait-until.ts';

/** Runs the whole suite for one vendor. */
export function describeVendorAccount(suite: SuiteRunner, name: string, harness: ConformanceHarness): void {
  const { describe } = suite;
  describe(`${name} as a vendor account`, () => {
    describeGoodReads(suite, harness);
    describeRefusals(suite, harness);
    describeTrouble(suite, harness);
    describeNonsense(suite, harness);
    describeStatusWords(suite, harness);
    describeLeaving(suite, harness);
    describeIds(suite, harness);
    describeOrders(suite, harness);
    describeCancelling(suite, harness);
  });
}

function describeGoodReads(suite: SuiteRunner, harness: ConformanceHarness): void {
  const { expect, it } = suite;
  const statuses = harness.statuses ?? STATUSES;

  const states = harness.states ?? STATES;

  it.each(states)('reads a %s job', async (state) => {
    await using stage = await startConformance(suite, harness, (request) => harness.answer(request, state));

    const [reading] = await stage.read([0]);

    expect(reading).toMatchObject({ status: statuses[state], key: stage.key(0) });
    expect(stage.requests).toHaveLength(harness.readCalls?.[state] ?? 1);
    expectOnlyWhatTheStatusAllows(expect, reading);
  });

  it.each(states)(
    'answers one entry per key, in the keys’ order, for %s jobs and a key that comes twice',
    async (state) => {
      await using stage = await startConformance(suite, harness, (request) => harness.answer(request, state));

      const readings = await stage.read([3, 0, 2, 0]);

      expect(readings.map((reading) => 'key' in reading && reading.key.id)).toEqual(
        [3, 0, 2, 0].map((n) => stage.key(n).id),
      );
      for (const reading of readings) {
        expect(reading).toMatchObject({ status: statuses[state] });
        expectOnlyWhatTheStatusAllows(expect, reading);
      }
      expect(stage.requests.length).toBeLessThanOrEqual(4 * (harness.readCalls?.[state] ?? 1));
    },
  );

  it('answers no keys with no entries and no request', async () => {
    await using stage = await startConformance(suite, harness, (request) =>
      harness.answer(request, 'running'),
    );

    expect(await stage.read([])).toEqual([]);
    expect(stage.requests).toEqual([]);
  });

  it('reads one by one where the list call gives nothing that can be read', async () => {
    const answering: Answering = (request) =>
      harness.exportOf(request) === null ? { body: '<html>' } : harness.answer(request, 'running');
    await using stage = await startConformance(suite, harness, answering);

    const readings = await stage.read([0, 1, 2]);

    expect(readings.map(codeOf)).toEqual(['RUNNING', 'RUNNING', 'RUNNING'].map(() => statuses.running));
  });

  it('lets one bad key spoil no neighbour', async () => {
    const answering: Answering = (request) => {
      const n = harness.exportOf(request);
      if (n === null) return { body: '<html>' };
      return n === 1 ? { status: 404 } : harness.answer(request, 'running');
    };
    await using stage = await startConformance(suite, harness, answering);

    const readings = await stage.read([0, 1, 2]);

    const missing = harness.codes?.[404] ?? 'EXPORT_NOT_FOUND';
    expect(readings.map(codeOf)).toEqual([statuses.running, missing, statuses.running]);
  });
}

function describeRefusals(suite: SuiteRunner, harness: ConformanceHarness): void {
  const { expect, it } = suite;
  it.each([
    [401, 'VENDOR_UNAUTHENTICATED'],
    [403, 'VENDOR_FORBIDDEN'],
    [404, 'EXPORT_NOT_FOUND'],
    [410, 'EXPORT_NOT_FOUND'],
  ] as const)('reads a lasting %i as %s and does not go on asking', async (status, usual) => {
    await using stage = await startConformance(suite, harness, () => ({ status }));

    const [reading] = await stage.read([0]);

    expect(codeOf(reading)).toBe(harness.codes?.[status] ?? usual);
    expect(stage.requests.length).toBeLessThanOrEqual(2);
    expect(stage.tokenRequests.length).toBeLessThanOrEqual(2);
  });

  it('passes on how long a 429 asks to wait, and sends nothing before', async () => {
    await using stage = await startConformance(suite, harness, () => ({
      status: 429,
      headers: { 'retry-after': '30' },
    }));

    const { readsTogether = harness.definition.capabilities.canList } = harness;
    // Without a list call two keys are two requests, and both are under way before either is answered.
    const first = await stage.read(readsTogether ? [0, 1] : [0]);
    const second = await stage.read([0, 1]);

    expect(stage.requests).toHaveLength(1);
    for (const reading of [...first, ...second]) {
      expect(codeOf(reading)).toBe('VENDOR_RATE_LIMITED');
      const waitMs = reading instanceof VendorError ? (reading.retryAfterMs ?? 0) : 0;
      expect(waitMs).toBeGreaterThan(25_000);
      expect(waitMs).toBeLessThanOrEqual(30_000);
    }
  });

  const hasTokens = 'tokenUrl' in harness.credential('http://127.0.0.1');
  it.runIf(hasTokens)(
    'calls a refused secret by its name and asks the token endpoint once for many keys',
    async () => {
      const refusal: FakeReply = {
        status: 401,
        body: { error: 'invalid_client', error_description: 'tenant-7' },
      };
      await using stage = await startConformance(
        suite,
        harness,
        (request) => harness.answer(request, 'running'),
        refusal,
      );

      const readings = await stage.read([0, 1, 2, 3]);

      expect(readings.map(codeOf)).toEqual(readings.map(() => 'VENDOR_UNAUTHENTICATED'));
      expect(stage.tokenRequests).toHaveLength(1);
      expect(stage.requests).toEqual([]);
    },
  );
}

function describeTrouble(suite: SuiteRunner, harness: ConformanceHarness): void {
  const { expect, it } = suite;
  const statuses = harness.statuses ?? STATUSES;
  const silenceMs = toSilenceMs(suite);

  it.each([500, 502, 503, 504])('gives a lasting %i up after three tries', async (status) => {
    await using stage = await startConformance(suite, harness, () => ({
      status,
      body: '<html>Oh no</html>',
    }));

    const [reading] = await stage.read([0]);

    expect(reading).toMatchObject({ code: 'VENDOR_UNAVAILABLE', httpStatus: status });
    expect(stage.requests).toHaveLength(3);
  });

  it.each([500, 502, 503, 504, 'reset'] as const)('gets over one %s', async (trouble) => {
    let calls = 0;
    const failing: FakeReply = trouble === 'reset' ? 'reset' : { status: trouble };
    await using stage = await startConformance(suite, harness, (request) => {
      calls += 1;
      return calls === 1 ? failing : harness.answer(request, 'running');
    });

    const [reading] = await stage.read([0]);

    expect(codeOf(reading)).toBe(statuses.running);
    expect(stage.requests).toHaveLength(2);
  });

  it('reads broken connections as VENDOR_UNAVAILABLE', async () => {
    await using stage = await startConformance(suite, harness, () => 'reset');

    expect((await stage.read([0])).map(codeOf)).toEqual(['VENDOR_UNAVAILABLE']);
    expect(stage.requests).toHaveLength(3);
  });

  it('answers every key of a dead vendor, with a bounded number of calls', async () => {
    await using stage = await startConformance(suite, harness, () => ({ status: 503 }));

    const readings = await stage.read([0, 1, 2, 3, 4]);

    expect(readings.map(codeOf)).toEqual(readings.map(() => 'VENDOR_UNAVAILABLE'));
    expect(stage.requests.length).toBeLessThanOrEqual(3 * 6);
  });

  it.each([[[0]], [[0, 1, 2]]])(
    'reads silence for the keys %j as VENDOR_TIMEOUT within three time limits',
    async (keys) => {
      await using stage = await startConformance(suite, harness, () => 'hang', undefined, silenceMs);
      const startedAt = performance.now();

      const readings = await stage.read(keys);

      expect(readings.map(codeOf)).toEqual(readings.map(() => 'VENDOR_TIMEOUT'));
      expect(performance.now() - startedAt).toBeLessThan(3 * silenceMs + 600);
    },
  );
}

function describeLeaving(suite: SuiteRunner, harness: ConformanceHarness): void {
  const { expect, it } = suite;
  it.each([[[0]], [[0, 1, 2]]])(
    'rejects with the signal’s reason and ends the vendor’s call for the keys %j',
    async (keys) => {
      await using stage = await startConformance(suite, harness, () => 'hang');
      const controller = new AbortController();
      const reason = new DOMException('The reader left.', 'AbortError');

      const reading = stage.read(keys, controller.signal);
      await waitUntil('the vendor is asked', () => stage.requests.length > 0);
      controller.abort(reason);

      await expect(reading).rejects.toBe(reason);
      await waitUntil('the call has ended', () => stage.openCalls() === 0);
      expect(stage.requests.length).toBeLessThanOrEqual(keys.length);
    },
  );

  it('sends nothing for a reader who has already left', async () => {
    await using stage = await startConformance(suite, harness, (request) =>
      harness.answer(request, 'running'),
    );

    await expect(stage.read([0], AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect([...stage.requests, ...stage.tokenRequests]).toEqual([]);
  });
}

function describeIds(suite: SuiteRunner, harness: ConformanceHarness): void {
  const { expect, it } = suite;
  const { locator } = harness.definition;
  const good = harness.ids(0);

  it.each(Object.keys(locator))('refuses every hostile %s before any call', (field) => {
    for (const hostile of HOSTILE_IDS) {
      expect(
        () => parseIds(locator, { ...good, [field]: hostile }, 'locator'),
        JSON.stringify(hostile),
      ).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field: `locator.${field}` }));
    }
  });

  it('takes its own ids as they are', () => {
    expect(parseIds(locator, good, 'locator')).toEqual(good);
  });
}
