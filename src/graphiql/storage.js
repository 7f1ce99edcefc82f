/** What GraphiQL keeps in the browser: tabs, history, widths; no key. */

/** GraphiQL keeps these with the headers of each operation, whatever is said of headers elsewhere. */
const HISTORIES = ['queries', 'favorites'];

/**
 * @param {Storage} kept - the browser's own
 * @param {string | undefined} headers - what an operation from an earlier visit stands with
 * @returns {import('./types.d.ts').KeylessStorage}
 */
export function createStorage(kept, headers) {
  return {
    get length() {
      return kept.length;
    },
    getItem(name) {
      const text = kept.getItem(name);
      return text === null ? null : withHeaders(name, text, headers);
    },
    setItem: (name, text) => kept.setItem(name, withHeaders(name, text, undefined)),
    removeItem: (name) => kept.removeItem(name),
    clear() {
      for (const name of Object.keys(kept)) if (name.startsWith('graphiql:')) kept.removeItem(name);
    },
  };
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string | undefined} headers
 */
function withHeaders(name, text, headers) {
  const history = HISTORIES.find((one) => name === `graphiql:${one}`);
  if (history === undefined) return text;
  const { [history]: entries } = JSON.parse(text);
  return JSON.stringify({
    [history]: entries.map((/** @type {object} */ entry) => ({ ...entry, headers })),
  });
}
