import type {
  Backplane,
  BackplaneFeed,
  BackplaneListener,
  Commit,
  LogEntry,
} from '../../src/export/backplane.ts';
import { type Random, sleep } from '../../src/runtime/clock.ts';
import type { ManualClock } from '../support/manual-clock.ts';

/**
 * A backplane as it is across a network: each call takes its time on the way there and back, what is passed is copied, and
 * the feed comes later still, at times by seconds, in order, some of it twice.
 */
export function createLaggingBackplane(inner: Backplane, clock: ManualClock, random: Random): Backplane {
  const lag = () => sleep(clock, 1 + random.next() * 40);

  async function call<Result>(work: () => Promise<Result>): Promise<Result> {
    await lag();
    const result = await work();
    await lag();
    return structuredClone(result);
  }

  return {
    epoch: inner.epoch,
    listen: (listener) => listenLate(inner, listener, clock, random),
    claim: (topics, holder, leaseMs) => call(() => inner.claim(topics, holder, leaseMs)),
    release: (leases) => call(() => inner.release(leases)),
    commit: (commits: readonly Commit[]) => {
      const copies = structuredClone(commits);
      return call(() => inner.commit(copies));
    },
    publish: (topic, entry) => call(() => inner.publish(topic, structuredClone(entry))),
    load: (topics, after) => call(() => inner.load(topics, after)),
    close: () => inner.close(),
  };
}

async function listenLate(
  inner: Backplane,
  listener: BackplaneListener,
  clock: ManualClock,
  random: Random,
): Promise<BackplaneFeed> {
  const followed = new Set<string>();
  let lastAt = 0;

  function deliver(topic: string, tell: () => void): void {
    // Never before what was sent earlier.
    lastAt = Math.max(lastAt, clock.now() + random.next() ** 4 * 4_000);
    clock.setTimer(lastAt - clock.now(), () => {
      if (followed.has(topic)) tell();
    });
  }

  const feed = await inner.listen({
    onEntry(topic, entry) {
      const copy: LogEntry = structuredClone(entry);
      const tell = () => listener.onEntry(topic, copy);
      deliver(topic, tell);
      if (random.next() < 0.1) deliver(topic, tell);
    },
    onReleased: (topic) => deliver(topic, () => listener.onReleased(topic)),
  });
  return {
    async follow(topics) {
      await sleep(clock, random.next() * 40);
      for (const topic of topics) followed.add(topic);
      await feed.follow(topics);
    },
    unfollow(topics) {
      for (const topic of topics) followed.delete(topic);
      feed.unfollow(topics);
    },
    close: () => feed.close(),
  };
}
