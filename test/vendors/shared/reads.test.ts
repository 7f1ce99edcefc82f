import { describe, expect, it } from 'vitest';
import { VendorError, type VendorErrorCode } from '../../../src/export/errors.ts';
import type { ExportKey, ExportSnapshot } from '../../../src/export/export.ts';
import type { Reading } from '../../../src/export/ports.ts';
import { createReads, type Listed } from '../../../src/vendors/shared/reads.ts';
import { toKey as toRunKey, toSnapshot } from '../../export/support.ts';
import { createManualClock, settle } from '../../support/manual-clock.ts';
import { createStubHttp } from '../stub-http.ts';
import { vendorTakes } from '../vendor-takes.ts';

const ROUND_TRIP_MS = 20;
const LIST = 'list g';

/** An export of the list `g`. */
const toKey = (run: string) => toRunKey(run, 'g');
const toKeys = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => toKey(String(first + index)));

/** A vendor whose every call takes one round trip; its list holds these exports. */
function createVendor(held: readonly string[] = [], hasList = true) {
  const clock = createManualClock();
  const http = createStubHttp('web-admit', 'admit');
  const calls: string[] = [];
  const seen: string[] = [];
  const state = { held, listError: null as VendorErrorCode | null };
  const reads = createReads({
    http,
    clock,
    vendorName: 'The vendor',
    timeoutMs: 1_000,
    onSnapshot: ({ key }) => void seen.push(key.ids.run ?? ''),
    async readOne(key: ExportKey, options): Promise<ExportSnapshot> {
      calls.push(`one ${key.ids.run}`);
      await vendorTakes(clock, ROUND_TRIP_MS, options);
      return toSnapshot(key, { rawStatus: 'single' });
    },
    list: !hasList
      ? undefined
      : {
          listOf: ({ group }) => group,
          nameOf: ({ run }) => run ?? '',
          async read(list, options): Promise<Listed> {
            calls.push(`list ${list}`);
            await vendorTakes(clock, ROUND_TRIP_MS, options);
            if (state.listError !== null) throw http.toError(state.listError, 'No list.');
            const names = new Set(state.held);
            return {
              names,
              find: (key) =>
                names.has(key.ids.run ?? '') ? toSnapshot(key, { rawStatus: 'listed' }) : undefined,
            };
          },
        },
  });

  /** Reads, and says what it cost. */
  async function read(keys: readonly ExportKey[]) {
    const startedAt = clock.now();
    const callsBefore = calls.length;
    let endedAt = startedAt;
    let readings: readonly Reading[] = [];
    const reading = reads.readMany(keys).then((given) => {
      readings = given;
      endedAt = clock.now();
    });
    for (let step = 0; step < 4; step += 1) await clock.advance(ROUND_TRIP_MS);
    await reading;
    return {
      tookMs: endedAt - startedAt,
      calls: calls.slice(callsBefore),
      words: readings.map((given) => (given instanceof VendorError ? given.code : given.rawStatus)),
    };
  }
  return { clock, reads, read, calls, seen, state };
}

