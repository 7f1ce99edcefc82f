/** The caller's key or token: in this tab's session storage and nowhere else. */

const STORAGE_KEY = 'waybill.access-key';

export function readKey(): string | null {
  return sessionStorage.getItem(STORAGE_KEY);
}

export function keepKey(key: string): void {
  sessionStorage.setItem(STORAGE_KEY, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}

/**
 * Reads what somebody pasted: a key or a token, with or without the word "Bearer" before it.
 *
 * @returns null where no header can carry it
 */
export function parseKey(text: string): string | null {
  const key = text.trim().replace(/^bearer +/i, '');
  return /^[\x21-\x7e]+$/.test(key) ? key : null;
}
