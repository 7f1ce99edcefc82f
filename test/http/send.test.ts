import { describe, expect, it } from 'vitest';
import { VendorError } from '../../src/export/errors.ts';
import { createAccountClient } from '../../src/http/client.ts';
import type { FakeReply } from '../support/fake-vendor.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { createRecordingLog, createTestTools } from '../support/tools.ts';
import { API_KEY, drive, failure, RULES, startStage, until } from './support.ts';

const GOOD: FakeReply = { body: { status: 'done' } };

describe('AccountClient.send', () => {
  it('sends the credential, a path below the base URL, and reads the answer', async () => {
    await using stage = await startStage(() => ({ body: { id: 1 }, headers: { 'x-one': '1' } }));

    const answer = await stage.client.send({ path: ['exports', 'a=b'], query: { limit: 5 } });

    expect(answer).toMatchObject({
      status: 200,
      json: { id: 1 },
      text: '{"id":1}',
      receivedAt: stage.clock.now(),
    });
    expect(answer.headers['x-one']).toBe('1');
    expect(stage.vendor.requests[0]).toMatchObject({ method: 'GET', url: '/api/v1/exports/a%3Db?limit=5' });
    expect(stage.vendor.requests[0]?.headers['x-api-key']).toBe(API_KEY);
    expect(stage.calls).toEqual([
      {
        vendor: 'hi-energy',
        account: 'hi',
        purpose: 'api',
        outcome: 200,
        durationMs: 0,
        waits: { rate: 0, concurrency: 0, throttled: 0 },
      },
    ]);
  });

  it.each([200, 202, 301, 302, 303, 307, 400, 401, 403, 404, 409, 410, 422])(
    'returns a %i as it is, asked once',
    async (status) => {
      await using stage = await startStage(() => ({ status, body: { code: 'X' } }));

      expect((await stage.client.send({ path: ['x'] })).status).toBe(status);
      expect(stage.api()).toBe(1);
    },
  );

  it('follows no redirect and sends the credential nowhere else', async () => {
    await using elsewhere = await startFakeVendor(() => GOOD);
    await using stage = await startStage(() => ({
      status: 302,
      headers: { location: `${elsewhere.url}/steal` },
    }));

    const answer = await stage.client.send({ path: ['x'] });

    expect(answer.headers.location).toBe(`${elsewhere.url}/steal`);
    expect(elsewhere.requests).toEqual([]);
    expect(stage.api()).toBe(1);
  });

  it('refuses a path that could leave the base URL, without a request', async () => {
    await using stage = await startStage(() => GOOD);

    for (const segment of ['..', '.', '', 'a\r\nb', '\ud800']) {
      await expect(stage.client.send({ path: ['x', segment] })).rejects.toBeInstanceOf(TypeError);
    }
    expect(stage.api()).toBe(0);
  });

  it.each(['a\r\nx-evil: 1', 'a\0', '', 'ключ'])(
    'refuses the credential %j when it is created, without naming it',
    (apiKey) => {
      const create = (): unknown =>
        createAccountClient({
          vendor: 'hi-energy',
          vendorName: 'Hi Energy',
          account: 'hi',
          baseUrl: 'http://127.0.0.1:1',
          credential: { type: 'api-key', apiKey },
          limits: { requestsPerSecond: 1, maxConcurrent: 1, timeoutMs: 100 },
          rules: RULES,
          tools: createTestTools(),
        });

      expect(create).toThrow(TypeError);
      expect(create).not.toThrow(apiKey === '' ? 'nothing' : apiKey);
    },
  );
});

