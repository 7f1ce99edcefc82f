import { WaybillError } from './error.ts';
import { GRAMMARS } from './grammar.ts';
import type { Export, ExportLocator, Locator } from './types.ts';

const ACCOUNT = /^[a-z0-9-]{1,40}$/;
/** A global id has no colon. */
const SHAPE = /^(?:([^@:]*)@)?([^@:]*):(.*)$/su;
/** A vendor's; there may be any. */
const KEY = /^[a-z][a-z0-9-]{0,39}$/;
const MAX_LENGTH = 2_048;
/** Of the board's page of one export. */
const BOARD_ADDRESS = /\/e\/([\w-]+)$/;

/**
 * Reads a locator as a person writes or pastes it: `hi-energy:4213`, `ACCOUNT@talkdesk:calls/ID`, a global id, or an address copied from
 * the vendor's own pages or API, or from the board, where it holds the ids. Ids of a vendor that is not known here are read by the gateway.
 *
 * @throws WaybillError with code BAD_USER_INPUT that says what is wrong and what is allowed
 */
export function parseLocator(text: string): ExportLocator {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LENGTH) return refuse('it is too long');
  if (/\p{Cc}/u.test(trimmed)) return refuse('it holds control characters');
  if (/^(?:https?:\/)?\//i.test(trimmed)) return parseAddress();
  const [, account, vendor = '', ids] = SHAPE.exec(trimmed) ?? [];
  if (ids === undefined) return parseId(trimmed);
  if (account !== undefined && !ACCOUNT.test(account)) {
    return refuse('before the @ stands the key of an account');
  }
  return toLocator(vendor, ids.split('/'), account);

  function refuse(why: string): never {
    const message = `"${text.slice(0, 200)}" names no export: ${why}.`;
    throw new WaybillError(message, { code: 'BAD_USER_INPUT' });
  }

  function parseAddress(): ExportLocator {
    try {
      const { host, pathname } = new URL(trimmed, 'http://none.invalid');
      const address = host + pathname.replace(/\/$/, '');
      for (const [key, grammar] of GRAMMARS) {
        const [, ...found] = grammar.address.exec(address) ?? [];
        if (found.length > 0) return toLocator(key, found.filter(Boolean).map(decodeURIComponent));
      }
      const [, id] = BOARD_ADDRESS.exec(address) ?? [];
      if (id !== undefined) return parseId(id);
    } catch (error) {
      // No address at all, or one that is not well escaped.
      if (error instanceof WaybillError) throw error;
    }
    return refuse('this address holds no ids of an export');
  }

  function parseId(id: string): ExportLocator {
    const [tag, ...rest] = decode(id);
    if (tag === 'export' && rest.length > 2) return { id };
    return refuse(
      tag === 'vendor' || tag === 'account'
        ? `it is the id of the ${tag}, not of an export`
        : 'give VENDOR:IDS, such as hi-energy:4213, or the id of an earlier answer',
    );
  }

  function toLocator(key: string, values: readonly string[], own?: string): ExportLocator {
    const grammar = GRAMMARS.get(key);
    if (grammar === undefined) {
      // Of a vendor that only the gateway knows: it reads the ids, too.
      return KEY.test(key) ? { text: trimmed } : refuse('before the colon stands the key of a vendor');
    }
    const { input, ids: rules, first } = grammar;
    const fields = Object.entries(rules);
    const missing = fields.length - values.length;
    if (missing !== 0 && !(missing === 1 && first)) {
      return refuse(
        `write ${key}:${Object.keys(rules).join('/')}${first ? ' (the first may be left out)' : ''}`,
      );
    }
    const named: Record<string, string> = own === undefined ? {} : { account: own };
    for (const [index, [field, [pattern, allowed]]] of fields.slice(missing).entries()) {
      const value = values[index] ?? '';
      if (!pattern.test(value)) return refuse(`its ${field} must be ${allowed}`);
      named[field] = value;
    }
    return { [input]: named } as unknown as ExportLocator;
  }
}

/** The locator as text, such as `hi@hi-energy:4213`; a global id that says no more than itself stays one. */
export function formatLocator(of: Export | ExportLocator): string {
  return toTexts(of as ExportLocator)[0];
}

/** As the schema's input; an export does for its id. @throws WaybillError where it is a text that names no export */
export function toInput(locator: Locator): ExportLocator {
  if (typeof locator === 'string') return parseLocator(locator);
  const { id } = locator;
  return typeof id === 'string' ? { id } : locator;
}

/** Under which errors are kept: as it was written, or as it would be. */
export function toName(locator: Locator): string {
  return typeof locator === 'string' ? locator : formatLocator(locator);
}

/** Equal for locators that name the same export in the same way; what is only a hint makes no difference. */
export function toKey(locator: ExportLocator): string {
  return toTexts(locator)[1];
}

/** As text, and as text without a hint, which earlier gateways wrote into ids too. */
function toTexts(locator: ExportLocator): readonly [text: string, key: string] {
  const { id, text, ...inputs } = locator as { readonly id?: string; readonly text?: string } & Record<
    string,
    Record<string, string>
  >;
  const fallback = text ?? id ?? JSON.stringify(locator);
  let [tag, vendor, account, ...values] = decode(id ?? '');
  for (const [key, { input, ids }] of GRAMMARS) {
    const given = inputs[input];
    if (id !== undefined || given === undefined) continue;
    [tag, vendor, account] = ['export', key, given.account];
    values = Object.keys(ids).map((field) => given[field] ?? null);
  }
  if (tag !== 'export' || vendor == null) return [fallback, fallback];
  const grammar = GRAMMARS.get(vendor);
  const write = (first: number): string =>
    `${account == null ? '' : `${account}@`}${vendor}:${values.slice(first).filter(Boolean).join('/')}`;
  return [write(0), write(grammar?.first === 'hint' ? 1 : 0)];
}

/** What a global id says; it is JSON in base64url. Nothing where it is none. */
function decode(id: string): readonly (string | null | undefined)[] {
  try {
    const bytes = atob(id.replaceAll('-', '+').replaceAll('_', '/'));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
