import { randomUUID } from 'node:crypto';
import { StartError, VendorError } from '../../export/errors.ts';
import type { ExportSnapshot, LocatorIds } from '../../export/export.ts';
import type { ExportOrder, StartedExport, StartOptions } from '../../export/ports.ts';
import type { AccountClient, AccountResponse, CallOptions } from '../../http/types.ts';
import type { StartRule } from '../../vendor-file/declaration.ts';
import { joinMessages } from '../shared/orders.ts';
import type { DeclaredAccount } from './account.ts';
import { withoutPrefix } from './callback.ts';
import { compileAnyRow } from './errors.ts';
import type { AnswerFacts } from './mapping.ts';
import { compileOrderContent } from './orders-body.ts';
import { compilePointer, compilePointers } from './pointer.ts';
import { compileRequest } from './request.ts';
import type { FoundExport } from './status.ts';
import { toIdText } from './values.ts';

/** What starts exports; see `VendorAccount` for both. */
export interface Starting {
  readonly start: (order: ExportOrder, options?: StartOptions) => Promise<StartedExport>;
  /** Left out where a start is one call, or no word tells that an export waits for the second one. */
  readonly finishStart?: (snapshot: ExportSnapshot, options?: StartOptions) => Promise<ExportSnapshot>;
}

/** The "word" of an export that was begun and of whose status nothing was said: UNKNOWN, and asking goes on. */
export const ACCEPTED_WORD = 'accepted';

const ORDER = 'an export';
const MAX_ID_LENGTH = 512;

/** An export that a start's answer tells of. */
interface Told {
  readonly ids: LocatorIds;
  readonly found: FoundExport;
  readonly facts: AnswerFacts;
  readonly isExisting: boolean;
}

/** What starts exports as a vendor file says; null where it says nothing of it. */
export function createStart(account: DeclaredAccount): Starting | null {
  const { declaration, http, settings, toKey, toSnapshot } = account;
  const { start, callback, locator } = declaration;
  if (start === null) return null;
  const fill = compileRequest({ ...start.request, body: null }, declaration, settings);
  const fillContent = compileOrderContent(declaration, settings);
  const fillThen = start.then === null ? null : compileRequest(start.then, declaration, settings);
  const reader = createAnswerReader(account, start);
  const parameter = callback !== null && 'query' in callback.address ? callback.address.query : null;
  const idNames = Object.keys(locator);
  const header = start.idempotency?.header.toLowerCase();
  const waiting: ReadonlySet<string> = new Set(start.then?.waiting);

  async function begin(order: ExportOrder, options: StartOptions = {}): Promise<StartedExport> {
    const { scope, callbackUrl, orderKey } = options;
    const ids = pickIds(order, idNames);
    const filled = fill({ ids });
    if (filled === undefined) throw new TypeError('An order names what its start needs.');
    const query =
      parameter === null || callbackUrl === undefined
        ? filled.query
        : { ...filled.query, [parameter]: callbackUrl };
    const request = {
      ...filled,
      method: toOrderMethod(filled.method),
      query,
      ...(header !== undefined && { idempotency: { header, key: orderKey ?? randomUUID() } }),
      ...fillContent(order, { ids }, callbackUrl),
    };
    // Both calls share the time of one: others count on it that an order takes no longer.
    const shared = { scope, endsAt: account.orderEndsAt() };
    const told = await http.order(request, shared, ORDER, (response) => reader.read(response, ids));
    const whole = fillThen === null || told.isExisting ? told : await sendThen(told, shared);
    const key = toKey(whole.ids);
    return { snapshot: toSnapshot(key, whole.found, whole.facts), isExisting: whole.isExisting };
  }

  /**
   * A start is whole when its second call is answered too: until then the export is there and waits. So whatever keeps that call from being
   * carried out, but the vendor's refusal, leaves open what becomes of it: who took that for a failure would make a second export.
   */
  async function sendThen(told: Told, options: CallOptions): Promise<Told> {
    const filled = fillThen?.({ ids: told.ids, answer: told.found.source });
    if (filled === undefined) throw new TypeError('What a start answers names what its second call needs.');
    const request = { ...filled, method: toOrderMethod(filled.method) };
    const send = () => http.order(request, options, ORDER, (response) => reader.readThen(response, told));
    try {
      return await send().catch((first: unknown) => {
        if (!isThrottled(first)) throw first;
        // Nothing was carried out. Sent once more, it waits for as long as it was asked to, where that is within the order's time.
        return send().catch((second: unknown) => {
          throw isThrottled(second) ? first : second;
        });
      });
    } catch (error) {
      throw toHalfStarted(account, told, error);
    }
  }

  async function finishStart(
    snapshot: ExportSnapshot,
    { scope }: StartOptions = {},
  ): Promise<ExportSnapshot> {
    const { rawStatus, key, observedAt } = snapshot;
    if (!waiting.has(rawStatus)) return snapshot;
    const told: Told = {
      ids: key.ids,
      found: { source: undefined, word: rawStatus, id: null },
      facts: { source: 'order', receivedAt: observedAt, headers: {} },
      isExisting: true,
    };
    const whole = await sendThen(told, { scope, endsAt: account.orderEndsAt() });
    return whole === told ? snapshot : toSnapshot(key, whole.found, whole.facts);
  }

  return { start: begin, ...(waiting.size > 0 && { finishStart }) };
}

