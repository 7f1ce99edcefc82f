import { describe, expect, it } from 'vitest';
import type { VendorErrorCode } from '../../src/export/errors.ts';
import { FAILURES_TO_OPEN } from '../../src/http/circuit-breaker.ts';
import type { AccountResponse, VendorHttpRules } from '../../src/http/types.ts';
import { clientCredentials, drive, failure, type Stage, startStage, TOKEN_PATH } from './support.ts';

/** A vendor that says all that matters in the body, whatever the status is: `{ code, wait, state }`. */
const codeOf = ({ json }: AccountResponse): string | undefined =>
  (json as { code?: string } | undefined)?.code;

const CODES: Readonly<Record<string, VendorErrorCode>> = {
  GONE: 'EXPORT_NOT_FOUND',
  CLOSED: 'VENDOR_FORBIDDEN',
  WHO: 'VENDOR_UNAUTHENTICATED',
  EXPIRED: 'VENDOR_UNAUTHENTICATED',
};

const RULES: Partial<VendorHttpRules> = {
  isThrottled: (response) => codeOf(response) === 'SLOW',
  throttleWaitMs: ({ json }) => (json as { wait?: number } | undefined)?.wait,
  isTokenExpired: (response) => codeOf(response) === 'EXPIRED',
  isAnswer: ({ json }) => Object.hasOwn((json ?? {}) as object, 'state'),
  errorCode: (response) => CODES[codeOf(response) ?? ''],
  vendorCode: codeOf,
};

const GOOD = { body: { state: 'done' } };

const send = (stage: Stage) => drive(stage.clock, stage.client.send({ path: ['x'] }));
const order = (stage: Stage) =>
  drive(
    stage.clock,
    stage.client.order({ method: 'POST', path: ['x'] }, undefined, 'an export', (response) => {
      if (codeOf(response) !== undefined) throw stage.client.toVendorError(response, 'an export');
      return response.status;
    }),
  );

