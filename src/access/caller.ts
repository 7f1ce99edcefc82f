/** Who asks. Everything a caller may see follows from its tenant. */
export interface Caller {
  readonly tenant: string;
  /** Its name in logs and metrics: a key's name, a token's subject, or `anonymous`. */
  readonly name: string;
  /** When its proof of who it is expires, epoch milliseconds; null where it does not. */
  readonly expiresAt: number | null;
  /** The caller's own vendor tokens by account key, for accounts whose credential each caller brings. */
  readonly vendorTokens: Readonly<Record<string, string>>;
}

/** The caller of access mode `open`. */
export const ANONYMOUS: Caller = {
  tenant: 'default',
  name: 'anonymous',
  expiresAt: null,
  vendorTokens: {},
};
