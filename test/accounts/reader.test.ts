import { describe, expect, it } from 'vitest';
import { ExportReader, NOTHING_WATCHED, type WatchedExports } from '../../src/accounts/reader.ts';
import { VendorError, type VendorErrorCode } from '../../src/export/errors.ts';
import type { Export, ExportKey, ExportSnapshot } from '../../src/export/export.ts';
import type { VendorAccount } from '../../src/export/ports.ts';
import { createFakeAccount, toExport, toKey, toSnapshot } from '../export/support.ts';
import { createManualClock, settle } from '../support/manual-clock.ts';

const ONE = toKey('1');
const TWO = toKey('2');
const THREE = toKey('3');

function createReader(
  peek: (account: VendorAccount, key: ExportKey) => Export | undefined = () => undefined,
  more: Partial<WatchedExports> = {},
) {
  const clock = createManualClock(1_000_000);
  return { clock, reader: new ExportReader(clock, { ...NOTHING_WATCHED, peek, ...more }) };
}

function toTrouble(code: VendorErrorCode): VendorError {
  return new VendorError({ code, message: 'No.', vendor: 'web-admit', account: 'admit' });
}

const words = (answers: readonly (Export | VendorError)[]) =>
  answers.map((answer) => (answer instanceof VendorError ? answer.code : answer.rawStatus));

describe('how old an answer may be', () => {
  const watchedAt = (observedAt: number, isStale = false) =>
    toExport(ONE, {
      rawStatus: 'watched',
      observedAt,
      observation: { observedAt, nextPollAt: null, throttledUntil: null, isStale },
    });

  it.each([
    [0, 0, 1],
    [999, 1_000, 1],
    [1_000, 1_000, 0],
    [1_001, 1_000, 0],
  ])(
    'decides whether the vendor is asked: maxAgeMs %i, %i ms after the watch read it',
    async (maxAgeMs, ageMs, calls) => {
      const account = createFakeAccount();
      const { reader } = createReader(() => watchedAt(1_000_000 - ageMs));

      await reader.readMany(account, [ONE], { maxAgeMs });

      expect(account.batches).toHaveLength(calls);
    },
  );

  it('is no excuse for an answer that is known to be stale', async () => {
    const account = createFakeAccount();
    const { reader } = createReader(() => watchedAt(1_000_000, true));

    await reader.readMany(account, [ONE], { maxAgeMs: 60_000 });

    expect(account.batches).toHaveLength(1);
  });

  it('is decided key by key, and the answers come in the order of the keys', async () => {
    const account = createFakeAccount({}, (key) => toSnapshot(key, { rawStatus: `read ${key.ids.run}` }));
    const { reader } = createReader((_account, key) =>
      key.id === TWO.id ? toExport(TWO, { rawStatus: 'watched', observedAt: 1_000_000 }) : undefined,
    );

    const answers = await reader.readMany(account, [THREE, TWO, ONE], { maxAgeMs: 10 });

    expect(words(answers)).toEqual(['read 3', 'watched', 'read 1']);
    expect(account.batches).toEqual([[THREE, ONE]]);
  });

  it('asks nobody where every answer is fresh', async () => {
    const account = createFakeAccount();
    const { reader } = createReader((_account, key) => toExport(key, { observedAt: 1_000_000 }));

    await reader.readMany(account, [ONE, TWO], { maxAgeMs: 1 });

    expect(account.batches).toEqual([]);
  });
});

