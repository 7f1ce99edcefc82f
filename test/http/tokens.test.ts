import { describe, expect, it } from 'vitest';
import type { FakeReply, ReceivedRequest } from '../support/fake-vendor.ts';
import {
  CLIENT_SECRET,
  clientCredentials,
  drive,
  failure,
  type Stage,
  type StageOptions,
  startStage,
  TOKEN_PATH,
  until,
} from './support.ts';

const GOOD: FakeReply = { body: { status: 'done' } };

interface TokenStage {
  /** What the token endpoint answers; by default tokens named t1, t2, … for ten minutes. */
  readonly onToken?: (count: number, request: ReceivedRequest) => FakeReply;
  readonly onApi?: (token: string, count: number) => FakeReply;
  readonly options?: StageOptions;
}

async function startTokenStage({ onToken, onApi, options }: TokenStage): Promise<Stage> {
  const counts = { token: 0, api: 0 };
  return startStage(
    (request) => {
      if (request.url === TOKEN_PATH) {
        counts.token += 1;
        return (
          onToken?.(counts.token, request) ?? { body: { access_token: `t${counts.token}`, expires_in: 600 } }
        );
      }
      counts.api += 1;
      return onApi?.(request.headers.authorization?.replace('Bearer ', '') ?? '', counts.api) ?? GOOD;
    },
    { credential: clientCredentials, ...options },
  );
}

