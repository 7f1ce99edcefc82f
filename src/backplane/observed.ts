import type { Backplane } from '../export/backplane.ts';

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
  const backplane: Backplane = {
    epoch: inner.epoch,
    listen: (...given) => note(inner.listen(...given)),
    claim: (...given) => note(inner.claim(...given)),
    release: (...given) => note(inner.release(...given)),
    commit: (...given) => note(inner.commit(...given)),
    publish: (...given) => note(inner.publish(...given)),
    load: (...given) => note(inner.load(...given)),
    close: () => inner.close(),
  };
  return { backplane, state: () => state };
}
