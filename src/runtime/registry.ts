/** A thing's place in a registry; empty once it has left. */
export class Entry<Item> {
  item: Item | null;
  before: Entry<Item>;
  after: Entry<Item>;

  constructor(item: Item | null) {
    this.item = item;
    this.before = this;
    this.after = this;
  }
}

/**
 * Things that come and go with every request, in the order in which they came.
 *
 * A linked list, not a `Set`: V8 copies the table of a Set again and again while its entries come and go, each copy leads to the next,
 * and as soon as one of them has become old, all that stood in any of them stays until the next full collection. An entry that has
 * left leads nowhere.
 */
export class Registry<Item> {
  private readonly end = new Entry<Item>(null);

  get isEmpty(): boolean {
    return this.end.after === this.end;
  }

  /** The one that has been here longest; null where there is none. */
  get first(): Item | null {
    return this.end.after.item;
  }

  get all(): readonly Item[] {
    const items: Item[] = [];
    for (let entry = this.end.after; entry !== this.end; entry = entry.after) items.push(entry.item as Item);
    return items;
  }

  add(item: Item): Entry<Item> {
    const entry = new Entry(item);
    entry.before = this.end.before;
    entry.after = this.end;
    entry.before.after = entry;
    this.end.before = entry;
    return entry;
  }

  /** Does nothing for one that has left already. */
  remove(entry: Entry<Item>): void {
    entry.before.after = entry.after;
    entry.after.before = entry.before;
    entry.item = null;
    entry.before = entry;
    entry.after = entry;
  }
}
