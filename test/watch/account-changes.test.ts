import { describe, expect, it } from 'vitest';
import type { WatchRequest } from '../../src/watch/watch-hub.ts';
import { settle } from '../support/manual-clock.ts';
import { createFakeAccount, toError, toSnapshot } from './fake-account.ts';
import { createHubHarness, follow } from './hub-harness.ts';

const GONE = { code: 'EXPORT_NOT_FOUND', message: 'There is no such account for you.' } as const;

/** A hub with a second account beside the harness's own. */
async function setUp() {
  const harness = await createHubHarness();
  const other = createFakeAccount({ now: harness.clock.now, key: 'other' });
  const { hub, account, requests } = harness;
  const mixed = (ids: readonly string[], otherIds: readonly string[]): readonly WatchRequest[] => [
    ...requests(ids),
    ...requests(otherIds, other),
  ];
  return { ...harness, other, mixed, end: () => hub.endAccounts(new Map([[account.identity, GONE]])) };
}

describe('an account that is gone', () => {
  it('ends each of its exports with one last event, and streams that have no other', async () => {
    const { clock, watch, end } = await setUp();
    const one = watch(['a']);
    const both = watch(['a', 'b']);
    await clock.advance(1_000);

    end();
    await clock.advance(60_000);

    expect(one.story).toEqual(['Snapshot a RUNNING', 'WatchFailed a RUNNING']);
    expect(both.story.slice(2)).toEqual(['WatchFailed a RUNNING', 'WatchFailed b RUNNING']);
    expect([one.state, both.state]).toEqual([
      { isDone: true, error: undefined },
      { isDone: true, error: undefined },
    ]);
    expect(one.events.at(-1)).toMatchObject({
      type: 'ExportWatchFailed',
      code: 'EXPORT_NOT_FOUND',
      message: 'There is no such account for you.',
      export: { observation: { isStale: true } },
    });
  });

  it('is not asked any more, and nothing of it is remembered', async () => {
    const { clock, watch, end, account, hub, requests } = await setUp();
    watch(['a']);
    await clock.advance(1_000);
    const asked = account.batches.length;

    end();
    await clock.advance(600_000);

    expect(account.batches).toHaveLength(asked);
    expect(hub.counters()).toMatchObject({ watches: 0, subscribers: 0 });
    expect(hub.recent([account])).toEqual([]);
    const [request] = requests(['a']);
    expect(request && hub.peek(request.account, request.key)).toBeUndefined();
  });

  it('leaves the exports of other accounts in the same stream alone, whose cursors go on', async () => {
    const { clock, hub, mixed, other, end } = await setUp();
    const stream = follow(hub.events(mixed(['a'], ['x'])));
    await clock.advance(1_000);

    end();
    await clock.advance(1_000);
    const { lastCursor } = stream;
    other.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(60_000);

    expect(stream.story.slice(2)).toEqual(['WatchFailed a RUNNING', 'StatusChanged x SUCCEEDED']);
    expect(stream.state.isDone).toBe(true);
    const resumed = follow(hub.events(mixed([], ['x']), { after: lastCursor }));
    await settle();
    expect(resumed.story).toEqual(['StatusChanged x SUCCEEDED']);
  });

  it('is told once to a stream that was just joining, in place of a first state', async () => {
    const { clock, watch, end } = await setUp();
    const early = watch(['a']);
    await clock.advance(1_000);
    const joining = watch(['a', 'b']);
    await Promise.resolve();

    end();
    await clock.advance(60_000);

    expect(joining.story).toEqual(['WatchFailed a RUNNING', 'WatchFailed b -']);
    expect([joining.state.isDone, early.state.isDone]).toEqual([true, true]);
  });

  it('is told to one that had no first state yet, whatever the read under way comes to', async () => {
    const { clock, watch, end, account } = await setUp();
    account.answer(() => 'hang');
    const stream = watch(['a']);
    await clock.advance(1_000);

    end();
    await clock.advance(60_000);

    expect(stream.story).toEqual(['WatchFailed a -']);
    expect(account.aborted.count).toBe(1);
  });

  it('shares one event among subscribers who have heard as much', async () => {
    const { clock, watch, end, account } = await setUp();
    const [one, other] = [watch(['a']), watch(['a'])];
    await clock.advance(1_000);
    account.answer((id, now) => toSnapshot(id, 'CANCELING', now));
    await clock.advance(10_000);

    end();
    await settle();

    expect(one.story.at(-1)).toBe('WatchFailed a CANCELING');
    expect(one.events.at(-1)).toBe(other.events.at(-1));
  });

  it('moves the cursor of the stream on to what everybody has heard, and never back', async () => {
    const { clock, hub, mixed, other, end } = await setUp();
    const stream = hub.events(mixed(['a'], ['x']));
    const events = follow(stream);
    const elsewhere = follow(hub.events(mixed([], ['y'])));
    await clock.advance(1_000);
    other.answer((id, now) => toSnapshot(id, id === 'y' ? 'CANCELING' : 'RUNNING', now));
    await clock.advance(10_000);
    expect(elsewhere.story).toEqual(['Snapshot y RUNNING', 'StatusChanged y CANCELING']);

    end();
    stream.warn(clock.now() + 60_000);
    await settle();

    const [lost, warning] = events.events.slice(-2);
    expect([lost?.type, warning?.type]).toEqual(['ExportWatchFailed', 'SubscriptionTokenExpiring']);
    expect([lost?.cursor, warning?.cursor]).toEqual([elsewhere.lastCursor, elsewhere.lastCursor]);
  });

  it('leaves the cursor of a stream alone that knows of more, from another process', async () => {
    const { clock, backplane, hub, account, other, mixed, end } = await setUp();
    const neighbour = await createHubHarness({ clock, backplane });
    const statuses = ['QUEUED', 'RUNNING', 'CANCELING'] as const;
    const from = clock.now();
    other.answer((id, now) =>
      toSnapshot(id, statuses[Math.min(2, Math.floor((now - from) / 5_000))] ?? 'RUNNING', now),
    );
    const there = follow(neighbour.hub.events(mixed([], ['x'])));
    await clock.advance(20_000);
    expect(there.events).toHaveLength(3);
    account.answer(() => 'hang');
    const here = follow(hub.events(mixed(['a'], ['x'])));
    await clock.advance(100);

    end();
    await settle();

    expect(here.story).toEqual(['Snapshot x CANCELING', 'WatchFailed a -']);
    const resumed = follow(hub.events(mixed([], ['x']), { after: here.lastCursor }));
    await clock.advance(100);
    expect(resumed.story).toEqual([]);
  });

  it('is told in no log: a stream that begins when it is back sees its exports as they are', async () => {
    const { clock, watch, end } = await setUp();
    watch(['a']);
    await clock.advance(1_000);
    end();
    await clock.advance(1_000);

    const again = watch(['a']);
    await clock.advance(5_000);

    expect(again.story).toEqual(['Snapshot a RUNNING']);
    expect(again.state.isDone).toBe(false);
  });
});