describe('retries', () => {
  it.each([500, 502, 503, 504])(
    'tries a GET three times on %i and returns the last answer',
    async (status) => {
      await using stage = await startStage(() => ({ status }));

      const answer = await drive(stage.clock, stage.client.send({ path: ['x'] }));

      expect(answer.status).toBe(status);
      expect(stage.api()).toBe(3);
      expect(stage.client.toVendorError(answer, 'an export')).toMatchObject({
        code: 'VENDOR_UNAVAILABLE',
        httpStatus: status,
      });
    },
  );

  it('returns the good answer that a retry brings', async () => {
    let calls = 0;
    await using stage = await startStage(() => {
      calls += 1;
      return calls < 3 ? { status: 503 } : GOOD;
    });

    expect((await drive(stage.clock, stage.client.send({ path: ['x'] }))).json).toEqual({ status: 'done' });
    expect(stage.client.health()).toMatchObject({ state: 'HEALTHY', lastError: null });
  });

  it('tries three times where the connection breaks', async () => {
    await using stage = await startStage(() => 'reset');

    const error = await failure(drive(stage.clock, stage.client.send({ path: ['x'] })));

    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', isRetryable: true });
    expect(stage.calls.map(({ outcome }) => outcome)).toEqual(['connection', 'connection', 'connection']);
  });

  it('tries three times where nobody listens', async () => {
    const gone = await startFakeVendor(() => GOOD);
    await gone[Symbol.asyncDispose]();
    await using stage = await startStage(() => GOOD, { settings: { baseUrl: gone.url } });

    expect(await failure(drive(stage.clock, stage.client.send({ path: ['x'] })))).toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
    });
    expect(stage.calls).toHaveLength(3);
  });

  it.each(['POST', 'DELETE'] as const)('never repeats a %s', async (method) => {
    await using stage = await startStage(() => ({ status: 503 }));

    expect((await drive(stage.clock, stage.client.send({ method, path: ['x'] }))).status).toBe(503);
    expect(stage.api()).toBe(1);
  });

  it('stops repeating when a tenth of the calls has been repeated', async () => {
    await using stage = await startStage((request) =>
      request.url.endsWith('/bad') ? { status: 503 } : GOOD,
    );
    // Each failing call is followed by a good one, so that the breaker stays closed.
    for (let count = 0; count < 20; count += 1) {
      await drive(stage.clock, stage.client.send({ path: ['bad'] }), 200);
      await stage.client.send({ path: ['good'] });
    }

    const retries = stage.api() - 40;
    expect(retries).toBeGreaterThanOrEqual(10);
    expect(retries).toBeLessThanOrEqual(10 + 40 * 0.1);
  });

  it('waits between tries by chance, within the doubling bounds', async () => {
    await using stage = await startStage(() => ({ status: 500 }));

    await drive(stage.clock, stage.client.send({ path: ['x'] }), 5);

    const [first = 0, second = 0, third = 0] = stage.arrivals.map(({ at }) => at);
    expect(second - first).toBeLessThanOrEqual(205);
    expect(third - second).toBeLessThanOrEqual(405);
    expect(third - first).toBeGreaterThan(0);
  });
});

describe('deadlines', () => {
  it('ends a silent call after its time limit, asked once', async () => {
    await using stage = await startStage(() => 'hang', { limits: { timeoutMs: 500 } });
    const startedAt = stage.clock.now();

    const error = await failure(drive(stage.clock, stage.client.send({ path: ['x'] })));

    expect(error).toMatchObject({ code: 'VENDOR_TIMEOUT' });
    expect(stage.clock.now() - startedAt).toBeLessThanOrEqual(520);
    expect(stage.api()).toBe(1);
    await until(() => stage.vendor.aborted.count === 1);
  });

  it('ends a call by the time that its caller gives it, which is no proof against the vendor', async () => {
    await using stage = await startStage(() => 'hang');
    const startedAt = stage.clock.now();
    const calls = Array.from({ length: 5 }, () =>
      failure(stage.client.send({ path: ['x'] }, { endsAt: startedAt + 300 })),
    );

    const errors = await drive(stage.clock, Promise.all(calls));

    expect(stage.clock.now() - startedAt).toBeLessThanOrEqual(320);
    expect(errors[0]).toMatchObject({
      code: 'VENDOR_TIMEOUT',
      message: 'Hi Energy did not answer within 300 ms, retries included.',
    });
    expect(stage.client.health().state).toBe('DEGRADED');
    expect(await failure(stage.client.send({ path: ['x'] }, { endsAt: stage.clock.now() }))).toMatchObject({
      code: 'VENDOR_TIMEOUT',
      message: 'There was no time left to ask Hi Energy.',
    });
    expect(stage.api()).toBe(3);
  });

  it('counts a body that trickles in to the same limit', async () => {
    await using stage = await startStage(() => (response) => response.writeHead(200).write('{"a":'), {
      limits: { timeoutMs: 500 },
    });

    expect(await failure(drive(stage.clock, stage.client.send({ path: ['x'] })))).toMatchObject({
      code: 'VENDOR_TIMEOUT',
    });
    expect(stage.calls[0]).toMatchObject({ outcome: 'timeout', durationMs: 500 });
  });

  it('ends a whole call within three limits, waits and retries included', async () => {
    await using stage = await startStage(() => 'hang', { limits: { timeoutMs: 400, maxConcurrent: 1 } });
    const startedAt = stage.clock.now();

    const errors = await drive(
      stage.clock,
      Promise.all(Array.from({ length: 5 }, () => failure(stage.client.send({ path: ['x'] })))),
    );

    expect(stage.clock.now() - startedAt).toBeLessThanOrEqual(3 * 400 + 20);
    expect(errors.map(({ code }) => code)).toEqual([
      ...Array(3).fill('VENDOR_TIMEOUT'),
      ...Array(2).fill('VENDOR_RATE_LIMITED'),
    ]);
  });
});

