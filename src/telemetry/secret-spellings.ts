/**
 * The ways in which a secret may be spelt in a text.
 *
 * As it is; percent-encoded as browsers, forms and other libraries write it, in capitals or not; escaped as in JSON inside JSON, up to four times, also
 * with `\/` and with everything but ASCII escaped; in both alphabets of base64, wherever in the encoded bytes it begins: behind a user's name
 * as HTTP's Basic scheme writes it, or inside a larger text.
 *
 * @returns each spelling once, in no promised order
 */
export function spellingsOf(secret: string): readonly string[] {
  // Most tokens are of characters that nothing but base64 writes otherwise.
  if (/^[\w.~-]*$/.test(secret)) return [...new Set([secret, ...base64Spellings(secret)])];
  const percents = percentSpellings(secret);
  const all = [
    secret,
    ...percents,
    ...percents.map(inSmallHex),
    ...jsonSpellings(secret),
    ...base64Spellings(secret),
  ];
  return [...new Set(all)];
}

function percentSpellings(secret: string): readonly string[] {
  // A lone half of a surrogate pair cannot be percent-encoded.
  const text = secret.toWellFormed();
  const asForm = new URLSearchParams([['', text]]).toString().slice(1);
  return [encodeURIComponent(text), encodeURI(text), asForm];
}

function inSmallHex(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

function jsonSpellings(secret: string): readonly string[] {
  const once = escapeAsJson(secret);
  const inAscii = once.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const deeper = [1, 2, 3].map((times) => Array.from({ length: times }).reduce<string>(escapeAsJson, once));
  return [once, once.replaceAll('/', '\\/'), inAscii, inAscii.replaceAll('/', '\\/'), ...deeper];
}

function escapeAsJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Nothing, one or two bytes may stand in front within a group of three; characters that depend on neighbours are left out. */
function base64Spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const whole = bytes.toString('base64');
  const inside = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  });
  const standard = [whole, whole.replace(/=+$/, ''), ...inside];
  return [...standard, ...standard.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
}
