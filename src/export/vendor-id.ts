/** Every vendor this gateway speaks to. Adding one here makes the compiler name each table that needs a line for it. */
export const VENDOR_IDS = ['power-bi', 'hi-energy', 'talkdesk', 'web-admit'] as const;

/** A vendor's one name in code, configuration, locators and the `key` of the GraphQL type `Vendor`. */
export type VendorId = (typeof VENDOR_IDS)[number];
