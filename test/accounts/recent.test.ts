import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RecentOptions, readRecent } from '../../src/accounts/recent.ts';
import { InputError, VendorError } from '../../src/export/errors.ts';
import type { Export } from '../../src/export/export.ts';
import type { VendorAccount } from '../../src/export/ports.ts';
import { createFakeAccount, toExport, toKey } from '../export/support.ts';

const ADMIT = createFakeAccount({ key: 'admit' });
const BROKEN = createFakeAccount({ key: 'broken' });

/** Reads one page of what lists and watches hold. */
function read(
  listed: readonly Export[],
  watched: readonly Export[] = [],
  options: Partial<RecentOptions> = {},
  accounts: readonly VendorAccount[] = [ADMIT],
  tracked: readonly (readonly [Export, label: string | null])[] = [],
) {
  const sources = {
    list: async (account: VendorAccount) => {
      if (account === BROKEN) throw broken();
      return listed;
    },
    watched: () => watched,
    ...toTracked(tracked),
  };
  return readRecent(accounts, sources, { first: 100, ...options });
}

/** What a store holds, with the labels that people gave. */
function toTracked(tracked: readonly (readonly [Export, label: string | null])[]) {
  return {
    tracked: async () => tracked.map(([each]) => each),
    labels: async () => new Map(tracked.map(([{ key }, label]) => [key.id, label])),
  };
}

function broken(): VendorError {
  const message = 'The connection to WebAdMIT failed.';
  return new VendorError({ code: 'VENDOR_UNAVAILABLE', message, vendor: 'web-admit', account: 'broken' });
}

const runsOf = (page: { readonly nodes: readonly Export[] }) => page.nodes.map(({ key }) => key.ids.run);

describe('the order of recent exports', () => {
  it('is by creation time, newest first, and by id where that is equal or unknown', async () => {
    const page = await read([
      toExport(toKey('9')),
      toExport(toKey('1'), { createdAt: 1_000 }),
      toExport(toKey('10')),
      toExport(toKey('2'), { createdAt: 2_000 }),
      toExport(toKey('3'), { createdAt: 1_000 }),
      toExport(toKey('4'), { createdAt: 0 }),
    ]);

    expect(runsOf(page)).toEqual(['2', '3', '1', '4', '10', '9']);
  });

  it('does not depend on the order in which vendors answer', async () => {
    const exports = Array.from({ length: 12 }, (_, index) =>
      toExport(toKey(String(index + 1)), { createdAt: index % 3 === 0 ? null : (index % 4) * 1_000 }),
    );
    const expected = runsOf(await read(exports));

    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(exports, { minLength: 12 }), async (shuffled) => {
        expect(runsOf(await read(shuffled))).toEqual(expected);
      }),
    );
  });
});

describe('an export that is found twice', () => {
  it('stands once, as it was seen last', async () => {
    const listed = toExport(toKey('1'), { observedAt: 5, status: 'RUNNING' });
    const watched = toExport(toKey('1'), { observedAt: 6, status: 'SUCCEEDED' });

    expect((await read([listed], [watched])).nodes).toEqual([watched]);
    expect((await read([watched], [listed])).nodes).toEqual([watched]);
  });

  it('stands once where one of the two holds a hint', async () => {
    const listed = toExport(toKey('1', '7'), { observedAt: 5 });
    const watched = toExport(toKey('1'), { observedAt: 4 });

    expect((await read([listed], [watched])).nodes).toEqual([listed]);
  });

  it('keeps its place in the pages whichever of the two was seen last', async () => {
    const listed = ['30', '20', '10'].map((run) => toExport(toKey(run, '7'), { observedAt: 5 }));
    const watched = (observedAt: number) =>
      ['30', '20', '10'].map((run) => toExport(toKey(run), { observedAt }));

    for (const [before, after] of [
      [4, 6],
      [6, 4],
    ] as const) {
      const first = await read(listed, watched(before), { first: 2 });
      const second = await read(listed, watched(after), { first: 2, after: first.pageInfo.endCursor });

      expect(runsOf(first)).toEqual(['30', '20']);
      expect(runsOf(second)).toEqual(['10']);
    }
  });

  it('stands twice where the accounts are two', async () => {
    const page = await read([toExport(toKey('1', undefined, 'a')), toExport(toKey('1', undefined, 'b'))]);

    expect(page.nodes).toHaveLength(2);
  });
});

