import type { Problem } from '../../yaml/problem.ts';
import { addressRules } from './addresses.ts';
import { fileRules } from './files.ts';
import { nameRules } from './names.ts';
import { orderRules } from './orders.ts';
import { requestRules } from './requests.ts';
import { otherRules } from './rest.ts';
import { statusRules } from './status.ts';
import { type Rule, toView } from './view.ts';

const RULES: readonly Rule[] = [
  ...nameRules,
  ...addressRules,
  ...requestRules,
  ...statusRules,
  ...orderRules,
  ...fileRules,
  ...otherRules,
];

/** Every place where two keys of a file do not go together. */
export function findRuleProblems(tree: unknown): readonly Problem[] {
  const view = toView(tree);
  return RULES.flatMap((rule) => rule(view));
}
