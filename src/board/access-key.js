/** The caller's key: in this tab's session storage and nowhere else. */

const STORAGE_KEY = 'waybill.access-key';

/** @returns {string | null} */
export function readKey() {
  return sessionStorage.getItem(STORAGE_KEY);
}

/** @param {string} key */
export function keepKey(key) {
  sessionStorage.setItem(STORAGE_KEY, key);
}

export function forgetKey() {
  sessionStorage.removeItem(STORAGE_KEY);
}

/**
 * Reads what somebody pasted: a key, with or without the word "Bearer" before it.
 *
 * @param {string} text
 * @returns {string | null} null where no header can carry it
 */
export function parseKey(text) {
  const key = text.trim().replace(/^bearer +/i, '');
  return /^[\x21-\x7e]+$/.test(key) ? key : null;
}

/** @returns {Record<string, string>} what says who asks, over HTTP and in a websocket's `connection_init` alike */
export function credentials() {
  const key = readKey();
  return key === null ? {} : { authorization: `Bearer ${key}` };
}
