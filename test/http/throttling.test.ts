import { describe, expect, it } from 'vitest';
import type { FakeAnswer } from '../support/fake-vendor.ts';
import { drive, failure, startStage } from './support.ts';

const GOOD: FakeAnswer = { body: { status: 'done' } };

function tooMany(headers: Record<string, string> = {}): FakeAnswer {
  return { status: 429, headers };
}

describe('a vendor that asks to wait', () => {
  it('is asked again exactly when it said, where that is within what a retry may wait', async () => {
    let calls = 0;
    await using stage = await startStage(() => {
      calls += 1;
      return calls === 1 ? tooMany({ 'retry-after': '2' }) : GOOD;
    });

    const answer = await drive(stage.clock, stage.client.send({ path: ['x'] }), 7);

    expect(answer.status).toBe(200);
    const [first = 0, second = 0] = stage.arrivals.map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(2_000);
    expect(second - first).toBeLessThan(2_010);
  });

  it('is asked three times at most', async () => {
    await using stage = await startStage(() => tooMany({ 'retry-after': '1' }));

    const answer = await drive(stage.clock, stage.client.send({ path: ['x'] }));

    expect(answer.status).toBe(429);
    expect(stage.api()).toBe(3);
    expect(stage.client.toVendorError(answer, 'an export')).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      retryAfterMs: 1_000,
    });
  });

  it.each([429, 503])(
    'gets no request at all before a longer Retry-After of a %i has passed',
    async (status) => {
      let isThrottling = true;
      await using stage = await startStage(() =>
        isThrottling ? { status, headers: { 'retry-after': '30' } } : GOOD,
      );

      const answer = await stage.client.send({ path: ['x'] });
      isThrottling = false;

      expect(stage.client.toVendorError(answer, 'an export')).toMatchObject({
        code: 'VENDOR_RATE_LIMITED',
        httpStatus: status,
        retryAfterMs: 30_000,
      });
      for (const passedMs of [0, 10_000, 17_000]) {
        await stage.clock.advance(passedMs);
        const error = await failure(stage.client.send({ path: ['x'] }));
        expect(error).toMatchObject({ code: 'VENDOR_RATE_LIMITED', isRetryable: true });
      }
      expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ retryAfterMs: 3_000 });
      expect(stage.api()).toBe(1);
      expect(stage.client.health()).toMatchObject({
        state: 'THROTTLED',
        throttledUntil: stage.clock.now() + 3_000,
      });

      await stage.clock.advance(3_000);
      expect((await stage.client.send({ path: ['x'] })).status).toBe(200);
      expect(stage.client.health()).toEqual({ state: 'HEALTHY', throttledUntil: null, lastError: null });
    },
  );

  it('lets a call wait for the rest where that is short', async () => {
    let isThrottling = true;
    await using stage = await startStage(() => (isThrottling ? tooMany({ 'retry-after': '30' }) : GOOD));
    await stage.client.send({ path: ['x'] });
    isThrottling = false;
    await stage.clock.advance(28_500);

    const answer = await drive(stage.clock, stage.client.send({ path: ['x'] }));

    expect(answer.status).toBe(200);
    expect((stage.arrivals[1]?.at ?? 0) - (stage.arrivals[0]?.at ?? 0)).toBeGreaterThanOrEqual(30_000);
  });

  it('also stops the calls that were still waiting for their turn', async () => {
    let isThrottling = false;
    await using stage = await startStage(() => (isThrottling ? tooMany({ 'retry-after': '60' }) : GOOD), {
      limits: { maxConcurrent: 2 },
    });
    await stage.client.send({ path: ['x'] });
    isThrottling = true;

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => stage.client.send({ path: ['x'] }).catch((error: unknown) => error)),
    );

    expect(stage.api()).toBe(1 + 2);
    expect(answers.filter((answer) => answer instanceof Error)).toHaveLength(6);
    expect(answers.slice(2)).toEqual(
      Array(6).fill(expect.objectContaining({ code: 'VENDOR_RATE_LIMITED', retryAfterMs: 60_000 })),
    );
  });

  it('is left alone for two seconds and more where it names no time, and for longer each time', async () => {
    await using stage = await startStage(() => tooMany());
    const waits: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      const answer = await stage.client.send({ path: ['x'] });
      const waitMs = stage.client.toVendorError(answer, 'an export').retryAfterMs ?? 0;
      waits.push(waitMs);
      await stage.clock.advance(waitMs);
    }

    const [first = 0, second = 0, third = 0] = waits;
    expect(first).toBeGreaterThanOrEqual(2_000);
    expect(first).toBeLessThanOrEqual(2_500);
    expect(second).toBeGreaterThanOrEqual(4_000);
    expect(third).toBeGreaterThanOrEqual(8_000);
    expect(third).toBeLessThanOrEqual(10_000);
  });

  it('may say so in its own way', async () => {
    await using stage = await startStage(
      () => ({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '40' } }),
      {
        rules: {
          isThrottled: ({ status, headers }) => status === 403 && headers['x-ratelimit-remaining'] === '0',
        },
      },
    );

    const answer = await stage.client.send({ path: ['x'] });

    expect(stage.client.toVendorError(answer, 'an export')).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      httpStatus: 403,
      retryAfterMs: 40_000,
    });
  });

  it('gets no further request when a good answer says that the budget is spent', async () => {
    await using stage = await startStage(() => ({
      body: {},
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '20' },
    }));

    expect((await stage.client.send({ path: ['x'] })).status).toBe(200);

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      retryAfterMs: 20_000,
    });
    expect(stage.api()).toBe(1);
  });

  it('is not waited for when a good answer only says when to ask for this job again', async () => {
    await using stage = await startStage(() => ({ status: 202, body: {}, headers: { 'retry-after': '5' } }));

    await stage.client.send({ path: ['x'] });
    await stage.client.send({ path: ['x'] });

    expect(stage.api()).toBe(2);
  });
});

