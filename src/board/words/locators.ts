/** What somebody pasted to follow an export: recognised as they type, or explained in their own words. */
import { type ExportLocator, parseLocator } from '@waybill/client';
import {
  learntVendor,
  learntVendorKeys,
  toLabel,
  toLikeness,
  toWholePattern,
  vendorName,
} from './vendors.ts';

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
const ANYTHING = /./;
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

/** How locators of a vendor are written: in words of our own, or in the gateway's. */
function findForm(vendor: string): VendorForm | undefined {
  const own = ALL_FORMS.find((form) => form.vendor === vendor);
  const learnt = learntVendor(vendor);
  if (own !== undefined || learnt === undefined) return own;
  const { locator: fields } = learnt;
  const required = fields.filter(({ isOptional }) => !isOptional);
  const ways = required.length < fields.length ? [required, fields] : [fields];
  const write = (ids: typeof fields, toPart: (field: (typeof fields)[number]) => string) =>
    `${vendor}:${ids.map(toPart).join('/')}`;
  return {
    vendor,
    forms: ways.map((ids) => write(ids, ({ name }) => name)),
    example: write(required, ({ name, example }) => example ?? name),
    ids: fields.map(({ name, pattern, example, isOptional }) => ({
      field: name,
      label: toLabel(name).toLowerCase(),
      pattern: toWholePattern(pattern) ?? ANYTHING,
      allowed: toLikeness(pattern, example),
      isOptional,
    })),
  };
}

/** The keys of all vendors that a locator may name. */
function knownVendors(): readonly string[] {
  const learnt = learntVendorKeys();
  return learnt.length > 0 ? learnt : ALL_FORMS.map(({ vendor }) => vendor);
}

/** A locator that the gateway reads itself, taken apart; null for every other one. */
function splitText(locator: ExportLocator) {
  if (typeof locator.text !== 'string') return null;
  const [, account, vendor = '', ids = ''] = /^(?:([^@:]*)@)?([^@:]*):(.*)$/s.exec(locator.text) ?? [];
  return { account, vendor, values: ids.split('/') };
}

/** What is wrong with one, as far as can be told here; null where the gateway may take it. */
function findWrongText({ vendor, values }: NonNullable<ReturnType<typeof splitText>>): string | null {
  const form = findForm(vendor);
  if (form === undefined) return learntVendorKeys().length === 0 ? null : noVendor(vendor);
  const required = form.ids.filter(({ isOptional = false }) => !isOptional);
  const isWhole = values.length === form.ids.length || values.length === required.length;
  const named = values.length === form.ids.length ? form.ids : required;
  if (isWhole && named.every(({ pattern }, index) => pattern.test(values[index] ?? ''))) return null;
  // Some of several optional ids: which of them, the gateway finds out.
  const isSome = values.length > required.length && values.length < form.ids.length;
  return isSome ? null : explainIds(form, values);
}

function noVendor(vendor: string): string {
  return `There is no vendor “${shorten(vendor)}”. Known here are ${knownVendors().join(', ')}.`;
}

function findWrongId(locator: ExportLocator): { readonly problem: string } | null {
  const text = splitText(locator);
  if (text !== null) {
    const problem = findWrongText(text);
    return problem === null ? null : { problem };
  }
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
  const text = splitText(locator);
  if (text !== null) {
    const of = text.account === undefined ? '' : `, account ${text.account}`;
    return `${vendorName(text.vendor)}${of}: ${text.values.map(shorten).join(', ')}.`;
  }
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
  const form = findForm(vendor.toLowerCase());
  if (form === undefined) return noVendor(vendor);
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
