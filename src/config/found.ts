import { inspectAddress, inspectEndpoint } from '../yaml/address.ts';
import { describeKind, describeValue, type KeyPath, shorten } from '../yaml/problem.ts';
import { pathKey, valueAt } from '../yaml/tree.ts';
import type { Substitution } from './environment.ts';
import { USUAL_ROWS, type VendorRows } from './vendor-defaults.ts';

/** Keys at and below which no value is ever shown, whatever it is: a secret may stand in the wrong place there. */
const SECRET_KEYS: ReadonlySet<string | number> = new Set([
  'credential',
  'keys',
  'apiKey',
  'clientSecret',
  'token',
  'linkSecret',
  'secret',
  'url',
  // An address may have been written with user and password.
  'cluster',
  'sentinels',
  'password',
  'sentinelPassword',
]);

/** The one thing below `credential` that can be shown: a word of ours. */
const CREDENTIAL_TYPES: ReadonlySet<unknown> = new Set(
  [...USUAL_ROWS.values()].flatMap(({ credentialTypes }) => credentialTypes),
);

/** Keys whose addresses are shown only without user, password and query. */
const ADDRESS_KEYS: ReadonlySet<string | number> = new Set([
  'baseUrl',
  'tokenUrl',
  'jwksUrl',
  'publicUrl',
  'allowedOrigins',
  'fileOrigins',
]);

/** A checked file's values and where they came from: what it takes to say what was found. */
export interface Findings {
  readonly tree: unknown;
  readonly substitutions: ReadonlyMap<string, Substitution>;
  /** That an account may be at. */
  readonly vendors: VendorRows;
}

/** What stands at a path, for a person: the value itself only where it can be no secret. */
export function describeFound(path: KeyPath, { tree, substitutions }: Findings): string {
  const value = valueAt(tree, path);
  const substitution = substitutions.get(pathKey(path));
  if (substitution !== undefined) {
    const names = [...new Set(substitution.names)].slice(0, 3).map((name) => `\${${shorten(name)}}`);
    return `${describeKind(value)} from ${names.join(' and ')}`;
  }
  const isAddress = path.some((part) => ADDRESS_KEYS.has(part));
  const inspected =
    isAddress && typeof value === 'string' && value !== '' ? inspectAddress(value) : undefined;
  if (inspected !== undefined && 'fault' in inspected) return inspected.fault;
  if (path.at(-1) === 'url' && typeof value === 'string') return describeSecretUrl(value);
  if (CREDENTIAL_TYPES.has(value) && path.at(-1) === 'type') return describeValue(value);
  if (path.some((part) => SECRET_KEYS.has(part))) {
    return inspected === undefined ? describeKind(value) : `an ${inspected.url.protocol.slice(0, -1)} URL`;
  }
  return describeValue(value);
}

/** Of a database's or Redis's address, and of one whose path may be a secret itself: what kind of thing it is. */
function describeSecretUrl(text: string): string {
  if (/^postgres(ql)?:\/\//i.test(text)) return 'a postgres URL';
  if (/^rediss?:\/\//i.test(text)) return 'a redis URL';
  if (!/^https?:\/\//i.test(text)) return describeKind(text);
  const inspected = inspectEndpoint(text);
  return 'fault' in inspected ? inspected.fault : `an ${inspected.url.protocol.slice(0, -1)} URL`;
}
