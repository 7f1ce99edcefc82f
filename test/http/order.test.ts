import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { StartError, VendorError } from '../../src/export/errors.ts';
import { sleep } from '../../src/runtime/clock.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { sendOrder } from './order-support.ts';
import {
  API_KEY,
  CLIENT_SECRET,
  clientCredentials,
  drive,
  failure,
  type Stage,
  startStage,
  TOKEN_PATH,
  until,
} from './support.ts';

const GOOD = { status: 202, body: { id: 'job-1' } };
const UNKNOWN = { code: 'START_OUTCOME_UNKNOWN', isRetryable: false };

const order = (stage: Stage) => sendOrder(stage.client);
const fail = (stage: Stage) => failure(drive(stage.clock, order(stage)));

describe('an order', () => {
  it('is sent as JSON with the credential, and what it began is read', async () => {
    await using stage = await startStage(() => GOOD);

    expect(await order(stage)).toBe('job-1');

    const [{ request } = { request: undefined }] = stage.arrivals;
    expect(request).toMatchObject({ method: 'POST', url: '/api/v1/jobs', body: '{"type":"weekly"}' });
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'x-api-key': API_KEY });
    expect(stage.calls).toMatchObject([{ purpose: 'api', outcome: 202 }]);
    expect(stage.client.health()).toMatchObject({ state: 'HEALTHY', lastError: null });
  });

  it('may have no body', async () => {
    await using stage = await startStage(() => ({ status: 204 }));

    const status = await stage.client.order(
      { method: 'POST', path: ['jobs', '1'], query: { now: 1 } },
      undefined,
      'an export',
      (response) => response.status,
    );

    expect(status).toBe(204);
    const [{ request } = { request: undefined }] = stage.arrivals;
    expect(request).toMatchObject({ url: '/api/v1/jobs/1?now=1', body: '' });
    expect(request?.headers).toMatchObject({ 'content-length': '0' });
    expect(request?.headers['content-type']).toBeUndefined();
  });

  it.each([500, 502, 503, 504, 300, 301, 302, 304, 307, 308, 408])(
    'may have been carried out where the answer is %i, and is sent once',
    async (status) => {
      await using elsewhere = await startFakeVendor(() => GOOD);
      await using stage = await startStage(() => ({
        status,
        headers: { location: `${elsewhere.url}/jobs`, 'retry-after': '1' },
        ...(status === 304 ? {} : { body: { id: 'job-1', code: 'BUSY' } }),
      }));

      const error = await fail(stage);

      expect(error).toBeInstanceOf(StartError);
      expect(error).toMatchObject({ ...UNKNOWN, httpStatus: status, vendor: 'hi-energy', account: 'hi' });
      expect(error.message).toMatch(/Look at Hi Energy before ordering anew\..*same idempotency key/);
      expect(stage.api()).toBe(1);
      expect(elsewhere.requests).toEqual([]);
    },
  );

  it.each([
    ['without an id', { body: {} }],
    ['that is no JSON', { body: '<html>Welcome</html>' }],
    ['over the bound', { body: 'x'.repeat(6_000_000) }],
    ['in a broken compression', { headers: { 'content-encoding': 'gzip' }, body: '{"id":"job-1"}' }],
  ])('may have been carried out where a good answer comes %s, and is sent once', async (_what, reply) => {
    await using stage = await startStage(() => ({ status: 202, ...reply }));

    expect(await fail(stage)).toMatchObject(UNKNOWN);

    expect(stage.api()).toBe(1);
    expect(stage.client.health()).toMatchObject({ state: 'DEGRADED', lastError: 'VENDOR_BAD_RESPONSE' });
  });

  it('may have been carried out where a mistake of ours is in the way of a good answer', async () => {
    await using stage = await startStage(() => GOOD);
    const read = (): never => {
      throw new TypeError('job-1 of https://vendor.example');
    };

    const error = await failure(
      stage.client.order({ method: 'POST', path: ['jobs'] }, undefined, 'an export', read),
    );

    expect(error).toMatchObject(UNKNOWN);
    expect([error.message, String(error.cause)].join()).not.toMatch(/job-1|vendor\.example/);
  });

  it('passes on what was thrown at an answer that began nothing', async () => {
    await using stage = await startStage(() => ({ status: 404 }));

    const error = await fail(stage);

    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code: 'EXPORT_NOT_FOUND', httpStatus: 404 });
  });

  it('is not sent again after a 429, and tells how long to wait', async () => {
    await using stage = await startStage(() => ({ status: 429, headers: { 'retry-after': '1' } }));

    const error = await fail(stage);

    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code: 'VENDOR_RATE_LIMITED', httpStatus: 429, retryAfterMs: 1_000 });
    expect(stage.api()).toBe(1);
  });

  it('is not sent again where nobody answers in time, and the vendor’s silence is noted', async () => {
    await using stage = await startStage(() => 'hang', { limits: { timeoutMs: 500 } });
    const startedAt = stage.clock.now();

    const error = await fail(stage);

    expect(error).toMatchObject({ ...UNKNOWN, httpStatus: undefined });
    expect(error.message).toContain('did not answer within 500 ms');
    expect(stage.clock.now() - startedAt).toBeLessThanOrEqual(520);
    expect(stage.api()).toBe(1);
    expect(stage.calls.map(({ outcome }) => outcome)).toEqual(['timeout']);
    expect(stage.client.health()).toMatchObject({ lastError: 'VENDOR_TIMEOUT' });
    expect(stage.log.lines).toMatchObject([{ level: 'warn', message: 'vendor call failed' }]);
  });

  it('is not sent again where the connection breaks', async () => {
    await using stage = await startStage(() => 'reset');

    expect(await fail(stage)).toMatchObject(UNKNOWN);

    expect(stage.api()).toBe(1);
    expect(stage.calls.map(({ outcome }) => outcome)).toEqual(['connection']);
  });

  it('may have been carried out where the account is closed before the answer', async () => {
    await using stage = await startStage(() => 'hang');
    const pending = failure(order(stage));
    await until(() => stage.api() === 1);

    await stage.client.close();

    expect(await pending).toMatchObject(UNKNOWN);
  });

  it('does not mind a signal: whoever leaves would make its answer a lost one', async () => {
    const controller = new AbortController();
    await using stage = await startStage(() => {
      controller.abort();
      return GOOD;
    });

    expect(await sendOrder(stage.client, { signal: controller.signal })).toBe('job-1');
  });

  it('has the whole time of one request for its answer, however long it had waited for its turn', async () => {
    await using stage = await startStage(
      async ({ method }) => {
        if (method === 'GET') return { status: 429, headers: { 'retry-after': '1' } };
        await sleep(stage.clock, 350);
        return GOOD;
      },
      { limits: { timeoutMs: 400 } },
    );
    const beganAt = stage.clock.now();
    await failure(stage.client.send({ path: ['x'] }, { endsAt: beganAt + 1 }));

    expect(await drive(stage.clock, order(stage), 5)).toBe('job-1');
    // A call with its waits is given three times 400 ms.
    expect(stage.clock.now() - beganAt).toBeGreaterThan(1_200);
  });
});

