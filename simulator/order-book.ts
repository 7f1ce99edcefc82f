import type { VendorId } from '../src/export/vendor-id.ts';
import type { AcceptedOrder } from './simulator.ts';
import type { ByVendor } from './vendors.ts';

/** What one vendor has accepted. */
export interface AcceptedOrders {
  /** All of them since the start or the last `clear`. */
  readonly count: number;
  /** The newest, oldest first; at most 1,000. */
  readonly orders: readonly AcceptedOrder[];
}

/** Enough for a test, and no burden on a demo that runs for days. */
const MAX_KEPT = 1_000;

/** Counts the orders that vendors accepted, also those whose answer was lost: each made one job. */
export class OrderBook {
  private readonly vendors: readonly VendorId[];
  private accepted = new Map<VendorId, { count: number; readonly orders: AcceptedOrder[] }>();

  constructor(vendors: readonly VendorId[]) {
    this.vendors = vendors;
  }

  add(vendor: VendorId, order: AcceptedOrder): void {
    const known = this.accepted.get(vendor) ?? { count: 0, orders: [] };
    this.accepted.set(vendor, known);
    known.count += 1;
    known.orders.push(order);
    if (known.orders.length > MAX_KEPT) known.orders.shift();
  }

  read(): ByVendor<AcceptedOrders> {
    const none: AcceptedOrders = { count: 0, orders: [] };
    const entries = this.vendors.map((vendor) => [
      vendor,
      structuredClone(this.accepted.get(vendor) ?? none),
    ]);
    return Object.fromEntries(entries) as ByVendor<AcceptedOrders>;
  }

  clear(): void {
    this.accepted = new Map();
  }
}
