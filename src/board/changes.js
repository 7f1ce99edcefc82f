/** What the board asks the gateway to change. */
import { ask } from './ask.js';
import { ACCOUNTS, CANCEL_EXPORT, START_EXPORT, TRACK_EXPORT, UNTRACK_EXPORT } from './documents.js';

/** @typedef {import('./types.d.ts').BoardExport} BoardExport */
/** @typedef {import('./types.d.ts').BoardTracking} BoardTracking */

/** A configuration may let one call to a vendor take two minutes. */
const TIMEOUT_MS = 130_000;

/** @returns {Promise<readonly import('./types.d.ts').StartableAccount[]>} the caller's, of vendors that start exports */
export async function readStartable() {
  const { data } = await ask(ACCOUNTS, {});
  /** @type {readonly { readonly key: string, readonly vendor: any }[]} */
  const accounts = data.accounts;
  return accounts.filter(({ vendor }) => vendor.capabilities.canStart);
}

/**
 * @param {object} input - as the schema's `StartExportInput`
 * @returns {Promise<{ readonly export: BoardExport, readonly isExisting: boolean }>}
 */
export async function startExport(input) {
  const { data } = await ask(START_EXPORT, { input }, TIMEOUT_MS);
  return data.startExport;
}

/**
 * @param {string} id
 * @returns {Promise<BoardExport>} as it is afterwards
 */
export async function cancelExport(id) {
  const { data } = await ask(CANCEL_EXPORT, { locator: { id } }, TIMEOUT_MS);
  return data.cancelExport.export;
}

/**
 * @param {string} id
 * @param {string} label - empty: a label that is there already stays
 * @returns {Promise<BoardTracking>}
 */
export async function trackExport(id, label) {
  const { data } = await ask(TRACK_EXPORT, { locator: { id }, label: label === '' ? undefined : label });
  return data.trackExport.tracking;
}

/** @param {string} id */
export async function untrackExport(id) {
  await ask(UNTRACK_EXPORT, { locator: { id } });
}
