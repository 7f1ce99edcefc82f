import type { VendorErrorCode } from '../../export/errors.ts';
import type { AccountResponse, VendorHttpRules } from '../../http/types.ts';
import {
  ERROR_KINDS,
  type ErrorKind,
  type ErrorRow,
  type VendorDeclaration,
  type WaitRule,
} from '../../vendor-file/declaration.ts';
import { toErrorCode } from '../shared/answers.ts';
import { compileConditions } from './conditions.ts';
import { compilePointer, compilePointers, type ReadPointer } from './pointer.ts';
import { headerWaitMs, toWaitMs } from './values.ts';

/** What a vendor's answers say of errors, by its file. */
export interface ErrorReader {
  /**
   * By the first row that fits; undefined where none does, and the HTTP status says it all.
   *
   * @param id - of the export that was asked about; without one, no row fits that wants it named
   */
  kindOf(response: AccountResponse, id?: string): ErrorKind | undefined;
  /** For `toVendorError`: what an answer means that says so by naming the export; undefined for every other. */
  codeByName(response: AccountResponse, id: string | undefined): VendorErrorCode | undefined;
  /** The vendor's words for people, in the order in which the file looks for them. */
  messagesOf(response: AccountResponse): readonly unknown[];
  readonly rules: Pick<
    VendorHttpRules,
    'isTokenExpired' | 'isThrottled' | 'throttleWaitMs' | 'errorCode' | 'vendorCode'
  >;
}

/** A conflict has no code of its own: for a read it is an answer that cannot be read, for a start a refusal. */
const CODE_OF_KIND: Readonly<Record<ErrorKind, VendorErrorCode | undefined>> = {
  expired: 'VENDOR_UNAUTHENTICATED',
  throttled: 'VENDOR_RATE_LIMITED',
  notFound: 'EXPORT_NOT_FOUND',
  conflict: undefined,
  forbidden: 'VENDOR_FORBIDDEN',
  unauthenticated: 'VENDOR_UNAUTHENTICATED',
  unavailable: 'VENDOR_UNAVAILABLE',
};

const UNAUTHENTICATED = 401;
const TOO_MANY = 429;

interface CompiledRow {
  readonly kind: ErrorKind;
  readonly namesId: boolean;
  fits(response: AccountResponse, id: string | undefined): boolean;
  waitMs(response: AccountResponse): number | undefined;
}

/** Compiles the rows of `errors`. */
export function compileErrors({ errors }: Pick<VendorDeclaration, 'errors'>): ErrorReader {
  const codeOf = compileFirst(errors.code);
  const messages = errors.message.map(compilePointer);
  const listed = ERROR_KINDS.flatMap((kind) => errors[kind].map((row) => ({ kind, row })));
  const rows = listed
    // A row that asks for more says more: what is told by its words goes before what is told by its status alone.
    .sort((left, right) => weightOf(right.row) - weightOf(left.row))
    .map(({ kind, row }) => compileRow(kind, row, codeOf, messages));
  const isForAny = listed.some(({ row }) => row.status === null);
  const statuses = new Set(listed.map(({ row }) => row.status));
  const rowOf = (response: AccountResponse, id?: string): CompiledRow | undefined =>
    isForAny || statuses.has(response.status) ? rows.find((row) => row.fits(response, id)) : undefined;
  const kindOf = (response: AccountResponse, id?: string): ErrorKind | undefined => rowOf(response, id)?.kind;

  return {
    kindOf,
    codeByName(response, id) {
      const row = rowOf(response, id);
      return row?.namesId === true ? CODE_OF_KIND[row.kind] : undefined;
    },
    messagesOf: ({ json }) => messages.map((read) => read(json)),
    rules: {
      isTokenExpired(response) {
        const kind = kindOf(response);
        return kind === 'expired' || (kind === undefined && response.status === UNAUTHENTICATED);
      },
      isThrottled(response) {
        const kind = kindOf(response);
        return kind === 'throttled' || (kind === undefined && response.status === TOO_MANY);
      },
      throttleWaitMs: (response) => rowOf(response)?.waitMs(response),
      errorCode(response) {
        const kind = kindOf(response);
        return kind && CODE_OF_KIND[kind];
      },
      vendorCode: ({ json }) => toErrorCode(toCodeText(codeOf(json))),
    },
  };
}

/** Whether an answer fits one of these rows. */
export function compileAnyRow(
  { errors }: Pick<VendorDeclaration, 'errors'>,
  listed: readonly ErrorRow[],
): (response: AccountResponse, id?: string) => boolean {
  const codeOf = compileFirst(errors.code);
  const messages = errors.message.map(compilePointer);
  const rows = listed.map((row) => compileFits(row, codeOf, messages));
  return (response, id) => rows.some((fits) => fits(response, id));
}

function weightOf({ status, code, message, namesId, where }: ErrorRow): number {
  const named = namesId === true ? 1 : 0;
  return [status, code, message].filter((part) => part !== null).length + named + (where?.length ?? 0);
}

function compileFits(
  { status, code, message, namesId = false, where }: ErrorRow,
  codeOf: ReadPointer,
  messages: readonly ReadPointer[],
): CompiledRow['fits'] {
  const holds = compileConditions(where ?? []);
  return ({ status: actual, json }, id) => {
    if (status !== null && status !== actual) return false;
    if (code !== null && toCodeText(codeOf(json)) !== code) return false;
    if (message !== null && !messages.some((read) => holdsText(read(json), message))) return false;
    if (namesId && !messages.some((read) => holdsId(read(json), id))) return false;
    return holds(json);
  };
}

function compileRow(
  kind: ErrorKind,
  row: ErrorRow,
  codeOf: ReadPointer,
  messages: readonly ReadPointer[],
): CompiledRow {
  const waits = row.wait.map(compileWait);
  return {
    kind,
    namesId: row.namesId === true,
    fits: compileFits(row, codeOf, messages),
    waitMs(response) {
      for (const read of waits) {
        const waitMs = read(response);
        if (waitMs !== undefined) return waitMs;
      }
      return undefined;
    },
  };
}

function compileWait(rule: WaitRule): (response: AccountResponse) => number | undefined {
  if ('defaultMs' in rule) return () => rule.defaultMs;
  if ('header' in rule) {
    const name = rule.header.toLowerCase();
    return ({ headers, receivedAt }) => headerWaitMs(headers[name], rule.as, receivedAt);
  }
  const read = compilePointers(rule.at);
  return ({ json, receivedAt }) => toWaitMs(read(json), rule.as, receivedAt);
}

function compileFirst(pointers: readonly (readonly string[])[]): ReadPointer {
  const [first, ...others] = pointers;
  return first === undefined ? () => undefined : compilePointers([first, ...others]);
}

/** A code as a row writes it: vendors send numbers too. */
function toCodeText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

function holdsText(value: unknown, part: string): boolean {
  return typeof value === 'string' && value.includes(part);
}

/** Whether a text names an id, in whatever case: 7 is not named by 17, nor by 7a. */
function holdsId(value: unknown, id: string | undefined): boolean {
  if (typeof value !== 'string' || id === undefined || id === '') return false;
  const text = value.toLowerCase();
  const wanted = id.toLowerCase();
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (!isOfId(text[at - 1]) && !isOfId(text[at + wanted.length])) return true;
  }
  return false;
}

function isOfId(letter: string | undefined): boolean {
  return letter !== undefined && /[\p{L}\p{N}_-]/u.test(letter);
}
