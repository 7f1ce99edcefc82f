import { isLoopbackHost } from '../yaml/loopback.ts';
import { formatPath, type KeyPath, type Problem } from '../yaml/problem.ts';
import { listAt, valueAt } from '../yaml/tree.ts';
import { redisIsInOnePlace, severalShareALinkSecret, severalShareAStore } from './backplane-rules.ts';
import { describeFound, type Findings } from './found.ts';
import { TOKEN_RULES } from './token-rules.ts';
import type { VendorDefaults } from './vendor-defaults.ts';
import { webhookAccountsAreOfItsTenant, webhooksWithoutTlsArePrivate } from './webhook-rules.ts';

/** What one key asks of another. A value of the wrong type is the schema's business: rules pass over it. */
type Rule = (findings: Findings) => readonly Problem[];

const RULES: readonly Rule[] = [
  openOnlyOnLoopback,
  modeHasItsSection,
  metricsPortIsAnother,
  (findings) => areUnique(findings, ['access', 'keys'], 'name'),
  (findings) => areUnique(findings, ['access', 'keys'], 'key'),
  (findings) => areUnique(findings, ['accounts'], 'key'),
  pollingIsARange,
  allIsTrackedWhereListed,
  (findings) => areUnique(findings, ['webhooks'], 'key'),
  webhooksWithoutTlsArePrivate,
  webhookAccountsAreOfItsTenant,
  redisIsInOnePlace,
  severalShareALinkSecret,
  severalShareAStore,
  ...TOKEN_RULES,
];

/** Every place where two keys of a file do not go together. */
export function findRuleProblems(findings: Findings): readonly Problem[] {
  return RULES.flatMap((rule) => rule(findings));
}

function openOnlyOnLoopback({ tree }: Findings): readonly Problem[] {
  const mode = accessMode(tree);
  const host = valueAt(tree, ['server', 'host']) ?? '127.0.0.1';
  if (mode !== 'open' || typeof host !== 'string' || isLoopbackHost(host)) return [];
  const isWritten = valueAt(tree, ['access', 'mode']) !== undefined;
  return [
    {
      path: ['access', 'mode'],
      found: isWritten ? '"open"' : 'nothing, which means "open"',
      allowed: '"keys" or "jwt", because server.host is no loopback host',
    },
  ];
}

function modeHasItsSection({ tree }: Findings): readonly Problem[] {
  const mode = accessMode(tree);
  const keys = valueAt(tree, ['access', 'keys']);
  if (mode === 'keys' && (keys === undefined || (Array.isArray(keys) && keys.length === 0))) {
    const found = keys === undefined ? 'nothing' : 'an empty list';
    return [{ path: ['access', 'keys'], found, allowed: 'at least one key, because access.mode is "keys"' }];
  }
  if (mode === 'jwt' && valueAt(tree, ['access', 'jwt']) === undefined) {
    const allowed = 'a mapping with jwksUrl, issuer and audience, because access.mode is "jwt"';
    return [{ path: ['access', 'jwt'], found: 'nothing', allowed }];
  }
  return [];
}

function metricsPortIsAnother(findings: Findings): readonly Problem[] {
  const path = ['server', 'metricsPort'];
  const metricsPort = valueAt(findings.tree, path);
  const port = valueAt(findings.tree, ['server', 'port']) ?? 4000;
  if (metricsPort !== port || port === 0) return [];
  return [{ path, found: describeFound(path, findings), allowed: 'another port than server.port' }];
}

/** Every later item whose key equals an earlier item's. */
function areUnique(findings: Findings, listPath: KeyPath, key: string): readonly Problem[] {
  const firstPlaces = new Map<string, number>();
  return listAt(findings.tree, listPath).flatMap((item, index) => {
    const value = valueAt(item, [key]);
    if (typeof value !== 'string') return [];
    const first = firstPlaces.get(value);
    if (first === undefined) {
      firstPlaces.set(value, index);
      return [];
    }
    const path = [...listPath, index, key];
    const found = `${describeFound(path, findings)}, the same as ${formatPath([...listPath, first, key])}`;
    return [{ path, found, allowed: `a ${key} of its own` }];
  });
}

function pollingIsARange({ tree, vendors }: Findings): readonly Problem[] {
  return listAt(tree, ['accounts']).flatMap((account, index) => {
    const defaults = rowOf(account, vendors)?.pacing;
    if (defaults === undefined) return [];
    const minMs = valueAt(account, ['polling', 'minMs']);
    const maxMs = valueAt(account, ['polling', 'maxMs']);
    const low = minMs ?? defaults.minMs;
    const high = maxMs ?? defaults.maxMs;
    if (typeof low !== 'number' || typeof high !== 'number' || low <= high) return [];
    const minNote = minMs === undefined ? ` (${defaults.minMs} by default)` : '';
    const maxNote = maxMs === undefined ? ` (${defaults.maxMs} by default)` : '';
    const found = `minMs${minNote} above maxMs${maxNote}`;
    return [{ path: ['accounts', index, 'polling'], found, allowed: 'minMs at most maxMs' }];
  });
}

function allIsTrackedWhereListed({ tree, vendors }: Findings): readonly Problem[] {
  return listAt(tree, ['accounts']).flatMap((account, index) => {
    if (valueAt(account, ['track']) !== 'all') return [];
    const reason = whyNotAll(account, rowOf(account, vendors));
    if (reason === undefined) return [];
    return [{ path: ['accounts', index, 'track'], found: '"all"', allowed: `"asked", because ${reason}` }];
  });
}

/** What is known of the vendor that an account names; undefined where it names none of ours. */
function rowOf(account: unknown, vendors: Findings['vendors']): VendorDefaults | undefined {
  const vendor = valueAt(account, ['vendor']);
  return typeof vendor === 'string' ? vendors.get(vendor) : undefined;
}

function whyNotAll(account: unknown, row: VendorDefaults | undefined): string | undefined {
  if (row?.canList === false) return `${valueAt(account, ['vendor'])} has no call that lists exports`;
  if (valueAt(account, ['credential', 'type']) !== 'caller') return undefined;
  return 'its credential is brought by each caller: the gateway has none to ask with on its own';
}

/** The mode of access that holds; undefined where it is not readable. */
function accessMode(tree: unknown): unknown {
  const access = valueAt(tree, ['access']);
  if (access === undefined) return 'open';
  if (typeof access !== 'object' || access === null) return undefined;
  const mode = valueAt(access, ['mode']);
  return mode === undefined ? 'open' : mode;
}