/** Reads the answers to a start. */
interface AnswerReader {
  /** @throws StartError, VendorError for a refusal, and for a good answer that does not say what was started */
  read(response: AccountResponse, ids: LocatorIds): Told;
  /** To the second call: what was told before holds where this answer tells nothing newer. */
  readThen(response: AccountResponse, told: Told): Told;
}

function createAnswerReader(account: DeclaredAccount, start: StartRule): AnswerReader {
  const { http, status, errors, declaration } = account;
  const { answer, existing } = start;
  const success: ReadonlySet<number> = new Set(start.success);
  const readAnswer = compilePointers(answer.at);
  const readExisting = existing === null ? () => undefined : compilePointers(existing.at);
  const readWord = compilePointers(declaration.status.word);
  const readIds = compileIds(account, start);
  const isDone = compileAnyRow(declaration, start.then?.done ?? []);
  const toFound = (source: unknown): FoundExport => ({ source, word: toWord(readWord(source)), id: null });

  const { success: told } = declaration.status;
  const readSuccess = told === null ? () => undefined : compilePointer(told.at);
  /** Whether the vendor refuses, be it below a good HTTP status. A body that tells nothing of it refuses nothing. */
  const saysNo = (response: AccountResponse): boolean =>
    response.status >= 300 ||
    errors.kindOf(response) !== undefined ||
    (!status.saysSuccess(response.json) && (readSuccess(response.json) ?? null) !== null);

  /** Why nothing that a good answer says is believed; null where it is. */
  const toProblem = ({ status: code, json }: AccountResponse): string | null => {
    if (!success.has(code)) return `its status is ${code}`;
    return status.saysSuccess(json) ? null : 'it does not say that the call went well';
  };

  return {
    read(response, ids) {
      const { json } = response;
      if (existing !== null && response.status === existing.status) {
        const place = readExisting(json);
        const running = place === undefined ? undefined : readIds(place, ids, true);
        if (running !== undefined)
          return { ids: running, found: toFound(place), facts: toFacts(response), isExisting: true };
      }
      if (saysNo(response)) throw toRefusal(account, response);
      const problem = toProblem(response);
      const source = readAnswer(json);
      const started = problem === null ? readIds(source, ids) : undefined;
      if (started !== undefined)
        return { ids: started, found: toFound(source), facts: toFacts(response), isExisting: false };
      // Where the vendor says what was wrong, nothing was begun: GraphQL refuses with 200.
      if (isExplained(account, response)) throw toRefusal(account, response);
      throw toLost(http, response, problem ?? 'the id is missing or no id');
    },
    readThen(response, told) {
      if (isDone(response, told.ids[account.lastId])) return told;
      if (saysNo(response)) throw toRefusal(account, response);
      if (!status.saysSuccess(response.json))
        throw toLost(http, response, 'it does not say that the call went well');
      const source = readAnswer(response.json);
      const isNewer = typeof readWord(source) === 'string' && readIds(source, told.ids) !== undefined;
      return isNewer ? { ...told, found: toFound(source), facts: toFacts(response) } : told;
    },
  };
}

