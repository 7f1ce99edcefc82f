import type { Problem } from '../yaml/problem.ts';
import { listAt, valueAt } from '../yaml/tree.ts';
import type { Findings } from './found.ts';

/** What the account of a vendor needs that replaces a refresh token when it is used: a lost one ends its access. */
export const TOKEN_RULES: readonly ((findings: Findings) => readonly Problem[])[] = [
  replacedTokensOutliveTheProcess,
  replacedTokensAreSealed,
];

function replacedTokensOutliveTheProcess(findings: Findings): readonly Problem[] {
  const { tree } = findings;
  const because = findReason(findings);
  const kind = valueAt(tree, ['store', 'kind']);
  if (because === undefined || (kind ?? 'memory') !== 'memory') return [];
  const found = kind === undefined ? 'nothing, which means "memory"' : '"memory"';
  const isShared = valueAt(tree, ['backplane', 'kind']) === 'redis';
  const kinds = isShared ? '"postgres"' : '"sqlite" or "postgres"';
  return [{ path: ['store', 'kind'], found, allowed: `${kinds}, ${because}` }];
}

function replacedTokensAreSealed(findings: Findings): readonly Problem[] {
  const because = findReason(findings);
  if (because === undefined || valueAt(findings.tree, ['files', 'linkSecret']) !== undefined) return [];
  const allowed = `a string of at least 32 bytes, ${because} and are sealed with it`;
  return [{ path: ['files', 'linkSecret'], found: 'nothing', allowed }];
}

/** The first account that there is reason for; undefined where there is none. */
function findReason({ tree, vendors }: Findings): string | undefined {
  const index = listAt(tree, ['accounts']).findIndex((account) => {
    const vendor = valueAt(account, ['vendor']);
    const row = typeof vendor === 'string' ? vendors.get(vendor) : undefined;
    const isRefreshed = valueAt(account, ['credential', 'type']) === 'refresh-token';
    return isRefreshed && row?.declaration?.credentials['refresh-token']?.rotates === true;
  });
  if (index < 0) return undefined;
  return `because the refresh tokens of accounts[${index}] are replaced by their vendor when they are used`;
}
