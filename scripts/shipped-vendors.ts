import { readdir, readFile } from 'node:fs/promises';
import type { VendorDeclaration } from '../src/vendor-file/declaration.ts';
import { readVendorFile } from '../src/vendor-file/read.ts';

const FOLDER = 'src/vendors/declared';
const ENDING = '.vendor.yaml';

/** A vendor file that comes with Waybill, and what it says. */
export interface ShippedVendor {
  readonly file: string;
  readonly text: string;
  readonly declaration: VendorDeclaration;
}

/** The vendor files that come with Waybill, by id. @throws Error with a line for everything that is wrong in them */
export async function readShippedVendors(): Promise<readonly ShippedVendor[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(ENDING)).sort();
  const read = await Promise.all(names.map(readShipped));
  const problems = read.flatMap((each) => ('problems' in each ? each.problems : []));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return read.flatMap((each) => ('problems' in each ? [] : [each]));
}

async function readShipped(name: string): Promise<ShippedVendor | { readonly problems: readonly string[] }> {
  const file = `${FOLDER}/${name}`;
  const text = await readFile(file, 'utf8');
  const read = readVendorFile(text, file);
  if ('problems' in read) return { problems: read.problems.map(({ line }) => line) };
  const { declaration } = read;
  if (`${declaration.id}${ENDING}` !== name)
    return {
      problems: [`${file}: found id "${declaration.id}", allowed: the id that the file is named for`],
    };
  return { file, text, declaration };
}

/** The module that a gateway takes them from, ready to be used. As JSON, which is read faster than a literal. */
export function toShippedModule(vendors: readonly ShippedVendor[]): string {
  const declarations = JSON.stringify(vendors.map(({ declaration }) => declaration));
  return `// Made by codegen.ts from ${FOLDER}/*${ENDING}. Never edited by hand: run \`npm run codegen\`.
import type { VendorDeclaration } from '../declaration.ts';

/** The vendor files that come with Waybill, checked when it was built: a gateway that starts parses none of them. */
export const SHIPPED_DECLARATIONS: readonly VendorDeclaration[] = JSON.parse(
  ${JSON.stringify(declarations)},
);
`;
}
