import type { IdRule, LocatorGrammar } from '../../export/ports.ts';
import { ID_PATTERN, type WebAdmitIds } from './types.ts';

const rule = {
  test: (value: string): boolean => ID_PATTERN.test(value),
  allowed: 'a positive integer of at most 18 digits, without leading zeros',
};
const required: IdRule = { ...rule, isOptional: false };
const optional: IdRule = { ...rule, isOptional: true };

/** WebAdMIT's ids; the identity may be left out, and without it runs cannot be read together. */
export const webAdmitLocator: LocatorGrammar<WebAdmitIds> = {
  userIdentityId: optional,
  exportId: required,
  exportFileId: required,
};
