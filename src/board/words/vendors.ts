/** Vendors as their owners write them: for what is said before the gateway has named them. */

const NAMES = new Map([
  ['power-bi', 'Power BI'],
  ['hi-energy', 'Hi Energy'],
  ['talkdesk', 'Talkdesk'],
  ['web-admit', 'WebAdMIT'],
]);

/** Learns a name from the gateway, that of a later vendor too. */
export function learnVendorName(key: string, name: string): void {
  NAMES.set(key, name);
}

export function vendorName(key: string): string {
  return NAMES.get(key) ?? key;
}

/** Two letters for a badge. */
export function initialsOf(name: string): string {
  const capitals = name.replace(/[^\p{Lu}]/gu, '');
  return (capitals.length >= 2 ? capitals : name.toUpperCase()).slice(0, 2);
}

/** Always the same colour for a vendor, for those to come too: one of the style sheet's. */
export function hueOf(key: string): number {
  let hash = 0;
  for (const character of key) hash = (hash * 41 + (character.codePointAt(0) ?? 0)) % 9_973;
  return (hash * 97) % 360;
}
