import { StoreUnavailableError } from '../../src/export/errors.ts';
import type { Store } from '../../src/export/store.ts';
import { createMemoryStore } from '../../src/store/memory.ts';

/** A store in memory that fails when it is told to. */
export interface TroubledStore {
  readonly store: Store;
  /** From now on: whether all calls fail, those that write, or none. */
  trouble: 'all' | 'writes' | 'none';
  /** How often a call has failed. */
  readonly failures: number;
}

const WRITES: ReadonlySet<PropertyKey> = new Set<keyof Store>([
  ...(['track', 'untrack', 'record', 'takeKey', 'retakeKey', 'settleKey', 'releaseKey'] as const),
  ...([
    'settleDeliveries',
    'retryDelivery',
    'wakeEndpoints',
    'takeTurn',
    'writeToken',
    'prune',
    'check',
  ] as const),
]);

export function createTroubledStore(inner: Store = createMemoryStore()): TroubledStore {
  let failures = 0;
  const troubled: TroubledStore = {
    trouble: 'none',
    get failures() {
      return failures;
    },
    store: new Proxy(inner, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== 'function' || name === 'close') return value;
        return async (...given: unknown[]) => {
          const fails = troubled.trouble === 'all' || (troubled.trouble === 'writes' && WRITES.has(name));
          if (!fails) return value.apply(target, given);
          failures += 1;
          throw new StoreUnavailableError();
        };
      },
    }),
  };
  return troubled;
}