describe('an answer of 5xx that is one by the vendor’s rules', () => {
  it('is returned at once, and is no fault of the vendor', async () => {
    await using stage = await startStage(() => ({ status: 504, body: { state: 'expired' } }), {
      rules: RULES,
    });

    for (let count = 0; count <= FAILURES_TO_OPEN; count += 1) {
      expect(await send(stage)).toMatchObject({ status: 504, json: { state: 'expired' } });
    }

    expect(stage.api()).toBe(FAILURES_TO_OPEN + 1);
    expect(stage.client.health()).toMatchObject({ state: 'HEALTHY', lastError: null });
    expect(stage.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('is a fault like any other without what makes it an answer', async () => {
    await using stage = await startStage(() => ({ status: 504, body: {} }), { rules: RULES });

    expect((await send(stage)).status).toBe(504);
    expect(stage.api()).toBe(3);
    await failure(send(stage));

    expect(stage.client.health()).toMatchObject({ state: 'UNAVAILABLE', lastError: 'VENDOR_UNAVAILABLE' });
  });

  it('leaves what became of an order open', async () => {
    await using stage = await startStage(() => ({ status: 504, body: { state: 'done' } }), { rules: RULES });

    expect(await failure(order(stage))).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
    expect(stage.api()).toBe(1);
  });
});

describe('an answer of 200 that says "too many"', () => {
  it('closes the account for as long as the body says, and is repeated where that is soon', async () => {
    await using stage = await startStage(
      () => (stage.api() === 1 ? { body: { code: 'SLOW', wait: 1_500 } } : GOOD),
      { rules: RULES },
    );

    expect((await send(stage)).json).toEqual({ state: 'done' });

    const [first, second] = stage.arrivals;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_500);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(1_600);
  });

  it('is an error with the time to wait, and no further call goes out', async () => {
    await using stage = await startStage(() => ({ body: { code: 'SLOW', wait: 60_000 } }), { rules: RULES });

    const answer = await stage.client.send({ path: ['x'] });

    expect(stage.client.toVendorError(answer, 'an export')).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      vendorCode: 'SLOW',
      httpStatus: 200,
      retryAfterMs: 60_000,
    });
    expect(stage.client.health()).toMatchObject({ state: 'THROTTLED', lastError: 'VENDOR_RATE_LIMITED' });
    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    expect(stage.api()).toBe(1);
    expect(stage.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('backs off by itself where nothing says how long', async () => {
    await using stage = await startStage(() => ({ body: { code: 'SLOW' } }), { rules: RULES });

    await stage.client.send({ path: ['x'] });

    const { throttledUntil } = stage.client.health();
    expect((throttledUntil ?? 0) - stage.clock.now()).toBeGreaterThanOrEqual(2_000);
  });

  it('waits as long as the longest of body and Retry-After say', async () => {
    await using stage = await startStage(
      () => ({ body: { code: 'SLOW', wait: 5_000 }, headers: { 'retry-after': '30' } }),
      { rules: RULES },
    );

    await stage.client.send({ path: ['x'] });

    expect((stage.client.health().throttledUntil ?? 0) - stage.clock.now()).toBe(30_000);
  });

  it('began nothing where an order asked', async () => {
    await using stage = await startStage(() => ({ body: { code: 'SLOW', wait: 60_000 } }), { rules: RULES });

    expect(await failure(order(stage))).toMatchObject({
      name: 'VendorError',
      code: 'VENDOR_RATE_LIMITED',
      retryAfterMs: 60_000,
    });
  });
});

describe('an answer that names its error', () => {
  it.each([
    [200, 'GONE', 'EXPORT_NOT_FOUND'],
    [400, 'GONE', 'EXPORT_NOT_FOUND'],
    [401, 'GONE', 'EXPORT_NOT_FOUND'],
    [500, 'GONE', 'EXPORT_NOT_FOUND'],
    [200, 'CLOSED', 'VENDOR_FORBIDDEN'],
    [404, 'CLOSED', 'VENDOR_FORBIDDEN'],
    [200, 'WHO', 'VENDOR_UNAUTHENTICATED'],
    [404, 'OTHER', 'EXPORT_NOT_FOUND'],
    [200, 'OTHER', 'VENDOR_BAD_RESPONSE'],
  ] as const)('of %i with the code %s is %s, asked once', async (status, code, meaning) => {
    await using stage = await startStage(() => ({ status, body: { code } }), { rules: RULES });

    const error = stage.client.toVendorError(await send(stage), 'an export');

    expect(error).toMatchObject({ code: meaning, vendorCode: code, httpStatus: status });
    expect(stage.api()).toBe(1);
  });

  it('refuses an order, with 200 too', async () => {
    await using stage = await startStage(() => ({ body: { code: 'CLOSED' } }), { rules: RULES });

    expect(await failure(order(stage))).toMatchObject({ name: 'VendorError', code: 'VENDOR_FORBIDDEN' });
  });

  it('with 200 about the credential has it left alone as a 401 does', async () => {
    await using stage = await startStage(() => ({ body: { code: 'WHO' } }), { rules: RULES });

    for (let count = 0; count < 8; count += 1)
      await stage.client.send({ path: ['x'] }).catch(() => undefined);

    expect(stage.api()).toBe(2);
    expect(stage.client.health().lastError).toBe('VENDOR_UNAUTHENTICATED');
  });

  it('with 401 about something else leaves the credential trusted', async () => {
    await using stage = await startStage(() => ({ status: 401, body: { code: 'GONE' } }), { rules: RULES });

    for (let count = 0; count < 8; count += 1) await stage.client.send({ path: ['x'] });

    expect(stage.api()).toBe(8);
  });

  it('with 200 about an expired token has it renewed, and the call repeated', async () => {
    let tokens = 0;
    await using stage = await startStage(
      ({ url, headers }) => {
        if (url === TOKEN_PATH) {
          tokens += 1;
          return { body: { access_token: `t${tokens}`, expires_in: 600 } };
        }
        return headers.authorization === 'Bearer t1' ? { body: { code: 'EXPIRED' } } : GOOD;
      },
      { rules: RULES, credential: clientCredentials },
    );

    expect((await stage.client.send({ path: ['x'] })).json).toEqual({ state: 'done' });
    expect([stage.token(), stage.api()]).toEqual([2, 2]);
  });

  it('with 200 about an expired token makes no stream of token requests where new ones are no better', async () => {
    await using stage = await startStage(
      ({ url }) =>
        url === TOKEN_PATH ? { body: { access_token: 't', expires_in: 600 } } : { body: { code: 'EXPIRED' } },
      { rules: RULES, credential: clientCredentials },
    );

    for (let count = 0; count < 5; count += 1) await stage.client.send({ path: ['x'] });

    expect(stage.token()).toBe(2);
    const answer = await stage.client.send({ path: ['x'] });
    expect(stage.client.toVendorError(answer, 'an export').code).toBe('VENDOR_UNAUTHENTICATED');
  });
});
