import type { Delivery, DeliveryBacklog, DeliveryRecord, DeliveryResult, Store } from '../export/store.ts';
import { FINISHED_DELIVERY_KEPT_MS } from './keeping.ts';

/** Deliveries that are remembered at most, owed or not. */
const MAX_DELIVERIES = 20_000;

/** One delivery, and its place. */
interface Entry {
  /** In the order of writing down. */
  readonly seq: number;
  readonly queue: string;
  record: DeliveryRecord;
  /** The end of the lease of the attempt under way, which may be over; null where none is. */
  leasedUntil: number | null;
}

/** What waits for one endpoint about one export. */
interface Queue {
  /** Oldest first. */
  readonly owed: Entry[];
  /** The one that is given out next, or is under way. */
  head: Entry;
}

/** Webhooks in memory. */
export class MemoryDeliveries {
  private readonly entries = new Map<string, Entry>();
  /** Only those with something owed. */
  private readonly queues = new Map<string, Queue>();
  /** In the order in which they were finished. */
  private readonly finished = new Set<Entry>();
  /** Until when endpoints get nothing; null: before they are woken. */
  private readonly rests = new Map<string, number | null>();
  private seq = 0;

  add(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) if (!this.entries.has(delivery.id)) this.addOne(delivery);
  }

  take({ now, busy, perEndpoint, limit, leaseMs }: Parameters<Store['takeDeliveries']>[0]) {
    const due = new Map<string, Entry[]>();
    for (const head of this.heads(busy)) {
      const { endpoint } = head.record;
      if (Math.max(dueAt(head), this.restsUntil(endpoint)) > now) continue;
      const first = due.get(endpoint);
      if (first === undefined) due.set(endpoint, [head]);
      else insert(first, head, perEndpoint);
    }
    const chosen = [...due.values()].flat().sort(byDue).slice(0, limit);
    for (const head of chosen) {
      head.leasedUntil = now + leaseMs;
      head.record = { ...head.record, nextAttemptAt: head.leasedUntil };
    }
    return chosen.map(({ record }) => record);
  }

  settle({ id, status, nextAttemptAt, lastResult, at, restsUntil }: DeliveryResult): void {
    const entry = this.entries.get(id);
    // What is finished already stays so: an attempt whose lease ran out may end after another one.
    if (entry?.record.status !== 'owed') return;
    if (restsUntil !== undefined) this.rest(entry.record.endpoint, restsUntil);
    entry.leasedUntil = null;
    entry.record = {
      ...entry.record,
      status,
      attempts: entry.record.attempts + 1,
      nextAttemptAt: status === 'owed' ? (nextAttemptAt ?? at) : null,
      lastResult,
      lastAttemptAt: at,
    };
    if (status === 'owed') return;
    this.finished.add(entry);
    this.leave(entry);
  }

  nextAt(busy: ReadonlySet<string>): number | null {
    let next = Number.POSITIVE_INFINITY;
    for (const head of this.heads(busy))
      next = Math.min(next, Math.max(dueAt(head), this.restsUntil(head.record.endpoint)));
    return next === Number.POSITIVE_INFINITY ? null : next;
  }

  wake(endpoints: readonly string[], which: 'off' | 'all'): boolean {
    const woken = endpoints.filter((each) =>
      which === 'all' ? this.rests.has(each) : this.rests.get(each) === null,
    );
    for (const endpoint of woken) this.rests.delete(endpoint);
    return woken.length > 0;
  }

  private rest(endpoint: string, until: number | null): void {
    const before = this.rests.get(endpoint);
    this.rests.set(endpoint, before === null || until === null ? null : Math.max(before ?? until, until));
  }

  private restsUntil(endpoint: string): number {
    const until = this.rests.get(endpoint);
    return until === null ? Number.POSITIVE_INFINITY : (until ?? 0);
  }

  find(tenant: string, id: string): DeliveryRecord | null {
    const record = this.entries.get(id)?.record;
    return record?.tenant === tenant ? record : null;
  }

  /** What waits, by endpoint. */
  backlog(): readonly DeliveryBacklog[] {
    const byEndpoint = new Map<string, DeliveryBacklog>();
    for (const { owed } of this.queues.values()) {
      for (const { record } of owed) {
        const { endpoint, at } = record;
        const before = byEndpoint.get(endpoint);
        const oldestAt = Math.min(before?.oldestAt ?? at, at);
        byEndpoint.set(endpoint, { endpoint, owed: (before?.owed ?? 0) + 1, oldestAt });
      }
    }
    return [...byEndpoint.values()];
  }

  list(query: Parameters<Store['listDeliveries']>[0]): readonly DeliveryRecord[] {
    const { tenant, endpoint, status, before, limit } = query;
    const last = before === undefined ? undefined : this.entries.get(before);
    if (before !== undefined && last?.record.tenant !== tenant) return [];
    const found: DeliveryRecord[] = [];
    for (const { seq, record } of [...this.entries.values()].reverse()) {
      if (found.length === limit) break;
      if (record.tenant !== tenant || seq >= (last?.seq ?? Number.POSITIVE_INFINITY)) continue;
      if (endpoint !== undefined && record.endpoint !== endpoint) continue;
      if (status === undefined || record.status === status) found.push(record);
    }
    return found;
  }

  retry(tenant: string, id: string, now: number): boolean {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.record.tenant !== tenant || entry.record.status === 'delivered')
      return false;
    // It is being attempted at this moment.
    if (isUnderWay(entry, now)) return true;
    this.finished.delete(entry);
    entry.leasedUntil = null;
    entry.record = { ...entry.record, status: 'owed', nextAttemptAt: now };
    this.enter(entry, now);
    return true;
  }

  prune(now: number): void {
    for (const entry of this.finished) {
      if ((entry.record.lastAttemptAt ?? now) <= now - FINISHED_DELIVERY_KEPT_MS) this.drop(entry);
    }
  }

  private addOne(delivery: Delivery): void {
    this.seq += 1;
    const entry: Entry = {
      seq: this.seq,
      queue: `${delivery.endpoint} ${delivery.tenant} ${delivery.key.id}`,
      record: {
        ...delivery,
        status: 'owed',
        attempts: 0,
        nextAttemptAt: delivery.at,
        lastResult: null,
        lastAttemptAt: null,
      },
      leasedUntil: null,
    };
    this.entries.set(delivery.id, entry);
    const queue = this.queues.get(entry.queue);
    if (queue === undefined) this.queues.set(entry.queue, { owed: [entry], head: entry });
    else queue.owed.push(entry);
    this.forget();
  }

  /** Puts one that was given up, or waits, at its place; the oldest is the head, but while another is under way. */
  private enter(entry: Entry, now: number): void {
    const queue = this.queues.get(entry.queue);
    if (queue === undefined) {
      this.queues.set(entry.queue, { owed: [entry], head: entry });
      return;
    }
    if (!queue.owed.includes(entry)) {
      queue.owed.push(entry);
      queue.owed.sort((a, b) => a.seq - b.seq);
    }
    if (isUnderWay(queue.head, now)) return;
    queue.head.leasedUntil = null;
    queue.head = queue.owed[0] ?? entry;
  }

  private leave(entry: Entry): void {
    const queue = this.queues.get(entry.queue);
    if (queue === undefined) return;
    queue.owed.splice(queue.owed.indexOf(entry), 1);
    const [oldest] = queue.owed;
    if (oldest === undefined) this.queues.delete(entry.queue);
    else if (queue.head === entry) queue.head = oldest;
  }

  private *heads(busy: ReadonlySet<string>): Generator<Entry> {
    for (const { head } of this.queues.values()) if (!busy.has(head.record.endpoint)) yield head;
  }

  /** One too many: the one that was finished first goes, else the oldest. */
  private forget(): void {
    const [oldest] = this.finished.size > 0 ? this.finished : this.entries.values();
    if (this.entries.size > MAX_DELIVERIES && oldest !== undefined) this.drop(oldest);
  }

  private drop(entry: Entry): void {
    this.entries.delete(entry.record.id);
    if (!this.finished.delete(entry)) this.leave(entry);
  }
}

const dueAt = ({ record }: Entry) => record.nextAttemptAt ?? 0;
const byDue = (a: Entry, b: Entry) => dueAt(a) - dueAt(b) || a.seq - b.seq;

/** Keeps the first ones in order, at most so many: most of a long queue is looked at once, and not sorted. */
function insert(first: Entry[], entry: Entry, maximum: number): void {
  const last = first.at(-1);
  if (last !== undefined && first.length >= maximum && byDue(last, entry) <= 0) return;
  first.push(entry);
  first.sort(byDue);
  if (first.length > maximum) first.pop();
}

function isUnderWay({ leasedUntil }: Entry, now: number): boolean {
  return leasedUntil !== null && leasedUntil > now;
}
