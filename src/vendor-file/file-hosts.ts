import type { VendorDeclaration } from './declaration.ts';

/**
 * Hosts that the links of a vendor may lead to, for an account that names none of its own. Not those of links that are opened with the
 * credential: no browser is ever sent there.
 */
export function toFileHosts({ files }: Pick<VendorDeclaration, 'files'>): readonly string[] {
  return [...new Set(files.flatMap(({ credential, hosts }) => (credential ? [] : hosts)))];
}
