import { parseAddress } from './addresses.ts';
import { WaybillError } from './error.ts';
import { GRAMMARS } from './grammar.ts';
import type { Export, ExportLocator, Locator } from './types.ts';

const ACCOUNT = /^[a-z0-9-]{1,40}$/;
/** A global id has no colon. */
const SHAPE = /^(?:([^@:]*)@)?([^@:]*):(.*)$/su;
const MAX_LENGTH = 2_048;

/** An export as its vendor's ids name it. */
interface NamedExport {
  readonly vendor: string;
  readonly account: string | null | undefined;
  /** In the order of a global id. */
  readonly values: readonly (string | null | undefined)[];
}

/**
 * Reads a locator as a person writes or pastes it: `hi-energy:4213`, `ACCOUNT@talkdesk:calls/ID`, a global id, or an address copied from
 * the vendor's own pages or API, or from the board, where it holds the ids.
 *
 * @throws WaybillError with code BAD_USER_INPUT that says what is wrong and what is allowed
 */
export function parseLocator(text: string): ExportLocator {
  const trimmed = text.trim();
  const refuse = (why: string): never => {
    const message = `"${text.slice(0, 200)}" names no export: ${why}.`;
    throw new WaybillError(message, { code: 'BAD_USER_INPUT' });
  };
  if (trimmed.length > MAX_LENGTH) refuse('it is too long');
  if (/\p{Cc}/u.test(trimmed)) refuse('it holds control characters');
  if (/^(?:https?:\/)?\//i.test(trimmed)) {
    const [vendor, ids = []] = (URL.canParse(trimmed, 'http://none.invalid') && parseAddress(trimmed)) || [];
    if (vendor === undefined)
      refuse('this address holds no ids of an export. Copy the address of one export');
    return vendor ? toLocator(vendor, ids) : toIdLocator(ids[0] ?? '');
  }
  const [, account, vendor, ids] = SHAPE.exec(trimmed) ?? [];
  if (vendor === undefined || ids === undefined) return toIdLocator(trimmed);
  if (account !== undefined && !ACCOUNT.test(account))
    refuse('before the @ stands an account key: 1 to 40 lower-case letters, digits and hyphens');
  return toLocator(vendor, ids.split('/'), account);

  function toLocator(key: string, values: readonly string[], own?: string): ExportLocator {
    const grammar = GRAMMARS.get(key);
    if (grammar === undefined)
      return refuse(`before the colon stands one of ${[...GRAMMARS.keys()].join(', ')}`);
    const { input, ids: rules, isFirstOptional } = grammar;
    const fields = Object.entries(rules);
    const first = fields.length - values.length;
    if (first !== 0 && !(first === 1 && isFirstOptional))
      refuse(
        `write ${key}:${Object.keys(rules).join('/')}${isFirstOptional ? ', or leave the first of them out' : ''}`,
      );
    const named: Record<string, string> = own === undefined ? {} : { account: own };
    for (const [index, [field, [pattern, allowed]]] of fields.slice(first).entries()) {
      const value = values[index] ?? '';
      if (!pattern.test(value)) refuse(`its ${field} must be ${allowed}`);
      named[field] = value;
    }
    return { [input]: named } as unknown as ExportLocator;
  }

  function toIdLocator(id: string): ExportLocator {
    const [tag, ...rest] = decode(id) ?? [];
    if (tag === 'vendor' || tag === 'account') refuse(`it is the id of the ${tag}, not of an export`);
    if (tag !== 'export' || rest.length < 3)
      refuse('give VENDOR:IDS, such as hi-energy:4213, or the id of an earlier answer');
    return { id };
  }
}

/** The locator as text, such as `hi@hi-energy:4213`; the global id where its vendor is not known here. */
export function formatLocator(of: Export | ExportLocator): string {
  const named = toNamed(of as ExportLocator);
  return named === null || !GRAMMARS.has(named.vendor) ? toFallback(of) : toText(named);
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
  const named = toNamed(locator);
  if (named === null) return toFallback(locator);
  const { vendor, account, values } = named;
  // Earlier gateways wrote hints into ids.
  return toText({ vendor, account, values: GRAMMARS.get(vendor)?.isFirstHint ? values.slice(1) : values });
}

function toNamed(locator: ExportLocator): NamedExport | null {
  if (typeof locator.id === 'string') {
    const [tag, vendor, account, ...values] = decode(locator.id) ?? [];
    return tag === 'export' && vendor != null && account != null ? { vendor, account, values } : null;
  }
  for (const [vendor, { input, ids }] of GRAMMARS) {
    const given = (locator as unknown as Record<string, Record<string, string | null>>)[input];
    if (given != null)
      return { vendor, account: given.account, values: Object.keys(ids).map((field) => given[field]) };
  }
  return null;
}

function toFallback(locator: object): string {
  return (locator as { readonly id?: string }).id ?? JSON.stringify(locator);
}

function toText({ account, vendor, values }: NamedExport): string {
  return `${account == null ? '' : `${account}@`}${vendor}:${values.filter(Boolean).join('/')}`;
}

/** What a global id says; it is JSON in base64url. */
function decode(id: string): readonly (string | null)[] | undefined {
  try {
    const bytes = atob(id.replaceAll('-', '+').replaceAll('_', '/'));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) ? parts : undefined;
  } catch {
    return undefined;
  }
}
