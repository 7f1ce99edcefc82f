import type { Backplane, BackplaneNode } from '../export/backplane.ts';

export type BackplaneState = 'ready' | 'unreachable';

/** A backplane, and whether its last call went well. */
export interface ObservedBackplane {
  readonly backplane: Backplane;
  readonly state: () => BackplaneState;
}

/** Takes note of every call, so that `/ready` can say how the backplane is without asking it. */
export function observeBackplane(inner: Backplane): ObservedBackplane {
  let state: BackplaneState = 'ready';
  async function note<Result>(call: Promise<Result>): Promise<Result> {
    try {
      const result = await call;
      state = 'ready';
      return result;
    } catch (error) {
      state = 'unreachable';
      throw error;
    }
  }
  function observeNode(node: BackplaneNode): BackplaneNode {
    return {
      join: (...given) => note(node.join(...given)),
      leave: (...given) => node.leave(...given),
      nudge: (...given) => node.nudge(...given),
      follow: (...given) => note(node.follow(...given)),
      close: () => node.close(),
    };
  }
  const backplane: Backplane = {
    get epoch() {
      return inner.epoch;
    },
    get nodes() {
      return inner.nodes;
    },
    connect: async (listener) => observeNode(await note(inner.connect(listener))),
    commit: (...given) => note(inner.commit(...given)),
    publish: (...given) => note(inner.publish(...given)),
    load: (...given) => note(inner.load(...given)),
    close: () => inner.close(),
  };
  return { backplane, state: () => state };
}
