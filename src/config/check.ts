import type * as z from 'zod';
import { closestName } from '../yaml/closest.ts';
import { withHint, withSuggestion } from '../yaml/hints.ts';
import { describeKind, isPlainName, type KeyPath, type Problem } from '../yaml/problem.ts';
import { compareInTree, listAt, pathKey, replaceAt, valueAt } from '../yaml/tree.ts';
import type { Config } from './config.ts';
import { type SubstitutedTree, substituteEnvironment } from './environment.ts';
import { describeFound, type Findings } from './found.ts';
import { readManifest } from './manifest.ts';
import type { EnvironmentVariables } from './process-environment.ts';
import { toConfig } from './resolve.ts';
import { findRuleProblems } from './rules.ts';
import { type CheckedFile, createConfigSchema, usualSchema } from './schema.ts';
import { toVendorRows, USUAL_ROWS, type VendorRows } from './vendor-defaults.ts';
import { type OwnVendors, readVendorFiles } from './vendor-files.ts';

/** Everything that is wrong with a file, and with those that it names. */
export type FoundProblems = { readonly problems: readonly Problem[] } & Pick<OwnVendors, 'fileProblems'>;

/**
 * What the checked file comes to, or everything that is wrong with it at once.
 *
 * @param configFile - where the file stands: what it names is looked for beside it
 */
export function checkTree(
  parsed: unknown,
  env: EnvironmentVariables,
  configFile?: string,
): { readonly config: Config } | FoundProblems {
  const substituted = substituteEnvironment(parsed, env);
  const own = readVendorFiles(substituted.tree, configFile);
  const vendors = own.declarations.length === 0 ? USUAL_ROWS : toVendorRows(own.declarations);
  const findings = { ...substituted, vendors };
  const result = parseWithNumbersFromTexts(substituted, vendors);
  const issues = (result.success ? [] : result.error.issues).filter(
    // Where a vendor file cannot be read, its vendor may well be the one that nobody knows.
    ({ code }) => own.fileProblems.length === 0 || code !== 'invalid_union',
  );
  // A variable that is not set is named once, not also as a value of the wrong type.
  const told = new Set(substituted.problems.map(({ path }) => pathKey(path)));
  const read = readManifest(findings, configFile);
  const found = [
    ...issues.flatMap((issue) => toProblems(issue, findings)),
    ...findRuleProblems(findings),
    ...own.problems,
    ...('problem' in read ? [read.problem] : []),
  ].filter(({ path }) => !told.has(pathKey(path)));
  const problems = [...substituted.problems, ...found].sort((left, right) =>
    compareInTree(substituted.tree, left.path, right.path),
  );
  const { fileProblems } = own;
  if (!result.success || problems.length > 0 || fileProblems.length > 0 || 'problem' in read)
    return { problems, fileProblems };
  const { manifest: trustedDocuments } = read;
  return { config: toConfig(result.data, { trustedDocuments, configFile, vendors, own: own.declarations }) };
}

/**
 * Checks the file; where a number or a yes-or-no is asked for and a text stands there, in quotes or as a whole from the environment, the
 * text is read as one. Only the schema knows where: the same text may be a key elsewhere, and stays one.
 */
function parseWithNumbersFromTexts(
  { tree, substitutions }: SubstitutedTree,
  vendors: VendorRows,
): z.ZodSafeParseResult<CheckedFile> {
  const named = listAt(tree, ['accounts']).map((account) => String(valueAt(account, ['vendor'])));
  // Whoever names one that there is not is told all that there are, and which of them was meant.
  const read = named.every((vendor) => vendors.has(vendor)) ? named : [...vendors.keys()];
  const schema = vendors === USUAL_ROWS ? usualSchema(read) : createConfigSchema(vendors);
  const result = schema.safeParse(tree);
  if (result.success) return result;
  let isChanged = false;
  for (const issue of result.error.issues) {
    const path = toKeyPath(issue.path);
    if (issue.code !== 'invalid_type' || substitutions.get(pathKey(path))?.isWhole === false) continue;
    const scalar = parseScalar(valueAt(tree, path), issue.expected);
    if (scalar === undefined) continue;
    replaceAt(tree, path, scalar);
    isChanged = true;
  }
  return isChanged ? schema.safeParse(tree) : result;
}

function parseScalar(value: unknown, expected: string): number | boolean | undefined {
  if (typeof value !== 'string') return undefined;
  if (expected === 'boolean') return value === 'true' ? true : value === 'false' ? false : undefined;
  if (expected !== 'number' && expected !== 'int') return undefined;
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : undefined;
}

/** One problem per key: an issue about unknown keys names several. */
function toProblems(issue: z.core.$ZodIssue, findings: Findings): readonly Problem[] {
  const path = toKeyPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => toUnknownKeyProblem(path, key, issue.message, findings));
  }
  const isContainer = issue.code === 'invalid_type' && /^(object|array)$/.test(issue.expected);
  const value = valueAt(findings.tree, path);
  const found = isContainer ? describeKind(value) : describeFound(path, findings);
  const isUnquoted =
    issue.code === 'invalid_type' && issue.expected === 'string' && /^(number|boolean)$/.test(typeof value);
  const isShown = !findings.substitutions.has(pathKey(path));
  return [
    { path, found: isUnquoted ? `${found} without quotes` : found, allowed: withHint(issue, value, isShown) },
  ];
}

function toUnknownKeyProblem(parent: KeyPath, key: string, known: string, { tree }: Findings): Problem {
  const closest = closestName(key, known.split(', '));
  // `{ apiKey:SECRET }` without the space, and `{ SECRET }`, make a key of the secret: shown is only what is sure to be a name.
  const isName = isPlainName(key) && (closest !== undefined || valueAt(tree, [...parent, key]) !== null);
  const allowed = closest === undefined ? known : withSuggestion(known, closest);
  return isName
    ? { path: [...parent, key], found: 'an unknown key', allowed }
    : { path: parent, found: 'a key that is no name, or a name without a value', allowed: known };
}

function toKeyPath(path: readonly PropertyKey[]): KeyPath {
  return path.map((part) => (typeof part === 'number' ? part : String(part)));
}
