/** What each vendor's exports are started with: the fields of the form, and the order that is made of them. */

/**
 * @typedef {object} OrderField
 * @property {string} name - in the schema
 * @property {string} label
 * @property {string} [hint]
 * @property {'text' | 'instant' | 'json'} kind
 * @property {boolean} [isRequired]
 * @property {readonly string[]} [suggestions]
 */

const REPORT_TYPES = {
  'hi-energy': ['advertisers_csv', 'deals_excel', 'hot_advertisers_excel', 'clicks_details_excel'],
  talkdesk: ['calls', 'contacts', 'user_status'],
};

/** @type {Readonly<Record<string, { readonly order: string, readonly fields: readonly OrderField[] }>>} */
export const ORDERS = {
  'power-bi': {
    order: 'powerBi',
    fields: [
      { name: 'reportId', label: 'Report', hint: 'a UUID', kind: 'text', isRequired: true },
      {
        name: 'groupId',
        label: 'Workspace',
        hint: 'a UUID; left empty for My workspace',
        kind: 'text',
      },
      {
        name: 'format',
        label: 'Format',
        hint: 'PDF, PPTX, PNG; of paginated reports more',
        kind: 'text',
        isRequired: true,
        suggestions: ['PDF', 'PPTX', 'PNG', 'XLSX', 'DOCX', 'CSV', 'XML', 'MHTML', 'IMAGE', 'ACCESSIBLEPDF'],
      },
      { name: 'reportConfiguration', label: 'Report configuration', kind: 'json' },
      { name: 'paginatedReportConfiguration', label: 'Paginated report configuration', kind: 'json' },
    ],
  },
  'hi-energy': {
    order: 'hiEnergy',
    fields: [
      {
        name: 'reportType',
        label: 'Report type',
        hint: 'such as deals_excel',
        kind: 'text',
        isRequired: true,
        suggestions: REPORT_TYPES['hi-energy'],
      },
      { name: 'searchParams', label: 'Filters', kind: 'json' },
      { name: 'indexParams', label: 'Sorting and columns', kind: 'json' },
    ],
  },
  talkdesk: {
    order: 'talkdesk',
    fields: [
      {
        name: 'reportType',
        label: 'Report type',
        hint: 'such as calls',
        kind: 'text',
        isRequired: true,
        suggestions: REPORT_TYPES.talkdesk,
      },
      { name: 'from', label: 'From', hint: 'in your time zone', kind: 'instant', isRequired: true },
      { name: 'to', label: 'To', hint: 'in your time zone', kind: 'instant', isRequired: true },
      { name: 'name', label: 'Name', hint: 'what the vendor calls it', kind: 'text' },
      { name: 'timezone', label: 'Time zone', hint: 'such as Europe/Lisbon', kind: 'text' },
      {
        name: 'format',
        label: 'Format',
        hint: 'csv, json or json_bulk',
        kind: 'text',
        suggestions: ['csv', 'json', 'json_bulk'],
      },
      { name: 'parameters', label: 'Further parameters', kind: 'json' },
    ],
  },
  'web-admit': {
    order: 'webAdmit',
    fields: [
      { name: 'userIdentityId', label: 'Identity', hint: 'a number', kind: 'text', isRequired: true },
      { name: 'exportId', label: 'Export', hint: 'a number', kind: 'text', isRequired: true },
    ],
  },
};

/**
 * Makes an order of what was typed; whether ids are good ones, the gateway says.
 *
 * @param {string} vendor
 * @param {string} account
 * @param {Readonly<Record<string, string>>} typed - by field; empty where nothing was
 * @returns {{ readonly order: object } | { readonly problems: Readonly<Record<string, string>> }} equal orders are equal as JSON
 */
export function readOrder(vendor, account, typed) {
  const { order, fields } = /** @type {typeof ORDERS[string]} */ (ORDERS[vendor]);
  /** @type {Record<string, string>} */
  const problems = {};
  /** @type {Record<string, unknown>} */
  const values = { account };
  for (const { name, kind, isRequired } of fields) {
    const text = (typed[name] ?? '').trim();
    if (text === '') {
      if (isRequired) problems[name] = 'This has to be filled in.';
      continue;
    }
    const value = VALUE[kind](text);
    if (value === null) problems[name] = PROBLEM[kind];
    else values[name] = value;
  }
  return Object.keys(problems).length > 0 ? { problems } : { order: { [order]: values } };
}

/** What is read of a text; null where it cannot be. @type {Readonly<Record<OrderField['kind'], (text: string) => unknown>>} */
const VALUE = {
  text: (text) => text,
  instant(text) {
    const at = new Date(text);
    return Number.isNaN(at.getTime()) ? null : at.toISOString();
  },
  json(text) {
    if (!text.startsWith('{')) return null;
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  },
};

/** @type {Readonly<Record<OrderField['kind'], string>>} */
const PROBLEM = {
  text: '',
  instant: 'This is no date and time.',
  json: 'This is no JSON object, such as { "status": "active" }.',
};
