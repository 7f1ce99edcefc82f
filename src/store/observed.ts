import type { Store } from '../export/store.ts';

export type StoreState = 'ready' | 'unreachable';

/** A store, and whether its last calls went well. */
export interface ObservedStore {
  readonly store: Store;
  readonly state: () => StoreState;
}

/** Calls that write nothing, or nothing as a rule: on a full disk they go well, and the store is of no use all the same. */
const READS: ReadonlySet<PropertyKey> = new Set<keyof Store>([
  ...(['find', 'list', 'listOpen', 'listOpenNames', 'countOpen', 'listDurations', 'findKeyed'] as const),
  ...([
    'takeDeliveries',
    'nextDeliveryAt',
    'readBacklog',
    'listDeliveries',
    'findDelivery',
    'readToken',
  ] as const),
]);

/** Takes note of every call, so that `/ready` can say how the store is without waiting for it. */
export function observeStore(inner: Store): ObservedStore {
  /** Kinds of calls whose last one failed. */
  const failing = new Set<'read' | 'write'>();
  let isProbing = false;

  async function note<Result>(kind: 'read' | 'write', call: () => Promise<Result>): Promise<Result> {
    try {
      const result = await call();
      // What can be written can be read.
      if (kind === 'write') failing.clear();
      else failing.delete(kind);
      return result;
    } catch (error) {
      failing.add(kind);
      throw error;
    }
  }

  /** Whoever asks in trouble makes it be looked at again: it may be that nobody else does. */
  function probe(): void {
    if (isProbing) return;
    isProbing = true;
    const free = (): void => {
      isProbing = false;
    };
    note('write', () => inner.check()).then(free, free);
  }

  const store = new Proxy(inner, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      if (name === 'close') return value.bind(target);
      const kind = READS.has(name) ? 'read' : 'write';
      return (...given: unknown[]) => note(kind, async () => value.apply(target, given));
    },
  });
  return {
    store,
    state() {
      if (failing.size === 0) return 'ready';
      probe();
      return 'unreachable';
    },
  };
}
