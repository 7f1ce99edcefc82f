import { InputError, StartError } from '../../export/errors.ts';
import type { IdRule } from '../../export/ports.ts';
import type { AccountClient, AccountResponse } from '../../http/types.ts';
import { parseInstant } from './instant.ts';

/*
 * What vendors' orders have in common: how the fields that a caller gave are checked, what a refusal is, and what an order is
 * found again by. Everything is refused, never repaired: a changed order is not what was asked for.
 */

/** The fields of an order as the schema lets them through. */
export type OrderInput = Readonly<Record<string, unknown>>;

/** A JSON object of the vendor's own, as plain JSON. */
export type FreeForm = Readonly<Record<string, unknown>>;

/** The longest text that a rule is asked about. */
const MAX_TEXT_LENGTH = 512;
/** Of one free-form field, written as JSON. */
export const MAX_JSON_LENGTH = 65_536;
export const MAX_JSON_DEPTH = 20;

/** What is wrong with a field that is left out or says nothing that is allowed. @param allowed - in words: `a UUID` */
export function refuseField(where: string, field: string, value: unknown, allowed: string): InputError {
  const path = `${where}.${field}`;
  const isMissing = value === undefined;
  return new InputError(`${path} ${isMissing ? `is missing: give ${allowed}` : `must be ${allowed}`}.`, path);
}

/** What an order says in a field; undefined where it says nothing, or null. */
export function fieldOf(input: OrderInput, field: string): unknown {
  return Object.hasOwn(input, field) ? (input[field] ?? undefined) : undefined;
}

/** A text that fits a rule; undefined where it is left out and may be. @throws InputError naming the field and what is allowed */
export function readText(input: OrderInput, field: string, where: string, rule: IdRule): string | undefined {
  const value = fieldOf(input, field);
  if (value === undefined && rule.isOptional) return undefined;
  const isText = typeof value === 'string' && value.length <= MAX_TEXT_LENGTH && value.isWellFormed();
  if (isText && rule.test(value)) return value;
  throw refuseField(where, field, value, rule.allowed);
}

/** As `readText`, for a field that has to be there. */
export function readWord(input: OrderInput, field: string, where: string, rule: IdRule): string {
  return readText(input, field, where, { ...rule, isOptional: false }) as string;
}

/** A JSON object of bounded size and depth, copied; undefined where it is left out. @throws InputError as `readText` */
export function readFreeForm(input: OrderInput, field: string, where: string): FreeForm | undefined {
  const value = fieldOf(input, field);
  if (value === undefined) return undefined;
  const allowed = 'a JSON object of at most 64 kB, nested at most 20 levels deep';
  if (!isPlainObject(value) || !isJson(value, MAX_JSON_DEPTH))
    throw refuseField(where, field, value, allowed);
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > MAX_JSON_LENGTH) throw refuseField(where, field, value, allowed);
  return JSON.parse(text);
}

/** An instant that was given in epoch milliseconds or as text, as RFC 3339 text in UTC. @throws InputError as `readText` */
export function readInstant(input: OrderInput, field: string, where: string): string {
  const value = fieldOf(input, field);
  const instant = toInstantText(value);
  if (instant === undefined) throw refuseField(where, field, value, INSTANT_ALLOWED);
  return instant;
}

/** What an instant may be, in words. */
export const INSTANT_ALLOWED = 'an instant in the years 1 to 9999, such as 2026-11-22T10:15:00Z';

const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Epoch milliseconds, or text, as RFC 3339 text in UTC; undefined for what is no instant. */
export function toInstantText(value: unknown): string | undefined {
  const instantMs = typeof value === 'number' ? value : parseInstant(value);
  if (instantMs === null || !Number.isInteger(instantMs)) return undefined;
  return instantMs >= EARLIEST_MS && instantMs <= LATEST_MS ? new Date(instantMs).toISOString() : undefined;
}

/** The fields that have a value: equal orders are equal as JSON. */
export function withoutAbsent<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

/** The same text for the same value, whatever the order of its keys. */
export function toCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    isPlainObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
}

/** The statuses by which vendors refuse what an order says. */
const REFUSALS: ReadonlySet<number> = new Set([400, 422]);

/**
 * The error for an answer by which a vendor refuses an order.
 *
 * @param ordered - what was ordered, as a noun
 * @param messages - what the vendor says about it, as it came; what is no text is left out
 */
export function toOrderError(
  http: AccountClient,
  response: AccountResponse,
  ordered: string,
  messages: readonly unknown[],
): Error {
  if (!REFUSALS.has(response.status)) return http.toVendorError(response, ordered);
  return http.toRejection(response, ordered, joinMessages(messages));
}

/** What a vendor says in several places as one text; undefined where it says nothing. */
export function joinMessages(messages: readonly unknown[]): string | undefined {
  const texts = messages.filter((message) => typeof message === 'string' && message.trim() !== '');
  return texts.length === 0 ? undefined : [...new Set(texts)].join(' - ');
}

/** How far apart the clocks of gateway and vendor may be. */
const CLOCK_DRIFT_MS = 60_000;
/** How long a vendor may take to write down an order whose answer is lost; what came later is another's. */
const MAX_DELAY_MS = 600_000;

/** Whether an export that was made then may be what an order has started. @param createdAt - null where nobody knows */
export function isFromOrder(createdAt: number | null, sentAt: number): boolean {
  return createdAt !== null && createdAt >= sentAt - CLOCK_DRIFT_MS && createdAt <= sentAt + MAX_DELAY_MS;
}

/**
 * By how much an export must be older than an order to show that a list reaches back to it. Less than clocks may be apart at worst: a
 * batch of a hundred exports in a minute would push everything out.
 */
const SURELY_BEFORE_MS = 5_000;

/** Whether a list that is cut off holds an export from before an order was sent: then it holds whatever that has started, too. */
export function reachesBack(createdAts: readonly (number | null)[], sentAt: number): boolean {
  return createdAts.some((createdAt) => createdAt !== null && createdAt < sentAt - SURELY_BEFORE_MS);
}

/** The error where so many exports are newer than an order that what it has started may stand in the list no longer. */
export function toOutOfReach(http: AccountClient, vendorName: string): StartError {
  const { vendor, account } = http.toError('VENDOR_BAD_RESPONSE', 'out of reach');
  return new StartError({
    ...{ code: 'START_OUTCOME_UNKNOWN', vendor, account },
    message: `${vendorName}'s list does not reach back to this order any more, whose answer was lost: it may have been carried out. Look there, and start it under another idempotencyKey where it was not.`,
  });
}

/** Those first that were made soonest before or after an order was sent; those of which nobody knows, last. */
export function byNearness(sentAt: number) {
  const distance = ({ createdAt }: { readonly createdAt: number | null }) =>
    createdAt === null ? Number.MAX_SAFE_INTEGER : Math.abs(createdAt - sentAt);
  return (left: { readonly createdAt: number | null }, right: { readonly createdAt: number | null }) =>
    distance(left) - distance(right);
}

/** An object as a parser of JSON or GraphQL makes it. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** @param depth - how many levels of objects and lists there may be */
export function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (depth === 0) return false;
  const members = Array.isArray(value) ? value : isPlainObject(value) ? Object.values(value) : undefined;
  return members?.every((member) => isJson(member, depth - 1)) ?? false;
}
