import { createHash } from 'node:crypto';
import type { Template, VendorDeclaration } from '../vendor-file/declaration.ts';

/** An address of a vendor file with an account's settings in their places. */
export function fillAddress(template: Template, settings: Readonly<Record<string, string>>): string {
  return template
    .map((part) => ('text' in part ? part.text : 'name' in part ? (settings[part.name] ?? '') : ''))
    .join('');
}

/** Enough to see that a file says something else. */
const DIGEST_CHARACTERS = 12;

const KNOWN = new WeakMap<VendorDeclaration, string>();

/** Differs where a vendor's file says anything else than another. */
export function toVendorFileDigest(declaration: VendorDeclaration): string {
  let digest = KNOWN.get(declaration);
  if (digest === undefined) {
    digest = createHash('sha256')
      .update(JSON.stringify(declaration))
      .digest('base64url')
      .slice(0, DIGEST_CHARACTERS);
    KNOWN.set(declaration, digest);
  }
  return digest;
}
