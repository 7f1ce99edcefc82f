import { describe, expect, it } from 'vitest';
import type { FakeReply } from '../support/fake-vendor.ts';
import { drive, failure, startStage } from './support.ts';

describe('an account’s health', () => {
  it.each<[string, FakeReply, string]>([
    ['a 500', { status: 500 }, 'VENDOR_UNAVAILABLE'],
    ['a 401', { status: 401 }, 'VENDOR_UNAUTHENTICATED'],
    ['a broken connection', 'reset', 'VENDOR_UNAVAILABLE'],
    ['silence', 'hang', 'VENDOR_TIMEOUT'],
    ['a broken body', { headers: { 'content-encoding': 'gzip' }, body: 'x' }, 'VENDOR_BAD_RESPONSE'],
  ])('is DEGRADED after %s, and HEALTHY again after a good answer', async (_what, trouble, lastError) => {
    // The thread pool that decompresses needs real time, while the clock runs.
    const timeoutMs = trouble === 'hang' ? 300 : 120_000;
    await using stage = await startStage(() => trouble, { limits: { timeoutMs } });
    expect(stage.client.health()).toEqual({ state: 'HEALTHY', throttledUntil: null, lastError: null });

    await drive(stage.clock, failure(stage.client.send({ path: ['x'] })));
    expect(stage.client.health()).toEqual({ state: 'DEGRADED', throttledUntil: null, lastError });

    stage.vendor.answer(() => ({ body: {} }));
    await stage.client.send({ path: ['x'] });
    expect(stage.client.health()).toEqual({ state: 'HEALTHY', throttledUntil: null, lastError: null });
  });

  it.each([200, 303, 403, 404, 410])(
    'is HEALTHY after a %i, which is about one export only',
    async (status) => {
      await using stage = await startStage(() => ({ status, body: {} }));

      await stage.client.send({ path: ['x'] });

      expect(stage.client.health().state).toBe('HEALTHY');
    },
  );
});
