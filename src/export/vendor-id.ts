/** The vendors that are code; adding one here makes the compiler name each table that needs a line for it. Every other one is a file. */
export const CODED_VENDOR_IDS = ['power-bi', 'hi-energy', 'talkdesk', 'web-admit'] as const;

export type CodedVendorId = (typeof CODED_VENDOR_IDS)[number];

/** A vendor's one name in code, configuration, locators and the `key` of the GraphQL type `Vendor`: lower-case words with hyphens. */
export type VendorId = string;

/** True for what may be one: whether there is such a vendor says the gateway's list of them. */
export function isVendorId(text: unknown): text is VendorId {
  return typeof text === 'string' && /^[a-z][a-z0-9-]{0,39}$/.test(text);
}
