/** The shortest text that can be looked for. */
export const MIN_FINDABLE_LENGTH = 6;

/** A stretch of a text, its end not included. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** One text that is looked for, found by six characters somewhere in it. */
interface Wanted {
  readonly text: string;
  /** Where in it those six stand, and their hash. */
  readonly offset: number;
  readonly hash: number;
  /** How often it was added. */
  count: number;
}

const WINDOW = MIN_FINDABLE_LENGTH;
const BASE = 0x01000193;
/** What the character that leaves the window has contributed to the hash. */
const LEAVING = Array.from({ length: WINDOW - 1 }).reduce<number>((power) => Math.imul(power, BASE), 1);
const FILTER_BITS = 17;
/** Comparisons that one search may make, for each character of the text; only texts made to be hard come near. */
const WORK_PER_CHARACTER = 16;
const LEAST_WORK = 100_000;
/** Where in a text its six characters may be taken from, as parts of it; the end first, since tokens and links begin alike. */
const PLACES = [1, 0.5, 0.75, 0.25, 0, 0.9, 0.6, 0.4];

/**
 * Finds thousands of texts in another one in a single pass over it, however many they are (Rabin-Karp with a window of six
 * characters; a small table of counters says for nearly every place that nothing wanted stands there).
 */
export class TextFinder {
  private readonly wanted = new Map<string, Wanted>();
  private readonly byHash = new Map<number, Wanted[]>();
  private readonly filter = new Uint16Array(2 ** FILTER_BITS);
  private workLeft = 0;

  /** @param text - at least six characters */
  add(text: string): void {
    const known = this.wanted.get(text);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const { offset, hash } = this.choosePlace(text);
    const wanted = { text, offset, hash, count: 1 };
    this.wanted.set(text, wanted);
    const neighbours = this.byHash.get(hash);
    if (neighbours === undefined) this.byHash.set(hash, [wanted]);
    // The longest first: what lies inside its place need not be compared.
    else neighbours.splice(neighbours.findIndex((other) => other.text.length < text.length) >>> 0, 0, wanted);
    this.count(hash, 1);
  }

  /** Takes back one `add`. */
  remove(text: string): void {
    const wanted = this.wanted.get(text);
    if (wanted === undefined) return;
    wanted.count -= 1;
    if (wanted.count > 0) return;
    this.wanted.delete(text);
    const others = (this.byHash.get(wanted.hash) ?? []).filter((other) => other !== wanted);
    if (others.length === 0) this.byHash.delete(wanted.hash);
    else this.byHash.set(wanted.hash, others);
    this.count(wanted.hash, -1);
  }

  /**
   * Every place in the text where something wanted stands, in order; places that overlap are one.
   *
   * The whole text where it takes too much work to tell: somebody has made up both what is wanted and the text.
   */
  find(text: string): readonly Stretch[] {
    if (this.wanted.size === 0 || text.length < WINDOW) return [];
    const found: MutableStretch[] = [];
    this.workLeft = LEAST_WORK + WORK_PER_CHARACTER * text.length;
    let hash = hashAt(text, 0);
    for (let start = 0; ; start += 1) {
      if (this.filter[slotOf(hash)] !== 0) this.compare(text, start, hash, found);
      if (this.workLeft < 0) return [{ start: 0, end: text.length }];
      const next = start + WINDOW;
      if (next >= text.length) break;
      hash = (Math.imul(hash - Math.imul(text.charCodeAt(start), LEAVING), BASE) + text.charCodeAt(next)) | 0;
    }
    return join(found);
  }

  private compare(text: string, windowStart: number, hash: number, found: MutableStretch[]): void {
    for (const wanted of this.byHash.get(hash) ?? []) {
      const start = windowStart - wanted.offset;
      const end = start + wanted.text.length;
      const last = found.at(-1);
      const isBehind = last !== undefined && start >= last.start && start < last.end;
      this.workLeft -= 1;
      if ((isBehind && end <= last.end) || start < 0) continue;
      this.workLeft -= wanted.text.length >> 4;
      if (!text.startsWith(wanted.text, start)) continue;
      if (isBehind) last.end = end;
      else found.push({ start, end });
    }
  }

  /** The place in a text whose six characters the fewest other texts are found by. */
  private choosePlace(text: string): Pick<Wanted, 'offset' | 'hash'> {
    let best = { offset: 0, hash: 0, load: Number.POSITIVE_INFINITY };
    for (const part of PLACES) {
      const offset = Math.floor((text.length - WINDOW) * part);
      const hash = hashAt(text, offset);
      const load = this.byHash.get(hash)?.length ?? 0;
      if (load < best.load) best = { offset, hash, load };
      if (load === 0) break;
    }
    return best;
  }

  private count(hash: number, step: 1 | -1): void {
    const slot = slotOf(hash);
    this.filter[slot] = (this.filter[slot] ?? 0) + step;
  }
}

interface MutableStretch {
  start: number;
  end: number;
}

function hashAt(text: string, start: number): number {
  let hash = 0;
  for (let index = start; index < start + WINDOW; index += 1) {
    hash = (Math.imul(hash, BASE) + text.charCodeAt(index)) | 0;
  }
  return hash;
}

function slotOf(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> (32 - FILTER_BITS);
}

function join(places: readonly Stretch[]): readonly Stretch[] {
  const joined: MutableStretch[] = [];
  for (const { start, end } of [...places].sort((one, other) => one.start - other.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}
