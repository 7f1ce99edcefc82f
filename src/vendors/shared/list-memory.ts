/** A list call is asked for where it may be expected to answer this many exports: then it spares calls even if some are not in it. */
const WORTHWHILE = 1.5;

/** Where a list call does not pay, it is tried beside the single calls after this long; one that failed once, after this. */
const TRIAL_MS = 60_000;
const FAILED_TRIAL_MS = 10_000;

/** Exports that are remembered as not listed, the latest. */
const MAX_UNLISTED = 1_000;

const NOTHING: ReadonlySet<string> = new Set();

/** How several exports are best read. */
export interface ReadPlan {
  /** Those to look for in a list first; empty where none is asked for. */
  readonly listed: ReadonlySet<string>;
  /** The list is asked for beside single calls for all of them, only to learn. */
  readonly isTrial: boolean;
}

/** What a list that was never asked for may be worth: what those of the same account were worth when they first came. */
export class ListHope {
  /** The part of the exports looked for that it is expected to hold. Full of hope at first. */
  ratio = 1;
  /** When any of the account's lists was asked for last. */
  askedAt = Number.NEGATIVE_INFINITY;

  /** @param ratio - of a list that came for the first time */
  learn(ratio: number): void {
    this.ratio += (ratio - this.ratio) / 4;
  }
}

/**
 * What one list call has been worth so far: which exports it held, which it did not, and how often it held one that nobody had
 * asked it for before.
 *
 * A list that misses costs a second round trip, so it is asked for only where it pays: exports that are known not to be in it are
 * read singly, at the same time.
 */
export class ListMemory {
  /** Of the last list. */
  private held: ReadonlySet<string> = NOTHING;
  private readonly unlisted = new Set<string>();
  /** Counts that fade with every list. */
  private found: number;
  private sought = 2;
  private lastFound: number;
  private hasCome = false;
  /** In a row. */
  private failures = 0;
  private askedAt: number;
  private readonly hope: ListHope;

  constructor(hope: ListHope) {
    this.hope = hope;
    this.found = this.sought * hope.ratio;
    this.lastFound = this.found;
    this.askedAt = hope.askedAt;
  }

  /** @param names - two or more exports, each once */
  plan(names: Iterable<string>, now: number): ReadPlan {
    let held = 0;
    let unheard = 0;
    for (const name of names) {
      if (this.held.has(name)) held += 1;
      else if (!this.unlisted.has(name)) unheard += 1;
    }
    const pays = held + unheard * this.ratio >= WORTHWHILE;
    if (!pays || this.failures > 0) return { listed: NOTHING, isTrial: this.isTrialDue(now) };
    const listed = new Set<string>();
    for (const name of names) if (this.held.has(name) || !this.unlisted.has(name)) listed.add(name);
    return { listed, isTrial: false };
  }

  /**
   * True where a list call would pay for so many exports of which nothing is known; and where one is to be tried again, or those
   * who read singly while it does not pay would never learn that it does.
   */
  pays(count: number, now: number): boolean {
    if (count < 2) return false;
    if (this.isTrialDue(now)) return true;
    return this.failures === 0 && (this.lastFound > 1 || count * this.ratio >= WORTHWHILE);
  }

  /** A list call begins. */
  begin(now: number): void {
    this.askedAt = now;
    this.hope.askedAt = now;
  }

  /** A list has come. @param wanted - what it was looked through for */
  learn(wanted: Iterable<string>, held: ReadonlySet<string>): void {
    for (const name of held) this.unlisted.delete(name);
    let found = 0;
    let newlySought = 0;
    let newlyFound = 0;
    for (const name of wanted) {
      const isFound = held.has(name);
      if (isFound) found += 1;
      if (!this.held.has(name) && !this.unlisted.has(name)) {
        newlySought += 1;
        if (isFound) newlyFound += 1;
      }
      if (!isFound) this.remember(name);
    }
    this.held = held;
    this.lastFound = found;
    this.failures = 0;
    if (newlySought === 0) return;
    if (!this.hasCome) this.hope.learn(newlyFound / newlySought);
    this.hasCome = true;
    this.found = this.found / 2 + newlyFound;
    this.sought = this.sought / 2 + newlySought;
  }

  /** The list could not be had. */
  fail(): void {
    this.failures += 1;
  }

  private isTrialDue(now: number): boolean {
    return now - this.askedAt >= (this.failures === 1 ? FAILED_TRIAL_MS : TRIAL_MS);
  }

  private get ratio(): number {
    return this.found / this.sought;
  }

  private remember(name: string): void {
    this.unlisted.add(name);
    if (this.unlisted.size <= MAX_UNLISTED) return;
    for (const oldest of this.unlisted) {
      this.unlisted.delete(oldest);
      return;
    }
  }
}
