import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import { createManualClock, createSeededRandom } from '../support/manual-clock.ts';
import { createFakeAccount, toError, toKey, toPercent, toSnapshot } from './fake-account.ts';
import { createHubHarness } from './hub-harness.ts';
import { createLaggingBackplane } from './lagging-backplane.ts';

const FILE = { name: 'calls.csv', mediaType: 'text/csv', availableUntil: null };

/** A hub whose watch of `a` has ended while the export was running. */
async function setUpEnded() {
  const harness = await createHubHarness();
  const { clock, account, hub, watch } = harness;
  const follower = watch(['a']);
  await clock.advance(100);
  await follower.stop();
  await clock.advance(30_000);
  return {
    ...harness,
    peek: () => hub.peek(account, toKey('a')),
    lastKnown: () => hub.lastKnown(account, toKey('a')),
  };
}

describe('what is remembered of a watch that has ended', () => {
  it('does not stand for the answer of the vendor, and is there for want of a better one', async () => {
    const { peek, lastKnown } = await setUpEnded();

    expect(peek()).toBeUndefined();
    expect(lastKnown()).toMatchObject({
      status: 'RUNNING',
      observation: { isStale: true, nextPollAt: null },
    });
  });

  it('gives way to what was read since, its file included', async () => {
    const { clock, hub, account, peek, lastKnown } = await setUpEnded();

    hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now(), { files: [FILE] }));

    expect(peek()).toMatchObject({ status: 'SUCCEEDED', files: [FILE], observation: { isStale: false } });
    expect(lastKnown()).toMatchObject({ status: 'SUCCEEDED' });
    expect(hub.recent([account])).toMatchObject([{ status: 'SUCCEEDED', files: [FILE] }]);
    expect(peek()?.transitions.map(({ to }) => to)).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  it('is not replaced by what was read before it', async () => {
    const { clock, hub, account, lastKnown } = await setUpEnded();

    hub.learn(account, toSnapshot('a', 'QUEUED', clock.now() - 60_000));

    expect(lastKnown()).toMatchObject({ status: 'RUNNING' });
  });

  it('is no end any more where a newer answer says otherwise', async () => {
    const { clock, hub, account, peek, lastKnown } = await setUpEnded();
    hub.learn(account, toSnapshot('a', 'EXPIRED', clock.now()));
    await clock.advance(1_000);

    hub.learn(account, toSnapshot('a', 'RUNNING', clock.now()));

    expect(peek()).toBeUndefined();
    expect(lastKnown()).toMatchObject({ status: 'RUNNING' });
  });

  it('learns the files that a list did not name, and keeps them when the list comes again', async () => {
    const { clock, hub, account, peek } = await setUpEnded();
    const learn = (files: readonly (typeof FILE)[] | undefined) =>
      hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now(), { files }));
    learn(undefined);
    expect(peek()?.files).toBeUndefined();
    await clock.advance(1_000);

    learn([FILE]);
    await clock.advance(1_000);
    learn(undefined);

    expect(peek()?.files).toEqual([FILE]);
  });

  it('is a failure no more once the export could be read', async () => {
    const { clock, hub, account, watch } = await createHubHarness();
    account.answer(() => toError('UNSUPPORTED_BY_VENDOR'));
    watch(['a']);
    await clock.advance(1_000);

    hub.learn(account, toSnapshot('a', 'RUNNING', clock.now()));

    expect(hub.recent([account])).toMatchObject([{ status: 'RUNNING', observation: { isStale: false } }]);
  });

  it('is all there is: what was never watched is not learnt', async () => {
    const { hub, account, clock } = await createHubHarness();

    hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now()));

    expect(hub.lastKnown(account, toKey('a'))).toBeUndefined();
    expect(hub.recent([account])).toEqual([]);
  });

  it('is of one account only', async () => {
    const { clock, hub, account, lastKnown } = await setUpEnded();
    const other = createFakeAccount({ now: clock.now, identity: 'evil/desk' });

    hub.learn(other, toSnapshot('a', 'SUCCEEDED', clock.now()));

    expect(lastKnown()).toMatchObject({ status: 'RUNNING' });
    expect(hub.lastKnown(other, toKey('a'))).toBeUndefined();
    expect(hub.recent([other])).toEqual([]);
    expect(hub.recent([account])).toHaveLength(1);
  });
});