describe('reads on their way', () => {
  it('are shared key by key, although they travel in batches', async () => {
    const gates = new Map<string, () => void>();
    const account = createFakeAccount(
      {},
      (key) => new Promise((resolve) => gates.set(key.id, () => resolve(toSnapshot(key)))),
    );
    const { reader } = createReader();

    const first = reader.readMany(account, [ONE, TWO], { maxAgeMs: 0 });
    const second = reader.readMany(account, [TWO, THREE], { maxAgeMs: 0 });
    await settle();
    for (const open of gates.values()) open();

    expect((await first).map((answer) => (answer as Export).key)).toEqual([ONE, TWO]);
    expect((await second).map((answer) => (answer as Export).key)).toEqual([TWO, THREE]);
    expect(account.batches).toEqual([[ONE, TWO], [THREE]]);
  });

  it('are not shared across identities', async () => {
    const one = createFakeAccount({ identity: 'default/admit/a' });
    const other = createFakeAccount({ identity: 'default/admit/b' });
    const { reader } = createReader();

    await Promise.all([one, other].map((account) => reader.readMany(account, [ONE], { maxAgeMs: 0 })));

    expect([one.batches, other.batches]).toEqual([[[ONE]], [[ONE]]]);
  });

  it('hold each key once, however often it is named', async () => {
    const account = createFakeAccount();
    const { reader } = createReader();

    const answers = await reader.readMany(account, [ONE, TWO, ONE], { maxAgeMs: 0 });

    expect(answers.map((answer) => (answer as Export).key)).toEqual([ONE, TWO, ONE]);
    expect(account.batches).toEqual([[ONE, TWO]]);
  });

  it("pass a failure on as that key's answer alone", async () => {
    const refusal = toTrouble('VENDOR_FORBIDDEN');
    const account = createFakeAccount({}, (key) => (key.id === TWO.id ? refusal : toSnapshot(key)));
    const { reader } = createReader();

    const answers = await reader.readMany(account, [ONE, TWO, THREE], { maxAgeMs: 0 });

    expect(words(answers)).toEqual(['In Progress', 'VENDOR_FORBIDDEN', 'In Progress']);
  });

  it('end when nobody waits for any of their keys any more, and not before', async () => {
    const account = createFakeAccount({}, () => new Promise(() => undefined));
    const { reader } = createReader();
    const [first, second] = [new AbortController(), new AbortController()];

    const reads = Promise.allSettled([
      reader.readMany(account, [ONE, TWO], { maxAgeMs: 0, signal: first.signal }),
      reader.readMany(account, [TWO], { maxAgeMs: 0, signal: second.signal }),
    ]);
    first.abort(new Error('left'));
    await settle();
    const wasAborted = account.signals[0]?.aborted;
    second.abort(new Error('left too'));
    const outcomes = await reads;

    expect(wasAborted).toBe(false);
    expect(account.signals[0]?.aborted).toBe(true);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.message)).toEqual([
      'left',
      'left too',
    ]);
    expect(account.batches).toHaveLength(1);
  });
});

describe('what a caller is shown beside the snapshot', () => {
  it('is what the watch has seen, and until when the account must wait', async () => {
    const transitions = [{ from: null, to: 'QUEUED', rawStatus: 'Queued', at: 5 }] as const;
    const account = createFakeAccount({
      health: () => ({ state: 'THROTTLED', throttledUntil: 1_030_000, lastError: null }),
    });
    const { reader } = createReader(() =>
      toExport(ONE, {
        transitions,
        observation: { observedAt: 1, nextPollAt: 1_005_000, throttledUntil: null, isStale: true },
      }),
    );

    const [answer] = await reader.readMany(account, [ONE], { maxAgeMs: 0 });

    expect(answer).toMatchObject({
      observation: { observedAt: 0, nextPollAt: 1_005_000, throttledUntil: 1_030_000, isStale: false },
      transitions,
    });
  });

  it('is nothing where nobody ever watched', async () => {
    const { reader } = createReader();

    const [answer] = await reader.readMany(createFakeAccount(), [ONE], { maxAgeMs: 0 });

    expect(answer).toMatchObject({
      observation: { nextPollAt: null, throttledUntil: null, isStale: false },
      transitions: [],
    });
  });
});

describe('what a read tells the watches', () => {
  it('is every snapshot, of single reads, batches and lists alike, and no error', async () => {
    const learnt: string[] = [];
    const learn = (_account: VendorAccount, snapshot: ExportSnapshot) => void learnt.push(snapshot.key.id);
    const account = createFakeAccount({ listRecent: async () => [toSnapshot(THREE)] }, (key) =>
      key.id === TWO.id ? toTrouble('VENDOR_TIMEOUT') : toSnapshot(key),
    );
    const { reader } = createReader(undefined, { learn });

    await reader.readMany(account, [ONE], { maxAgeMs: 0 });
    await reader.readMany(account, [TWO, THREE], { maxAgeMs: 0 });
    await reader.listRecent(account, 10);

    expect(learnt).toEqual([ONE.id, THREE.id, THREE.id]);
  });

  it('is told before the answer is shown, so that what is shown beside it does not contradict it', async () => {
    let remembered: Export | undefined = toExport(ONE, {
      transitions: [{ from: null, to: 'QUEUED', rawStatus: 'Queued', at: 5 }],
    });
    const { reader } = createReader(undefined, {
      lastKnown: () => remembered,
      learn: () => {
        remembered = undefined;
      },
    });

    const [answer] = await reader.readMany(createFakeAccount(), [ONE], { maxAgeMs: 0 });

    expect(answer).toMatchObject({ transitions: [] });
  });
});

