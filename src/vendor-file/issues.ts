import type * as z from 'zod';
import { closestName } from '../yaml/closest.ts';
import { withHint, withSuggestion } from '../yaml/hints.ts';
import { describeKind, describeValue, type KeyPath, type Problem } from '../yaml/problem.ts';
import { valueAt } from '../yaml/tree.ts';

/** What a schema found, as problems: one per key. A vendor file holds no secret, so whatever was found is shown. */
export function toProblems(issues: readonly z.core.$ZodIssue[], tree: unknown): readonly Problem[] {
  return issues.flatMap((issue) => toKeyProblems(issue, [], tree));
}

function toKeyProblems(issue: z.core.$ZodIssue, parent: KeyPath, tree: unknown): readonly Problem[] {
  const path = [...parent, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  const value = valueAt(tree, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => toUnknownKey([...path, key], key, issue.message));
  }
  if (issue.code === 'invalid_key') {
    const allowed = issue.issues[0]?.message ?? issue.message;
    return [{ path, found: `the name ${describeValue(path.at(-1))}`, allowed }];
  }
  if (issue.code === 'invalid_union') {
    const branch = branchFor(issue, value);
    if (branch !== undefined) return branch.flatMap((each) => toKeyProblems(each, path, tree));
  }
  return [{ path, found: describe(issue, value), allowed: withHint(issue, value, true) }];
}

/** What is wrong by that one of several shapes which the value has the type of; undefined where it has none's. */
function branchFor(
  { errors }: z.core.$ZodIssueInvalidUnion,
  value: unknown,
): readonly z.core.$ZodIssue[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return errors.find(
    (issues) => !issues.some(({ path, code }) => path.length === 0 && code === 'invalid_type'),
  );
}

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'custom' && typeof issue.params?.found === 'string') return issue.params.found;
  const isUnquoted =
    issue.code === 'invalid_type' && issue.expected === 'string' && /^(number|boolean)$/.test(typeof value);
  if (isUnquoted) return `${describeValue(value)} without quotes`;
  return issue.code === 'invalid_type' && /^(object|array|record)$/.test(issue.expected)
    ? describeKind(value)
    : describeValue(value);
}

function toUnknownKey(path: KeyPath, key: string, known: string): Problem {
  const closest = closestName(key, known.split(', '));
  return {
    path,
    found: 'an unknown key',
    allowed: closest === undefined ? known : withSuggestion(known, closest),
  };
}
