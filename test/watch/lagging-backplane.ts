import type { Backplane, BackplaneListener, BackplaneNode } from '../../src/export/backplane.ts';
import { type Random, sleep } from '../../src/runtime/clock.ts';
import type { ManualClock } from '../support/manual-clock.ts';

/**
 * A backplane as it is across a network: each call takes its time on the way there and back, what is passed is copied, and
 * what is told comes later still, at times by seconds, in order, entries some of them twice. A node's own calls arrive in order.
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
    get epoch() {
      return inner.epoch;
    },
    get nodes() {
      return inner.nodes;
    },
    connect: (listener) => connectLate(inner, listener, clock, random),
    commit: (batch) => {
      const copy = structuredClone(batch);
      return call(() => inner.commit(copy));
    },
    publish: (topic, entry) => call(() => inner.publish(topic, structuredClone(entry))),
    load: (topics, after) => call(() => inner.load(topics, after)),
    close: () => inner.close(),
  };
}

async function connectLate(
  inner: Backplane,
  listener: BackplaneListener,
  clock: ManualClock,
  random: Random,
): Promise<BackplaneNode> {
  let toldAt = 0;
  let arrivedAt = 0;

  function deliver(tell: () => void): void {
    // Never before what was sent earlier.
    toldAt = Math.max(toldAt, clock.now() + random.next() ** 4 * 4_000);
    clock.setTimer(toldAt - clock.now(), tell);
  }

  /** On the way there, after whatever was sent before. */
  async function travel(): Promise<void> {
    arrivedAt = Math.max(arrivedAt, clock.now() + 1 + random.next() * 40);
    await sleep(clock, arrivedAt - clock.now());
  }

  const node = await inner.connect({
    onEntry(topic, entry) {
      const copy = structuredClone(entry);
      const tell = () => listener.onEntry(topic, copy);
      deliver(tell);
      if (random.next() < 0.1) deliver(tell);
    },
    onWanted(account, fence, exports) {
      const copies = structuredClone(exports);
      deliver(() => listener.onWanted(account, fence, copies));
    },
    onUnwanted: (account, topics) => deliver(() => listener.onUnwanted(account, topics)),
    onNudged: (account, topics) => deliver(() => listener.onNudged(account, topics)),
    onReset: () => deliver(() => listener.onReset()),
    onReachable: (isReachable) => listener.onReachable(isReachable),
  });
  return {
    async join(account, wanted) {
      const copies = wanted.map(({ topic, key }) => structuredClone({ topic, key }));
      await travel();
      const joined = structuredClone(await node.join(account, copies));
      await sleep(clock, 1 + random.next() * 40);
      return joined;
    },
    leave(account, topics) {
      void travel().then(() => node.leave(account, topics));
    },
    nudge(account, topics) {
      void travel().then(() => node.nudge(account, topics));
    },
    async follow(journal) {
      await travel();
      await node.follow(journal);
    },
    async close() {
      await travel();
      await node.close();
    },
  };
}
