import { type PlacedProblem, parseYaml } from '../yaml/parse.ts';
import { type KeyPath, type Place, type Problem, toFilePrefix, toLine } from '../yaml/problem.ts';
import { compareInTree, pathKey } from '../yaml/tree.ts';
import type { VendorDeclaration } from './declaration.ts';
import { toProblems } from './issues.ts';
import { toDeclaration } from './normal/declaration.ts';
import { findRuleProblems } from './rules/rules.ts';
import { vendorFileSchema } from './schema/file.ts';

/** The largest file, in bytes. */
export const MAX_VENDOR_FILE_BYTES = 262_144;

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

const START: Place = { line: 1, column: 1 };

/**
 * Reads and checks the text of a vendor file. Never throws: whatever is wrong is told, all of it at once.
 *
 * @param file - its name, for the lines
 */
export function readVendorFile(text: string, file: string): ReadVendorFile {
  const size = Buffer.byteLength(text);
  if (size > MAX_VENDOR_FILE_BYTES) {
    const allowed = `at most ${MAX_VENDOR_FILE_BYTES}`;
    return { problems: [toFileProblem({ path: [], found: `${size} bytes`, allowed }, file)] };
  }
  const parsed = parseYaml(text, { isPlain: true });
  if ('problems' in parsed) return { problems: parsed.problems.map((each) => toFileProblem(each, file)) };
  const { tree, placeOf } = parsed;
  const checked = vendorFileSchema().safeParse(tree);
  const issues = checked.success ? [] : toProblems(checked.error.issues, tree);
  const told = new Set(issues.map(({ path }) => pathKey(path)));
  const rules = findRuleProblems(tree).filter(({ path }) => !told.has(pathKey(path)));
  const problems = [...issues, ...rules].sort((left, right) => compareInTree(tree, left.path, right.path));
  if (checked.success && problems.length === 0) return { declaration: toDeclaration(checked.data) };
  return {
    problems: problems.map((problem) => toFileProblem({ ...problem, place: placeOf(problem.path) }, file)),
  };
}

function toFileProblem(problem: PlacedProblem, file: string): VendorFileProblem {
  const { path, found, allowed, place = START } = problem;
  return { path, found, allowed, place, line: toFileLine(problem, place, file) };
}

/** Where no key can be named, the line alone says where. */
function toFileLine(problem: Problem, place: Place, file: string): string {
  const prefix = toFilePrefix(file, place);
  return problem.path.length === 0
    ? `${prefix}: found ${problem.found}, allowed: ${problem.allowed}`
    : `${prefix}: ${toLine(problem)}`;
}