describe('what was known before', () => {
  const remembered = (observedAt: number) =>
    toExport(ONE, {
      rawStatus: 'remembered',
      observedAt,
      observation: { observedAt, nextPollAt: null, throttledUntil: null, isStale: false },
    });

  it('is no answer while the vendor can be asked: a watch that ended says nothing of now', async () => {
    const account = createFakeAccount();
    const { reader } = createReader(undefined, { lastKnown: () => remembered(999_999) });

    const answers = await reader.readMany(account, [ONE], { maxAgeMs: 600_000 });

    expect(words(answers)).toEqual(['In Progress']);
  });

  it.each<VendorErrorCode>([
    'VENDOR_RATE_LIMITED',
    'VENDOR_TIMEOUT',
    'VENDOR_UNAVAILABLE',
    'VENDOR_BAD_RESPONSE',
  ])('is given instead of %s where it is young enough, and marked as stale', async (code) => {
    const account = createFakeAccount({}, () => toTrouble(code));
    const { reader } = createReader(undefined, {
      lastKnown: (_account, key) => (key.id === ONE.id ? remembered(999_000) : undefined),
    });

    const answers = await reader.readMany(account, [ONE, TWO], { maxAgeMs: 1_000 });
    const [alone] = await reader.readMany(account, [ONE], { maxAgeMs: 1_000 });

    expect(words(answers)).toEqual(['remembered', code]);
    expect(alone).toEqual({
      ...remembered(999_000),
      observation: { observedAt: 999_000, nextPollAt: null, throttledUntil: null, isStale: true },
    });
  });

  it('is given of a live watch in trouble too', async () => {
    const account = createFakeAccount({}, () => toTrouble('VENDOR_UNAVAILABLE'));
    const live = {
      ...remembered(999_500),
      observation: { ...remembered(999_500).observation, isStale: true },
    };
    const { reader } = createReader(() => live);

    const answers = await reader.readMany(account, [ONE], { maxAgeMs: 1_000 });

    expect(words(answers)).toEqual(['remembered']);
    expect(account.batches).toHaveLength(1);
  });

  it.each<[VendorErrorCode, number, number]>([
    ['VENDOR_UNAVAILABLE', 998_999, 1_000],
    ['VENDOR_UNAVAILABLE', 1_000_000, 0],
    ['EXPORT_NOT_FOUND', 1_000_000, 1_000],
    ['VENDOR_UNAUTHENTICATED', 1_000_000, 1_000],
    ['VENDOR_FORBIDDEN', 1_000_000, 1_000],
    ['UNSUPPORTED_BY_VENDOR', 1_000_000, 1_000],
  ])('does not hide %s, seen at %i with maxAgeMs %i', async (code, observedAt, maxAgeMs) => {
    const account = createFakeAccount({}, () => toTrouble(code));
    const { reader } = createReader(undefined, { lastKnown: () => remembered(observedAt) });

    const answers = await reader.readMany(account, [ONE], { maxAgeMs });

    expect(words(answers)).toEqual([code]);
  });
});

