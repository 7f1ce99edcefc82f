import { afterEach, describe, expect, it } from 'vitest';
import type { Delivery, KeptToken, Store, TrackedExport, TrackedQuery } from '../../src/export/store.ts';
import {
  START,
  toChange,
  toDelivery,
  toKey,
  toRequest,
  toSnapshot,
  toState,
  toTracked,
} from './made-exports.ts';

export interface StoreUnderTest {
  /** Opens the store; on all of one test the same things are kept. */
  open(): Promise<Store>;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const LEASE_MS = 60_000;

/** What any store must do; run it over each implementation. */
export function describeStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${name} store`, () => {
    let opened: StoreUnderTest | undefined;

    afterEach(async () => {
      await opened?.close();
      opened = undefined;
    });

    async function open(): Promise<Store> {
      opened = await create();
      return opened.open();
    }

    const track = (store: Store, entry: TrackedExport, given = {}) => store.track(toRequest(entry, given));
    const list = async (store: Store, query: Partial<TrackedQuery> = {}) =>
      (await store.list({ tenant: 'acme', limit: 100, ...query })).map(({ key }) => key.id);

    /** As many as may be found at once, a hundred at a time. */
    async function trackMany(store: Store, count: number, given: Partial<TrackedExport> = {}) {
      const ids = Array.from({ length: count }, (_, index) => `e${index}`);
      for (let first = 0; first < count; first += 100) {
        await Promise.all(ids.slice(first, first + 100).map((id) => track(store, toTracked(id, given))));
      }
      return ids;
    }

    describe('tracking', () => {
      it('remembers an export as it was given', async () => {
        const store = await open();
        const entry = toTracked('e1', { label: 'Zahlen für März', startedHere: true, keptUntil: START + 5 });

        expect(await track(store, entry)).toBe('tracked');

        expect(await store.find('acme', ['e1', 'e2', 'e1'])).toEqual([entry]);
        expect(await store.find('other', ['e1'])).toEqual([]);
        expect(await store.find('acme', [])).toEqual([]);
      });

      it('remembers one that has never been read', async () => {
        const store = await open();
        const entry = toTracked('e1', { state: null, trackedBy: null });

        await track(store, entry);

        expect(await store.find('acme', ['e1'])).toEqual([entry]);
        expect(await list(store)).toEqual(['e1']);
        expect(await list(store, { statuses: ['UNKNOWN', 'RUNNING'] })).toEqual([]);
      });

      it.each(['a\0b', 'half \ud83d', 'back\\slash \\u0041 \\u0000', '%_\\', '', '日本 😀'])(
        'gives the label %j back as it was',
        async (label) => {
          const store = await open();

          await track(store, toTracked('e1', { label, trackedBy: label }));

          expect(await store.find('acme', ['e1'])).toMatchObject([{ label, trackedBy: label }]);
        },
      );

      it('changes nothing but the label of one that is known, and that only where one is given', async () => {
        const store = await open();
        await track(store, toTracked('e1', { label: 'first' }));
        const again = toTracked('e1', { label: 'second', trackedBy: 'bob', state: null });

        expect(await track(store, again, { deliveries: [toDelivery('d1')] })).toBe('known');
        expect(await store.find('acme', ['e1'])).toEqual([toTracked('e1', { label: 'first' })]);

        expect(await track(store, again, { setsLabel: true })).toBe('known');
        expect(await store.find('acme', ['e1'])).toEqual([toTracked('e1', { label: 'second' })]);
        expect(await store.nextDeliveryAt(new Set())).toBeNull();
      });

      it('refuses one open export too many, and writes nothing of it', async () => {
        const store = await open();
        await track(store, toTracked('e1'), { maxOpen: 2 });
        await track(store, toTracked('e2'), { maxOpen: 2 });
        await store.takeKey(toKey('k'), START);
        const startKey = { key: 'k', started: toSnapshot('e3') };

        const outcome = await track(store, toTracked('e3'), {
          maxOpen: 2,
          startKey,
          deliveries: [toDelivery('d1')],
        });

        expect(outcome).toBe('limit');
        expect(await list(store)).toEqual(['e2', 'e1']);
        expect(await store.nextDeliveryAt(new Set())).toBeNull();
        expect(await store.takeKey(toKey('k'), START)).toMatchObject({ status: 'sending', started: null });
        expect(await track(store, toTracked('e1'), { maxOpen: 2 })).toBe('known');
        expect(await track(store, toTracked('e4', { tenant: 'other' }), { maxOpen: 2 })).toBe('tracked');
      });

      it('counts open exports alone towards the limit', async () => {
        const store = await open();
        await track(store, toTracked('e1', { keptUntil: START + DAY_MS }), { maxOpen: 1 });
        await track(store, toTracked('e2'), { maxOpen: 1 });

        expect(await track(store, toTracked('e3', { keptUntil: START }), { maxOpen: 1 })).toBe('tracked');
        await store.record([toChange('e2')]);
        expect(await track(store, toTracked('e4'), { maxOpen: 1 })).toBe('tracked');
        expect(await store.countOpen('acme')).toBe(1);
        expect(await store.countOpen('other')).toBe(0);
      });

      it('keeps to the limit where many come at once, and others end meanwhile', async () => {
        const store = await open();
        const many = (from: number) =>
          Array.from({ length: 15 }, (_, index) =>
            track(store, toTracked(`e${from + index}`), { maxOpen: 10 }),
          );

        const first = await Promise.all(many(0));
        await Promise.all([...many(20), store.record([toChange('e0'), toChange('e1')]), ...many(40)]);
        await store.untrack('acme', 'e2', START);
        const last = await Promise.all([track(store, toTracked('f1'), { maxOpen: 10 }), ...many(60)]);

        expect(first.filter((outcome) => outcome === 'tracked')).toHaveLength(10);
        expect(last.filter((outcome) => outcome === 'tracked')).toHaveLength(1);
        expect(await store.countOpen('acme')).toBe(10);
      });

      it('writes the export, its webhooks, its duration and its key together', async () => {
        const store = await open();
        await store.takeKey(toKey('k'), START);

        await track(store, toTracked('e1'), {
          deliveries: [toDelivery('d1'), toDelivery('d1'), toDelivery('d2')],
          duration: { kind: 'daily', ms: 5_000 },
          startKey: { key: 'k', started: toSnapshot('e1') },
        });

        expect(await store.listDeliveries({ tenant: 'acme', limit: 9 })).toMatchObject([
          { id: 'd2' },
          { id: 'd1' },
        ]);
        expect(await store.listDurations(9)).toEqual([
          { tenant: 'acme', vendor: 'hi-energy', account: 'hi', kind: 'daily', ms: 5_000 },
        ]);
        expect(await store.takeKey(toKey('k'), START)).toMatchObject({
          status: 'done',
          started: { key: { id: 'e1' } },
        });
      });

      it('settles the key of an order that brought an export that was known', async () => {
        const store = await open();
        await track(store, toTracked('e1'));
        await store.takeKey(toKey('k'), START);

        await track(store, toTracked('e1'), { startKey: { key: 'k', started: toSnapshot('e1') } });

        expect(await store.takeKey(toKey('k'), START)).toMatchObject({ status: 'done' });
      });
    });

    describe('untracking', () => {
      it('tells what was tracked, once', async () => {
        const store = await open();
        const entry = toTracked('e1', { label: 'mine' });
        await track(store, entry);

        expect(await store.untrack('other', 'e1', START)).toBeNull();
        expect(await store.untrack('acme', 'e1', START)).toEqual(entry);
        expect(await store.untrack('acme', 'e1', START)).toBeNull();
        expect(await store.find('acme', ['e1'])).toEqual([]);
      });

      it('keeps an export from being found again, until somebody asks for it by name', async () => {
        const store = await open();
        await track(store, toTracked('e1'));
        await store.untrack('acme', 'e1', START);

        expect(await track(store, toTracked('e1'), { isDiscovered: true })).toBe('known');
        expect(await store.find('acme', ['e1'])).toEqual([]);
        expect(await track(store, toTracked('e1', { tenant: 'other' }), { isDiscovered: true })).toBe(
          'tracked',
        );

        expect(await track(store, toTracked('e1'))).toBe('tracked');
        await store.record([toChange('e1', { keptUntil: START + 1 })]);
        await store.prune(START + 2);
        expect(await track(store, toTracked('e1'), { isDiscovered: true })).toBe('tracked');
      });

      it('keeps webhooks that are owed already', async () => {
        const store = await open();
        await track(store, toTracked('e1'), { deliveries: [toDelivery('d1')] });

        await store.untrack('acme', 'e1', START);

        expect(await store.nextDeliveryAt(new Set())).toBe(START);
      });
    });

    describe('recording', () => {
      it('writes the state, its end, its duration and its webhooks', async () => {
        const store = await open();
        const entry = toTracked('e1', { label: 'mine' });
        await track(store, entry);
        const change = toChange('e1', {
          duration: { kind: 'daily', ms: 7 },
          deliveries: [toDelivery('d1')],
        });

        await store.record([change]);

        expect(await store.find('acme', ['e1'])).toEqual([
          { ...entry, state: change.state, keptUntil: change.keptUntil },
        ]);
        expect(await store.listDurations(9)).toMatchObject([{ ms: 7 }]);
        expect(await store.listDeliveries({ tenant: 'acme', limit: 9 })).toMatchObject([
          {
            id: 'd1',
            status: 'owed',
            attempts: 0,
            nextAttemptAt: START,
            lastResult: null,
            lastAttemptAt: null,
          },
        ]);
      });

      it('leaves out what is not tracked any more, with its webhooks, and no other', async () => {
        const store = await open();
        await track(store, toTracked('e2'));

        await store.record([
          toChange('e1', { deliveries: [toDelivery('d1')], duration: { kind: 'x', ms: 1 } }),
          toChange('e2', { deliveries: [toDelivery('d2', { exportId: 'e2' })] }),
          toChange('e2', { tenant: 'other', deliveries: [toDelivery('d3')] }),
        ]);

        expect(await list(store)).toEqual(['e2']);
        expect(await store.listDurations(9)).toEqual([]);
        expect(await store.listDeliveries({ tenant: 'acme', limit: 9 })).toMatchObject([{ id: 'd2' }]);
      });

      it('takes the last of two changes of one export, and the webhooks of both', async () => {
        const store = await open();
        await track(store, toTracked('e1'));

        await store.record([
          toChange('e1', { keptUntil: null, state: toState('e1'), deliveries: [toDelivery('d1')] }),
          toChange('e1', { deliveries: [toDelivery('d2')] }),
        ]);

        expect(await store.find('acme', ['e1'])).toMatchObject([{ state: { knownStatus: 'SUCCEEDED' } }]);
        expect(await store.listDeliveries({ tenant: 'acme', limit: 9 })).toMatchObject([
          { id: 'd2' },
          { id: 'd1' },
        ]);
      });

      it('keeps a later state than what a gateway writes late, and adds what is owed for it all the same', async () => {
        const store = await open();
        const end = toChange('e1', {
          state: toState('e1', { status: 'SUCCEEDED', observedAt: START + 2_000 }),
          deliveries: [toDelivery('end')],
        });
        const late = toChange('e1', {
          state: toState('e1', { observedAt: START + 1_000 }),
          keptUntil: null,
          deliveries: [toDelivery('run')],
        });
        await track(store, toTracked('e1'));

        await store.record([end]);
        await store.record([late, toChange('gone', { deliveries: [toDelivery('none')] })]);

        expect(await store.find('acme', ['e1'])).toMatchObject([
          { state: { knownStatus: 'SUCCEEDED' }, keptUntil: end.keptUntil },
        ]);
        expect(await store.countOpen('acme')).toBe(0);
        expect(await store.listDeliveries({ tenant: 'acme', limit: 9 })).toMatchObject([
          { id: 'run' },
          { id: 'end' },
        ]);
      });

      it('takes that a watch has given up for later than the answer before it', async () => {
        const store = await open();
        const answered = toState('e1', { observedAt: START + 1_000 });
        const failed = { code: 'EXPORT_NOT_FOUND', message: 'gone' } as const;
        await track(store, toTracked('e1'));

        await store.record([toChange('e1', { state: { ...answered, failed } })]);
        await store.record([toChange('e1', { state: answered, keptUntil: null })]);

        expect(await store.find('acme', ['e1'])).toMatchObject([
          { state: { failed }, keptUntil: expect.any(Number) },
        ]);
      });

      it('adds no webhook whose id is there already, finished or not', async () => {
        const store = await open();
        await track(store, toTracked('e1'), { deliveries: [toDelivery('d1')] });
        await store.settleDeliveries([
          { id: 'd1', status: 'delivered', nextAttemptAt: null, lastResult: '200', at: START },
        ]);

        await store.record([toChange('e1', { deliveries: [toDelivery('d1', { type: 'export.failed' })] })]);

        expect(await store.listDeliveries({ tenant: 'acme', limit: 9 })).toMatchObject([
          { id: 'd1', status: 'delivered', type: 'export.succeeded' },
        ]);
        expect(await store.nextDeliveryAt(new Set())).toBeNull();
      });

      it('counts how long an export took once', async () => {
        const store = await open();
        await track(store, toTracked('e1'));
        await track(store, toTracked('e2'));

        await store.record([toChange('e1', { duration: { kind: 'a', ms: 1 } })]);
        await store.record([toChange('e2', { duration: { kind: 'b', ms: 2 } })]);
        await store.record([toChange('e1', { duration: { kind: 'a', ms: 3 } })]);

        expect(await store.listDurations(9)).toMatchObject([{ kind: 'b' }, { kind: 'a', ms: 1 }]);
        expect(await store.listDurations(1)).toMatchObject([{ kind: 'b' }]);
      });

      it('writes more changes at once than a statement has room for', async () => {
        const store = await open();
        const ids = await trackMany(store, 1_203);

        await store.record(
          ids.map((id) => toChange(id, { deliveries: [toDelivery(`d-${id}`, { exportId: id })] })),
        );

        const found = await store.find('acme', ids);
        expect(found.filter(({ keptUntil }) => keptUntil !== null)).toHaveLength(1_203);
        expect(await store.listDeliveries({ tenant: 'acme', limit: 2_000 })).toHaveLength(1_203);
        await store.record([]);
      });
    });

    describe('lists', () => {
      const made = (id: string, createdAt: number | null, given: Partial<TrackedExport> = {}) =>
        toTracked(id, { state: toState(id, { createdAt }), ...given });

      it('come newest first, those without a creation time last, then by id, descending', async () => {
        const store = await open();
        for (const [id, createdAt] of [
          ['b', 5],
          ['n', null],
          ['a', 5],
          ['o', null],
          ['z', 1],
          ['old', -62_135_596_800_000],
          ['y', START],
        ] as const) {
          await track(store, made(id, createdAt));
        }

        expect(await list(store)).toEqual(['y', 'b', 'a', 'z', 'old', 'o', 'n']);
        expect(await list(store, { limit: 2 })).toEqual(['y', 'b']);
        expect(await list(store, { from: 5 })).toEqual(['b', 'a', 'z', 'old', 'o', 'n']);
        expect(await list(store, { from: 4, limit: 2 })).toEqual(['z', 'old']);
        expect(await list(store, { from: null })).toEqual(['o', 'n']);
        expect(await list(store, { createdAfter: 5 })).toEqual(['y', 'b', 'a']);
        expect(await list(store, { createdBefore: 5 })).toEqual(['z', 'old']);
        expect(await list(store, { createdAfter: 1, createdBefore: 5 })).toEqual(['z']);
      });

      it('show what fits, of their own tenant', async () => {
        const store = await open();
        const powerBi = { ...toSnapshot('p').key, vendor: 'power-bi', account: 'bi' } as const;
        await track(store, made('a', 3));
        await track(store, made('p', 2, { key: powerBi, keptUntil: START }));
        await track(store, toTracked('f', { state: toState('f', { status: 'FAILED', createdAt: 1 }) }));
        await track(store, made('other', 9, { tenant: 'other' }));

        expect(await list(store)).toEqual(['a', 'p', 'f']);
        expect(await list(store, { accounts: ['bi'] })).toEqual(['p']);
        expect(await list(store, { accounts: ['bi', 'hi'], vendors: ['hi-energy'] })).toEqual(['a', 'f']);
        expect(await list(store, { vendors: ['talkdesk'] })).toEqual([]);
        expect(await list(store, { vendors: [] })).toEqual([]);
        expect(await list(store, { statuses: ['FAILED', 'QUEUED'] })).toEqual(['f']);
        expect(await list(store, { hasEnded: true })).toEqual(['p']);
        expect(await list(store, { hasEnded: false })).toEqual(['a', 'f']);
        expect(await list(store, { tenant: 'none' })).toEqual([]);
      });

      it('find part of a name or label, whatever its case, and take every character as it is', async () => {
        const store = await open();
        const names = { a: '100% done_now\\', b: 'ÄRGER in STRASSE', c: 'İstanbul Δοκιμή', d: null };
        for (const [id, name] of Object.entries(names)) {
          await track(store, toTracked(id, { state: toState(id, { name, createdAt: id.charCodeAt(0) }) }));
        }
        await track(store, toTracked('e', { state: null, label: 'Quartal_ÄRGER' }));

        expect(await list(store, { text: 'ärger' })).toEqual(['b', 'e']);
        expect(await list(store, { text: '%' })).toEqual(['a']);
        expect(await list(store, { text: '_' })).toEqual(['a', 'e']);
        expect(await list(store, { text: 'E_N' })).toEqual(['a']);
        expect(await list(store, { text: '\\' })).toEqual(['a']);
        expect(await list(store, { text: 'ΔΟΚΙΜΉ' })).toEqual(['c']);
        expect(await list(store, { text: 'İST' })).toEqual(['c']);
        expect(await list(store, { text: 'nothing' })).toEqual([]);
        expect(await list(store, { text: '' })).toEqual(['c', 'b', 'a', 'd', 'e'].sort(byCreated));
        expect(await list(store, { text: "'; drop table waybill_exports" })).toEqual([]);
      });

      // d (100) was made after c (99), b and a; e has no creation time.
      const byCreated = (a: string, b: string) => 'dcbae'.indexOf(a) - 'dcbae'.indexOf(b);

      it('find the name and label of now', async () => {
        const store = await open();
        await track(store, toTracked('e1', { label: 'alpha' }));

        await track(store, toTracked('e1', { label: 'beta' }), { setsLabel: true });
        await store.record([toChange('e1', { state: toState('e1', { name: 'gamma' }) })]);

        expect(await list(store, { text: 'alpha' })).toEqual([]);
        expect(await list(store, { text: 'report' })).toEqual([]);
        expect(await list(store, { text: 'BETA' })).toEqual(['e1']);
        expect(await list(store, { text: 'Gamma' })).toEqual(['e1']);
      });

      it('of open exports go through all tenants, page by page', async () => {
        const store = await open();
        for (const [tenant, id] of ['b2', 'a9', 'a1', 'c1', 'a5', 'b1'].map((name) => [...name])) {
          await track(store, toTracked(id ?? '', { tenant: tenant ?? '' }));
        }
        await store.record([toChange('5', { tenant: 'a' })]);

        const pages: string[][] = [];
        let last: TrackedExport | undefined;
        do {
          const page = await store.listOpen(last ?? null, 2);
          pages.push(page.map(({ tenant, key }) => tenant + key.id));
          last = page.at(-1);
        } while (last !== undefined);

        expect(pages).toEqual([['a1', 'a9'], ['b1', 'b2'], ['c1'], []]);
      });

      it('of open exports go through their names alone, too', async () => {
        const store = await open();
        await track(store, toTracked('e1', { label: '\ud800 "mine"' }));
        await track(store, toTracked('e2'));
        await track(store, toTracked('e3', { tenant: 'other' }));
        await store.record([toChange('e2')]);

        const first = { tenant: 'acme', exportId: 'e1', label: '\ud800 "mine"' };
        expect(await store.listOpenNames(null, 1)).toEqual([first]);
        expect(await store.listOpenNames(first, 5)).toEqual([
          { tenant: 'other', exportId: 'e3', label: null },
        ]);
      });
    });

    describe('idempotency keys', () => {
      it('are taken once, within a tenant', async () => {
        const store = await open();

        expect(await store.takeKey(toKey('k'), START)).toBeNull();
        expect(await store.takeKey(toKey('k', { digest: 'another' }), START)).toEqual(toKey('k'));
        expect(await store.takeKey(toKey('k', { tenant: 'other' }), START)).toBeNull();
      });

      it('are taken by one of many that ask at once', async () => {
        const store = await open();

        const answers = await Promise.all(Array.from({ length: 20 }, () => store.takeKey(toKey('k'), START)));

        expect(answers.filter((answer) => answer === null)).toHaveLength(1);
      });

      it('are free again once they have expired', async () => {
        const store = await open();
        await store.takeKey(toKey('k', { expiresAt: START + 10 }), START);
        await store.settleKey('acme', 'k', { status: 'done', started: toSnapshot('e1') });

        expect(await store.takeKey(toKey('k'), START + 9)).toMatchObject({ status: 'done' });
        expect(await store.takeKey(toKey('k', { digest: 'new' }), START + 10)).toBeNull();
        expect(await store.takeKey(toKey('k'), START + 10)).toEqual(toKey('k', { digest: 'new' }));
        expect(await store.findKeyed('acme', ['e1'])).toEqual(new Set());
      });

      it('of a lost answer are taken again by one alone', async () => {
        const store = await open();
        await store.takeKey(toKey('k', { mark: 'm1' }), START);
        await store.settleKey('acme', 'k', { status: 'unknown', started: null });
        const seen = await store.takeKey(toKey('k'), START);
        if (seen === null) throw new Error('free');
        const next = { sentAt: START + 1, mark: 'm2', expiresAt: START + DAY_MS + 1 };

        const answers = await Promise.all([store.retakeKey(seen, next), store.retakeKey(seen, next)]);

        expect(answers.sort()).toEqual([false, true]);
        expect(await store.takeKey(toKey('k'), START)).toEqual({ ...seen, ...next, status: 'sending' });
        expect(await store.retakeKey(seen, next)).toBe(false);
      });

      it('that are done are never taken again', async () => {
        const store = await open();
        await store.takeKey(toKey('k'), START);
        await store.settleKey('acme', 'k', { status: 'done', started: toSnapshot('e1') });
        const seen = await store.takeKey(toKey('k'), START);
        if (seen === null) throw new Error('free');

        expect(await store.retakeKey(seen, { sentAt: 1, mark: null, expiresAt: START + 5 })).toBe(false);
        expect(seen.started).toEqual(toSnapshot('e1'));
      });

      it('are free where nothing was started', async () => {
        const store = await open();
        await store.takeKey(toKey('k'), START);

        await store.releaseKey('other', 'k');
        expect(await store.takeKey(toKey('k'), START)).not.toBeNull();
        await store.releaseKey('acme', 'k');

        expect(await store.takeKey(toKey('k'), START)).toBeNull();
        await store.settleKey('acme', 'never-taken', { status: 'unknown', started: null });
        await store.releaseKey('acme', 'never-taken');
      });

      it('tell which exports they stand for', async () => {
        const store = await open();
        for (const key of ['k1', 'k2', 'k3']) await store.takeKey(toKey(key), START);
        await store.settleKey('acme', 'k1', { status: 'done', started: toSnapshot('e1') });
        await store.settleKey('acme', 'k2', { status: 'done', started: toSnapshot('e1') });

        expect(await store.findKeyed('acme', ['e1', 'e2'])).toEqual(new Set(['e1']));
        expect(await store.findKeyed('other', ['e1'])).toEqual(new Set());
        expect(await store.findKeyed('acme', [])).toEqual(new Set());
        await store.releaseKey('acme', 'k1');
        expect(await store.findKeyed('acme', ['e1'])).toEqual(new Set(['e1']));
        await store.releaseKey('acme', 'k2');
        expect(await store.findKeyed('acme', ['e1'])).toEqual(new Set());
      });

      it.each(['a\0', '\ud800', '\\u0000', "'; --", ' ', '日本😀'])(
        'take the key %j as it is',
        async (key) => {
          const store = await open();
          await store.takeKey(toKey('another'), START);

          expect(await store.takeKey(toKey(key, { mark: key }), START)).toBeNull();
          expect(await store.takeKey(toKey(key), START)).toMatchObject({ key, mark: key });
          expect(await store.takeKey(toKey(`${key}b`), START)).toBeNull();
        },
      );
    });

    describe('turns', () => {
      const turn = (now: number, name = 'discovery') => ({ name, now, everyMs: 1_000 });

      it('are one of many gateways’, and the next one is free after a while', async () => {
        const store = await open();

        const answers = await Promise.all(Array.from({ length: 20 }, () => store.takeTurn(turn(START))));

        expect(answers.filter((answer) => answer === null)).toHaveLength(1);
        expect(new Set(answers)).toEqual(new Set([null, START + 1_000]));
        expect(await store.takeTurn(turn(START, 'another'))).toBeNull();
        expect(await store.takeTurn(turn(START + 999))).toBe(START + 1_000);
        expect(await store.takeTurn(turn(START + 1_000))).toBeNull();
        expect(await store.takeTurn(turn(START + 1_000))).toBe(START + 2_000);
      });
    });

    describe('tokens', () => {
      const toToken = (version: number, given: Partial<KeptToken> = {}): KeptToken => ({
        ...{
          identity: 'acme/hub/1a2b',
          version,
          holder: 'one',
          heldUntil: START,
          sealed: `sealed-${version}`,
        },
        ...given,
      });

      it('are none at first, and then what was written last', async () => {
        const store = await open();
        expect(await store.readToken('acme/hub/1a2b')).toBeNull();

        expect(await store.writeToken(toToken(1, { sealed: null, heldUntil: 0 }))).toBe(true);
        expect(await store.readToken('acme/hub/1a2b')).toEqual(toToken(1, { sealed: null, heldUntil: 0 }));
        expect(await store.writeToken(toToken(2))).toBe(true);
        expect(await store.writeToken(toToken(1, { identity: 'acme/hub/3c4d' }))).toBe(true);

        expect(await store.readToken('acme/hub/1a2b')).toEqual(toToken(2));
      });

      it('are written by one of many who saw the same version', async () => {
        const store = await open();
        for (const version of [1, 2]) {
          const holders = Array.from({ length: 20 }, (_, index) => `holder ${index}`);

          const answers = await Promise.all(
            holders.map((holder) => store.writeToken(toToken(version, { holder }))),
          );

          expect(answers.filter((isWritten) => isWritten)).toHaveLength(1);
          const kept = await store.readToken('acme/hub/1a2b');
          expect(kept?.holder).toBe(holders[answers.indexOf(true)]);
        }
      });

      it.each([1, 2, 4])('stay as they are where version %i is written behind version 2', async (version) => {
        const store = await open();
        await store.writeToken(toToken(1));
        await store.writeToken(toToken(2));

        expect(await store.writeToken(toToken(version, { holder: 'late', sealed: 'late' }))).toBe(false);

        expect(await store.readToken('acme/hub/1a2b')).toEqual(toToken(2));
      });

      it('begin with version 1', async () => {
        const store = await open();

        expect(await store.writeToken(toToken(2))).toBe(false);

        expect(await store.readToken('acme/hub/1a2b')).toBeNull();
      });

      it('stay when all else is pruned', async () => {
        const store = await open();
        await store.writeToken(toToken(1));

        await store.prune(START + 10_000 * 86_400_000);

        expect(await store.readToken('acme/hub/1a2b')).toEqual(toToken(1));
      });
    });

    describe('deliveries', () => {
      async function owe(store: Store, deliveries: readonly Delivery[]) {
        for (const delivery of deliveries) {
          await track(store, toTracked(delivery.key.id));
          await store.record([
            toChange(delivery.key.id, {
              keptUntil: null,
              state: toState(delivery.key.id),
              deliveries: [delivery],
            }),
          ]);
        }
      }
      const take = async (store: Store, now: number, given = {}) =>
        (
          await store.takeDeliveries({
            now,
            busy: new Set(),
            perEndpoint: 10,
            limit: 10,
            leaseMs: LEASE_MS,
            ...given,
          })
        ).map(({ id }) => id);
      const settle = (store: Store, id: string, given = {}) =>
        store.settleDeliveries([
          { id, status: 'delivered', nextAttemptAt: null, lastResult: '200', at: START, ...given },
        ]);
      const nextAt = (store: Store) => store.nextDeliveryAt(new Set());

      it('are given out whole, once', async () => {
        const store = await open();
        const delivery = toDelivery('d1', { label: 'mine' });
        await owe(store, [delivery]);

        const taken = await store.takeDeliveries({
          now: START,
          busy: new Set(),
          perEndpoint: 1,
          limit: 1,
          leaseMs: LEASE_MS,
        });

        expect(taken).toEqual([
          {
            ...delivery,
            status: 'owed',
            attempts: 0,
            nextAttemptAt: START + LEASE_MS,
            lastResult: null,
            lastAttemptAt: null,
          },
        ]);
        expect(await take(store, START + LEASE_MS - 1)).toEqual([]);
      });

      it('are due again after their lease', async () => {
        const store = await open();
        await owe(store, [toDelivery('d1')]);
        await take(store, START);

        expect(await nextAt(store)).toBe(START + LEASE_MS);
        expect(await take(store, START + LEASE_MS)).toEqual(['d1']);
      });

      it('wait while their endpoint rests, and go out when it is woken', async () => {
        const store = await open();
        await owe(store, [
          toDelivery('off'),
          toDelivery('paused', { endpoint: 'audit' }),
          toDelivery('free', { endpoint: 'free' }),
        ]);
        await take(store, START);
        await settle(store, 'off', { status: 'owed', nextAttemptAt: START, restsUntil: null });
        await settle(store, 'off', { status: 'owed', nextAttemptAt: START, restsUntil: START + 1 });
        await settle(store, 'paused', { status: 'owed', nextAttemptAt: START, restsUntil: START + 9_000 });
        await settle(store, 'paused', { status: 'owed', nextAttemptAt: START, restsUntil: START + 5_000 });
        await settle(store, 'free', { status: 'owed', nextAttemptAt: START + 20_000 });

        expect(await nextAt(store)).toBe(START + 9_000);
        expect(await take(store, START + 8_999)).toEqual([]);
        expect(await take(store, START + 9_000, { leaseMs: 1 })).toEqual(['paused']);
        await store.wakeEndpoints(['none', 'audit'], 'all');
        await store.wakeEndpoints([], 'all');
        expect(await take(store, START + 9_001)).toEqual(['paused']);
        await store.wakeEndpoints(['ops', 'audit'], 'off');
        expect(await take(store, START + 9_001)).toEqual(['off']);
      });

      it('of an endpoint that rests for a time wait until then, where only those are woken that are off', async () => {
        const store = await open();
        await owe(store, [toDelivery('d1')]);
        await settle(store, 'd1', { status: 'owed', nextAttemptAt: START, restsUntil: START + 5_000.5 });

        await store.wakeEndpoints(['ops'], 'off');
        expect(await nextAt(store)).toBeGreaterThanOrEqual(START + 5_000.5);
        await store.wakeEndpoints(['ops'], 'all');
        expect(await nextAt(store)).toBe(START);
      });

      it('go out the longest due first, within the bounds asked for', async () => {
        const store = await open();
        await owe(store, [
          toDelivery('a1', { exportId: 'a', at: START + 3 }),
          toDelivery('b1', { exportId: 'b', at: START + 1 }),
          toDelivery('c1', { exportId: 'c', at: START + 2, endpoint: 'audit' }),
          toDelivery('d1', { exportId: 'd', at: START + 1 }),
          toDelivery('e1', { exportId: 'e', at: START + 99 }),
        ]);

        expect(await take(store, START)).toEqual([]);
        expect(await take(store, START + 9, { limit: 1 })).toEqual(['b1']);
        expect(await take(store, START + 9, { perEndpoint: 1 })).toEqual(['d1', 'c1']);
        expect(await take(store, START + 9)).toEqual(['a1']);
        expect(await nextAt(store)).toBe(START + 99);
      });

      it('pass busy endpoints by', async () => {
        const store = await open();
        await owe(store, [
          toDelivery('a1', { exportId: 'a' }),
          toDelivery('b1', { exportId: 'b', endpoint: 'audit', at: START + 1 }),
        ]);
        const busy = new Set(['ops']);

        expect(await store.nextDeliveryAt(busy)).toBe(START + 1);
        expect(await take(store, START + 5, { busy })).toEqual(['b1']);
        expect(await store.nextDeliveryAt(new Set(['ops', 'audit']))).toBeNull();
      });

      it('keep their order within one endpoint and export', async () => {
        const store = await open();
        await owe(store, [
          toDelivery('first'),
          toDelivery('second'),
          toDelivery('elsewhere', { endpoint: 'audit' }),
          toDelivery('third', { at: START - 50 }),
          toDelivery('of another', { exportId: 'e2' }),
        ]);

        expect((await take(store, START)).sort()).toEqual(['elsewhere', 'first', 'of another']);
        expect(await take(store, START)).toEqual([]);
        await settle(store, 'first', { status: 'owed', nextAttemptAt: START + 5_000, lastResult: '503' });
        expect(await take(store, START + 4_999)).toEqual([]);
        expect(await take(store, START + 5_000)).toEqual(['first']);
        await settle(store, 'first');
        expect(await take(store, START + 5_000)).toEqual(['second']);
        await settle(store, 'second', { status: 'given-up' });
        expect(await take(store, START + 5_000)).toEqual(['third']);
      });

      it('keep their order where several come in one change', async () => {
        const store = await open();
        await track(store, toTracked('e1'), { deliveries: [toDelivery('z'), toDelivery('a')] });
        await store.record([toChange('e1', { deliveries: [toDelivery('m'), toDelivery('b')] })]);

        const order: string[] = [];
        for (let turn = 0; turn < 4; turn += 1) {
          const [id = ''] = await take(store, START);
          order.push(id);
          await settle(store, id);
        }

        expect(order).toEqual(['z', 'a', 'm', 'b']);
        expect(await nextAt(store)).toBeNull();
      });

      it('count their attempts and tell how the last one ended', async () => {
        const store = await open();
        await owe(store, [toDelivery('d1')]);
        await take(store, START);
        await settle(store, 'd1', {
          status: 'owed',
          nextAttemptAt: START + 10,
          lastResult: 'timeout',
          at: START + 2,
        });

        expect(await store.listDeliveries({ tenant: 'acme', limit: 1 })).toMatchObject([
          {
            attempts: 1,
            status: 'owed',
            nextAttemptAt: START + 10,
            lastResult: 'timeout',
            lastAttemptAt: START + 2,
          },
        ]);
        expect(await nextAt(store)).toBe(START + 10);
        await settle(store, 'd1', { at: START + 11 });
        expect(await store.listDeliveries({ tenant: 'acme', limit: 1 })).toMatchObject([
          {
            attempts: 2,
            status: 'delivered',
            nextAttemptAt: null,
            lastResult: '200',
            lastAttemptAt: START + 11,
          },
        ]);
      });

      it('that were delivered stay so, whatever a late attempt says', async () => {
        const store = await open();
        await owe(store, [toDelivery('d1')]);
        await settle(store, 'd1');

        await settle(store, 'd1', { status: 'owed', nextAttemptAt: START, lastResult: '500' });
        await settle(store, 'unheard of');

        expect(await store.listDeliveries({ tenant: 'acme', status: 'delivered', limit: 9 })).toHaveLength(1);
        expect(await nextAt(store)).toBeNull();
      });

      it('are listed newest first, page by page, by endpoint and status', async () => {
        const store = await open();
        await owe(store, [
          toDelivery('d1'),
          toDelivery('d2', { endpoint: 'audit' }),
          toDelivery('d3', { exportId: 'e3' }),
          toDelivery('d4', { exportId: 'e4' }),
        ]);
        await settle(store, 'd3', { status: 'given-up' });
        const ids = async (given = {}) =>
          (await store.listDeliveries({ tenant: 'acme', limit: 10, ...given })).map(({ id }) => id);

        expect(await ids()).toEqual(['d4', 'd3', 'd2', 'd1']);
        expect(await ids({ limit: 2 })).toEqual(['d4', 'd3']);
        expect(await ids({ before: 'd3' })).toEqual(['d2', 'd1']);
        expect(await ids({ before: 'gone' })).toEqual([]);
        expect(await ids({ endpoint: 'ops', status: 'owed' })).toEqual(['d4', 'd1']);
        expect(await ids({ status: 'given-up' })).toEqual(['d3']);
        expect(await ids({ tenant: 'other' })).toEqual([]);
        expect(await ids({ tenant: 'other', before: 'd3' })).toEqual([]);
      });

      it('are made due again on demand, of their own tenant', async () => {
        const store = await open();
        await owe(store, [
          toDelivery('d1'),
          toDelivery('d2', { exportId: 'e2' }),
          toDelivery('d3', { exportId: 'e3' }),
        ]);
        await settle(store, 'd1', { status: 'given-up' });
        await settle(store, 'd2', { status: 'owed', nextAttemptAt: START + DAY_MS });
        await settle(store, 'd3');

        expect(await store.retryDelivery('other', 'd1', START + 5)).toBe(false);
        expect(await store.retryDelivery('acme', 'd1', START + 5)).toBe(true);
        expect(await store.retryDelivery('acme', 'd2', START + 6)).toBe(true);
        expect(await store.retryDelivery('acme', 'd3', START + 5)).toBe(false);
        expect(await store.retryDelivery('acme', 'unheard of', START + 5)).toBe(false);

        expect(await take(store, START + 6)).toEqual(['d1', 'd2']);
      });

      it('made due again take their place, but never beside one that is under way', async () => {
        const store = await open();
        await owe(store, [toDelivery('first'), toDelivery('second'), toDelivery('third')]);
        await settle(store, 'first', { status: 'given-up' });
        expect(await take(store, START)).toEqual(['second']);

        expect(await store.retryDelivery('acme', 'first', START + 1)).toBe(true);
        expect(await store.retryDelivery('acme', 'second', START + 1)).toBe(true);
        expect(await take(store, START + 1)).toEqual([]);
        await settle(store, 'second', { status: 'owed', nextAttemptAt: START + 3 });
        expect(await take(store, START + 2)).toEqual([]);
        expect(await take(store, START + 3)).toEqual(['second']);
        await settle(store, 'second');
        expect(await take(store, START + 4)).toEqual(['first']);
        await settle(store, 'first');
        expect(await take(store, START + 4)).toEqual(['third']);
      });

      it('made due again go before what waits for its turn', async () => {
        const store = await open();
        await owe(store, [toDelivery('first'), toDelivery('second')]);
        await settle(store, 'first', { status: 'given-up' });
        await settle(store, 'second', { status: 'owed', nextAttemptAt: START + 9 });

        await store.retryDelivery('acme', 'first', START + 20);

        expect(await take(store, START + 19)).toEqual([]);
        expect(await take(store, START + 20)).toEqual(['first']);
        await settle(store, 'first');
        expect(await take(store, START + 20)).toEqual(['second']);
      });
    });

    describe('pruning', () => {
      it('forgets ended exports when their time is over', async () => {
        const store = await open();
        await track(store, toTracked('open'));
        await track(store, toTracked('e1', { keptUntil: START + 1 }));
        await track(store, toTracked('e2', { keptUntil: START + 2 }));

        await store.prune(START + 1);

        expect((await list(store)).sort()).toEqual(['e2', 'open']);
      });

      it('forgets keys when they expire', async () => {
        const store = await open();
        await store.takeKey(toKey('k', { expiresAt: START + 1 }), START);
        await store.settleKey('acme', 'k', { status: 'done', started: toSnapshot('e1') });

        await store.prune(START);
        expect(await store.findKeyed('acme', ['e1'])).toEqual(new Set(['e1']));
        await store.prune(START + 1);

        expect(await store.findKeyed('acme', ['e1'])).toEqual(new Set());
      });

      it('forgets after 90 days that an export was untracked', async () => {
        const store = await open();
        await track(store, toTracked('e1'));
        await store.untrack('acme', 'e1', START);

        await store.prune(START + 90 * DAY_MS - 1);
        expect(await track(store, toTracked('e1'), { isDiscovered: true })).toBe('known');
        await store.prune(START + 90 * DAY_MS);

        expect(await track(store, toTracked('e1'), { isDiscovered: true })).toBe('tracked');
      });

      it('forgets finished deliveries after 7 days, and owed ones never', async () => {
        const store = await open();
        await track(store, toTracked('e1'), { deliveries: ['d1', 'd2', 'd3'].map((id) => toDelivery(id)) });
        await store.settleDeliveries([
          { id: 'd1', status: 'delivered', nextAttemptAt: null, lastResult: '200', at: START },
          { id: 'd2', status: 'given-up', nextAttemptAt: null, lastResult: '410', at: START + 1 },
        ]);

        await store.prune(START + 7 * DAY_MS);
        expect(await store.listDeliveries({ tenant: 'acme', limit: 9 })).toMatchObject([
          { id: 'd3' },
          { id: 'd2' },
        ]);
        await store.prune(START + 700 * DAY_MS);

        expect(await store.listDeliveries({ tenant: 'acme', limit: 9 })).toMatchObject([{ id: 'd3' }]);
      });

      it('forgets any number in one go', async () => {
        const store = await open();
        await trackMany(store, 1_100, { keptUntil: START });

        await store.prune(START);

        expect(await list(store)).toEqual([]);
      });
    });

    it('can be written', async () => {
      const store = await open();

      await store.check();
      await store.check();
    });
  });
}
