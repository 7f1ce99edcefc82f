import { createHash, randomUUID } from 'node:crypto';
import { InputError } from '../export/errors.ts';
import type { ExportOrder, VendorAccount } from '../export/ports.ts';

const MAX_KEY_LENGTH = 200;
const MAX_LABEL_LENGTH = 200;

/** The same for orders that differ in nothing but the order of their fields. */
export function toDigest(account: Pick<VendorAccount, 'vendor' | 'key'>, order: ExportOrder): string {
  const text = JSON.stringify([account.vendor, account.key, order], (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('base64url');
}

/**
 * What an order is known by at a vendor that takes such a key: says nothing of the caller's own, and two tenants with one account at the
 * vendor have no key in common. Where the caller gives none it is a new one each time.
 */
export function toOrderKey(tenant: string, key: string | null, digest: string): string {
  const text = JSON.stringify([tenant, key ?? randomUUID(), digest]);
  return createHash('sha256').update(text).digest('base64url');
}

/** @throws InputError */
export function parseIdempotencyKey(key: string | null | undefined): string | null {
  if (key === null || key === undefined) return null;
  if (key.length >= 1 && key.length <= MAX_KEY_LENGTH && key.isWellFormed()) return key;
  const field = 'input.idempotencyKey';
  throw new InputError(`${field} must have 1 to ${MAX_KEY_LENGTH} characters.`, field);
}

/** @returns `undefined` where none was given. @throws InputError */
export function parseLabel(label: string | null | undefined, field: string): string | null | undefined {
  if (label === null || label === undefined) return label;
  if (label.length <= MAX_LABEL_LENGTH && label.isWellFormed() && !/\p{Cc}/u.test(label))
    return label.trim() === '' ? null : label.trim();
  throw new InputError(
    `${field} must have at most ${MAX_LABEL_LENGTH} characters, and no control characters.`,
    field,
  );
}
