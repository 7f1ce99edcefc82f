import type { KeyPath, Place } from '../yaml/problem.ts';
import type { VendorDeclaration } from './declaration.ts';

/** One thing that is wrong with a vendor file. */
export interface VendorFileProblem {
  readonly path: KeyPath;
  readonly place: Place;
  readonly found: string;
  readonly allowed: string;
  /** `FILE:LINE: what was found, what is allowed` */
  readonly line: string;
}

export type ReadVendorFile =
  | { readonly declaration: VendorDeclaration }
  | { readonly problems: readonly VendorFileProblem[] };

/**
 * Reads and checks the text of a vendor file. Never throws: whatever is wrong is told, all of it at once.
 *
 * @param file - its name, for the lines
 */
export function readVendorFile(_text: string, file: string): ReadVendorFile {
  throw new Error(`${file}: not read yet.`);
}
