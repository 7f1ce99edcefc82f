/** The exports somebody follows by name: as typed, in the page's address, and as the gateway is asked. */

/** @typedef {Readonly<Record<string, unknown>>} ExportLocator */

/**
 * How each vendor's exports are named on the command line: the field of `ExportLocator`, and the ids by number of parts.
 *
 * @type {Readonly<Record<string, { readonly field: string, readonly ids: readonly (readonly string[])[], readonly pattern: string }>>}
 */
const FORMS = {
  'power-bi': {
    field: 'powerBi',
    ids: [
      ['reportId', 'exportId'],
      ['groupId', 'reportId', 'exportId'],
    ],
    pattern: 'power-bi:REPORT/EXPORT or power-bi:GROUP/REPORT/EXPORT',
  },
  'hi-energy': { field: 'hiEnergy', ids: [['exportId']], pattern: 'hi-energy:ID' },
  talkdesk: { field: 'talkdesk', ids: [['reportType', 'jobId']], pattern: 'talkdesk:TYPE/ID' },
  'web-admit': {
    field: 'webAdmit',
    ids: [
      ['exportId', 'exportFileId'],
      ['userIdentityId', 'exportId', 'exportFileId'],
    ],
    pattern: 'web-admit:EXPORT/FILE or web-admit:IDENTITY/EXPORT/FILE',
  },
};

const SHAPE = /^(?:(?<account>[a-z0-9-]{1,40})@)?(?<vendor>[a-z-]+):(?<ids>[^\s]+)$/u;
const GLOBAL_ID = /^[A-Za-z0-9_-]{8,2048}$/;
const MAX_LENGTH = 2_048;

/**
 * Reads a global id or a command-line locator; whether its ids are good ones, the gateway says.
 *
 * @param {string} text
 * @returns {{ readonly locator: ExportLocator } | { readonly problem: string }}
 */
export function parseLocator(text) {
  if (text.length > MAX_LENGTH) return { problem: 'This is too long to name an export.' };
  const { account, vendor, ids } = SHAPE.exec(text)?.groups ?? {};
  if (vendor === undefined || ids === undefined) {
    if (GLOBAL_ID.test(text)) return { locator: { id: text } };
    return {
      problem: 'Give an export’s id, or VENDOR:IDS as on the command line, such as hi-energy:4216.',
    };
  }
  const form = Object.hasOwn(FORMS, vendor) ? FORMS[vendor] : undefined;
  if (form === undefined)
    return { problem: `Before the colon stands one of ${Object.keys(FORMS).join(', ')}.` };
  const values = ids.split('/');
  const fields = form.ids.find(({ length }) => length === values.length);
  if (fields === undefined || values.includes('')) return { problem: `Write ${form.pattern}.` };
  const named = Object.fromEntries(fields.map((field, index) => [field, values[index]]));
  return { locator: { [form.field]: account === undefined ? named : { account, ...named } } };
}

/**
 * @param {string} hash - of the page's address: `#id=…&id=…`
 * @returns {readonly string[]} each once, in their order
 */
export function readHash(hash) {
  // A plus is part of an id here, never a space.
  const parameters = new URLSearchParams(hash.replace(/^#/, '').replaceAll('+', '%2B'));
  return [...new Set(parameters.getAll('id').map((text) => text.trim()))].filter((text) => text !== '');
}

/** @param {readonly string[]} texts */
export function writeHash(texts) {
  // These three are allowed in a fragment, and read better as they are.
  const encode = (/** @type {string} */ text) =>
    encodeURIComponent(text).replace(/%(?:3A|2F|40)/g, decodeURIComponent);
  return texts.map((text) => `id=${encode(text)}`).join('&');
}
