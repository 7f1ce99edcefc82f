import type { Backplane, BackplaneListener } from '../export/backplane.ts';

export type BackplaneState = 'ready' | 'unreachable';

/** A backplane, and whether it can be reached. */
export interface ObservedBackplane {
  readonly backplane: Backplane;
  readonly state: () => BackplaneState;
}

/**
 * Hears what the gateway's node is told, so that `/ready` can say how the backplane is without asking it.
 *
 * @param alsoHears - what else depends on it, told before the node's listener
 */
export function observeBackplane(
  inner: Backplane,
  alsoHears?: Pick<BackplaneListener, 'onReachable' | 'onReset'>,
): ObservedBackplane {
  let state: BackplaneState = 'ready';

  const hear = (listener: BackplaneListener): BackplaneListener => ({
    onEntry: (topic, entry) => listener.onEntry(topic, entry),
    onWanted: (account, fence, exports) => listener.onWanted(account, fence, exports),
    onUnwanted: (account, topics) => listener.onUnwanted(account, topics),
    onNudged: (account, topics) => listener.onNudged(account, topics),
    onReset() {
      alsoHears?.onReset();
      listener.onReset();
    },
    onReachable(isReachable) {
      state = isReachable ? 'ready' : 'unreachable';
      alsoHears?.onReachable(isReachable);
      listener.onReachable(isReachable);
    },
  });
  const backplane: Backplane = {
    get epoch() {
      return inner.epoch;
    },
    get nodes() {
      return inner.nodes;
    },
    connect: (listener) => inner.connect(hear(listener)),
    commit: (batch) => inner.commit(batch),
    publish: (journal, entry) => inner.publish(journal, entry),
    load: (topics, after) => inner.load(topics, after),
    close: () => inner.close(),
  };
  return { backplane, state: () => state };
}
