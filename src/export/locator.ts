import { InputError } from './errors.ts';
import type { ExportKey, LocatorIds } from './export.ts';
import type { IdRule, LocatorGrammar } from './ports.ts';
import { isVendorId, type VendorId } from './vendor-id.ts';

/** Bounds every id before a pattern looks at it, so that no input costs more than a glance. */
const MAX_ID_LENGTH = 512;
const MAX_GLOBAL_ID_LENGTH = 2_048;

const EXPORT_TAG = 'export';
const ACCOUNT_TAG = 'account';
const VENDOR_TAG = 'vendor';

/**
 * Checks a locator's ids against the vendor's grammar.
 *
 * Ids are refused, never repaired: `encodeURIComponent('..')` is `..`, and URL parsing drops CR and LF in silence.
 *
 * @param where - the argument's path, for the message, e.g. `locator.powerBi`
 * @throws InputError naming the field and what is allowed
 */
export function parseIds<Ids extends LocatorIds>(
  grammar: LocatorGrammar<Ids>,
  input: Readonly<Record<string, unknown>>,
  where: string,
): Ids {
  const ids: Record<string, string> = {};
  for (const [field, rule] of Object.entries(grammar)) {
    const value = Object.hasOwn(input, field) ? input[field] : undefined;
    if (value === undefined || value === null) {
      if (rule.isOptional) continue;
      throw new InputError(
        `${where}.${field} is missing: give ${rule.allowed.replace(/\.$/, '')}.`,
        `${where}.${field}`,
      );
    }
    if (
      typeof value !== 'string' ||
      value.length > MAX_ID_LENGTH ||
      !value.isWellFormed() ||
      !rule.test(value)
    ) {
      throw new InputError(
        `${where}.${field} is not an id this vendor gives: it must be ${rule.allowed.replace(/\.$/, '')}.`,
        `${where}.${field}`,
      );
    }
    ids[field] = value;
  }
  return ids as Ids;
}

/**
 * Builds the key of one export; `ids` must have passed `parseIds`.
 *
 * What is only a hint stands in the key and not in its global id, where its place is empty: one export has one id, however it was located.
 */
export function toExportKey<Ids extends LocatorIds>(
  grammar: LocatorGrammar<Ids>,
  vendor: VendorId,
  account: string,
  ids: Ids,
): ExportKey<Ids> {
  const rules: readonly (readonly [string, IdRule])[] = Object.entries(grammar);
  const values = rules.map(([field, { isHint }]) => (isHint ? null : (ids[field] ?? null)));
  return { id: encodeGlobalId([EXPORT_TAG, vendor, account, ...values]), vendor, account, ids };
}

/** Of two keys of one export, the one that tells more of it: a hint helps whoever reads it. */
export function fullerKey(known: ExportKey, other: ExportKey): ExportKey {
  return Object.keys(other.ids).length > Object.keys(known.ids).length ? other : known;
}

/** The ids that name an export, hints left out, in the order of its vendor's grammar. */
export function toNamingIds({ id }: ExportKey): readonly string[] {
  const parsed = parseGlobalId(id);
  return parsed.type === 'export' ? parsed.values.filter((value) => value !== null) : [];
}

/** The global id of an account. */
export function toAccountId(account: string): string {
  return encodeGlobalId([ACCOUNT_TAG, account]);
}

/** The global id of a vendor. */
export function toVendorGlobalId(vendor: VendorId): string {
  return encodeGlobalId([VENDOR_TAG, vendor]);
}

/** What a global id says, before anyone asked whether such an account or export exists. */
export type GlobalId =
  | {
      readonly type: 'export';
      readonly vendor: VendorId;
      readonly account: string;
      readonly values: readonly (string | null)[];
    }
  | { readonly type: 'account'; readonly account: string }
  | { readonly type: 'vendor'; readonly vendor: VendorId };

/**
 * Reads a global id. Only the canonical spelling of its parts is accepted, so that equal exports have equal ids.
 *
 * @throws InputError where it is none of ours
 */
export function parseGlobalId(id: string, where = 'id'): GlobalId {
  const parts = decodeGlobalId(id);
  if (parts?.[0] === ACCOUNT_TAG && parts.length === 2 && typeof parts[1] === 'string') {
    return { type: 'account', account: parts[1] };
  }
  const vendor = parts?.[1];
  if (parts?.[0] === VENDOR_TAG && parts.length === 2 && isVendorId(vendor))
    return { type: 'vendor', vendor };
  if (parts?.[0] === EXPORT_TAG && parts.length > 3 && isVendorId(vendor)) {
    const [, , account, ...values] = parts;
    if (typeof account === 'string') return { type: 'export', vendor, account, values };
  }
  throw toForeignIdError(where);
}

/** The error about an id that is none of this gateway's. */
export function toForeignIdError(where: string): InputError {
  return new InputError(
    `${where} is not a global id of this gateway: give one from an earlier answer.`,
    where,
  );
}

/**
 * The key that a parsed export id names, its ids checked like a locator's.
 *
 * The key's own id may be another one: earlier releases wrote hints into ids. They are still read, and mean the same export.
 *
 * @throws InputError where they do not fit the vendor's grammar
 */
export function toKeyFromGlobalId(
  grammar: LocatorGrammar,
  parsed: Extract<GlobalId, { type: 'export' }>,
  where = 'id',
): ExportKey {
  const fields = Object.keys(grammar);
  if (parsed.values.length !== fields.length) {
    throw toForeignIdError(where);
  }
  const input = Object.fromEntries(fields.map((field, index) => [field, parsed.values[index]]));
  return toExportKey(grammar, parsed.vendor, parsed.account, parseIds(grammar, input, where));
}

function encodeGlobalId(parts: readonly (string | null)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function decodeGlobalId(id: string): readonly (string | null)[] | undefined {
  if (id.length > MAX_GLOBAL_ID_LENGTH || !/^[A-Za-z0-9_-]+$/.test(id)) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || !parts.every((part) => part === null || typeof part === 'string'))
      return undefined;
    return encodeGlobalId(parts) === id ? parts : undefined;
  } catch {
    return undefined;
  }
}