describe('the account’s own limits', () => {
  it('let no second hold more requests than allowed, through real sockets', async () => {
    await using stage = await startStage(() => GOOD, { limits: { requestsPerSecond: 5, maxConcurrent: 50 } });

    await drive(
      stage.clock,
      Promise.all(Array.from({ length: 18 }, () => stage.client.send({ path: ['x'] }))),
      10,
    );

    const at = stage.arrivals.map((arrival) => arrival.at);
    for (const start of at)
      expect(at.filter((time) => time >= start && time < start + 1_000).length).toBeLessThanOrEqual(5);
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeLessThan(3_300);
  });

  it('refuse at once what could not go in time, and say when it could', async () => {
    await using stage = await startStage(() => GOOD, { limits: { requestsPerSecond: 1, timeoutMs: 1_000 } });

    const ends = await drive(
      stage.clock,
      Promise.all(
        Array.from({ length: 6 }, () => stage.client.send({ path: ['x'] }).catch((error: unknown) => error)),
      ),
    );

    expect(ends.slice(0, 3).every((end) => !(end instanceof Error))).toBe(true);
    expect(ends.slice(3)).toEqual(
      Array(3).fill(
        expect.objectContaining({ code: 'VENDOR_RATE_LIMITED', retryAfterMs: expect.any(Number) }),
      ),
    );
    expect(ends[3]).toMatchObject({ retryAfterMs: 3_015 });
  });

  it('let at most so many calls run at once, first come, first served', async () => {
    await using stage = await startStage(
      async () => {
        for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        return GOOD;
      },
      { limits: { maxConcurrent: 3 } },
    );

    await Promise.all(Array.from({ length: 20 }, (_, index) => stage.client.send({ path: [String(index)] })));

    expect(stage.vendor.concurrency.most).toBe(3);
    const order = stage.vendor.requests.map(({ url }) => Number(url.split('/').at(-1)));
    // Three are under way together and may overtake each other on the wire, nobody else.
    order.forEach((index, place) => {
      expect(Math.abs(index - place)).toBeLessThanOrEqual(2);
    });
  });
});

describe('the circuit breaker', () => {
  async function breakIt(stage: Awaited<ReturnType<typeof startStage>>): Promise<void> {
    for (let count = 0; count < 5; count += 1) await stage.client.send({ method: 'POST', path: ['x'] });
  }

  it('stops all calls after five failures in a row, and tries one after ten seconds', async () => {
    let status = 500;
    await using stage = await startStage(() => ({ status }));
    await breakIt(stage);

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
      retryAfterMs: 10_000,
    });
    expect(stage.api()).toBe(5);
    expect(stage.client.health()).toMatchObject({ state: 'UNAVAILABLE', lastError: 'VENDOR_UNAVAILABLE' });

    await stage.clock.advance(10_000);
    status = 200;
    const together = await Promise.all([
      stage.client.send({ path: ['x'] }),
      failure(stage.client.send({ path: ['x'] })),
    ]);
    expect(together).toMatchObject([{ status: 200 }, { code: 'VENDOR_UNAVAILABLE' }]);
    expect(stage.api()).toBe(6);
    expect(stage.client.health().state).toBe('HEALTHY');
  });

  it.each([400, 401, 403, 404, 410, 422])('is never tripped by a %i', async (status) => {
    await using stage = await startStage(() => ({ status }));
    for (let count = 0; count < 12; count += 1) {
      await stage.client.send({ path: ['x'] });
      // A refused credential is left alone meanwhile.
      await stage.clock.advance(60_000);
    }

    expect(stage.api()).toBe(12);
    expect(stage.client.health().state).not.toBe('UNAVAILABLE');
  });

  it('is not tripped by callers who leave', async () => {
    await using stage = await startStage(() => 'hang');
    for (let count = 0; count < 12; count += 1) {
      const controller = new AbortController();
      const call = failure(stage.client.send({ path: ['x'] }, { signal: controller.signal }));
      controller.abort();
      await call;
    }

    expect(stage.client.health().state).toBe('HEALTHY');
  });

  it('is tripped by silence', async () => {
    await using stage = await startStage(() => 'hang', { limits: { timeoutMs: 200 } });
    await drive(
      stage.clock,
      Promise.all(Array.from({ length: 5 }, () => failure(stage.client.send({ path: ['x'] })))),
    );

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });
});
