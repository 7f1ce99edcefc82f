import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/export/errors.ts';
import type { Store } from '../../src/export/store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { StoreOpenError } from '../../src/store/errors.ts';
import { openStore } from '../../src/store/open.ts';
import { startProxy } from '../support/cuttable-proxy.ts';
import {
  dumpAndRestore,
  findPostgres,
  POSTGRES_PASSWORD,
  type PostgresServer,
  runStatement,
  startPostgres,
} from '../support/postgres.ts';
import { createLogBook, type LogBook } from './log-book.ts';
import { START, toChange, toDelivery, toKey, toRequest, toTracked } from './made-exports.ts';

const programs = findPostgres();
/** A call is answered within 5 s whatever happens; the machine may be slow. */
const ANSWERED_WITHIN_MS = 7_000;

describe.skipIf(programs === null)('a Postgres server', () => {
  let server: PostgresServer;
  let book: LogBook;
  let cleanUps: (() => Promise<void>)[];

  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
  });
  afterAll(async () => {
    await server.close();
  });
  beforeEach(() => {
    book = createLogBook();
    cleanUps = [];
  });
  afterEach(async () => {
    const lines = book.lines.join('\n');
    for (const secret of [
      POSTGRES_PASSWORD,
      encodeURIComponent(POSTGRES_PASSWORD),
      'postgres://',
      '127.0.0.1',
    ]) {
      expect(lines).not.toContain(secret);
    }
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  async function open(url: string): Promise<Store> {
    const store = await openStore({ kind: 'postgres', url }, { clock: systemClock, log: book.log });
    cleanUps.push(() => store.close());
    return store;
  }

  /** A database behind a way that can be cut. */
  async function createCuttable() {
    const database = new URL(await server.createDatabase()).pathname.slice(1);
    const proxy = await startProxy(server.port);
    cleanUps.push(() => proxy.close());
    return { proxy, url: server.toUrl(database, proxy.port) };
  }

  /** Asks until it is answered. */
  async function untilWell(store: Store): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const error = await store.check().catch((thrown: unknown) => thrown);
      if (error === undefined) return;
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async function expectUnavailable(call: Promise<unknown>): Promise<void> {
    const begun = Date.now();
    const error: unknown = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect((error as Error).message).not.toMatch(/127\.0\.0\.1|waybill:/);
    expect(Date.now() - begun).toBeLessThan(ANSWERED_WITHIN_MS);
  }

  it('keeps everything over a restart of the gateway', async () => {
    const url = await server.createDatabase();
    const first = await open(url);
    await first.takeKey(toKey('k'), START);
    await first.track(toRequest(toTracked('e1', { label: 'mine' }), { deliveries: [toDelivery('d1')] }));
    await first.close();

    const second = await open(url);

    expect(await second.find('acme', ['e1'])).toEqual([toTracked('e1', { label: 'mine' })]);
    expect(await second.takeKey(toKey('k'), START)).toEqual(toKey('k'));
    expect(await second.nextDeliveryAt(new Set())).toBe(START);
  });

  it('that is away at the start is found when it comes', async () => {
    const { proxy, url } = await createCuttable();
    proxy.cut();

    const store = await open(url);
    await expectUnavailable(store.countOpen('acme'));
    await expectUnavailable(store.track(toRequest(toTracked('e1'))));
    await expectUnavailable(store.check());
    expect(book.lines).toHaveLength(1);
    expect(book.lines[0]).toContain('The store cannot be used: the connection to the database was cut');
    proxy.heal();
    await untilWell(store);

    expect(await store.track(toRequest(toTracked('e1')))).toBe('tracked');
    expect(book.lines.at(-1)).toContain('The store can be used again.');
  });

  it('that goes away later is found again by itself', async () => {
    const { proxy, url } = await createCuttable();
    const store = await open(url);
    await store.track(toRequest(toTracked('e1')));

    proxy.cut();
    await expectUnavailable(store.record([toChange('e1', { deliveries: [toDelivery('d1')] })]));
    await expectUnavailable(store.list({ tenant: 'acme', limit: 1 }));
    proxy.heal();
    await untilWell(store);

    await store.record([toChange('e1', { deliveries: [toDelivery('d1')] })]);
    expect(await store.listDeliveries({ tenant: 'acme', limit: 5 })).toHaveLength(1);
  });

  it('that is stopped and started is found again', async () => {
    const store = await open(await server.createDatabase());
    await store.track(toRequest(toTracked('e1')));

    await server.stop();
    await expectUnavailable(store.countOpen('acme'));
    await server.start();
    await untilWell(store);

    expect(await store.countOpen('acme')).toBe(1);
  });

  it('that hangs holds nobody up for longer than 5 seconds', async () => {
    const { proxy, url } = await createCuttable();
    const store = await open(url);
    await store.track(toRequest(toTracked('e1')));

    proxy.hang();
    await Promise.all([
      expectUnavailable(store.countOpen('acme')),
      expectUnavailable(store.track(toRequest(toTracked('e2')))),
      expectUnavailable(store.untrack('acme', 'e1', START)),
    ]);
    await expectUnavailable(store.check());
    proxy.heal();
    await untilWell(store);

    expect(await store.find('acme', ['e1', 'e2'])).toMatchObject([{ key: { id: 'e1' } }]);
  });

  it('that hangs at the start does not keep the gateway from starting', async () => {
    const { proxy, url } = await createCuttable();
    proxy.hang();
    const begun = Date.now();

    const store = await open(url);
    expect(Date.now() - begun).toBeLessThan(ANSWERED_WITHIN_MS);
    proxy.heal();
    await untilWell(store);

    expect(await store.countOpen('acme')).toBe(0);
  });

  it.each([
    [
      'the password is wrong',
      (good: string) => good.replace(/:[^:@]+@/, ':wrong@'),
      'refuses the user or password',
    ],
    ['the database does not exist', () => server.toUrl('none'), 'names does not exist'],
    ['nothing listens', () => server.toUrl('postgres', 1), 'cannot be reached: its port is closed'],
    [
      'the host is unknown',
      () => 'postgres://waybill:x@no-such-host.invalid/a',
      "cannot be reached: its host's name",
    ],
  ])('is said in words of our own to be no use where %s', async (_case, toUrl, words) => {
    const store = await open(toUrl(await server.createDatabase()));

    await expectUnavailable(store.check());
    expect(book.lines.join('\n')).toContain(words);
  });

  it('is refused where a newer version has written it, at the start and later', async () => {
    const url = await server.createDatabase();
    await (await open(url)).close();
    const { proxy, url: cuttable } = await createCuttable();
    await (await open(cuttable)).close();
    for (const one of [url, cuttable]) {
      await runStatement(
        one,
        "insert into waybill_migrations values ('9999_of_tomorrow', '2030-01-01T00:00:00.000Z')",
      );
    }

    await expect(open(url)).rejects.toThrow(StoreOpenError);
    await expect(open(url)).rejects.toThrow(/a newer version of Waybill has written it/);

    proxy.cut();
    const store = await open(cuttable);
    proxy.heal();
    await new Promise((resolve) => setTimeout(resolve, 600));
    await expectUnavailable(store.check());
    expect(book.lines.at(-1)).toContain('a newer version of Waybill has written it');
  });

  it.each(['no url', 'mysql://a:secret-pw@b/c', 'postgres://[half'])(
    'is refused by the URL %j',
    async (url) => {
      const error: unknown = await open(url).catch((thrown: unknown) => thrown);

      expect(error).toBeInstanceOf(StoreOpenError);
      expect((error as Error).message).not.toContain(url);
    },
  );

  it('is made ready once by gateways that start together', async () => {
    const url = await server.createDatabase();

    const stores = await Promise.all([open(url), open(url), open(url)]);
    await stores[0]?.track(toRequest(toTracked('e1')));

    for (const store of stores) expect(await store.countOpen('acme')).toBe(1);
    expect(book.lines).toEqual([]);
  });

  it('can be copied by its own programs, and the copy is a store', async () => {
    const from = await server.createDatabase();
    const store = await open(from);
    await store.track(toRequest(toTracked('e1'), { deliveries: [toDelivery('d1')] }));
    const to = await server.createDatabase();

    dumpAndRestore(programs ?? '', from, to);

    const copy = await open(to);
    expect(await copy.find('acme', ['e1'])).toHaveLength(1);
    await copy.track(toRequest(toTracked('e2'), { deliveries: [toDelivery('d2')] }));
    expect(await copy.listDeliveries({ tenant: 'acme', limit: 5 })).toMatchObject([
      { id: 'd2' },
      { id: 'd1' },
    ]);
  });

  describe('with several gateways', () => {
    async function openTwo(): Promise<readonly [Store, Store]> {
      const url = await server.createDatabase();
      return [await open(url), await open(url)];
    }
    const count = (answers: readonly unknown[], wanted: unknown) =>
      answers.filter((answer) => answer === wanted).length;

    it('gives a key to one of them', async () => {
      const [one, other] = await openTwo();

      for (let round = 0; round < 10; round += 1) {
        const key = toKey(`k${round}`);
        const answers = await Promise.all([one, other, one, other].map((store) => store.takeKey(key, START)));
        expect(count(answers, null)).toBe(1);
      }
    });

    it('tracks an export once, and never more than the limit', async () => {
      const [one, other] = await openTwo();
      const same = await Promise.all([one, other].map((store) => store.track(toRequest(toTracked('e')))));
      const many = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          (index % 2 === 0 ? one : other).track(toRequest(toTracked(`e${index}`), { maxOpen: 10 })),
        ),
      );

      expect([...same].sort()).toEqual(['known', 'tracked']);
      expect(count(many, 'tracked')).toBe(9);
      expect(count(many, 'limit')).toBe(21);
      expect(await one.countOpen('acme')).toBe(10);
    });

    it('gives each delivery to one of them at a time, in the order of its export', async () => {
      const [one, other] = await openTwo();
      const exports = ['e1', 'e2', 'e3', 'e4', 'e5'];
      for (const id of exports) await one.track(toRequest(toTracked(id)));
      const sent = new Map<string, string[]>();
      const underWay = new Set<string>();
      let owed = 0;

      async function write(store: Store, from: number): Promise<void> {
        for (let round = from; round < from + 5; round += 1) {
          for (const exportId of exports) {
            const deliveries = ['ops', 'audit'].map((endpoint) =>
              toDelivery(`${endpoint} ${exportId} ${round}`, { exportId, endpoint }),
            );
            owed += deliveries.length;
            await store.record([toChange(exportId, { keptUntil: null, deliveries })]);
          }
        }
      }
      async function send(store: Store): Promise<void> {
        const isDone = () => owed === 100 && [...sent.values()].flat().length === 100;
        while (!isDone()) {
          const taken = await store.takeDeliveries({
            now: START,
            busy: new Set(),
            perEndpoint: 3,
            limit: 5,
            leaseMs: 600_000,
          });
          for (const { id, endpoint, key } of taken) {
            const queue = `${endpoint} ${key.id}`;
            expect(underWay.has(queue)).toBe(false);
            underWay.add(queue);
            sent.set(queue, [...(sent.get(queue) ?? []), id]);
          }
          for (const { id, endpoint, key } of taken) {
            underWay.delete(`${endpoint} ${key.id}`);
            await store.settleDeliveries([
              { id, status: 'delivered', nextAttemptAt: null, lastResult: '200', at: START },
            ]);
          }
        }
      }
      await Promise.all([write(one, 0), write(other, 10), send(one), send(other)]);

      const order = (await one.listDeliveries({ tenant: 'acme', limit: 500 })).map(({ id }) => id).reverse();
      expect(order).toHaveLength(100);
      for (const [queue, ids] of sent) {
        expect(ids).toEqual(order.filter((id) => id.startsWith(`${queue} `)));
      }
      expect(await one.nextDeliveryAt(new Set())).toBeNull();
    });

    it('never ends with a delivery that is owed and not due, whatever happens at once', async () => {
      const [one, other] = await openTwo();
      await one.track(toRequest(toTracked('e1'), { deliveries: [toDelivery('d0')] }));

      for (let round = 1; round <= 25; round += 1) {
        const before = `d${round - 1}`;
        await Promise.all([
          one.record([toChange('e1', { keptUntil: null, deliveries: [toDelivery(`d${round}`)] })]),
          other.settleDeliveries([
            {
              id: before,
              status: round % 3 === 0 ? 'given-up' : 'delivered',
              nextAttemptAt: null,
              lastResult: 'x',
              at: START,
            },
          ]),
          one.retryDelivery('acme', `d${Math.max(0, round - 3)}`, START),
          other.takeDeliveries({ now: START, busy: new Set(), perEndpoint: 1, limit: 1, leaseMs: 1 }),
        ]);
        const owed = await one.listDeliveries({ tenant: 'acme', status: 'owed', limit: 99 });
        const next = await other.nextDeliveryAt(new Set());
        expect(next === null).toBe(owed.length === 0);
      }
    });
  });
});
