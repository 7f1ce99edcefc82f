const REMEMBERED = 300;

/** The last so many things of a kind that were seen, to be used again. */
export class Remembered<Item> {
  private readonly items: Item[] = [];
  private place = 0;

  add(item: Item): void {
    this.items[this.place] = item;
    this.place = (this.place + 1) % REMEMBERED;
  }

  get all(): readonly Item[] {
    return this.items;
  }

  /** @param dice - at least 0, below 1 */
  pick(dice: number): Item | undefined {
    return this.items[Math.floor(dice * this.items.length)];
  }
}
