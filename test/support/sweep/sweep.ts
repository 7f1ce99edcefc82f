import { inspect } from 'node:util';
import { spellingsOf } from '../../../src/telemetry/secret-spellings.ts';
import { MIN_FINDABLE_LENGTH, TextFinder } from '../../../src/telemetry/text-finder.ts';

/** Where something that was meant to stay inside was found. Holds nothing of it. */
export interface Finding {
  /** `HTTP or websocket`, `log`, `console`, `standard output`… */
  readonly place: string;
  /** What kind of secret it was. */
  readonly kind: string;
}

/** Text that waits to be looked at is looked at as soon as it is this long. */
const MAX_WAITING = 2_000_000;
/** Fakes use short words for secrets, which are found inside longer ones: `token-1` inside `token-10`. */
const MIN_LENGTH = MIN_FINDABLE_LENGTH;

/**
 * Looks for every secret of the tests in everything that gateways and commands put out.
 *
 * What is put out is kept until the end of the test, so that a secret is found that became known a moment later.
 */
export class Sweep {
  private readonly finder = new TextFinder();
  private readonly kinds = new Map<string, string>();
  /** By place; the same text a thousand times is looked at once. */
  private readonly waiting = new Map<string, Set<string>>();
  private waitingLength = 0;
  private findings = new Map<string, Finding>();
  private readonly pending: Promise<void>[] = [];

  addSecret(kind: string, secret: string): void {
    if (secret.length < MIN_LENGTH || this.kinds.has(secret)) return;
    const hex = Buffer.from(secret).toString('hex');
    for (const spelling of [...spellingsOf(secret), hex, hex.toUpperCase()]) {
      if (spelling.length < MIN_LENGTH || this.kinds.has(spelling)) continue;
      this.kinds.set(spelling, kind);
      this.finder.add(spelling);
    }
  }

  /** From now on nothing is a secret that was one. */
  forgetSecrets(): void {
    for (const secret of this.kinds.keys()) this.finder.remove(secret);
    this.kinds.clear();
  }

  look(place: string, text: string): void {
    const texts = this.waiting.get(place) ?? new Set();
    this.waiting.set(place, texts);
    if (texts.has(text)) return;
    texts.add(text);
    this.waitingLength += text.length;
    if (this.waitingLength > MAX_WAITING) this.search();
  }

  /** Whatever has to be over before it is known what is secret. */
  waitFor(work: Promise<void>): void {
    this.pending.push(work);
  }

  /** What was found since it was last asked. */
  async takeFindings(): Promise<readonly Finding[]> {
    await Promise.all(this.pending.splice(0));
    this.search();
    const found = [...this.findings.values()];
    this.findings = new Map();
    return found;
  }

  private search(): void {
    for (const [place, texts] of this.waiting) for (const text of texts) this.searchIn(place, text);
    this.waiting.clear();
    this.waitingLength = 0;
  }

  private searchIn(place: string, text: string): void {
    for (const { start, end } of this.finder.find(text)) {
      const kind = this.kinds.get(text.slice(start, end)) ?? 'several secrets';
      this.findings.set(`${place} ${kind}`, { place, kind });
    }
  }
}

const KEY = Symbol.for('waybill.test.sweep');

/** The one sweep of this test file; not the module's own, since tests may load modules anew. */
export function sweep(): Sweep {
  const known: unknown = Reflect.get(globalThis, KEY);
  if (known instanceof Object) return known as Sweep;
  const created = new Sweep();
  Reflect.set(globalThis, KEY, created);
  return created;
}

/** Whatever it is, with all that stands in it. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  return inspect(value, { depth: 8, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 1_000 });
}
