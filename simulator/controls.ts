import type { Clock } from '../src/runtime/clock.ts';
import type { CallCounter, MountName } from './calls.ts';
import type { FaultBook } from './faults.ts';
import type { OrderBook } from './order-book.ts';
import type { SeededJob } from './simulator.ts';
import type { ByVendor } from './vendors.ts';

/** What can be steered. */
export interface Controls {
  readonly url: string;
  /** Undefined where no board is known. */
  readonly boardUrl: () => string | undefined;
  /** The real time, which faults go by. */
  readonly clock: Pick<Clock, 'now'>;
  readonly faults: FaultBook;
  readonly calls: CallCounter;
  readonly orders: OrderBook;
  /** Of everything that is mounted: the vendors, then the file store. */
  readonly names: readonly MountName[];
  readonly seeds: ByVendor<readonly SeededJob[]>;
}
