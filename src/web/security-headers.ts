/**
 * What this server tells browsers about its answers, in one place.
 *
 * Sources, read 2026-11: the Fetch standard (`cross-origin-resource-policy`, `x-content-type-options`), the HTML standard
 * (`cross-origin-opener-policy`, `x-frame-options`), Content Security Policy Level 3, Permissions Policy.
 */

/**
 * Every answer, refusals too: what is more open than this says so itself.
 *
 * No page of another origin may frame it, load it as a part of its own or guess its type, and no cache keeps it.
 */
export const EVERY_ANSWER = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  // For browsers that do not know frame-ancestors.
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
  vary: 'Origin',
} as const;

/** Pages that run scripts: no window of another origin keeps a handle on them, and no device is theirs to ask for. */
const SCRIPTED_PAGE = {
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

/** Nothing may be loaded, sent or framed but what a page then allows by name. */
const CLOSED = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

/** The board: this server alone, and no text can become markup or script. */
export const BOARD_PAGE = {
  ...SCRIPTED_PAGE,
  'content-security-policy': toPolicy(
    ...CLOSED,
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ),
} as const;

/**
 * GraphiQL: this server alone. `unsafe-inline` is for styles only, which its editor writes as it goes.
 *
 * Trusted types are not asked for: GraphiQL shows descriptions and its own title as markup.
 */
export const GRAPHIQL_PAGE = {
  ...SCRIPTED_PAGE,
  'content-security-policy': toPolicy(
    ...CLOSED,
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "connect-src 'self'",
  ),
} as const;

/** A vendor's file: saved, never shown as a page of this origin. With its link it may be loaded from anywhere. */
export const FILE_ANSWER = {
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
} as const;

/** A page without any script, styled by this one style sheet within it. */
export function toPlainPage(styleHash: string) {
  return { 'content-security-policy': toPolicy(...CLOSED, `style-src '${styleHash}'`) } as const;
}

function toPolicy(...rules: readonly string[]): string {
  return rules.join('; ');
}