describe('what was read elsewhere', () => {
  it('is not turned back by a write that was under way when its watch ended', async () => {
    const clock = createManualClock();
    const backplane = new MemoryBackplane({ clock });
    const { hub, account, watch } = await createHubHarness({ clock, backplane });
    const follower = watch(['a']);
    await clock.advance(100);
    const commit = backplane.commit.bind(backplane);
    backplane.commit = async (commits) => {
      await new Promise<void>((resolve) => void clock.setTimer(1_000, resolve));
      return commit(commits);
    };
    await clock.advance(1_500);
    await follower.stop();

    hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now()));
    await clock.advance(5_000);

    expect(hub.peek(account, toKey('a'))?.status).toBe('SUCCEEDED');
  });

  it('is not forgotten when another process asks meanwhile, which does not know of it', async () => {
    const clock = createManualClock();
    const backplane = new MemoryBackplane({ clock });
    const asking = await createHubHarness({ clock, backplane });
    const { hub, account, watch } = await createHubHarness({ clock, backplane });
    const first = watch(['a']);
    await clock.advance(100);
    await first.stop();
    await clock.advance(30_000);
    asking.account.answer((id, now) => toSnapshot(id, 'RUNNING', now, { pollAfterMs: 60_000 }));
    asking.watch(['a']);
    await clock.advance(1_000);
    hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now()));

    watch(['a']);
    await clock.advance(100);

    expect(hub.peek(account, toKey('a'))?.status).toBe('SUCCEEDED');
  });
});

describe('a watch that begins again', () => {
  it('tells an end that was read in between, and asks nobody', async () => {
    const { clock, hub, account, watch, polls } = await setUpEnded();
    hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now(), { files: [FILE] }));
    await clock.advance(600_000);

    const follower = watch(['a']);
    await clock.advance(0);

    expect(follower.story).toEqual(['Snapshot a SUCCEEDED']);
    expect(follower.events[0]?.export?.files).toEqual([FILE]);
    expect(follower.state.isDone).toBe(true);
    expect(polls()).toBe(1);
  });

  it('tells what was read just now, and asks when its pace allows', async () => {
    const { clock, hub, account, watch, polls } = await setUpEnded();
    hub.learn(account, toSnapshot('a', 'CANCELING', clock.now()));

    const follower = watch(['a']);
    await clock.advance(500);
    expect(follower.story).toEqual(['Snapshot a CANCELING']);
    expect(polls()).toBe(1);
    await clock.advance(1_000);

    expect(polls()).toBe(2);
  });

  it('lets what was read long ago stand for nothing', async () => {
    const { clock, hub, account, watch, peek } = await setUpEnded();
    hub.learn(account, toSnapshot('a', 'CANCELING', clock.now()));
    await clock.advance(60_000);
    account.answer(() => 'hang');

    const follower = watch(['a']);
    await clock.advance(1_000);

    expect(follower.story).toEqual([]);
    expect(peek()).toBeUndefined();
  });

  it('brings back the transition to an end for a subscriber who resumes', async () => {
    const { clock, hub, account, watch } = await createHubHarness();
    const first = watch(['a']);
    await clock.advance(100);
    await first.stop();
    await clock.advance(30_000);
    hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now()));

    const resumed = watch(['a'], first.lastCursor);
    await clock.advance(0);

    expect(resumed.story).toEqual(['StatusChanged a SUCCEEDED']);
    expect(resumed.state.isDone).toBe(true);
  });
});