describe('toVendorError', () => {
  it.each([
    [400, 'VENDOR_BAD_RESPONSE'],
    [401, 'VENDOR_UNAUTHENTICATED'],
    [403, 'VENDOR_FORBIDDEN'],
    [404, 'EXPORT_NOT_FOUND'],
    [408, 'VENDOR_TIMEOUT'],
    [410, 'EXPORT_NOT_FOUND'],
    [418, 'VENDOR_BAD_RESPONSE'],
    [422, 'VENDOR_BAD_RESPONSE'],
    [301, 'VENDOR_BAD_RESPONSE'],
    [204, 'VENDOR_BAD_RESPONSE'],
    [501, 'VENDOR_UNAVAILABLE'],
  ])('reads %i as %s', async (status, code) => {
    await using stage = await startStage(() => ({ status }));

    const error = stage.client.toVendorError(
      await stage.client.send({ path: ['x'] }),
      'the status of an export',
    );

    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code, httpStatus: status, vendor: 'hi-energy', account: 'hi' });
    expect(error.message).toBe(`Hi Energy answered ${status} when asked for the status of an export.`);
  });

  it('keeps the vendor’s own code where it is a short word', async () => {
    await using stage = await startStage(() => ({ status: 404, body: { code: 'NOT_FOUND' } }));

    const error = stage.client.toVendorError(await stage.client.send({ path: ['x'] }), 'an export');

    expect(error).toMatchObject({
      vendorCode: 'NOT_FOUND',
      message: 'Hi Energy answered 404 (NOT_FOUND) when asked for an export.',
    });
  });

  it('says a status once that the vendor repeats as its own code', async () => {
    await using stage = await startStage(() => ({ status: 404, body: { code: '404' } }));

    const error = stage.client.toVendorError(await stage.client.send({ path: ['x'] }), 'an export');

    expect(error).toMatchObject({
      vendorCode: '404',
      message: 'Hi Energy answered 404 when asked for an export.',
    });
  });

  it.each(['', 'The key api-key-31415926 is wrong', 'x'.repeat(65), 5, null, {}])(
    'leaves %j out as a code',
    async (code) => {
      await using stage = await startStage(() => ({ status: 404, body: { code } }));

      const error = stage.client.toVendorError(await stage.client.send({ path: ['x'] }), 'an export');

      expect(error.vendorCode).toBeUndefined();
      expect(error.message).toBe('Hi Energy answered 404 when asked for an export.');
    },
  );

  it('names the field that could not be read', async () => {
    await using stage = await startStage(() => GOOD);

    const error = stage.client.toBadResponse(
      await stage.client.send({ path: ['x'] }),
      'an export',
      '"status" is missing',
    );

    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', httpStatus: 200 });
    expect(error.message).toContain('"status" is missing');
    expect(stage.client.health()).toEqual({
      state: 'DEGRADED',
      throttledUntil: null,
      lastError: 'VENDOR_BAD_RESPONSE',
    });
  });
});

describe('what is logged', () => {
  it('names the call and how it failed, and neither host, path nor secret', async () => {
    await using stage = await startStage((request) =>
      request.url.includes('gone') ? { status: 401 } : 'reset',
    );

    await drive(stage.clock, failure(stage.client.send({ path: ['secret-id'], query: { a: 'b' } })));
    await stage.client.send({ path: ['gone'] });

    expect(stage.log.lines.map(({ level }) => level)).toEqual(['warn', 'warn', 'warn', 'warn']);
    expect(stage.log.lines[1]?.fields).toMatchObject({
      account: 'hi',
      vendor: 'hi-energy',
      purpose: 'api',
      outcome: 'connection',
      attempt: 2,
      durationMs: 0,
    });
    expect(JSON.stringify(stage.log.lines)).not.toMatch(/127\.0\.0\.1|secret-id|api-key|a=b/);
  });

  it('belongs to the request that made the call, whoever opened the connection', async () => {
    const log = createRecordingLog();
    await using stage = await startStage(
      (request) => ({ status: request.url.endsWith('good') ? 200 : 503 }),
      {
        limits: { maxConcurrent: 1 },
        settings: { tools: createTestTools({ log }) },
      },
    );
    const send = (requestId: string, name: string) =>
      stage.client.send(
        { method: 'POST', path: [name] },
        { scope: { requestId, tenant: null, caller: null } },
      );

    await send('r1', 'good');
    await Promise.all([send('r2', 'bad'), send('r3', 'good'), send('r4', 'bad')]);
    await stage.client.send({ method: 'POST', path: ['bad'] });

    expect(log.lines.map(({ fields }) => fields.requestId)).toEqual(['r2', 'r4', undefined]);
  });

  it('is nothing for an export that is not there', async () => {
    await using stage = await startStage(() => ({ status: 404 }));

    await stage.client.send({ path: ['x'] });

    expect(stage.log.lines).toEqual([]);
  });
});
