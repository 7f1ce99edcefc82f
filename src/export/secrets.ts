import { LRUCache } from 'lru-cache';

/** Passing secrets (tokens, signed links) that are known at the same time; the longest unused is forgotten first. */
const MAX_PASSING = 2_000;
/** Anything shorter would be found inside ordinary words. */
const MIN_LENGTH = 6;
const MASK = '[secret]';

/**
 * Every secret this process knows, so that none of them leaves it by accident: what is logged, told to a client or counted is
 * masked by value, wherever the secret stands in a string and whatever the field is called.
 */
export interface Secrets {
  /** Remembers a secret for good: what the configuration holds. */
  add(secret: string): void;
  /** Remembers a secret that comes and goes: a token, a signed link, what a caller proves itself with. */
  addPassing(secret: string): void;
  /** The text with every known secret masked, also where it is percent-encoded, base64 or escaped as in JSON. */
  mask(text: string): string;
}

export function createSecrets(): Secrets {
  const lasting = new Set<string>();
  const passing = new LRUCache<string, true>({ max: MAX_PASSING });
  return {
    add(secret) {
      for (const form of formsOf(secret)) lasting.add(form);
    },
    addPassing(secret) {
      for (const form of formsOf(secret)) passing.set(form, true);
    },
    mask(text) {
      let masked = text;
      for (const secret of lasting) if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK);
      for (const secret of passing.keys())
        if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK);
      return masked;
    },
  };
}

/** The ways in which a secret may be spelt in a text; the longest first, so that no spelling is masked by half. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < MIN_LENGTH) return [];
  const escaped = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString('base64');
  const forms = new Set([secret, encode(secret), escaped, base64, base64.replace(/=+$/, '')]);
  return [...forms].sort((left, right) => right.length - left.length);
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
