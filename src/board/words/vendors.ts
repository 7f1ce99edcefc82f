/** Vendors as their owners write them, and what the gateway tells of them; the first names are for what is said before it has. */
import type { Vendor } from '@waybill/client';

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

const LEARNT = new Map<string, Vendor>();

/** Learns from the gateway what each vendor's locators and orders hold. */
export function learnVendors(vendors: readonly Vendor[]): void {
  LEARNT.clear();
  for (const vendor of vendors) {
    LEARNT.set(vendor.key, vendor);
    learnVendorName(vendor.key, vendor.name);
  }
}

/** As the gateway told; undefined for one that it did not name, or before it has told any. */
export function learntVendor(key: string): Vendor | undefined {
  return LEARNT.get(key);
}

/** The keys of the gateway's vendors; empty before it has told. */
export function learntVendorKeys(): readonly string[] {
  return [...LEARNT.keys()];
}

/** A name of the schema as words: `templateId` is “Template id”. */
export function toLabel(name: string): string {
  const words = name
    .replace(/_/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, (_, end: string, begin: string) => `${end} ${begin.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A vendor's pattern for whole texts; null where there is none, or one that this browser does not read. */
export function toWholePattern(pattern: string | null): RegExp | null {
  if (pattern === null) return null;
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return null;
  }
}

/** What a text has to be like, as it goes on after “that is …”. */
export function toLikeness(pattern: string | null, example: unknown): string {
  if (typeof example === 'string' && example !== '') return `one like ${example}`;
  return pattern === null ? 'one that the vendor gave' : `text that fits ${pattern}`;
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