describe('a list call', () => {
  it('is tried where nothing is known of it, and asked for again where it held what was wanted', async () => {
    const { read } = createVendor(['1', '2', '3', '4', '5']);

    const first = await read(toKeys(1, 5));
    const second = await read(toKeys(1, 5));

    expect([first.calls, second.calls]).toEqual([[LIST], [LIST]]);
    expect(second).toMatchObject({ tookMs: ROUND_TRIP_MS, words: Array(5).fill('listed') });
  });

  it('that held nothing of what was wanted is not waited for again, whatever is wanted next', async () => {
    const { read } = createVendor(['90', '91']);

    const first = await read(toKeys(1, 5));
    const same = await read(toKeys(1, 5));
    const others = await read(toKeys(11, 5));

    expect(first.tookMs).toBe(2 * ROUND_TRIP_MS);
    for (const later of [same, others]) {
      expect(later.tookMs).toBe(ROUND_TRIP_MS);
      expect(later.calls).toHaveLength(5);
      expect(later.calls).not.toContain(LIST);
    }
  });

  it('is still asked for what it holds, and in the same round trip the others are asked for singly', async () => {
    const { read } = createVendor(['1', '2', '3', '4']);
    await read(toKeys(1, 6));

    const { calls, tookMs, words } = await read(toKeys(1, 6));

    expect(calls.toSorted()).toEqual([LIST, 'one 5', 'one 6']);
    expect(tookMs).toBe(ROUND_TRIP_MS);
    expect(words).toEqual(['listed', 'listed', 'listed', 'listed', 'single', 'single']);
  });

  it('is tried again after a minute, beside the single calls, and used from then on where it pays', async () => {
    const { read, clock, state } = createVendor();
    await read(toKeys(1, 5));
    state.held = ['1', '2', '3', '4', '5'];

    const early = await read(toKeys(1, 5));
    await clock.advance(60_000);
    const trial = await read(toKeys(1, 5));
    const after = await read(toKeys(1, 5));

    expect(early.calls).not.toContain(LIST);
    expect(trial).toMatchObject({ tookMs: ROUND_TRIP_MS, words: Array(5).fill('single') });
    expect(trial.calls).toHaveLength(6);
    expect(after).toMatchObject({ calls: [LIST], words: Array(5).fill('listed') });
  });

  it('that failed is tried beside the single calls after ten seconds, and what it held is not forgotten', async () => {
    const { read, clock, state } = createVendor(['1', '2', '3']);
    await read(toKeys(1, 3));
    state.listError = 'VENDOR_UNAVAILABLE';

    const failed = await read(toKeys(1, 3));
    const early = await read(toKeys(1, 3));
    state.listError = null;
    await clock.advance(10_000);
    const trial = await read(toKeys(1, 3));
    const after = await read(toKeys(1, 3));

    expect(failed).toMatchObject({
      calls: [LIST, 'one 1', 'one 2', 'one 3'],
      words: Array(3).fill('single'),
    });
    expect(early).toMatchObject({ calls: ['one 1', 'one 2', 'one 3'], tookMs: ROUND_TRIP_MS });
    expect(trial.calls).toContain(LIST);
    expect(after.calls).toEqual([LIST]);
  });

  it('that keeps failing is tried once a minute', async () => {
    const { read, clock, state } = createVendor();
    state.listError = 'VENDOR_FORBIDDEN';
    await read(toKeys(1, 3));
    await clock.advance(10_000);
    const second = await read(toKeys(1, 3));

    await clock.advance(10_000);
    const early = await read(toKeys(1, 3));
    await clock.advance(50_000);
    const third = await read(toKeys(1, 3));

    expect(second.calls).toContain(LIST);
    expect(early.calls).not.toContain(LIST);
    expect(third.calls).toContain(LIST);
  });

  it.each<VendorErrorCode>(['VENDOR_RATE_LIMITED', 'VENDOR_UNAUTHENTICATED'])(
    'that is answered with %s is the answer for all that it was to tell of',
    async (code) => {
      const { read, state } = createVendor(['1', '2']);
      state.listError = code;

      expect(await read(toKeys(1, 2))).toMatchObject({ calls: [LIST], words: [code, code] });
    },
  );

  it('is learnt about list by list', async () => {
    const { read } = createVendor(['1', '2']);
    await read(toKeys(11, 5));

    const { calls } = await read([toRunKey('1', 'h'), toRunKey('2', 'h')]);

    expect(calls).toEqual(['list h']);
  });

  it('is hoped for less where many lists of the account held nothing, and tried once a minute', async () => {
    const { read, clock } = createVendor();
    for (let n = 0; n < 6; n += 1)
      await read([1, 2, 3, 4, 5].map((id) => toRunKey(String(id), `hopeless-${n}`)));

    const five = (list: string) => [1, 2, 3, 4, 5].map((id) => toRunKey(String(id), list));
    const { calls } = await read(five('new'));
    await clock.advance(60_000);
    const later = await read(five('newer'));
    const soon = await read(five('newest'));

    expect(calls).toHaveLength(5);
    expect(calls).not.toContain('list new');
    expect(later.calls).toContain('list newer');
    expect(later.calls).toHaveLength(6);
    expect(soon.calls).toHaveLength(5);
  });

  it('forgets lists beyond a bound, so that whoever names many fills no memory', async () => {
    const { read } = createVendor();
    await read(toKeys(1, 5));
    for (let n = 0; n < 200; n += 1) await read([toRunKey('1', `h${n}`), toRunKey('2', `h${n}`)]);

    expect((await read(toKeys(1, 5))).calls).toContain(LIST);
  });

  it('ends with whoever waits for it, and nothing is asked after that', async () => {
    const { reads, calls } = createVendor();
    const leaving = new AbortController();
    const reading = reads.readMany(toKeys(1, 3), { signal: leaving.signal });
    const ended = expect(reading).rejects.toThrow('left');

    leaving.abort(new Error('left'));
    await settle();
    await ended;

    expect(calls).toEqual([LIST]);
  });

  it('leaves no timer behind', async () => {
    const { read, clock } = createVendor(['1', '2']);

    await read(toKeys(1, 4));

    expect(clock.pending).toBe(0);
  });
});

describe('whether a list call pays', () => {
  it('is hoped for several exports, never for one', () => {
    const { reads } = createVendor();

    expect([reads.listPays(1), reads.listPays(2)]).toEqual([false, true]);
  });

  it('is never so without a list call', () => {
    expect(createVendor([], false).reads.listPays(100)).toBe(false);
  });

  it('is learnt from what it held', async () => {
    const useful = createVendor(['1', '2', '3']);
    const useless = createVendor();
    await useful.read(toKeys(1, 3));
    await useless.read(toKeys(1, 3));

    expect([useful.reads.listPays(2), useless.reads.listPays(2)]).toEqual([true, false]);
  });

  it('is hoped for again when the list is to be tried again, or who reads singly would never learn of it', async () => {
    const { reads, read, clock, state } = createVendor(['1', '2', '3']);
    state.listError = 'VENDOR_UNAVAILABLE';
    await read(toKeys(1, 3));
    expect(reads.listPays(3)).toBe(false);

    await clock.advance(10_000);
    expect([reads.listPays(1), reads.listPays(3)]).toEqual([false, true]);
    await read(toKeys(1, 3));
    expect(reads.listPays(3)).toBe(false);
    state.listError = null;
    // One that failed twice is tried once a minute.
    await clock.advance(60_000);
    await read(toKeys(1, 3));

    expect(reads.listPays(3)).toBe(true);
  });
});

describe('every snapshot', () => {
  it('is told of once, listed or not', async () => {
    const { read, seen } = createVendor(['1', '2']);

    await read(toKeys(1, 3));

    expect(seen.toSorted()).toEqual(['1', '2', '3']);
  });
});
