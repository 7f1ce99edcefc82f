import type { AccountClient, AccountResponse } from '../../http/types.ts';
import type { Pointers, StatusRule, VendorDeclaration } from '../../vendor-file/declaration.ts';
import type { ErrorReader } from './errors.ts';
import { compilePointer, compilePointers, describePointer, type ReadPointer } from './pointer.ts';
import { toIdText } from './values.ts';

/** An export in an answer: it has a word at least. */
export interface FoundExport {
  /** The JSON value that describes it; whatever it holds is not checked yet. */
  readonly source: unknown;
  /** The vendor's word, as it came. */
  readonly word: string;
  /** The vendor's own id, without what the vendor writes before it; null where it says none. */
  readonly id: string | null;
}

/** What is wrong with an answer, in words that hold nothing of it. */
export interface Problem {
  readonly problem: string;
}

/** How a vendor's answers are told apart and read. */
export interface StatusReader {
  /** The export in a whole body. */
  find(json: unknown): FoundExport | Problem;
  /** The export that an entry of a list is; undefined where it has no id, or no word. @param readOwnId - where it stands elsewhere */
  findEntry(entry: unknown, readOwnId?: ReadId): FoundExport | undefined;
  /**
   * The export in the answer to a call about it.
   *
   * @param wantedId - the id that it has to have where it has one
   * @throws VendorError for an answer that says no, that cannot be read, or that is about another export
   */
  read(
    http: AccountClient,
    response: AccountResponse,
    asked: string,
    wantedId: string | undefined,
  ): FoundExport;
  /** @throws VendorError for an answer that says no, by its HTTP status, its body, or the rows of `errors` */
  check(http: AccountClient, response: AccountResponse, asked: string): void;
  /** True where a body says by itself that its call went well, or nothing of it. */
  saysSuccess(json: unknown): boolean;
  /** For `VendorHttpRules.isAnswer`; left out where only 2xx are answers. */
  readonly isAnswer: ((response: AccountResponse) => boolean) | undefined;
}

export function compileStatus(
  { status }: Pick<VendorDeclaration, 'status'>,
  errors: ErrorReader,
): StatusReader {
  const { at, success } = status;
  const readExport = compilePointers(at);
  const readWord = compileWord(status.word);
  const readId = compileId(status.id);
  const wordPath = `"${describePointer(at[0])}${describePointer(status.word[0])}"`;
  const idPath = `"${describePointer(at[0])}${describePointer(status.id?.at[0] ?? [])}"`;
  const readSuccess = success && compilePointer(success.at);
  const answers: ReadonlySet<number> = new Set(status.answers.filter((code) => !isGood(code)));

  function find(json: unknown): FoundExport | Problem {
    const source = readExport(json);
    const word = readWord(source);
    if (word === undefined) return { problem: `${wordPath} is missing or no word` };
    const id = readId(source);
    return id === undefined ? { problem: `${idPath} is no id` } : { source, word, id };
  }

  const saysSuccess = (json: unknown): boolean =>
    success === null || readSuccess === null || (readSuccess(json) ?? null) === success.is;

  function refuses(response: AccountResponse, id?: string): boolean {
    return errors.kindOf(response, id) !== undefined || !saysSuccess(response.json);
  }

  return {
    find,
    findEntry(entry, readOwnId = readId) {
      const word = readWord(entry);
      const id = readOwnId(entry) ?? null;
      return word === undefined || id === null ? undefined : { source: entry, word, id };
    },
    read(http, response, asked, wantedId) {
      const isUsual = isGood(response.status);
      if (refuses(response, wantedId) || !(isUsual || answers.has(response.status)))
        throw http.toVendorError(response, asked, errors.codeByName(response, wantedId));
      const found = find(response.json);
      if ('problem' in found) {
        // A code says more than that something is missing: GraphQL's errors come with 200.
        const isPlain = isUsual && errors.rules.vendorCode(response) === undefined;
        throw isPlain
          ? http.toBadResponse(response, asked, found.problem)
          : http.toVendorError(response, asked);
      }
      // An answer about another export must never be shown as this one's.
      if (found.id !== null && wantedId !== undefined && !isSameId(found.id, wantedId))
        throw http.toBadResponse(response, asked, `${idPath} names another export`);
      return found;
    },
    check(http, response, asked) {
      if (!isGood(response.status) || refuses(response)) throw http.toVendorError(response, asked);
    },
    saysSuccess,
    isAnswer:
      answers.size === 0
        ? undefined
        : (response) => answers.has(response.status) && !('problem' in find(response.json)),
  };
}

/** The id below an export: null where there is none, undefined where it is no id of this vendor. */
export type ReadId = (source: unknown) => string | null | undefined;

export function compileId(rule: StatusRule['id']): ReadId {
  if (rule === null) return () => null;
  const { prefix } = rule;
  const read = compilePointers(rule.at);
  return (source) => {
    const value = read(source);
    if (value === undefined) return null;
    const id = toIdText(value);
    return id?.startsWith(prefix) ? id.slice(prefix.length) : undefined;
  };
}

/** A word is text; some vendors say a number or a truth value instead. */
function compileWord(at: Pointers): (source: unknown) => string | undefined {
  const read: ReadPointer = compilePointers(at);
  return (source) => {
    const value = read(source);
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Capitals do not matter in a UUID, and vendors write it as they like. */
function isSameId(id: string, wanted: string): boolean {
  return id === wanted || (UUID.test(id) && id.toLowerCase() === wanted.toLowerCase());
}

function isGood(status: number): boolean {
  return status >= 200 && status <= 299;
}
