import { describe, expect, it } from 'vitest';
import { StartError } from '../../src/export/errors.ts';
import type { StartedExport, StartOptions, VendorAccount, VendorInfo } from '../../src/export/ports.ts';
import { openStore } from '../../src/store/open.ts';
import { toDigest } from '../../src/tracking/start-input.ts';
import { Starts } from '../../src/tracking/starts.ts';
import type { Tracker } from '../../src/tracking/tracker.ts';
import { createTestTools } from '../support/tools.ts';

const ORDER = { template: 't-1' };
const SCOPE = { requestId: null, tenant: 'acme', caller: null };
const STARTED = { snapshot: { key: { id: 'x-1' } }, isExisting: false } as unknown as StartedExport;

/** A vendor that answers orders so, one after the other; null is a lost answer. */
async function open(answers: readonly (StartedExport | null)[], more: Partial<VendorAccount> = {}) {
  const tools = createTestTools();
  const store = await openStore({ kind: 'memory' }, tools);
  const sent: (string | undefined)[] = [];
  const account = {
    ...{ key: 'acme', vendor: 'acme-reports', tenant: 'acme', knowsOrders: true },
    async start(_order: unknown, { orderKey }: StartOptions = {}) {
      const answer = answers[sent.length];
      sent.push(orderKey);
      if (answer) return answer;
      throw new StartError({
        ...{ code: 'START_OUTCOME_UNKNOWN', message: 'Lost.', account: 'acme' },
        vendor: 'acme-reports',
      });
    },
    ...more,
  } as unknown as VendorAccount;
  const starts = new Starts({
    ...{ store, tools, maxOpen: () => 10, orderTakesMs: () => 0, callbackUrlFor: () => undefined },
    tracker: { track: async () => undefined, find: async () => new Map() } as unknown as Tracker,
    isCallers: () => false,
    read: async () => Promise.reject(new Error('not part of this test')),
  });
  const vendor = { name: 'Acme' } as VendorInfo;
  const ask = (idempotencyKey: string | null) =>
    starts
      .start({ account, vendor, order: ORDER, idempotencyKey, label: null, scope: SCOPE })
      .catch((error: unknown) => error);
  return { account, store, sent, ask };
}

describe('an order that its vendor knows by a key', () => {
  it('may be sent again under the caller’s key, with the same one for the vendor', async () => {
    const { sent, ask } = await open([null, STARTED]);

    const [lost, found] = [await ask('november'), await ask('november')];

    expect(lost).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', isRetryable: true });
    expect((lost as Error).message).toContain('the vendor knows the order by it');
    expect(found).toEqual(STARTED);
    expect(sent).toEqual([sent[0], sent[0]]);
    expect(sent[0]).not.toContain('november');
  });

  it('is sent again at once where the gateway ended before its answer came', async () => {
    const { account, store, sent, ask } = await open([STARTED]);
    const now = Date.now();
    const key = { tenant: 'acme', key: 'november', digest: toDigest(account, ORDER), sentAt: now };
    await store.takeKey(
      { ...key, status: 'sending', mark: null, started: null, expiresAt: now + 60_000 },
      now,
    );

    expect(await ask('november')).toEqual(STARTED);
    expect(sent).toHaveLength(1);
  });

  it('has a new key each time where the caller gives none, and is told to be looked for', async () => {
    const { sent, ask } = await open([null, null]);

    const lost = [await ask(null), await ask(null)];

    expect(lost).toMatchObject([{ isRetryable: false }, { isRetryable: false }]);
    expect(new Set(sent).size).toBe(2);
  });

  it('is told to be lost first where the vendor knows none', async () => {
    const { ask } = await open([null, STARTED], { knowsOrders: undefined });

    expect(await ask('november')).toMatchObject({ isRetryable: false });
  });
});
