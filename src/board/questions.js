/** What the board asks the gateway, and what the answers mean. */
import { ask } from './ask.js';
import { EXPORT_FILES, FOLLOWED_EXPORTS, RECENT_EXPORTS } from './documents.js';
import { parseLocator } from './locators.js';

/** @typedef {import('./types.d.ts').BoardExport} BoardExport */
/** @typedef {import('./types.d.ts').BoardFile} BoardFile */
/** @typedef {import('./types.d.ts').AccountProblem} AccountProblem */
/** @typedef {import('./types.d.ts').GraphQLProblem} GraphQLProblem */

const PAGE_SIZE = 50;
/** Asking again helps against these alone. */
const PASSING = new Set([
  'RATE_LIMITED',
  'VENDOR_RATE_LIMITED',
  'VENDOR_TIMEOUT',
  'VENDOR_UNAVAILABLE',
  'VENDOR_BAD_RESPONSE',
]);

/**
 * @typedef {object} Recent
 * @property {readonly BoardExport[]} nodes
 * @property {readonly AccountProblem[]} unavailable
 * @property {{ readonly hasNextPage: boolean }} pageInfo
 */

/** @returns {Promise<Recent>} */
export async function readRecent() {
  const { data } = await ask(RECENT_EXPORTS, { first: PAGE_SIZE });
  return data.recentExports;
}

/**
 * What became of the words of one followed export; `isPassing` where asking again may help.
 *
 * @typedef {{ readonly text: string, readonly shown: BoardExport }
 *   | { readonly text: string, readonly problem: string, readonly isPassing: boolean }} Followed
 */

/**
 * Reads the exports that somebody follows by name.
 *
 * @param {readonly string[]} texts - at most 100
 * @returns {Promise<readonly Followed[]>} one for each, in any order
 */
export async function readFollowed(texts) {
  const parsed = texts.map((text) => ({ text, ...parseLocator(text) }));
  const wrong = parsed.flatMap((entry) => ('problem' in entry ? [{ ...entry, isPassing: false }] : []));
  const asked = parsed.flatMap((entry) => ('locator' in entry ? [entry] : []));
  if (asked.length === 0) return wrong;
  const { data, errors } = await ask(FOLLOWED_EXPORTS, { locators: asked.map(({ locator }) => locator) });
  return [...wrong, ...asked.map(({ text }, index) => toFollowed(text, data.exports[index], index, errors))];
}

/**
 * @param {string} text
 * @param {BoardExport | null} shown
 * @param {number} index
 * @param {readonly GraphQLProblem[]} errors
 * @returns {Followed}
 */
function toFollowed(text, shown, index, errors) {
  if (shown !== null) return { text, shown };
  const error = errors.find(({ path }) => path?.[1] === index);
  return {
    text,
    problem: error?.message ?? 'This export cannot be read.',
    isPassing: PASSING.has(error?.extensions?.code ?? ''),
  };
}

/**
 * Links to the files of finished exports.
 *
 * @param {readonly string[]} ids - at most 100
 * @returns {Promise<readonly { readonly id: string, readonly files: readonly BoardFile[] }[]>} those that could be read
 */
export async function readFiles(ids) {
  if (ids.length === 0) return [];
  const { data } = await ask(EXPORT_FILES, { locators: ids.map((id) => ({ id })) });
  /** @type {readonly ({ readonly id: string, readonly files: readonly BoardFile[] | null } | null)[]} */
  const exports = data.exports;
  return exports.flatMap((entry) => (entry?.files ? [{ id: entry.id, files: entry.files }] : []));
}
