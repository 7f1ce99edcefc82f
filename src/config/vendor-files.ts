import type { VendorDeclaration } from '../vendor-file/declaration.ts';
import { schemaNames } from '../vendor-file/names.ts';
import { readVendorFile, type VendorFileProblem } from '../vendor-file/read.ts';
import { describeValue, type KeyPath, type Problem, quote } from '../yaml/problem.ts';
import { readTextFile, resolveBeside } from '../yaml/read-file.ts';
import { listAt } from '../yaml/tree.ts';
import type { Findings } from './found.ts';
import { USUAL_ROWS } from './vendor-defaults.ts';

/** The key that names the files. */
const VENDOR_FILES_PATH: KeyPath = ['vendorFiles'];
const MAX_BYTES = 262_144;

/** The user's own vendors, and whatever is wrong with their files or with how they are named. */
export interface OwnVendors {
  readonly declarations: readonly VendorDeclaration[];
  /** About the configuration's own keys. */
  readonly problems: readonly Problem[];
  /** About what stands in a vendor file. */
  readonly fileProblems: readonly (VendorFileProblem & { readonly file: string })[];
}

/** Reads the vendor files that a configuration names. Never throws. */
export function readVendorFiles(tree: Findings['tree'], configFile: string | undefined): OwnVendors {
  const declarations: VendorDeclaration[] = [];
  const problems: Problem[] = [];
  const fileProblems: (VendorFileProblem & { readonly file: string })[] = [];
  for (const [index, name] of listAt(tree, VENDOR_FILES_PATH).entries()) {
    // Another kind of value is the schema's business.
    if (typeof name !== 'string' || name === '') continue;
    const path = [...VENDOR_FILES_PATH, index];
    const file = readTextFile(resolveBeside(configFile, name), MAX_BYTES);
    if ('fault' in file || file.text === null) {
      const fault = 'fault' in file ? file.fault : `more than ${MAX_BYTES} bytes`;
      problems.push({ path, found: `${quote(name)}, ${fault}`, allowed: 'a readable vendor file in UTF-8' });
      continue;
    }
    const read = readVendorFile(file.text, name);
    if ('problems' in read) {
      fileProblems.push(...read.problems.map((problem) => ({ ...problem, file: name })));
      continue;
    }
    const { declaration } = read;
    const taken = whoHas(declaration, declarations);
    if (taken === undefined) declarations.push(declaration);
    else
      problems.push({
        path,
        found: `vendor ${describeValue(declaration.id)}, whose names in the schema ${taken} has already`,
        allowed: 'a vendor with an id of its own',
      });
  }
  return { declarations, problems, fileProblems };
}

/** The vendor that has the names already. */
function whoHas({ id }: VendorDeclaration, others: readonly VendorDeclaration[]): string | undefined {
  const { locatorField } = schemaNames(id);
  const known = [...USUAL_ROWS.keys(), ...others.map((other) => other.id)];
  return known.find((other) => schemaNames(other).locatorField === locatorField);
}
