import { describe, expect, it } from 'vitest';
import type { FakeReply } from '../support/fake-vendor.ts';
import { settle } from '../support/manual-clock.ts';
import { clientCredentials, failure, type Stage, startStage, TOKEN_PATH, until } from './support.ts';

const GOOD: FakeReply = { body: { status: 'done' } };
const REASON = new DOMException('The reader left.', 'AbortError');

/** Starts a call, lets it get somewhere, aborts it, and gives what it rejected with. */
async function abortOnce(stage: Stage, isThere: () => boolean): Promise<unknown> {
  const controller = new AbortController();
  const call = failure(stage.client.send({ path: ['left'] }, { signal: controller.signal }));
  await until(isThere);
  await settle();
  controller.abort(REASON);
  return call;
}

describe('a caller who leaves', () => {
  it('before the start sends nothing', async () => {
    await using stage = await startStage(() => GOOD);

    expect(await abortOnce(stage, () => true).then(() => stage.client.health().state)).toBe('HEALTHY');
    await expect(stage.client.send({ path: ['x'] }, { signal: AbortSignal.abort(REASON) })).rejects.toBe(
      REASON,
    );
    expect(stage.arrivals.every(({ request }) => !request.url.endsWith('/x'))).toBe(true);
  });

  it('while the vendor is silent ends the vendor’s call and frees its place', async () => {
    await using stage = await startStage(() => 'hang', { limits: { maxConcurrent: 1 } });

    expect(await abortOnce(stage, () => stage.api() === 1)).toBe(REASON);
    await until(() => stage.vendor.aborted.count === 1);

    stage.vendor.answer(() => GOOD);
    expect((await stage.client.send({ path: ['next'] })).status).toBe(200);
    expect(stage.calls.map(({ outcome }) => outcome)).toEqual(['aborted', 200]);
    expect(stage.log.lines).toEqual([]);
  });

  it('while the body is coming ends the vendor’s call', async () => {
    let isUnderWay = false;
    await using stage = await startStage(() => (response) => {
      response.writeHead(200).write('{"a":');
      isUnderWay = true;
    });

    expect(await abortOnce(stage, () => isUnderWay)).toBe(REASON);
    await until(() => stage.vendor.aborted.count === 1);
  });

  it('while waiting for a place leaves the queue', async () => {
    await using stage = await startStage(() => 'hang', { limits: { maxConcurrent: 1 } });
    const first = new AbortController();
    const holding = failure(stage.client.send({ path: ['holding'] }, { signal: first.signal }));
    await until(() => stage.api() === 1);

    expect(await abortOnce(stage, () => true)).toBe(REASON);
    first.abort(REASON);
    await holding;
    stage.vendor.answer(() => GOOD);
    await stage.client.send({ path: ['next'] });

    expect(stage.vendor.requests.map(({ url }) => url.split('/').at(-1))).toEqual(['holding', 'next']);
  });

  it('while waiting for the rate leaves the queue, and its place goes to the next', async () => {
    await using stage = await startStage(() => GOOD, { limits: { requestsPerSecond: 1 } });
    await stage.client.send({ path: ['first'] });

    expect(await abortOnce(stage, () => true)).toBe(REASON);
    const next = stage.client.send({ path: ['next'] });
    await stage.clock.advance(1_005);

    expect((await next).status).toBe(200);
    expect(stage.vendor.requests.map(({ url }) => url.split('/').at(-1))).toEqual(['first', 'next']);
  });

  it('while waiting for a retry sends no other', async () => {
    await using stage = await startStage(() => ({ status: 429, headers: { 'retry-after': '2' } }));

    expect(await abortOnce(stage, () => stage.calls.length === 1)).toBe(REASON);
    await stage.clock.advance(10_000);

    expect(stage.api()).toBe(1);
    expect(stage.clock.pending).toBe(0);
  });

  it('while the token is fetched is let go at once', async () => {
    await using stage = await startStage((request) => (request.url === TOKEN_PATH ? 'hang' : GOOD), {
      credential: clientCredentials,
    });

    expect(await abortOnce(stage, () => stage.token() === 1)).toBe(REASON);
    expect(stage.api()).toBe(0);
  });

  it('leaves nothing behind on a signal that a hundred calls share', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): number => warnings.push(warning);
    process.on('warning', note);
    await using stage = await startStage(() => GOOD);
    const { signal } = new AbortController();

    await Promise.all(Array.from({ length: 100 }, () => stage.client.send({ path: ['x'] }, { signal })));
    await settle();
    process.off('warning', note);

    expect(warnings).toEqual([]);
    expect(stage.clock.pending).toBe(0);
  });
});

describe('closing the client', () => {
  it('ends its connections, and calls under way fail', async () => {
    await using stage = await startStage(() => 'hang');
    const call = failure(stage.client.send({ path: ['x'] }));
    await until(() => stage.api() === 1);

    await stage.client.close();

    expect(await call).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    await until(() => stage.vendor.concurrency.now === 0);
  });
});