describe('an answer that has just come', () => {
  it('is shared with all who had asked before it came, in a batch too', async () => {
    const account = createFakeAccount();
    const { reader } = createReader();
    const askedAt = reader.moment;

    await reader.readMany(account, [ONE, TWO], { maxAgeMs: 0, askedAt });
    const alone = await reader.readMany(account, [ONE], { maxAgeMs: 0, askedAt });
    const together = await reader.readMany(account, [TWO, THREE], { maxAgeMs: 0, askedAt });

    expect([...words(alone), ...words(together)]).toEqual(['In Progress', 'In Progress', 'In Progress']);
    expect(account.batches).toEqual([[ONE, TWO], [THREE]]);
  });

  it('is not shared with those who ask after it came, or do not say when they asked', async () => {
    const account = createFakeAccount();
    const { reader } = createReader();
    const first = reader.moment;

    await reader.readMany(account, [ONE], { maxAgeMs: 0, askedAt: first });
    await reader.readMany(account, [ONE], { maxAgeMs: 0, askedAt: reader.moment });
    await reader.readMany(account, [ONE, TWO], { maxAgeMs: 0 });

    expect(account.batches).toEqual([[ONE], [ONE], [ONE, TWO]]);
  });

  it('is shared with callers who come while it is handed out, and with nobody after that', async () => {
    const account = createFakeAccount();
    const { reader } = createReader();
    const ask = () => reader.readMany(account, [ONE], { maxAgeMs: 0, askedAt: reader.moment });
    const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));

    // The account answers at once; each turn of the loop brings one more caller.
    const early: Promise<readonly (Export | VendorError)[]>[] = [ask()];
    for (let turn = 0; turn < 10; turn += 1) {
      await nextTurn();
      early.push(ask());
    }
    const answers = await Promise.all(early);
    expect(account.batches).toEqual([[ONE]]);
    await ask();

    expect(answers.map(words)).toEqual(early.map(() => ['In Progress']));
    expect(account.batches).toEqual([[ONE], [ONE]]);
  });

  it('is held back for 25 ms at most, however many come for it', async () => {
    const account = createFakeAccount();
    let now = 1_000_000;
    const reader = new ExportReader({ now: () => now, setTimer: () => () => undefined });
    let isOver = false;
    const first = reader.readMany(account, [ONE], { maxAgeMs: 0, askedAt: reader.moment }).then(() => {
      isOver = true;
    });

    let callers = 0;
    while (!isOver) {
      void reader.readMany(account, [ONE], { maxAgeMs: 0, askedAt: reader.moment });
      callers += 1;
      now += 1;
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
    await first;

    expect(callers).toBeGreaterThan(5);
    expect(callers).toBeLessThan(40);
  });

  it('is not shared across identities', async () => {
    const one = createFakeAccount({ identity: 'default/admit/a' });
    const other = createFakeAccount({ identity: 'default/admit/b' });
    const { reader } = createReader();
    const askedAt = reader.moment;

    for (const account of [one, other]) await reader.readMany(account, [ONE], { maxAgeMs: 0, askedAt });

    expect([one.batches, other.batches]).toEqual([[[ONE]], [[ONE]]]);
  });

  it('is forgotten after a second, and a thousand of them are kept at most', async () => {
    const account = createFakeAccount();
    const { reader, clock } = createReader();
    const askedAt = reader.moment;
    const read = (key: ExportKey) => reader.readMany(account, [key], { maxAgeMs: 0, askedAt });

    await read(ONE);
    await clock.advance(1_000);
    await read(TWO);
    await read(ONE);
    for (let run = 10; run < 1_010; run += 1) await read(toKey(String(run)));
    await read(ONE);

    expect(account.batches.filter(([key]) => key?.id === ONE.id)).toHaveLength(3);
  });
});

describe('the files of an export', () => {
  const file = { name: 'a.csv', mediaType: 'text/csv', availableUntil: null };

  it.each([[null], [[]], [[file]]])('are those of the answer where it names them: %j', async (files) => {
    const { reader } = createReader();
    const account = createFakeAccount({ describeFiles: () => Promise.reject(new Error('asked')) });

    expect(await reader.files(account, toExport(ONE, { files }))).toEqual(files);
  });

  it('are asked for once where it does not, however many ask at once', async () => {
    let calls = 0;
    const account = createFakeAccount({
      describeFiles: async () => {
        calls += 1;
        return [file];
      },
    });
    const { reader } = createReader();
    const ended = toExport(ONE, { files: undefined });

    const answers = await Promise.all([reader.files(account, ended), reader.files(account, ended)]);

    expect(answers).toEqual([[file], [file]]);
    expect(calls).toBe(1);
  });
});

describe('a list of recent exports', () => {
  it('is asked for once by all who ask for as many at once', async () => {
    const limits: number[] = [];
    const account = createFakeAccount({
      listRecent: async (limit) => {
        limits.push(limit);
        return [toSnapshot(ONE)];
      },
    });
    const { reader } = createReader();

    const lists = await Promise.all([10, 10, 20].map((limit) => reader.listRecent(account, limit)));

    expect(limits).toEqual([10, 20]);
    expect(lists.map((list) => list.map(({ key }) => key))).toEqual([[ONE], [ONE], [ONE]]);
  });
});