describe('pages of recent exports', () => {
  const anyExport = fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.option(fc.integer({ min: 0, max: 5 })), fc.boolean())
    .map(([run, createdAt, hasGroup]) =>
      toExport(toKey(String(run), hasGroup ? '7' : undefined), { createdAt }),
    );

  it('cover everything exactly once, for every set of exports and every page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyExport, { maxLength: 40 }),
        fc.integer({ min: 1, max: 10 }),
        async (exports, first) => {
          const all = (await read(exports)).nodes;
          const paged: Export[] = [];
          let after: string | null = null;
          for (;;) {
            const page = await read(exports, [], { first, after });
            paged.push(...page.nodes);
            if (!page.pageInfo.hasNextPage) break;
            after = page.pageInfo.endCursor;
          }

          expect(paged).toEqual(all);
        },
      ),
    );
  });

  it('go on from any cursor, not only from the last', async () => {
    const { edges } = await read(['3', '2', '1'].map((run) => toExport(toKey(run))));

    const page = await read(
      ['4', '3', '2', '1'].map((run) => toExport(toKey(run))),
      [],
      {
        after: edges[0]?.cursor,
      },
    );

    expect(runsOf(page)).toEqual(['2', '1']);
  });
});

describe('accounts that cannot be listed', () => {
  it('are named, and what was watched through them is shown all the same', async () => {
    const watched = toExport(toKey('1', undefined, 'broken'));

    const page = await read([toExport(toKey('2'))], [watched], {}, [ADMIT, BROKEN]);

    expect(page.unavailable).toEqual([
      { account: BROKEN, code: 'VENDOR_UNAVAILABLE', message: 'The connection to WebAdMIT failed.' },
    ]);
    expect(runsOf(page)).toEqual(['2', '1']);
  });

  it('hide no mistake of ours', async () => {
    const sources = {
      list: () => Promise.reject(new TypeError('a bug')),
      watched: () => [],
      ...toTracked([]),
    };

    await expect(readRecent([ADMIT], sources, { first: 1 })).rejects.toThrow(TypeError);
  });
});

describe('tracked exports among the recent ones', () => {
  const listed = [toExport(toKey('1'), { name: 'Sales', createdAt: 1_000 })];
  const tracked = [
    [toExport(toKey('2'), { name: 'Applicants', createdAt: 2_000 }), 'For Monday'],
    [toExport(toKey('3'), { createdAt: 3_000 }), null],
  ] as const;
  const page = (filter: RecentOptions['filter']) => read(listed, [], { filter }, [ADMIT], tracked);

  it('stand beside those that vendors list', async () => {
    expect(runsOf(await page(null))).toEqual(['3', '2', '1']);
  });

  it('can be left out, or asked for alone, which costs no list call', async () => {
    expect(runsOf(await page({ isTracked: false }))).toEqual(['1']);
    expect(runsOf(await page({ isTracked: true }))).toEqual(['3', '2']);
    const alone = await read(listed, [], { filter: { isTracked: true } }, [ADMIT, BROKEN], tracked);
    expect(alone.unavailable).toEqual([]);
  });

  it('are found by a part of their name or label, whatever its case', async () => {
    expect(runsOf(await page({ text: 'monday' }))).toEqual(['2']);
    expect(runsOf(await page({ text: 'SAL' }))).toEqual(['1']);
    expect(runsOf(await page({ text: 'nothing' }))).toEqual([]);
  });

  it('are found by when they were created: from an instant on, and before one', async () => {
    expect(runsOf(await page({ createdAfter: 2_000 }))).toEqual(['3', '2']);
    expect(runsOf(await page({ createdBefore: 2_000 }))).toEqual(['1']);
  });
});

describe('a cursor', () => {
  it('is refused with an InputError, or names a place: whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.stringMatching(/^[\w-]{0,60}$/),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        async (after) => {
          const outcome = await read([], [], { after }).catch((error: unknown) => error);

          expect(outcome instanceof InputError || (outcome as { nodes: unknown[] }).nodes.length === 0).toBe(
            true,
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