/**
 * The ids of an export that an answer names, with those of the order; undefined where one is missing or does not fit its grammar.
 *
 * @param mayBeId - the place may hold the one id itself instead of an object: `/existing_id`
 */
type ReadIds = (source: unknown, known: LocatorIds, mayBeId?: boolean) => LocatorIds | undefined;

function compileIds({ declaration, locator }: DeclaredAccount, { answer }: StartRule): ReadIds {
  const sources = Object.entries(answer.ids).map(
    ([name, { at, prefix }]) => [name, compilePointers(at), prefix] as const,
  );
  const names = Object.keys(declaration.locator);
  const isOne = sources.length === 1;
  return (source, known, mayBeId = false) => {
    const isId = mayBeId && isOne && typeof source !== 'object';
    const ids: Record<string, string | undefined> = { ...known };
    for (const [name, read, prefix] of sources) {
      ids[name] = withoutPrefix(toIdText(isId ? source : read(source)), prefix);
    }
    const fits = names.every((name) => {
      const id = ids[name];
      const rule = locator[name];
      if (rule === undefined) return false;
      return id === undefined ? rule.isOptional : id.length <= MAX_ID_LENGTH && rule.test(id);
    });
    return fits
      ? Object.fromEntries(names.flatMap((name) => (ids[name] === undefined ? [] : [[name, ids[name]]])))
      : undefined;
  };
}

/**
 * The error for an answer by which a vendor refuses: what its status, or a row of the file, calls by a name of its own; all else is a refusal
 * of the order, in the vendor's words.
 */
function toRefusal({ http, errors }: DeclaredAccount, response: AccountResponse): Error {
  // As after a 5xx: it may have begun all the same.
  if (response.status < 300 && errors.kindOf(response) === 'unavailable')
    return toLost(http, response, 'the vendor says that it is away');
  const error = http.toVendorError(response, ORDER);
  const isNamed = error.code !== 'VENDOR_BAD_RESPONSE' && errors.kindOf(response) !== 'conflict';
  return isNamed ? error : http.toRejection(response, ORDER, joinMessages(errors.messagesOf(response)));
}

/**
 * Whether an answer with a good HTTP status says what went wrong: a code, or words that stand in an envelope of errors. Words at the top
 * of an answer may say how well it went.
 */
export function isExplained({ errors, declaration }: DeclaredAccount, response: AccountResponse): boolean {
  const words = errors
    .messagesOf(response)
    .filter((_, at) => (declaration.errors.message[at]?.length ?? 0) > 1);
  return errors.rules.vendorCode(response) !== undefined || joinMessages(words) !== undefined;
}

function isThrottled(error: unknown): boolean {
  return error instanceof VendorError && error.code === 'VENDOR_RATE_LIMITED';
}

/** An export that was made, and waits for its second call. */
function toHalfStarted({ declaration, lastId }: DeclaredAccount, { ids }: Told, error: unknown): unknown {
  if (!(error instanceof VendorError || error instanceof StartError) || error.code === 'VENDOR_REJECTED')
    return error;
  const { vendor, account, httpStatus, vendorCode } = error;
  return new StartError({
    ...{ code: 'START_OUTCOME_UNKNOWN', vendor, account, httpStatus, vendorCode, cause: error },
    message: `${declaration.name} has made the export ${ids[lastId]}, which may still wait for the call that begins it: ${error.message}`,
  });
}

function toLost(http: AccountClient, response: AccountResponse, problem: string): StartError {
  return http.toLostAnswer(response, ORDER, problem);
}

function toFacts({ receivedAt, headers }: AccountResponse): AnswerFacts {
  return { source: 'order', receivedAt, headers };
}

function toWord(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : ACCEPTED_WORD;
}

/** The locator's ids that an order says. */
export function pickIds(order: ExportOrder, names: readonly string[]): LocatorIds {
  return Object.fromEntries(
    names.flatMap((name) => {
      const id = Object.hasOwn(order, name) ? order[name] : undefined;
      return typeof id === 'string' ? [[name, id]] : [];
    }),
  );
}

/** A start changes something, so it is no GET; a file that says otherwise is refused when it is read. */
export function toOrderMethod<Method extends string>(method: Method): Exclude<Method, 'GET'> {
  if (method === 'GET') throw new TypeError('A call that changes something is no GET.');
  return method as Exclude<Method, 'GET'>;
}
