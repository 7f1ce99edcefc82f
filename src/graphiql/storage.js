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
    setItem(name, text) {
      if (name === 'graphiql:queries') refuseRepeated(text, kept.getItem(name));
      kept.setItem(name, withHeaders(name, text, undefined));
    },
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

/**
 * GraphiQL looks at its tab several times while an operation begins, and takes what it has read meanwhile for another operation. What
 * cannot be written down it leaves out.
 *
 * @param {string} text
 * @param {string | null} before
 */
function refuseRepeated(text, before) {
  const { queries } = JSON.parse(text);
  const isAdded = queries.length >= (JSON.parse(before ?? '{"queries":[]}').queries?.length ?? 0);
  const [earlier, last] = queries.slice(-2);
  if (isAdded && last !== undefined && isSame(earlier, last))
    throw new Error('The newest entry of the history is this operation already.');
}

/**
 * @param {import('./types.d.ts').HistoryEntry} one
 * @param {import('./types.d.ts').HistoryEntry} other
 */
function isSame(one, other) {
  const isNameSame = !one.operationName || !other.operationName || one.operationName === other.operationName;
  return (
    isNameSame &&
    one.query === other.query &&
    (one.variables ?? '') === (other.variables ?? '') &&
    (one.headers ?? '') === (other.headers ?? '')
  );
}
