import type { Random } from '../../src/runtime/clock.ts';
import type { IdGrammar, VendorDeclaration } from '../../src/vendor-file/declaration.ts';

const CLASSES = ['0123456789', 'abcdef', 'ghijklmnopqrstuvwxyz', 'ABCDEF', 'GHIJKLMNOPQRSTUVWXYZ'] as const;
const MAX_TRIES = 400;

/** Whether a text is an id of this grammar. */
export function fitsGrammar({ pattern }: Pick<IdGrammar, 'pattern'>, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`, 'u').test(text);
}

/**
 * Makes ids that look like the example of their grammar and are all different: each letter and digit is replaced by another of its kind,
 * from the end on, as far as the grammar lets it.
 */
export class IdMaker {
  private readonly grammar: Pick<IdGrammar, 'pattern' | 'example'>;
  private readonly random: Random;
  private readonly made = new Set<string>();

  constructor(grammar: Pick<IdGrammar, 'pattern' | 'example'>, random: Random) {
    this.grammar = grammar;
    this.random = random;
  }

  /** @throws RangeError where the grammar has no more ids that look like its example */
  next(): string {
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const id = this.vary(attempt);
      if (this.made.has(id) || !fitsGrammar(this.grammar, id)) continue;
      this.made.add(id);
      return id;
    }
    const { example, pattern } = this.grammar;
    throw new RangeError(
      `No more ids like "${example}" fit ${pattern}: give an example with more letters or digits.`,
    );
  }

  /** The more has been tried, the more is changed and the longer it gets. */
  private vary(attempt: number): string {
    const { example } = this.grammar;
    const kept = Math.max(0, example.length - 4 - Math.floor(attempt / 10));
    const tail = [...example.slice(kept)].map((letter) => this.replace(letter)).join('');
    const more = attempt < MAX_TRIES / 4 ? '' : this.replace(/[0-9]/.test(example) ? '0' : 'a');
    return example.slice(0, kept) + tail + more;
  }

  private replace(letter: string): string {
    const letters = CLASSES.find((each) => each.includes(letter));
    return letters === undefined
      ? letter
      : (letters[Math.floor(this.random.next() * letters.length)] ?? letter);
  }
}

/** An account's settings as the demo has them. */
export function toDemoSettings({ settings }: VendorDeclaration): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, rule]) => [name, rule.default ?? rule.example]),
  );
}

/** The name of the id that names an export; those before it say where it is. */
export function lastIdOf({ locator }: VendorDeclaration): string {
  return Object.keys(locator).at(-1) ?? '';
}