describe('an account with another credential', () => {
  it('has what is in trouble asked at once', async () => {
    const { clock, watch, hub, account, polls } = await setUp();
    const stream = watch(['a', 'b']);
    await clock.advance(1_000);
    account.answer((id, now) =>
      id === 'a' ? toError('VENDOR_UNAUTHENTICATED') : toSnapshot(id, 'RUNNING', now),
    );
    await clock.advance(2_500);
    const asked = { a: polls('a'), b: polls('b') };
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now));

    hub.renewAccounts(new Set([account.identity]));
    await clock.advance(10);

    expect(stream.story.slice(2)).toEqual(['WatchInterrupted a RUNNING', 'WatchResumed a RUNNING']);
    expect([polls('a') - asked.a, polls('b') - asked.b]).toEqual([1, 0]);
  });

  it('is not judged by the refusals of the one before', async () => {
    const { clock, watch, hub, account } = await setUp();
    const stream = watch(['a']);
    await clock.advance(1_000);
    account.answer(() => toError('VENDOR_UNAUTHENTICATED'));
    await clock.advance(3_500);

    hub.renewAccounts(new Set([account.identity]));
    await clock.advance(3_500);
    hub.renewAccounts(new Set([account.identity]));
    await clock.advance(3_500);

    expect(stream.story.slice(1)).toEqual(['WatchInterrupted a RUNNING']);
    await clock.advance(60_000);
    expect(stream.story.at(-1)).toBe('WatchFailed a RUNNING');
  });

  it('does not wait for what the vendor asked of the one before', async () => {
    const { clock, watch, hub, account, polls } = await setUp();
    watch(['a']);
    await clock.advance(1_000);
    account.answer(() => toError('VENDOR_RATE_LIMITED', 300_000));
    await clock.advance(10_000);
    const asked = polls();

    account.throttledUntil = null;
    hub.renewAccounts(new Set([account.identity]));
    await clock.advance(10);

    expect(polls()).toBe(asked + 1);
  });

  it('changes nothing for an account that nobody watches', async () => {
    const { hub, clock } = await setUp();

    hub.renewAccounts(new Set(['acme/nobody']));
    hub.endAccounts(new Map([['acme/nobody', GONE]]));

    expect(clock.pending).toBe(0);
  });
});

it('tells when the first export of an account is watched, and when none is any more', async () => {
  const seen: string[] = [];
  const { hub, clock, requests } = await createHubHarness({
    onWatched: (identity, isWatched) => void seen.push(`${identity} ${isWatched}`),
  });
  const one = follow(hub.events(requests(['a'])));
  const two = follow(hub.events(requests(['a', 'b'])));
  await clock.advance(1_000);

  await one.stop();
  expect(seen).toEqual(['acme/desk true']);
  await two.stop();

  expect(seen).toEqual(['acme/desk true', 'acme/desk false']);
});
