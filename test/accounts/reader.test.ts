import { describe, expect, it } from 'vitest';
import { ExportReader, NOTHING_WATCHED } from '../../src/accounts/reader.ts';
import { VendorReads } from '../../src/accounts/vendor-reads.ts';
import { VendorError } from '../../src/export/errors.ts';
import type { Export, ExportKey } from '../../src/export/export.ts';
import type { VendorAccount } from '../../src/export/ports.ts';
import { createFakeAccount, toExport, toKey, toSnapshot } from '../export/support.ts';
import { createManualClock, settle } from '../support/manual-clock.ts';

const ONE = toKey('1');
const TWO = toKey('2');
const THREE = toKey('3');

function createReader(
  watched: (account: VendorAccount, key: ExportKey) => Export | undefined = () => undefined,
) {
  const clock = createManualClock(1_000_000);
  return { clock, reader: new ExportReader(clock, new VendorReads(), { ...NOTHING_WATCHED, peek: watched }) };
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
    const refusal = new VendorError({
      code: 'VENDOR_FORBIDDEN',
      message: 'No.',
      vendor: 'web-admit',
      account: 'admit',
    });
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