describe('an order that was never sent', () => {
  it.each([
    ['nobody listens', 'http', 'VENDOR_UNAVAILABLE'],
    ['the name is not known', 'name', 'VENDOR_UNAVAILABLE'],
    ['the other side speaks no TLS', 'tls', 'VENDOR_UNAVAILABLE'],
  ] as const)('fails as a read does where %s', async (_what, kind, code) => {
    await using plain = await startFakeVendor(() => GOOD);
    const gone = await startFakeVendor(() => GOOD);
    await gone[Symbol.asyncDispose]();
    const urls = {
      http: gone.url,
      // No resolver is asked about a label of more than 63 characters.
      name: `http://${'a'.repeat(64)}.invalid`,
      tls: plain.url.replace('http:', 'https:'),
    };
    await using stage = await startStage(() => GOOD, { settings: { baseUrl: urls[kind] } });

    const error = await failure(order(stage));

    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code, isRetryable: true });
    expect(stage.calls.map(({ outcome }) => outcome)).toEqual(['connection']);
    expect(plain.requests).toEqual([]);
  });

  it('fails as a read does where no connection comes about in time, and is not sent later', async () => {
    const received: Buffer[] = [];
    const silent = createServer((socket) => {
      socket.on('data', (piece) => received.push(piece));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { readonly port: number };
    await using stage = await startStage(() => GOOD, {
      settings: { baseUrl: `https://127.0.0.1:${port}` },
      limits: { timeoutMs: 500 },
    });

    const pending = fail(stage);
    await until(() => received.length > 0);

    expect(await pending).toMatchObject({ code: 'VENDOR_TIMEOUT', isRetryable: true });
    expect(Buffer.concat(received).toString('latin1')).not.toContain('weekly');
    await stage.client.close();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('fails as a read does while the vendor has asked to wait', async () => {
    await using stage = await startStage(({ method }) =>
      method === 'GET' ? { status: 429, headers: { 'retry-after': '30' } } : GOOD,
    );
    await stage.client.send({ path: ['x'] });

    expect(await fail(stage)).toMatchObject({ code: 'VENDOR_RATE_LIMITED', retryAfterMs: 30_000 });
    expect(stage.arrivals.map(({ request }) => request.method)).toEqual(['GET']);
  });

  it('fails as a read does while the breaker is open', async () => {
    await using stage = await startStage(({ method }) => (method === 'GET' ? { status: 503 } : GOOD));
    for (let count = 0; count < 5; count += 1)
      await drive(stage.clock, stage.client.send({ path: ['x'] }), 500).catch(() => undefined);

    expect(await failure(order(stage))).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect(stage.arrivals.every(({ request }) => request.method === 'GET')).toBe(true);
  });

  it('fails as a read does where its turn never comes, and is not sent later', async () => {
    const release: (() => void)[] = [];
    await using stage = await startStage(
      async ({ method }) => {
        if (method === 'GET') await new Promise<void>((resolve) => release.push(resolve));
        return GOOD;
      },
      { limits: { maxConcurrent: 1, timeoutMs: 1_000 } },
    );
    const ahead = Array.from({ length: 5 }, () => failure(stage.client.send({ path: ['x'] })));

    expect(await fail(stage)).toMatchObject({ code: 'VENDOR_RATE_LIMITED' });

    for (const resolve of release) resolve();
    await drive(stage.clock, Promise.all(ahead));
    expect(stage.arrivals.every(({ request }) => request.method === 'GET')).toBe(true);
  });

  it('fails as a read does where the account is closed', async () => {
    await using stage = await startStage(() => GOOD);
    await stage.client.close();

    expect(await fail(stage)).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect(stage.api()).toBe(0);
  });

  it('fails as a read does where there is no token to be had', async () => {
    await using stage = await startStage(
      ({ url }) => (url === TOKEN_PATH ? { status: 401, body: { error: 'invalid_client' } } : GOOD),
      { credential: clientCredentials },
    );

    expect(await fail(stage)).toMatchObject({
      code: 'VENDOR_UNAUTHENTICATED',
      vendorCode: 'invalid_client',
    });
    expect(stage.api()).toBe(0);
  });
});

describe('an order whose token has expired', () => {
  /** A vendor that refuses the first so many tokens, and then does what it is told. */
  function startExpiring(expired: number, then: Parameters<typeof startStage>[0]) {
    let tokens = 0;
    return startStage(
      (request) => {
        if (request.url === TOKEN_PATH) {
          tokens += 1;
          return { body: { access_token: `token-${tokens}-of-many`, expires_in: 3_600 } };
        }
        const used = Number(/token-(\d+)/.exec(request.headers.authorization ?? '')?.[1]);
        return used <= expired ? { status: 401, body: { code: 'EXPIRED' } } : then(request);
      },
      { credential: clientCredentials },
    );
  }

  it('is sent once more with a new one', async () => {
    await using stage = await startExpiring(1, () => GOOD);

    expect(await drive(stage.clock, order(stage))).toBe('job-1');
    expect([stage.api(), stage.token()]).toEqual([2, 2]);
  });

  it('is not sent a third time', async () => {
    await using stage = await startExpiring(9, () => GOOD);

    expect(await fail(stage)).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED', vendorCode: 'EXPIRED' });
    expect(stage.api()).toBe(2);
  });

  it.each(['reset', 'hang'] as const)(
    'may have been carried out where the second try ends in a %s',
    async (end) => {
      await using stage = await startExpiring(1, () => end);

      expect(await fail(stage)).toMatchObject(UNKNOWN);
      expect(stage.api()).toBe(2);
    },
  );

  it('has not been carried out where there is no new token', async () => {
    let tokens = 0;
    await using stage = await startStage(
      ({ url }) => {
        if (url !== TOKEN_PATH) return { status: 401 };
        tokens += 1;
        return tokens === 1
          ? { body: { access_token: 'token-1-of-one', expires_in: 3_600 } }
          : { status: 400, body: { error: 'unauthorized_client' } };
      },
      { credential: clientCredentials },
    );

    const error = await fail(stage);

    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ vendorCode: 'unauthorized_client' });
    expect(stage.api()).toBe(1);
  });

  it.each([401, 403])('is not sent again with a credential that is as it is, after a %i', async (status) => {
    await using stage = await startStage(() => ({ status }), {
      rules: { isTokenExpired: () => true },
      credential: () => ({ type: 'bearer', token: CLIENT_SECRET }),
    });

    expect(await fail(stage)).toMatchObject({
      code: status === 401 ? 'VENDOR_UNAUTHENTICATED' : 'VENDOR_FORBIDDEN',
    });
    expect(stage.api()).toBe(1);
  });
});

describe('a refused order', () => {
  it('is told with the vendor’s code and words', async () => {
    await using stage = await startStage(() => ({
      status: 400,
      body: { code: 'BAD_TYPE', message: 'There is no report <b>weekly</b>.' },
    }));

    const error = await fail(stage);

    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({
      code: 'VENDOR_REJECTED',
      httpStatus: 400,
      vendorCode: 'BAD_TYPE',
      vendorMessage: 'There is no report weekly.',
      isRetryable: false,
    });
    expect(error.message).toBe(
      'Hi Energy refused the order of an export: it answered 400 (BAD_TYPE). Change the order before you send it again.',
    );
    expect(stage.api()).toBe(1);
    expect(stage.client.health()).toMatchObject({ state: 'HEALTHY' });
  });

  it('tells nothing of our own credential, though the vendor does', async () => {
    await using stage = await startStage((request) => ({
      status: 400,
      body: {
        message: `key ${request.headers['x-api-key']} may not; see https://vendor.example/?k=${API_KEY}`,
      },
    }));
    stage.secrets.add(API_KEY);

    expect(await fail(stage)).toMatchObject({ vendorMessage: 'key [secret] may not; see [link]' });
  });
});