describe('a live watch', () => {
  it('tells its subscribers at once what was read elsewhere, and asks later for it', async () => {
    const { clock, hub, account, watch, polls } = await createHubHarness();
    const follower = watch(['a']);
    await clock.advance(900);

    hub.learn(account, toSnapshot('a', 'CANCELING', clock.now()));
    await clock.advance(500);

    expect(follower.story).toEqual(['Snapshot a RUNNING', 'StatusChanged a CANCELING']);
    expect(hub.peek(account, toKey('a'))?.status).toBe('CANCELING');
    expect(polls()).toBe(1);
  });

  it('ends with an end that was read elsewhere', async () => {
    const { clock, hub, account, watch, polls } = await createHubHarness();
    const follower = watch(['a']);
    await clock.advance(100);

    hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now(), { files: [FILE] }));
    await clock.advance(60_000);

    expect(follower.story).toEqual(['Snapshot a RUNNING', 'StatusChanged a SUCCEEDED']);
    expect(follower.state.isDone).toBe(true);
    expect(polls()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('is told nothing by an answer that is no newer than its own', async () => {
    const { clock, hub, account, watch } = await createHubHarness();
    const follower = watch(['a']);
    await clock.advance(100);
    const seenAt = hub.peek(account, toKey('a'))?.observedAt ?? 0;

    hub.learn(account, toSnapshot('a', 'SUCCEEDED', seenAt));
    await clock.advance(500);

    expect(follower.story).toEqual(['Snapshot a RUNNING']);
  });

  it('does not wait for its own read that hangs', async () => {
    const { clock, hub, account, watch, polls } = await createHubHarness();
    const follower = watch(['a']);
    await clock.advance(100);
    account.answer(() => 'hang');
    await clock.advance(5_000);
    expect(polls()).toBe(2);

    hub.learn(account, toSnapshot('a', 'CANCELING', clock.now()));
    await clock.advance(1_000);
    hub.learn(account, toSnapshot('a', 'CANCELED', clock.now()));
    await clock.advance(60_000);

    expect(follower.story).toEqual([
      'Snapshot a RUNNING',
      'StatusChanged a CANCELING',
      'StatusChanged a CANCELED',
    ]);
    expect(polls()).toBe(2);
    expect(account.aborted.count).toBe(1);
  });

  it('takes one reading after the other, however slow the backplane is', async () => {
    const clock = createManualClock();
    const inner = new MemoryBackplane({ clock });
    const backplane = createLaggingBackplane(inner, clock, createSeededRandom(3));
    const { hub, account, watch } = await createHubHarness({ clock, backplane });
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now, { pollAfterMs: 60_000 }));
    const follower = watch(['a']);
    await clock.advance(10_000);

    for (const percent of [10, 20, 30, 40]) {
      hub.learn(account, toSnapshot('a', 'RUNNING', clock.now(), toPercent(percent)));
      await clock.advance(5);
    }
    hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now(), toPercent(100)));
    await clock.advance(20_000);

    const percents = follower.events.map((event) => event.export?.progress?.percent ?? null);
    expect(percents).toEqual([null, 10, 20, 30, 40, 100]);
    expect(follower.state.isDone).toBe(true);
  });

  it('of another process does not turn back what was read here', async () => {
    const clock = createManualClock();
    const backplane = new MemoryBackplane({ clock });
    const asking = await createHubHarness({ clock, backplane });
    const { hub, account, watch } = await createHubHarness({ clock, backplane });
    const answeredAt = clock.now();
    asking.account.answer((id, now) =>
      toSnapshot(id, now > answeredAt + 2_000 ? 'CANCELING' : 'RUNNING', now),
    );
    asking.watch(['a']);
    await clock.advance(100);
    watch(['a']);
    await clock.advance(400);
    expect(hub.peek(account, toKey('a'))?.status).toBe('RUNNING');

    hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now() + 30_000));
    await clock.advance(10_000);

    expect(hub.peek(account, toKey('a'))?.status).toBe('SUCCEEDED');
  });

  it('in trouble is stale, and still there', async () => {
    const { clock, hub, account, watch } = await createHubHarness();
    watch(['a']);
    await clock.advance(100);
    account.answer(() => toError('VENDOR_TIMEOUT'));
    await clock.advance(3_000);

    expect(hub.peek(account, toKey('a'))).toMatchObject({
      status: 'RUNNING',
      observation: { isStale: true },
    });
    expect(hub.lastKnown(account, toKey('a'))).toMatchObject({ status: 'RUNNING' });
  });
});

describe('a gateway that remembers much', () => {
  it('lists the exports of the accounts asked for, the latest watch first', async () => {
    const { clock, hub, account, requests } = await createHubHarness({ maxRemembered: 4 });
    const other = createFakeAccount({ now: clock.now, key: 'other' });
    const watchOnce = async (id: string, through: typeof account) => {
      const stream = hub.events(requests([id], through));
      await Promise.all([stream.next(), clock.advance(100)]);
      await stream.return?.();
    };
    await watchOnce('a', account);
    await watchOnce('x', other);
    await watchOnce('b', account);
    await watchOnce('y', other);
    await watchOnce('a', account);
    await watchOnce('c', account);

    const idsOf = (...accounts: (typeof account)[]) => hub.recent(accounts).map(({ key }) => key.id);

    expect(idsOf(account)).toEqual(['c', 'a', 'b']);
    expect(idsOf(other)).toEqual(['y']);
    expect(idsOf(other, account)).toEqual(['c', 'a', 'y', 'b']);
  });
});
