import { VendorError } from '../../export/errors.ts';
import type { AccountClient, AccountResponse } from '../../http/types.ts';

/*
 * How vendors' answers are checked, once, at the door: unknown fields are ignored, null is as good as absent, a field we could
 * live without is read as absent where it has another type than documented, and one we cannot do without is a problem that
 * names it. By hand: zod takes about ten times as long for the same answers (2 to 6 µs instead
 * of 0.2 to 0.4).
 */

/** A JSON object as it came. */
export type Fields = Readonly<Record<string, unknown>>;

/** A body that could be read, or what is wrong with it, in words that hold nothing of the body. */
export type Checked<Wire> = { readonly wire: Wire } | { readonly problem: string };

/** What a good answer says. @throws VendorError for any other HTTP status, and for a body that cannot be read */
export function readAnswer<Wire>(
  http: AccountClient,
  response: AccountResponse,
  asked: string,
  check: (json: unknown) => Checked<Wire>,
): Wire {
  if (response.status < 200 || response.status > 299) throw http.toVendorError(response, asked);
  const checked = check(response.json);
  if ('problem' in checked) throw http.toBadResponse(response, asked, checked.problem);
  return checked.wire;
}

/** The call's result; null where the vendor says that the export is not there (any more). */
export async function orGone<Result>(call: Promise<Result>): Promise<Result | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof VendorError && error.code === 'EXPORT_NOT_FOUND') return null;
    throw error;
  }
}

/** The value as an object; undefined for anything else, arrays included. */
export function toFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** One field of what may be an object; undefined where it is none, or has none of its own by this name. */
export function field(value: unknown, name: string): unknown {
  const fields = toFields(value);
  return fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** A text, or null for anything else. */
export function toText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A whole number from 0 to what GraphQL's Int holds, or null for anything else: more is no count of anything. */
export function toCount(value: unknown): number | null {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 2_147_483_647
    ? (value as number)
    : null;
}

const SHORT_WORD = /^[A-Za-z0-9_.-]{1,64}$/;

/** A vendor's error code; undefined for what is no short word: free text could hold names or secrets. */
export function toErrorCode(value: unknown): string | undefined {
  return typeof value === 'string' && SHORT_WORD.test(value) ? value : undefined;
}

/** What is wrong with a field that has to be there. @param path - as in `export.status` */
export function toProblem(path: string, value: unknown): { readonly problem: string } {
  const isMissing = value === undefined || value === null;
  return { problem: `"${path}" is ${isMissing ? 'missing' : 'not of the documented type'}` };
}

/** What is wrong with a body that is no JSON object. */
export const NO_OBJECT = { problem: 'the body is not a JSON object' } as const;

/** The entries of a list that can be read, of the first so many; one that cannot spoils no other. */
export function readEntries<Wire>(
  entries: readonly unknown[],
  maxEntries: number,
  read: (entry: unknown) => Wire | undefined,
): readonly Wire[] {
  const readable: Wire[] = [];
  for (let index = 0; index < entries.length && index < maxEntries; index += 1) {
    const wire = read(entries[index]);
    if (wire !== undefined) readable.push(wire);
  }
  return readable;
}
