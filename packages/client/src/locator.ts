import { parseAddress } from './addresses.ts';
import { WaybillError } from './error.ts';
import { GRAMMARS, type VendorGrammar } from './grammar.ts';
import type { Export, ExportLocator, Locator } from './types.ts';

const ACCOUNT = /^[a-z0-9-]{1,40}$/;
/** A global id has no colon. */
const SHAPE = /^(?:([^@:]*)@)?([^@:]*):(.*)$/su;
const MAX_LENGTH = 2_048;

/** What a global id of an export says. */
interface NamedExport {
  readonly vendor: string;
  readonly account: string;
  /** In the order of the vendor's grammar; what is left out is null. */
  readonly values: readonly (string | null)[];
}

type Inputs = Readonly<Record<string, Readonly<Record<string, string | null | undefined>> | string>>;

/**
 * Reads a locator as a person writes or pastes it: `hi-energy:4213`, `ACCOUNT@talkdesk:calls/ID`, a global id, or an address copied from
 * the vendor's own pages or API, or from the board, where it holds the ids.
 *
 * @throws WaybillError with code BAD_USER_INPUT that says what is wrong and what is allowed
 */
export function parseLocator(text: string): ExportLocator {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LENGTH) throw refuse(text, 'it is too long.');
  if (/\p{Cc}/u.test(trimmed)) throw refuse(text, 'it holds control characters.');
  if (/^(?:https?:\/)?\//i.test(trimmed)) return parseAddressOf(trimmed);
  const [, account, vendor, ids] = SHAPE.exec(trimmed) ?? [];
  if (vendor === undefined || ids === undefined) return parseId(trimmed);
  if (account !== undefined && !ACCOUNT.test(account)) {
    throw refuse(text, 'before the @ stands an account key: 1 to 40 lower-case letters, digits and hyphens.');
  }
  return toLocator(trimmed, vendor, ids.split('/'), account);
}

/** The locator as text, such as `hi@hi-energy:4213`; the global id where its vendor is not known here. */
export function formatLocator(of: Export | ExportLocator): string {
  const id = (of as { readonly id?: string }).id;
  if (typeof id === 'string') {
    const named = readGlobalId(id);
    return named !== null && Object.hasOwn(GRAMMARS, named.vendor)
      ? toText(named.account, named.vendor, named.values)
      : id;
  }
  const [input, ids] =
    Object.entries(of as unknown as Inputs).find(([, value]) => typeof value === 'object') ?? [];
  const [vendor, grammar] = Object.entries(GRAMMARS).find(([, each]) => each.input === input) ?? [];
  if (vendor === undefined || grammar === undefined || typeof ids !== 'object') return JSON.stringify(of);
  return toText(
    ids.account,
    vendor,
    (grammar.forms.at(-1) ?? []).map((field) => ids[field]),
  );
}

/** As the schema's input. @throws WaybillError where it is a text that names no export */
export function toInput(locator: Locator): ExportLocator {
  return typeof locator === 'string' ? parseLocator(locator) : locator;
}

/** Under which errors are kept: as it was written, or as it would be. */
export function toName(locator: Locator): string {
  return typeof locator === 'string' ? locator : formatLocator(locator);
}

/** Equal for locators that name the same export in the same way; what is only a hint makes no difference. */
export function toKey(locator: ExportLocator): string {
  const { id, ...inputs } = locator as { readonly id?: string } & Inputs;
  if (typeof id === 'string') {
    const named = readGlobalId(id);
    if (named === null) return id;
    const fields = GRAMMARS[named.vendor]?.forms.at(-1) ?? [];
    const { hint } = GRAMMARS[named.vendor] ?? {};
    // Earlier gateways wrote hints into ids.
    const values = named.values.filter((_value, index) => hint === undefined || fields[index] !== hint);
    return toText(named.account, named.vendor, values);
  }
  const [input = '', ids = {}] = Object.entries(inputs as Inputs)[0] ?? [];
  const [vendor, grammar] = Object.entries(GRAMMARS).find(([, each]) => each.input === input) ?? [];
  if (vendor === undefined || grammar === undefined || typeof ids !== 'object')
    return JSON.stringify(locator);
  const fields = (grammar.forms.at(-1) ?? []).filter((field) => field !== grammar.hint);
  return toText(
    ids.account,
    vendor,
    fields.map((field) => ids[field]),
  );
}

function parseAddressOf(text: string): ExportLocator {
  const found = parseAddress(text);
  if (typeof found === 'string') return parseId(found);
  if (found === undefined) {
    throw refuse(
      text,
      'this address holds no ids of an export that a vendor knows. Copy that of one export.',
    );
  }
  return toLocator(text, found.vendor, found.ids);
}

function parseId(text: string): ExportLocator {
  const parts = decode(text);
  if (parts?.[0] === 'export' && parts.length > 3) return { id: text };
  const kind = parts?.[0];
  throw refuse(
    text,
    kind === 'vendor' || kind === 'account'
      ? `it is the id of ${kind === 'vendor' ? 'a vendor' : 'an account'}. Give the id of an export.`
      : 'give VENDOR:IDS, such as hi-energy:4213, or the id of an earlier answer.',
  );
}

function toLocator(text: string, vendor: string, values: readonly string[], account?: string): ExportLocator {
  const grammar = Object.hasOwn(GRAMMARS, vendor) ? GRAMMARS[vendor] : undefined;
  if (grammar === undefined) {
    throw refuse(text, `before the colon stands one of ${Object.keys(GRAMMARS).join(', ')}.`);
  }
  const fields = grammar.forms.find(({ length }) => length === values.length);
  if (fields === undefined) throw refuse(text, `write ${grammar.pattern}.`);
  const ids: Record<string, string> = account === undefined ? {} : { account };
  for (const [index, field] of fields.entries())
    ids[field] = check(text, grammar, field, values[index] ?? '');
  return { [grammar.input]: ids } as unknown as ExportLocator;
}

function check(text: string, { rules }: VendorGrammar, field: string, value: string): string {
  const rule = rules[field];
  if (rule !== undefined && !rule.pattern.test(value)) {
    throw refuse(text, `its ${field} must be ${rule.allowed}.`);
  }
  return value;
}

function toText(
  account: string | null | undefined,
  vendor: string,
  values: readonly (string | null | undefined)[],
): string {
  const ids = values.filter((value) => value != null && value !== '').join('/');
  return `${account == null ? '' : `${account}@`}${vendor}:${ids}`;
}

function refuse(text: string, why: string): WaybillError {
  return new WaybillError(`"${text.slice(0, 200)}" names no export: ${why}`, { code: 'BAD_USER_INPUT' });
}

/** What the global id of an export says; null where it is none that can be read here. */
export function readGlobalId(id: string): NamedExport | null {
  const [tag, vendor, account, ...values] = decode(id) ?? [];
  if (tag !== 'export' || values.length === 0 || vendor == null || account == null) return null;
  return { vendor, account, values };
}

/** The global id that a gateway would give. */
export function toGlobalId(vendor: string, account: string, values: readonly (string | null)[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(['export', vendor, account, ...values]));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function decode(id: string): readonly (string | null)[] | undefined {
  if (!/^[\w-]+$/.test(id)) return undefined;
  try {
    const text = atob(id.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const parts: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const isList = Array.isArray(parts) && parts.every((part) => part === null || typeof part === 'string');
    return isList ? parts : undefined;
  } catch {
    return undefined;
  }
}
