import { describe, expect, it } from 'vitest';
import type { FakeReply } from '../support/fake-vendor.ts';
import { settle } from '../support/manual-clock.ts';
import { failure, type Stage, startStage, until } from './support.ts';

const GOOD: FakeReply = { body: { status: 'done' } };
const REFUSED: FakeReply = { status: 401, body: { code: 'BAD_KEY' } };

const CREDENTIALS = [
  ['an API key', { type: 'api-key', apiKey: 'fixed' }],
  ['a bearer token', { type: 'bearer', token: 'fixed' }],
] as const;

/** What twenty calls at once come to, as codes. */
async function askTwenty({ client }: Stage): Promise<readonly (string | number)[]> {
  const calls = Array.from({ length: 20 }, async (_, index) => {
    const response = await client.send({ path: [String(index)] });
    return response.status < 400 ? response.status : client.toVendorError(response, 'an export').code;
  });
  const ends = await Promise.allSettled(calls);
  return ends.map((end) => (end.status === 'fulfilled' ? end.value : end.reason.code));
}

const ALL_REFUSED = Array(20).fill('VENDOR_UNAUTHENTICATED');

describe.each(CREDENTIALS)('%s that is refused', (_name, credential) => {
  const start = (reply: () => FakeReply) => startStage(reply, { credential: () => credential });

  it('costs the vendor three calls in a minute, however many are made', async () => {
    await using stage = await start(() => REFUSED);

    for (let seconds = 0; seconds < 60; seconds += 1) {
      expect(await askTwenty(stage)).toEqual(ALL_REFUSED);
      await stage.clock.advance(1_000);
    }

    expect(stage.api()).toBe(3);
    expect(stage.client.health()).toMatchObject({ state: 'DEGRADED', lastError: 'VENDOR_UNAUTHENTICATED' });
  });

  it('costs no fourth call where it was refused one call at a time', async () => {
    await using stage = await start(() => REFUSED);

    for (let seconds = 0; seconds < 60; seconds += 1) {
      await stage.client.send({ path: ['x'] }).catch(() => undefined);
      await stage.clock.advance(1_000);
    }

    expect(stage.api()).toBe(3);
  });

  it('is told apart from an answer of now, without a secret', async () => {
    await using stage = await start(() => REFUSED);
    await stage.client.send({ path: ['x'] });
    await stage.client.send({ path: ['x'] });

    const error = await failure(stage.client.send({ path: ['x'] }));

    expect(error).toMatchObject({
      code: 'VENDOR_UNAUTHENTICATED',
      httpStatus: 401,
      vendorCode: 'BAD_KEY',
      isRetryable: false,
      message: "Hi Energy has refused this account's credential.",
    });
    expect(stage.api()).toBe(2);
  });

  it('is tried a third time no sooner than five seconds after the first', async () => {
    await using stage = await start(() => REFUSED);
    await stage.client.send({ path: ['x'] });
    await stage.client.send({ path: ['x'] });
    await stage.clock.advance(4_999);
    await askTwenty(stage);
    expect(stage.api()).toBe(2);

    await stage.clock.advance(1);
    await askTwenty(stage);

    expect(stage.api()).toBe(3);
  });

  it('is tried again after a minute, by one call', async () => {
    await using stage = await start(() => REFUSED);
    await askTwenty(stage);
    await stage.clock.advance(59_999);
    expect(await askTwenty(stage)).toEqual(ALL_REFUSED);

    await stage.clock.advance(1);
    expect(await askTwenty(stage)).toEqual(ALL_REFUSED);
    expect(stage.api()).toBe(4);
    await stage.clock.advance(60_000);
    stage.vendor.answer(() => GOOD);

    expect(await askTwenty(stage)).toEqual(Array(20).fill(200));
    expect(stage.client.health().state).toBe('HEALTHY');
  });

  it('once, and then taken, keeps no other call waiting', async () => {
    let calls = 0;
    await using stage = await start(() => {
      calls += 1;
      return calls === 2 ? REFUSED : GOOD;
    });
    await stage.client.send({ path: ['x'] });

    expect((await stage.client.send({ path: ['x'] })).status).toBe(401);

    expect(await askTwenty(stage)).toEqual(Array(20).fill(200));
  });

  it('costs no more than was under way where it was good before', async () => {
    await using stage = await start(() => GOOD);
    await stage.client.send({ path: ['x'] });
    stage.vendor.answer(() => REFUSED);
    await askTwenty(stage);

    for (let count = 0; count < 5; count += 1) await askTwenty(stage);

    expect(stage.vendor.requests).toHaveLength(1 + 20 + 1);
  });
});

describe('a credential that is refused while calls wait for their turn', () => {
  it('costs what is under way and three calls more', async () => {
    await using stage = await startStage(() => GOOD, { limits: { maxConcurrent: 2 } });
    await stage.client.send({ path: ['x'] });
    stage.vendor.answer(() => REFUSED);

    expect(await askTwenty(stage)).toEqual(ALL_REFUSED);

    expect(stage.vendor.requests.length).toBeLessThanOrEqual(1 + 2 + 1);
  });
});

describe('a credential that no answer has shown to be good', () => {
  it('is tried by three calls, and the others go when one of them has its answer', async () => {
    const releases: (() => void)[] = [];
    await using stage = await startStage(() => (response) => {
      releases.push(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
    });

    const asking = askTwenty(stage);
    await until(() => stage.api() === 3);
    await settle();
    expect(stage.api()).toBe(3);
    releases.splice(1, 1)[0]?.();
    await until(() => stage.api() === 20);
    for (const release of releases) release();

    expect(await asking).toEqual(Array(20).fill(200));
  });

  it('is tried by the next call where the first ones leave', async () => {
    await using stage = await startStage(() => 'hang');
    const controller = new AbortController();
    const { signal } = controller;
    const leaving = Array.from({ length: 3 }, () => failure(stage.client.send({ path: ['x'] }, { signal })));
    const staying = askTwenty(stage);
    await until(() => stage.api() === 3);

    stage.vendor.answer(() => REFUSED);
    controller.abort();
    await Promise.all(leaving);

    expect(await staying).toEqual(ALL_REFUSED);
    expect(stage.vendor.requests).toHaveLength(3 + 3);
  });

  it('holds nobody up where the vendor does not answer', async () => {
    await using stage = await startStage(() => 'hang', { limits: { timeoutMs: 500 } });
    const first = failure(stage.client.send({ path: ['x'] }));
    const others = askTwenty(stage);
    await until(() => stage.api() === 1);

    await stage.clock.advance(500);
    await first;
    await until(() => stage.api() === 21);
    await stage.clock.advance(500);

    expect(await others).toEqual(Array(20).fill('VENDOR_TIMEOUT'));
  });
});
