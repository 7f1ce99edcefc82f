import { LRUCache } from 'lru-cache';
import { spellingsOf } from './secret-spellings.ts';
import { MIN_FINDABLE_LENGTH, TextFinder } from './text-finder.ts';

/** Passing secrets (tokens, signed links) that are known at the same time; the longest unused is forgotten first. */
const MAX_PASSING = 2_000;
/** Of all of them together: their spellings take about ten times that. */
const MAX_PASSING_LENGTH = 4_000_000;
/** Anything shorter would be found inside ordinary words. */
export const SHORTEST_MASKED = MIN_FINDABLE_LENGTH;
const MASK = '[secret]';
/** Masking may put the ends of a new secret side by side. */
const MAX_ROUNDS = 8;

/**
 * Every secret this process knows, so that none of them leaves it by accident: what is logged, told to a client or counted is
 * masked by value, wherever the secret stands in a string and whatever the field is called.
 */
export interface Secrets {
  /** Remembers a secret for good: what the configuration holds. */
  add(secret: string): void;
  /** Remembers a secret that comes and goes: a token, a signed link, what a caller proves itself with. */
  addPassing(secret: string): void;
  /**
   * The text with every known secret masked, also where it is percent-encoded, base64 or escaped as in JSON. Takes time in proportion to
   * the text, however many secrets there are.
   *
   * Secrets of fewer than six characters are left: they would be found inside ordinary words.
   */
  mask(text: string): string;
}

export function createSecrets(): Secrets {
  const finder = new TextFinder();
  const lasting = new Set<string>();
  const passing = new LRUCache<string, readonly string[]>({
    max: MAX_PASSING,
    maxSize: MAX_PASSING_LENGTH,
    sizeCalculation: (_spellings, secret) => secret.length,
    dispose: (spellings) => {
      for (const spelling of spellings) finder.remove(spelling);
    },
  });
  return {
    add(secret) {
      if (lasting.has(secret)) return;
      lasting.add(secret);
      for (const spelling of findable(secret)) finder.add(spelling);
    },
    addPassing(secret) {
      if (secret === '' || passing.get(secret) !== undefined) return;
      const spellings = findable(secret);
      for (const spelling of spellings) finder.add(spelling);
      passing.set(secret, spellings);
    },
    mask: (text) => maskAll(text, finder),
  };
}

function findable(secret: string): readonly string[] {
  if (secret.length < SHORTEST_MASKED) return [];
  // A secret that is a piece of the mask could never be masked, and would be told by every mask.
  return spellingsOf(secret).filter(
    (spelling) => spelling.length >= SHORTEST_MASKED && !MASK.includes(spelling),
  );
}

function maskAll(text: string, finder: TextFinder): string {
  let masked = text;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = finder.find(masked);
    if (found.length === 0) return masked;
    const pieces: string[] = [];
    let copiedTo = 0;
    for (const { start, end } of found) {
      pieces.push(masked.slice(copiedTo, start), MASK);
      copiedTo = end;
    }
    masked = pieces.join('') + masked.slice(copiedTo);
  }
  return MASK;
}
