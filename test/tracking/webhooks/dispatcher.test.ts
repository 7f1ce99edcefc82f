import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StoreUnavailableError } from '../../../src/export/errors.ts';
import type { WebhookDispatcher } from '../../../src/tracking/webhooks/dispatcher.ts';
import { RETRY_DELAYS_MS } from '../../../src/tracking/webhooks/retry-schedule.ts';
import type { SendEnd } from '../../../src/tracking/webhooks/sender.ts';
import { until } from '../../http/support.ts';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { type ManualClock, settle } from '../../support/manual-clock.ts';
import { createStage } from './stage.ts';
import { AT, SECRET, toDelivery, toEndpoint } from './support.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function stopNow(dispatcher: WebhookDispatcher, clock: ManualClock): Promise<void> {
  const stopping = dispatcher.stop(1);
  await clock.advance(1);
  await stopping;
}

describe('what is owed', () => {
  it('is sent at the start, and at once where something is newly owed', async () => {
    await using receiver = await startFakeVendor(() => ({}));
    const { store, createDispatcher } = createStage();
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    store.owe(toDelivery('msg_1'));

    dispatcher.start();
    await until(() => store.get('msg_1').status === 'delivered');
    store.owe(toDelivery('msg_2'));
    dispatcher.notify();
    await until(() => store.get('msg_2').status === 'delivered');

    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_2']);
    expect(store.get('msg_2')).toMatchObject({
      attempts: 1,
      nextAttemptAt: null,
      lastResult: '200',
      lastAttemptAt: AT,
    });
    await dispatcher.stop();
  });

  it('is not sent before the start', async () => {
    const { store, clock, createDispatcher } = createStage();
    const dispatcher = createDispatcher([toEndpoint()]);
    store.owe(toDelivery('msg_1'));

    dispatcher.notify();
    await clock.advance(DAY);

    expect(store.takings.count).toBe(0);
  });

  it('by another gateway that did not live to send it is found within half a minute', async () => {
    await using receiver = await startFakeVendor(() => ({}));
    const { store, clock, createDispatcher } = createStage();
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    dispatcher.start();
    await settle();
    store.owe(toDelivery('msg_1'));

    await clock.advance(30_000);
    await until(() => store.get('msg_1').status === 'delivered');
    await dispatcher.stop();
  });

  it('costs the store two questions in half a minute where nothing is', async () => {
    const { store, clock, createDispatcher } = createStage();
    const dispatcher = createDispatcher([toEndpoint()]);

    dispatcher.start();
    await clock.advance(HOUR);

    expect(store.takings.count).toBe(121);
    await dispatcher.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('a delivery that fails', () => {
  afterEach(() => vi.useRealTimers());

  it('is tried eleven times over three days with one id, then given up', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { store, clock, log, attempts, createDispatcher } = createStage();
    const came: { readonly at: number; readonly id: string | undefined }[] = [];
    await using receiver = await startFakeVendor(({ headers, body }) => {
      // The library compares the second in the header with the machine's own clock.
      vi.setSystemTime(clock.now());
      new Webhook(SECRET).verify(body, headers as Record<string, string>);
      came.push({ at: clock.now(), id: headers['webhook-id'] });
      return { status: 500 };
    });
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    store.owe(toDelivery('msg_1'));
    dispatcher.start();

    for (const [index, delayMs] of RETRY_DELAYS_MS.entries()) {
      await until(() => store.get('msg_1').attempts === index + 1);
      await settle();
      const waitMs = (store.get('msg_1').nextAttemptAt ?? 0) - clock.now();
      expect(waitMs).toBeGreaterThanOrEqual(delayMs * 0.9);
      expect(waitMs).toBeLessThanOrEqual(delayMs * 1.1);
      await clock.advance(waitMs - 1);
      expect(came).toHaveLength(index + 1);
      // What is due a moment after one of its looks is sent with the next one.
      await clock.advance(101);
      await until(() => came.length === index + 2);
    }
    await until(() => store.get('msg_1').status === 'given-up');
    await clock.advance(10 * DAY);

    expect(came).toHaveLength(11);
    expect(new Set(came.map(({ id }) => id))).toEqual(new Set(['msg_1']));
    expect(store.get('msg_1')).toMatchObject({ attempts: 11, nextAttemptAt: null, lastResult: '500' });
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', message: 'A webhook was given up.' });
    await dispatcher.stop();
  });

  it('is delivered as soon as its receiver is back', async () => {
    const { store, clock, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => 'reset');
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    store.owe(toDelivery('msg_1'));
    dispatcher.start();
    await until(() => store.get('msg_1').lastResult === 'connection');
    receiver.answer(() => ({ status: 202 }));

    await settle();
    await clock.advance(6_000);
    await until(() => store.get('msg_1').status === 'delivered');

    expect(store.get('msg_1')).toMatchObject({ attempts: 2, lastResult: '202' });
    await dispatcher.stop();
  });

  it.each([429, 503])(
    'with %i and Retry-After keeps its whole endpoint waiting, and no other',
    async (status) => {
      const { store, clock, createDispatcher } = createStage();
      await using quick = await startFakeVendor(() => ({}));
      await using busy = await startFakeVendor(() => ({ status, headers: { 'retry-after': '3600' } }));
      const dispatcher = createDispatcher([
        toEndpoint({ url: busy.url }),
        toEndpoint({ key: 'quick', url: quick.url }),
      ]);
      store.owe(toDelivery('msg_1'));
      dispatcher.start();
      await until(() => store.get('msg_1').attempts === 1);
      busy.answer(() => ({}));
      store.owe(toDelivery('msg_2', { run: '8' }), toDelivery('msg_3', { endpoint: 'quick' }));
      dispatcher.notify();

      await until(() => store.get('msg_3').status === 'delivered');
      await clock.advance(HOUR - 1);
      expect(busy.requests).toHaveLength(1);
      await clock.advance(0.1 * HOUR);
      await until(() => ['msg_1', 'msg_2'].every((id) => store.get(id).status === 'delivered'));
      await dispatcher.stop();
    },
  );

  it('by another status with Retry-After waits alone', async () => {
    const { store, clock, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(({ headers }) =>
      headers['webhook-id'] === 'msg_1' ? { status: 500, headers: { 'retry-after': '3600' } } : {},
    );
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    store.owe(toDelivery('msg_1'), toDelivery('msg_2', { run: '8' }));
    dispatcher.start();

    await until(() => store.get('msg_2').status === 'delivered' && store.get('msg_1').attempts === 1);
    await clock.advance(HOUR - 1);
    expect(receiver.requests).toHaveLength(2);
    await clock.advance(0.1 * HOUR + 101);
    await until(() => receiver.requests.length === 3);
    await dispatcher.stop();
  });

  it('because no signature can be made is tried again like any other', async () => {
    const { store, createDispatcher } = createStage();
    const dispatcher = createDispatcher([toEndpoint({ secrets: ['whsec_!'] })]);
    store.owe(toDelivery('msg_1'));

    dispatcher.start();
    await until(() => store.get('msg_1').attempts === 1);

    expect(store.get('msg_1')).toMatchObject({ status: 'owed', lastResult: 'error' });
    await dispatcher.stop();
  });
});

describe('an endpoint that answers 410', () => {
  it('is switched off, what is owed to it waits, and a reload tries it again', async () => {
    const { store, clock, log, createDispatcher } = createStage();
    await using gone = await startFakeVendor(() => ({ status: 410 }));
    await using other = await startFakeVendor(() => ({}));
    const endpoints = [toEndpoint({ url: gone.url }), toEndpoint({ key: 'other', url: other.url })];
    const dispatcher = createDispatcher(endpoints);
    store.owe(toDelivery('msg_1'));
    dispatcher.start();
    await until(() => store.get('msg_1').attempts === 1);
    store.owe(toDelivery('msg_2', { run: '8' }), toDelivery('msg_3', { endpoint: 'other' }));
    dispatcher.notify();
    await until(() => store.get('msg_3').status === 'delivered');
    await clock.advance(10 * DAY);

    expect([dispatcher.isOff('ops'), dispatcher.isOff('other')]).toEqual([true, false]);
    expect(gone.requests).toHaveLength(1);
    expect(store.get('msg_1')).toMatchObject({ status: 'owed', lastResult: '410' });
    expect(log.lines.filter(({ message }) => message.includes('switched off'))).toHaveLength(1);
    gone.answer(() => ({}));
    dispatcher.replaceEndpoints(endpoints);
    expect(dispatcher.isOff('ops')).toBe(false);
    await until(() => ['msg_1', 'msg_2'].every((id) => store.get(id).status === 'delivered'));
    await dispatcher.stop();
  });

  it('only after a reload has replaced it does not switch its successor off', async () => {
    const { store, createDispatcher } = createStage();
    let release: () => void = () => undefined;
    await using old = await startFakeVendor(
      () => new Promise((resolve) => (release = () => resolve({ status: 410 }))),
    );
    await using next = await startFakeVendor(() => ({}));
    const dispatcher = createDispatcher([toEndpoint({ url: old.url })]);
    store.owe(toDelivery('msg_1'));
    dispatcher.start();
    await until(() => old.requests.length === 1);

    dispatcher.replaceEndpoints([toEndpoint({ url: next.url })]);
    release();
    await until(() => store.get('msg_1').status === 'delivered');

    expect(dispatcher.isOff('ops')).toBe(false);
    await dispatcher.stop();
  });
});

describe('an endpoint that is not in the configuration', () => {
  it('any more gets nothing: what is owed to it is given up at once', async () => {
    const { store, log, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => ({ status: 500 }));
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    store.owe(toDelivery('msg_1'), toDelivery('msg_2', { run: '8' }));
    dispatcher.start();
    await until(() => ['msg_1', 'msg_2'].every((id) => store.get(id).attempts === 1));
    store.owe(toDelivery('msg_3', { run: '9' }));

    dispatcher.replaceEndpoints([]);
    await until(() => store.get('msg_3').status === 'given-up');

    expect(store.get('msg_3')).toMatchObject({ lastResult: 'no-endpoint' });
    expect(log.lines.at(-1)).toMatchObject({
      level: 'warn',
      fields: { delivery: 'msg_3', result: 'no-endpoint' },
    });
    await dispatcher.stop();
  });

  it('and never was may be in the one that reaches other gateways first: it is given up after ten minutes', async () => {
    const { store, clock, createDispatcher } = createStage();
    const dispatcher = createDispatcher([]);
    store.owe(toDelivery('msg_1'));
    dispatcher.start();

    await clock.advance(599_999);
    expect(store.get('msg_1')).toMatchObject({ status: 'owed', attempts: 0 });
    await clock.advance(60_000);

    expect(store.get('msg_1')).toMatchObject({ status: 'given-up' });
    await dispatcher.stop();
  });

  it('yet is sent to once it is', async () => {
    const { store, clock, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => ({}));
    const dispatcher = createDispatcher([]);
    store.owe(toDelivery('msg_1'));
    dispatcher.start();
    await clock.advance(300_000);

    dispatcher.replaceEndpoints([toEndpoint({ url: receiver.url })]);
    await clock.advance(60_000);
    await until(() => store.get('msg_1').status === 'delivered');
    await dispatcher.stop();
  });

  it('of this tenant is told nothing, though another tenant has its key now', async () => {
    const { store, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => ({}));
    const dispatcher = createDispatcher([toEndpoint({ tenant: 'other', url: receiver.url })]);
    store.owe(toDelivery('msg_1'));

    dispatcher.start();
    await until(() => store.get('msg_1').status === 'given-up');

    expect(receiver.requests).toHaveLength(0);
    await dispatcher.stop();
  });
});

describe('the order', () => {
  it('of one export at one endpoint is kept, through failures too; others overtake it', async () => {
    const { store, clock, createDispatcher } = createStage();
    let isDown = true;
    await using receiver = await startFakeVendor(({ headers }) =>
      isDown && headers['webhook-id'] === 'a1' ? { status: 500 } : {},
    );
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    store.owe(toDelivery('a1'), toDelivery('a2'), toDelivery('b1', { run: '8' }), toDelivery('a3'));
    dispatcher.start();
    await until(() => store.get('b1').status === 'delivered' && store.get('a1').attempts === 1);
    isDown = false;

    await clock.advance(6_000);
    await until(() => store.get('a3').status === 'delivered');

    const ids = receiver.requests.map(({ headers }) => headers['webhook-id']);
    expect(ids.filter((id) => id !== 'b1')).toEqual(['a1', 'a1', 'a2', 'a3']);
    await dispatcher.stop();
  });
});

describe('a slow endpoint', () => {
  it('holds up no other, and has four attempts under way at most', async () => {
    const { store, clock, createDispatcher } = createStage();
    await using slow = await startFakeVendor(() => 'hang');
    await using quick = await startFakeVendor(() => ({}));
    const dispatcher = createDispatcher([
      toEndpoint({ key: 'slow', url: slow.url }),
      toEndpoint({ key: 'quick', url: quick.url }),
    ]);
    for (let run = 1; run <= 40; run += 1) {
      store.owe(toDelivery(`s${run}`, { endpoint: 'slow', run: String(run) }));
      store.owe(toDelivery(`q${run}`, { endpoint: 'quick', run: String(run) }));
    }

    dispatcher.start();
    await until(() => quick.requests.length === 40 && store.get('q40').status === 'delivered');

    expect(slow.requests).toHaveLength(4);
    expect(quick.concurrency.most).toBeLessThanOrEqual(4);
    await stopNow(dispatcher, clock);
  });

  it('that has three attempts under way gets one more', async () => {
    const { store, clock, createDispatcher } = createStage();
    await using slow = await startFakeVendor(() => 'hang');
    const dispatcher = createDispatcher([toEndpoint({ url: slow.url })]);
    for (const run of ['1', '2', '3']) store.owe(toDelivery(`s${run}`, { run }));
    dispatcher.start();
    await until(() => slow.requests.length === 3);

    for (const run of ['4', '5', '6', '7']) store.owe(toDelivery(`s${run}`, { run }));
    dispatcher.notify();
    await until(() => slow.requests.length === 4);
    for (let turn = 0; turn < 20; turn += 1) await settle();

    expect(slow.requests).toHaveLength(4);
    await stopNow(dispatcher, clock);
  });

  it('holds up no other, though there are as many as fill all places', async () => {
    const { store, clock, createDispatcher } = createStage();
    await using slow = await startFakeVendor(() => 'hang');
    await using quick = await startFakeVendor(() => ({}));
    const slowOnes = Array.from({ length: 20 }, (_, index) =>
      toEndpoint({ key: `slow-${index}`, url: slow.url }),
    );
    const dispatcher = createDispatcher([...slowOnes, toEndpoint({ key: 'quick', url: quick.url })]);
    for (const { key } of slowOnes) {
      for (let run = 1; run <= 10; run += 1)
        store.owe(toDelivery(`${key}-${run}`, { endpoint: key, run: String(run) }));
    }
    for (let run = 1; run <= 10; run += 1)
      store.owe(toDelivery(`q${run}`, { endpoint: 'quick', run: String(run) }));

    dispatcher.start();
    await until(() => quick.requests.length === 10 && store.get('q10').status === 'delivered');

    // 64 in all, and one more for each endpoint that had none.
    await until(() => slow.requests.length >= 64);
    await settle();
    expect(slow.requests.length).toBeLessThanOrEqual(64 + 20);
    await stopNow(dispatcher, clock);
  });
});

describe("the store's trouble", () => {
  it('is waited out, told once, and nothing is lost', async () => {
    const { store, clock, log, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => ({}));
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    store.owe(toDelivery('msg_1'));
    store.trouble = new StoreUnavailableError();
    dispatcher.start();
    await clock.advance(HOUR);
    const tries = store.takings.count;
    store.trouble = null;
    dispatcher.notify();
    await clock.advance(30_000);
    await until(() => store.get('msg_1').status === 'delivered');

    // Doubling from half a second to half a minute.
    expect(tries).toBeGreaterThan(100);
    expect(tries).toBeLessThan(150);
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([
      expect.objectContaining({ fields: { cause: 'StoreUnavailableError' } }),
    ]);
    await dispatcher.stop();
  });

  it('after an attempt keeps its end until it can be written: it is not sent again', async () => {
    const { store, clock, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => ({}));
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    store.owe(toDelivery('msg_1'));
    let refusals = 3;
    store.onSettle = () => {
      refusals -= 1;
      if (refusals >= 0) throw new StoreUnavailableError();
    };
    dispatcher.start();
    await until(() => refusals === 2);
    expect(store.get('msg_1').status).toBe('owed');
    await clock.advance(20_000);
    await until(() => store.get('msg_1').status === 'delivered');
    await clock.advance(DAY);

    expect(receiver.requests).toHaveLength(1);
    await dispatcher.stop();
  });

  it('or the end of the process between sending and writing it down: it is sent again with the same id', async () => {
    const { store, clock, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => ({}));
    const endpoints = [toEndpoint({ url: receiver.url })];
    store.owe(toDelivery('msg_1'));
    const killed = createDispatcher(endpoints, {
      store: { ...store, settleDeliveries: () => new Promise(() => undefined) },
    });
    killed.start();
    await until(() => receiver.requests.length === 1);

    const next = createDispatcher(endpoints);
    next.start();
    await clock.advance(59_000);
    expect(receiver.requests).toHaveLength(1);
    await clock.advance(2_000);
    await until(() => store.get('msg_1').status === 'delivered');

    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_1']);
    await next.stop();
  });
});

describe('an attempt that outlives its lease, such as in a machine that slept', () => {
  it('is not made a second time by the same gateway', async () => {
    const { store, clock, createDispatcher } = createStage();
    let release: (end: SendEnd) => void = () => undefined;
    const send = vi.fn(() => new Promise<SendEnd>((resolve) => (release = resolve)));
    const sendTest = () => Promise.reject(new Error('none is asked for'));
    const dispatcher = createDispatcher([toEndpoint()], { sender: { send, sendTest } });
    store.owe(toDelivery('msg_1'));
    dispatcher.start();
    await settle();

    const takings = store.takings.count;
    await clock.advance(300_000);
    expect(store.takings.count).toBeGreaterThan(takings);
    release({ outcome: 'delivered', result: '200', status: 200, retryAfterMs: undefined, durationMs: 1 });
    await settle();

    expect(send).toHaveBeenCalledTimes(1);
    expect(store.get('msg_1')).toMatchObject({ status: 'delivered', attempts: 1 });
    await dispatcher.stop();
  });
});

describe('draining', () => {
  it('lets attempts under way end, and begins nothing more', async () => {
    const { store, clock, createDispatcher } = createStage();
    const releases: (() => void)[] = [];
    await using receiver = await startFakeVendor(
      () => new Promise((resolve) => releases.push(() => resolve({ status: 200 }))),
    );
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    store.owe(toDelivery('a1'), toDelivery('a2'), toDelivery('b1', { run: '8' }));
    dispatcher.start();
    await until(() => releases.length === 2);

    let isStopped = false;
    const stopping = dispatcher.stop().then(() => {
      isStopped = true;
    });
    releases[0]?.();
    await until(() => ['a1', 'b1'].some((id) => store.get(id).status === 'delivered'));
    expect(isStopped).toBe(false);
    releases[1]?.();
    await stopping;

    expect(['a1', 'b1', 'a2'].map((id) => store.get(id).status)).toEqual(['delivered', 'delivered', 'owed']);
    expect(receiver.requests).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it('gives back what has not ended within the bound, for another gateway to send at once', async () => {
    const { store, clock, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => 'hang');
    const endpoints = [toEndpoint({ url: receiver.url })];
    const dispatcher = createDispatcher(endpoints);
    store.owe(toDelivery('msg_1'));
    dispatcher.start();
    await until(() => receiver.requests.length === 1);

    const stopping = dispatcher.stop(3_000);
    await clock.advance(3_000);
    await stopping;

    expect(store.get('msg_1')).toMatchObject({
      status: 'owed',
      lastResult: 'stopped',
      nextAttemptAt: clock.now(),
    });
    receiver.answer(() => ({}));
    const next = createDispatcher(endpoints);
    next.start();
    await until(() => store.get('msg_1').status === 'delivered');
    await next.stop();
  });

  it('does not wait for a store that does not answer', async () => {
    const { store, clock, createDispatcher } = createStage();
    const dispatcher = createDispatcher([toEndpoint()], {
      store: { ...store, takeDeliveries: () => new Promise(() => undefined) },
    });
    dispatcher.start();

    const stopping = dispatcher.stop(3_000);
    await clock.advance(3_000);
    await clock.advance(3_000);

    await expect(stopping).resolves.toBeUndefined();
  });
});

describe('the audit log', () => {
  it('has one line for each attempt, without address, secret and body', async () => {
    const { store, log, attempts, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(({ headers }) =>
      headers['webhook-id'] === 'msg_2' ? { status: 503 } : { status: 204, body: null },
    );
    const url = `${receiver.url}/hook/of-the-path?token=in-the-query`;
    const dispatcher = createDispatcher([toEndpoint({ url })]);
    store.owe(toDelivery('msg_1'), toDelivery('msg_2', { run: '8' }));

    dispatcher.start();
    await until(() => ['msg_1', 'msg_2'].every((id) => store.get(id).attempts === 1));

    const [first] = log.lines.filter(({ fields }) => fields.delivery === 'msg_1');
    expect(first).toEqual({
      level: 'info',
      message: 'A webhook was delivered.',
      fields: {
        tenant: 'default',
        endpoint: 'ops',
        delivery: 'msg_1',
        type: 'export.succeeded',
        exportId: toDelivery('msg_1').key.id,
        attempt: 1,
        result: '204',
        durationMs: 0,
        status: 'delivered',
      },
    });
    expect(log.lines).toHaveLength(2);
    expect(attempts).toHaveLength(2);
    const text = JSON.stringify(log.lines);
    for (const secret of [receiver.url, 'of-the-path', 'in-the-query', SECRET.slice(6), 'Applicants'])
      expect(text).not.toContain(secret);
    await dispatcher.stop();
  });
});

describe('a test of an endpoint', () => {
  it('is sent at once, though the endpoint is switched off, and leaves nothing owed', async () => {
    const { store, attempts, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => ({ status: 410 }));
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);
    store.owe(toDelivery('msg_1'));
    dispatcher.start();
    await until(() => dispatcher.isOff('ops'));
    receiver.answer(() => ({}));

    const attempt = await dispatcher.sendTest('ops');

    expect(attempt).toMatchObject({
      type: 'test',
      exportId: null,
      result: '200',
      status: 'delivered',
    });
    expect(attempts.at(-1)).toEqual(attempt);
    expect(receiver.requests.at(-1)?.headers['webhook-id']).toBe(attempt?.delivery);
    expect(dispatcher.isOff('ops')).toBe(true);
    await dispatcher.stop();
  });

  it('that fails says how', async () => {
    const { createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => ({ status: 302 }));
    const dispatcher = createDispatcher([toEndpoint({ url: receiver.url })]);

    expect(await dispatcher.sendTest('ops')).toMatchObject({ result: '302', status: 'given-up' });
    expect(await dispatcher.sendTest('other')).toBeNull();
  });
});
