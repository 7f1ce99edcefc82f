/**
 * The idempotency keys of orders that are not settled: in this tab's session storage, so that asking again is safe after a reload too.
 *
 * Whoever presses the button again after an answer was lost asks under the same key, and the gateway can tell what became of the
 * first time.
 */

const STORAGE_KEY = 'waybill.orders';
/** The longest unsettled go first. */
const MAX_ORDERS = 20;

/** The key of an order: made once, and the same until the order is settled. */
export function keyOf(order: object): string {
  const text = JSON.stringify(order);
  const known = read();
  const key = known.find(([other]) => other === text)?.[1] ?? makeKey();
  write([...known.filter(([other]) => other !== text), [text, key]]);
  return key;
}

/** What became of an order is known: another one in the same words is another order. */
export function settle(order: object): void {
  const text = JSON.stringify(order);
  write(read().filter(([other]) => other !== text));
}

/** Another caller may come. */
export function forgetOrders(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}

type KeptOrder = readonly [order: string, key: string];

function read(): readonly KeptOrder[] {
  return JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]') as KeptOrder[];
}

function write(orders: readonly KeptOrder[]): void {
  if (orders.length === 0) forgetOrders();
  else sessionStorage.setItem(STORAGE_KEY, JSON.stringify(orders.slice(-MAX_ORDERS)));
}

/** Not `randomUUID`: browsers have that on https and on loopback alone. */
function makeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `board-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
