/** What somebody pasted to follow an export: recognised as they type, or explained in their own words. */
import { type ExportLocator, parseLocator } from '@waybill/client';
import { vendorName } from './vendors.ts';

interface IdWords {
  readonly field: string;
  readonly label: string;
  readonly pattern: RegExp;
  /** How it goes on after "it is …". */
  readonly allowed: string;
  readonly isOptional?: boolean;
}

interface VendorForm {
  readonly vendor: string;
  /** How its locators are written; the first one is the usual one. */
  readonly forms: readonly string[];
  readonly example: string;
  readonly ids: readonly IdWords[];
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const A_UUID = 'a UUID, such as 2b1f7a52-6d1c-4f5e-9b86-0d6f9a4e7c11';
const NUMBER = /^[1-9][0-9]{0,18}$/;
const A_NUMBER = 'a whole number without zeros in front, such as 4213';

/** By the field of the schema's `ExportLocator`. */
const FORMS: Readonly<Record<string, VendorForm>> = {
  powerBi: {
    vendor: 'power-bi',
    forms: ['power-bi:REPORT/EXPORT', 'power-bi:GROUP/REPORT/EXPORT'],
    example: 'power-bi:2b1f7a52-6d1c-4f5e-9b86-0d6f9a4e7c11/Mi9CbG9i',
    ids: [
      { field: 'groupId', label: 'workspace', pattern: UUID, allowed: A_UUID, isOptional: true },
      { field: 'reportId', label: 'report', pattern: UUID, allowed: A_UUID },
      {
        field: 'exportId',
        label: 'export id',
        pattern: /^[\x21-\x7e]{1,512}$/,
        allowed: 'the id that Power BI gave when the export was started',
      },
    ],
  },
  hiEnergy: {
    vendor: 'hi-energy',
    forms: ['hi-energy:NUMBER'],
    example: 'hi-energy:4213',
    ids: [{ field: 'exportId', label: 'export number', pattern: NUMBER, allowed: A_NUMBER }],
  },
  talkdesk: {
    vendor: 'talkdesk',
    forms: ['talkdesk:TYPE/ID'],
    example: 'talkdesk:calls/6f1c3c1e09',
    ids: [
      {
        field: 'reportType',
        label: 'report type',
        pattern: /^[a-z][a-z0-9_]{0,63}$/,
        allowed: 'a word of lower-case letters, digits and underscores, such as calls',
      },
      {
        field: 'jobId',
        label: 'job id',
        pattern: /^[A-Za-z0-9_-]{1,64}$/,
        allowed: 'at most 64 letters, digits, hyphens and underscores',
      },
    ],
  },
  webAdmit: {
    vendor: 'web-admit',
    forms: ['web-admit:EXPORT/FILE', 'web-admit:IDENTITY/EXPORT/FILE'],
    example: 'web-admit:86446/74784',
    ids: [
      { field: 'userIdentityId', label: 'identity', pattern: NUMBER, allowed: A_NUMBER, isOptional: true },
      { field: 'exportId', label: 'export template', pattern: NUMBER, allowed: A_NUMBER },
      { field: 'exportFileId', label: 'export file', pattern: NUMBER, allowed: A_NUMBER },
    ],
  },
};

const ALL_FORMS = Object.values(FORMS);
const KNOWN = `Known here are ${ALL_FORMS.map(({ vendor }) => vendor).join(', ')}.`;
const MAX_LENGTH = 2_048;
const SHOWN_LENGTH = 40;

export type ReadLocator =
  | { readonly locator: ExportLocator; readonly says: string }
  | { readonly problem: string };

/** Reads what was pasted: a locator, a global id, or an address of a vendor's own pages. */
export function readLocator(pasted: string): ReadLocator {
  const text = pasted.trim();
  if (text === '') return { problem: 'Paste an export’s id, its locator, or its address at the vendor.' };
  if (text.length > MAX_LENGTH) return { problem: 'This is too long to name an export.' };
  try {
    const locator = parseLocator(ownId(text) ?? text);
    return findWrongId(locator) ?? { locator, says: describe(locator) };
  } catch {
    return { problem: explainWrong(text) };
  }
}

/** The id in an address of this board, which somebody may have been sent. */
function ownId(text: string): string | undefined {
  const [, id] = /^https?:\/\/[^/]+\/e\/([^/?#]+)/.exec(text) ?? [];
  return id === undefined ? undefined : decodeURIComponent(id);
}

function findWrongId(locator: ExportLocator): { readonly problem: string } | null {
  const [field, ids] = Object.entries(locator)[0] ?? [];
  const form = field === undefined || !Object.hasOwn(FORMS, field) ? undefined : FORMS[field];
  if (form === undefined) return null;
  const values = ids as unknown as Readonly<Record<string, string | null | undefined>>;
  for (const { field: name, label, pattern, allowed, isOptional = false } of form.ids) {
    const value = values[name] ?? '';
    if (value === '' && isOptional) continue;
    if (!pattern.test(value)) return { problem: wrongId(form, { label, allowed }, value) };
  }
  return null;
}

function wrongId(
  { vendor, example }: VendorForm,
  { label, allowed }: Pick<IdWords, 'label' | 'allowed'>,
  value: string,
): string {
  const name = vendorName(vendor);
  if (value === '') return `The ${label} is missing. Write for example ${example}.`;
  return `“${shorten(value)}” is no ${label} of ${name}: that is ${allowed}.`;
}

function describe(locator: ExportLocator): string {
  const [field = '', ids] = Object.entries(locator)[0] ?? [];
  const form = Object.hasOwn(FORMS, field) ? FORMS[field] : undefined;
  if (form === undefined) return 'An export’s id.';
  const values = ids as unknown as Readonly<Record<string, string | null | undefined>>;
  const parts = form.ids.flatMap(({ field: name, label }) =>
    values[name] ? [`${label} ${shorten(values[name])}`] : [],
  );
  const account = values.account ? `, account ${values.account}` : '';
  return `${vendorName(form.vendor)}${account}: ${parts.join(', ')}.`;
}

/** Why it cannot be read at all; the likeliest mistake first. */
function explainWrong(text: string): string {
  if (/\s/.test(text)) return 'There is a space in it: paste one id, locator or address alone.';
  if (/^https?:/i.test(text))
    return `This address does not name an export. Addresses of an export at Power BI, Hi Energy, Talkdesk or WebAdMIT do; so do locators such as ${FORMS.hiEnergy?.example}.`;
  const [, account, vendor, rest] = /^(?:([^@:]*)@)?([^@:]*):(.*)$/.exec(text) ?? [];
  if (vendor === undefined)
    return `This is neither an export’s id nor its locator. A locator is the vendor, a colon and the ids, such as ${FORMS.hiEnergy?.example}.`;
  const form = ALL_FORMS.find((known) => known.vendor === vendor.toLowerCase());
  if (form === undefined) return `There is no vendor “${shorten(vendor)}”. ${KNOWN}`;
  if (account !== undefined && !/^[a-z0-9-]{1,40}$/.test(account))
    return `“${shorten(account)}” is no account’s name: before the @ stand lower-case letters, digits and hyphens.`;
  return explainIds(form, (rest ?? '').split('/'));
}

function explainIds(form: VendorForm, values: readonly string[]): string {
  const required = form.ids.filter(({ isOptional = false }) => !isOptional);
  const named = values.length === form.ids.length ? form.ids : required;
  if (values.length !== named.length) return `Write ${form.forms.join(' or ')}, such as ${form.example}.`;
  const wrong = named.findIndex(({ pattern }, index) => !pattern.test(values[index] ?? ''));
  const words = named[wrong];
  return words === undefined
    ? `Write ${form.forms.join(' or ')}, such as ${form.example}.`
    : wrongId(form, words, values[wrong] ?? '');
}

function shorten(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, 16)}…${text.slice(-10)}`;
}