describe('an access token', () => {
  it('is asked for with a form, and carried by the call', async () => {
    await using stage = await startTokenStage({});

    await stage.client.send({ path: ['x'] });

    const [token, api] = stage.vendor.requests;
    expect(token).toMatchObject({ method: 'POST', url: TOKEN_PATH });
    expect(token?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(token?.body).toContain(`client_secret=${CLIENT_SECRET}`);
    expect(api?.headers.authorization).toBe('Bearer t1');
    expect(stage.calls.map(({ purpose, outcome }) => [purpose, outcome])).toEqual([
      ['token', 200],
      ['api', 200],
    ]);
  });

  it('is fetched once for fifty callers', async () => {
    await using stage = await startTokenStage({});

    await Promise.all(Array.from({ length: 50 }, () => stage.client.send({ path: ['x'] })));

    expect(stage.token()).toBe(1);
    expect(stage.api()).toBe(50);
  });

  it('is renewed a minute before it expires', async () => {
    await using stage = await startTokenStage({});
    await stage.client.send({ path: ['x'] });

    await stage.clock.advance(539_999);
    await stage.client.send({ path: ['x'] });
    expect(stage.token()).toBe(1);
    await stage.clock.advance(1);
    await stage.client.send({ path: ['x'] });

    expect(stage.token()).toBe(2);
    expect(stage.vendor.requests.at(-1)?.headers.authorization).toBe('Bearer t2');
  });

  it('is never renewed before half its life', async () => {
    await using stage = await startTokenStage({
      onToken: (count) => ({ body: { access_token: `t${count}`, expires_in: '40' } }),
    });
    await stage.client.send({ path: ['x'] });

    await stage.clock.advance(19_999);
    await stage.client.send({ path: ['x'] });
    expect(stage.token()).toBe(1);
    await stage.clock.advance(1);
    await stage.client.send({ path: ['x'] });

    expect(stage.token()).toBe(2);
  });

  it.each([undefined, null, 'soon', '', 0, -5, {}])(
    'lives for five minutes where expires_in is %j',
    async (expiresIn) => {
      await using stage = await startTokenStage({
        onToken: (count) => ({ body: { access_token: `t${count}`, expires_in: expiresIn } }),
      });
      await stage.client.send({ path: ['x'] });
      await stage.clock.advance(239_999);
      await stage.client.send({ path: ['x'] });
      expect(stage.token()).toBe(1);
      await stage.clock.advance(1);
      await stage.client.send({ path: ['x'] });

      expect(stage.token()).toBe(2);
    },
  );

  it('is used on where its renewal fails and it is still good', async () => {
    await using stage = await startTokenStage({
      onToken: (count) => (count === 1 ? { body: { access_token: 't1', expires_in: 600 } } : { status: 503 }),
    });
    await stage.client.send({ path: ['x'] });
    await stage.clock.advance(545_000);

    await stage.client.send({ path: ['x'] });
    await stage.client.send({ path: ['x'] });

    expect(stage.token()).toBe(2);
    expect(stage.api()).toBe(3);
    await stage.clock.advance(60_000);
    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  it('is replaced when the vendor calls it expired, and the call repeated once', async () => {
    await using stage = await startTokenStage({
      onApi: (token) => (token === 't1' ? { status: 401 } : GOOD),
    });

    expect((await stage.client.send({ path: ['x'] })).status).toBe(200);

    expect([stage.token(), stage.api()]).toEqual([2, 2]);
  });

  it('is replaced once for fifty callers who were all refused', async () => {
    await using stage = await startTokenStage({
      onApi: (token) => (token === 't1' ? { status: 401 } : GOOD),
    });

    const answers = await Promise.all(Array.from({ length: 50 }, () => stage.client.send({ path: ['x'] })));

    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(stage.token()).toBe(2);
  });

  it('that is refused for good makes no loop, and no stream of token requests', async () => {
    await using stage = await startTokenStage({ onApi: () => ({ status: 401 }) });

    const answer = await stage.client.send({ path: ['x'] });
    expect(stage.client.toVendorError(answer, 'an export')).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED' });
    expect([stage.token(), stage.api()]).toEqual([2, 2]);

    for (let count = 0; count < 10; count += 1) await stage.client.send({ path: ['x'] });
    expect([stage.token(), stage.api()]).toEqual([2, 12]);
    expect(stage.client.health()).toMatchObject({ state: 'DEGRADED', lastError: 'VENDOR_UNAUTHENTICATED' });
  });

  it('that was refused for good is replaced again a while later', async () => {
    await using stage = await startTokenStage({
      onApi: (token) => (token === 't3' ? GOOD : { status: 401 }),
    });
    await stage.client.send({ path: ['x'] });

    await stage.clock.advance(10_000);

    expect((await stage.client.send({ path: ['x'] })).status).toBe(200);
  });

  it('does not make a fixed bearer be renewed', async () => {
    await using stage = await startStage(() => ({ status: 401 }), {
      credential: () => ({ type: 'bearer', token: 'fixed' }),
    });

    expect((await stage.client.send({ path: ['x'] })).status).toBe(401);
    expect(stage.api()).toBe(1);
    expect(stage.vendor.requests[0]?.headers.authorization).toBe('Bearer fixed');
  });
});

describe('a token endpoint that gives none', () => {
  it.each([
    [401, { error: 'invalid_client', error_description: 'AADSTS7000215 tenant-7' }, 'invalid_client'],
    [400, { error: 'unauthorized_client' }, 'unauthorized_client'],
    [400, { error: 'invalid_grant' }, 'invalid_grant'],
    [400, { error: 'invalid_scope' }, 'invalid_scope'],
    [400, { error: 'invalid_request' }, 'invalid_request'],
    [401, { error: 'The secret is wrong' }, undefined],
    [401, {}, undefined],
    [403, {}, undefined],
  ])('is VENDOR_UNAUTHENTICATED on %i with %j', async (status, body, vendorCode) => {
    await using stage = await startTokenStage({ onToken: () => ({ status, body }) });

    const error = await failure(stage.client.send({ path: ['x'] }));

    expect(error).toMatchObject({
      code: 'VENDOR_UNAUTHENTICATED',
      httpStatus: status,
      vendorCode,
      isRetryable: false,
    });
    expect(`${error.message}${JSON.stringify(stage.log.lines)}`).not.toMatch(/tenant-7|secret|127\.0\.0\.1/);
    expect(stage.api()).toBe(0);
  });

  it('is asked once for a hundred callers, and again after ten seconds', async () => {
    await using stage = await startTokenStage({
      onToken: () => ({ status: 401, body: { error: 'invalid_client' } }),
    });
    for (let count = 0; count < 100; count += 1) await failure(stage.client.send({ path: ['x'] }));
    expect(stage.token()).toBe(1);

    await stage.clock.advance(10_000);
    await failure(stage.client.send({ path: ['x'] }));

    expect(stage.token()).toBe(2);
  });

  it.each([
    [400, { error: 'temporarily_unavailable' }],
    [503, '<html>'],
    [500, ''],
  ])('is VENDOR_UNAVAILABLE on %i with %j', async (status, body) => {
    await using stage = await startTokenStage({ onToken: () => ({ status, body }) });

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect([stage.token(), stage.api()]).toEqual([1, 0]);
  });

  it('closes the whole account for as long as it asks', async () => {
    await using stage = await startTokenStage({
      onToken: () => ({ status: 429, headers: { 'retry-after': '30' } }),
    });

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      retryAfterMs: 30_000,
    });
    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    expect([stage.token(), stage.api()]).toEqual([1, 0]);
  });

  it('is not asked either while the API has asked to wait', async () => {
    await using stage = await startTokenStage({
      onApi: () => ({ status: 429, headers: { 'retry-after': '3000' } }),
    });
    await stage.client.send({ path: ['x'] });
    await stage.clock.advance(590_000);

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    expect(stage.token()).toBe(1);
  });

  it.each([
    ['an HTML page', '<html>'],
    ['null', 'null'],
    ['no token', {}],
    ['an empty token', { access_token: '' }],
    ['a number', { access_token: 5 }],
    ['a token with a line break', { access_token: 'a\r\nx-evil: 1' }],
    ['a token with a letter no header carries', { access_token: 'ключ' }],
    ['a token of 20 kB', { access_token: 'x'.repeat(20_000) }],
  ])('is VENDOR_BAD_RESPONSE on %s', async (_what, body) => {
    await using stage = await startTokenStage({ onToken: () => ({ body }) });

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
    expect(stage.api()).toBe(0);
  });

  it.each([302, 404, 400])('is VENDOR_BAD_RESPONSE on a %i without OAuth’s word', async (status) => {
    await using stage = await startTokenStage({
      onToken: () => ({ status, headers: { location: '/elsewhere' }, body: '' }),
    });

    expect(await failure(stage.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
    expect(stage.vendor.requests).toHaveLength(1);
  });

  it('is VENDOR_TIMEOUT where it is silent, and VENDOR_UNAVAILABLE where it breaks', async () => {
    await using silent = await startTokenStage({
      onToken: () => 'hang',
      options: { limits: { timeoutMs: 300 } },
    });
    await using broken = await startTokenStage({ onToken: () => 'reset' });

    expect(await failure(drive(silent.clock, silent.client.send({ path: ['x'] })))).toMatchObject({
      code: 'VENDOR_TIMEOUT',
    });
    expect(await failure(broken.client.send({ path: ['x'] }))).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });
});

describe('callers who leave while a token is fetched', () => {
  it('do not take it from the others', async () => {
    let release: () => void = () => undefined;
    await using stage = await startTokenStage({
      onToken: () => (response) => {
        release = () => response.writeHead(200).end('{"access_token":"t1","expires_in":600}');
      },
    });
    const controller = new AbortController();
    const leaving = failure(stage.client.send({ path: ['x'] }, { signal: controller.signal }));
    const staying = stage.client.send({ path: ['x'] });
    await until(() => stage.token() === 1);

    controller.abort();
    expect(await leaving).toMatchObject({ name: 'AbortError' });
    release();

    expect((await staying).status).toBe(200);
    expect(stage.token()).toBe(1);
  });

  it('end it when they were the last, and the next caller starts anew', async () => {
    let isSilent = true;
    await using stage = await startTokenStage({
      onToken: () => (isSilent ? 'hang' : { body: { access_token: 't', expires_in: 60 } }),
    });
    const controller = new AbortController();
    const leaving = failure(stage.client.send({ path: ['x'] }, { signal: controller.signal }));
    await until(() => stage.token() === 1);

    controller.abort();
    await leaving;
    await until(() => stage.vendor.aborted.count === 1);
    isSilent = false;

    expect((await stage.client.send({ path: ['x'] })).status).toBe(200);
  });
});
