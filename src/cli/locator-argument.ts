import { InputError } from '../export/errors.ts';
import { type GlobalId, parseGlobalId, toExportKey, toKeyFromGlobalId } from '../export/locator.ts';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../export/vendor-id.ts';
import { CODED_VENDORS } from '../vendors/coded.ts';
import { CommandError } from './command-error.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import type { ExportLocator } from './generated/operations.ts';

/** One export as it was named on the command line. */
export interface LocatorArgument {
  /** As it was typed, safe to print. */
  readonly text: string;
  /** Null for a global id that this version cannot read. */
  readonly vendor: string | null;
  /** What the gateway is asked with. */
  readonly locator: ExportLocator;
  /** True where this argument names the export with that global id. */
  names(exportId: string): boolean;
}

type Ids = Readonly<Record<string, string>>;

interface VendorForm {
  /** The ids by number of parts, in the order in which they are written. */
  readonly fields: readonly (readonly string[])[];
  /** As the help shows it. */
  readonly pattern: string;
  readonly toLocator: (account: string | undefined, ids: Ids) => ExportLocator;
}

/** How each vendor's exports are named. */
const FORMS: Readonly<Record<CodedVendorId, VendorForm>> = {
  'power-bi': {
    fields: [
      ['reportId', 'exportId'],
      ['groupId', 'reportId', 'exportId'],
    ],
    pattern: 'power-bi:REPORT/EXPORT or power-bi:GROUP/REPORT/EXPORT',
    toLocator: (account, { groupId, reportId = '', exportId = '' }) => ({
      powerBi: { account, groupId, reportId, exportId },
    }),
  },
  'hi-energy': {
    fields: [['exportId']],
    pattern: 'hi-energy:ID',
    toLocator: (account, { exportId = '' }) => ({ hiEnergy: { account, exportId } }),
  },
  talkdesk: {
    fields: [['reportType', 'jobId']],
    pattern: 'talkdesk:TYPE/ID',
    toLocator: (account, { reportType = '', jobId = '' }) => ({ talkdesk: { account, reportType, jobId } }),
  },
  'web-admit': {
    fields: [
      ['exportId', 'exportFileId'],
      ['userIdentityId', 'exportId', 'exportFileId'],
    ],
    pattern: 'web-admit:EXPORT/FILE or web-admit:IDENTITY/EXPORT/FILE',
    toLocator: (account, { userIdentityId, exportId = '', exportFileId = '' }) => ({
      webAdmit: { account, userIdentityId, exportId, exportFileId },
    }),
  },
};

/** Every form of a locator, one a line. */
export const LOCATOR_FORMS = CODED_VENDOR_IDS.map((vendor) => FORMS[vendor].pattern);

const ACCOUNT = /^[a-z0-9-]{1,40}$/;
/** A vendor's; there may be any. */
const VENDOR_KEY = /^[a-z][a-z0-9-]{0,39}$/;
/** What a locator looks like before anyone looks closer; a global id has no colon. */
const SHAPE = /^(?:(?<account>[^@:]*)@)?(?<vendor>[^@:]*):(?<ids>.*)$/su;
/** No locator is longer: three ids of at most 512 characters and a bit. */
const MAX_LENGTH = 2_048;

/**
 * Reads the locators of a command line.
 *
 * @throws CommandError with one line per argument that is none: which one, what is wrong, what is allowed
 */
export function parseLocatorArguments(texts: readonly string[]): readonly LocatorArgument[] {
  const problems: string[] = [];
  const parsed = texts.flatMap((text) => {
    const result = parse(text);
    if (typeof result !== 'string') return [result];
    problems.push(`"${toTerminalText(text.slice(0, 200))}" names no export: ${result}`);
    return [];
  });
  if (problems.length > 0) throw new CommandError(EXIT.usage, problems.join('\n'));
  return parsed;
}

/** Reads the one locator that a command takes. @throws CommandError */
export function parseLocatorArgument(text: string): LocatorArgument {
  const [argument] = parseLocatorArguments([text]);
  return argument as LocatorArgument;
}

/** The argument, or what is wrong with it. */
function parse(text: string): LocatorArgument | string {
  if (text.length > MAX_LENGTH) return 'it is too long.';
  if (/\p{Cc}/u.test(text)) return 'it holds control characters.';
  const { account, vendor, ids } = SHAPE.exec(text)?.groups ?? {};
  if (vendor === undefined || ids === undefined) return parseId(text);
  const known = CODED_VENDOR_IDS.find((candidate) => candidate === vendor);
  if (known === undefined && !VENDOR_KEY.test(vendor)) return 'before the colon stands the key of a vendor.';
  if (account !== undefined && !ACCOUNT.test(account)) {
    return 'before the @ stands an account key: 1 to 40 lower-case letters, digits and hyphens.';
  }
  if (known === undefined) return toTextArgument({ text, vendor, account, ids });
  return parseVendorIds(text, known, account, ids.split('/'));
}

/** Of a vendor that only the gateway knows: it reads the ids too. What is only a hint of such a vendor's stands in no global id. */
function toTextArgument({
  text,
  vendor,
  account,
  ids,
}: Readonly<Record<'text' | 'vendor' | 'ids', string>> & {
  readonly account: string | undefined;
}): LocatorArgument {
  const ending = `@${vendor}:${ids}`;
  return {
    text,
    vendor,
    locator: { text },
    names(exportId) {
      const name = toLocatorText(exportId);
      return account === undefined ? name.endsWith(ending) : name === `${account}${ending}`;
    },
  };
}

function parseId(text: string): LocatorArgument | string {
  try {
    const parsed = parseGlobalId(text);
    if (parsed.type !== 'export')
      return `it is the id of ${parsed.type === 'vendor' ? 'a vendor' : 'an account'}. Give the \`id\` of an export.`;
    const id = toOwnId(parsed, text);
    return { text, vendor: parsed.vendor, locator: { id: text }, names: (exportId) => exportId === id };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `give VENDOR:IDS, such as ${FORMS['hi-energy'].pattern}, or the \`id\` of an earlier answer.`;
  }
}

/** The id as answers hold it: earlier releases wrote more into ids. Whether its ids are good ones, the gateway says. */
function toOwnId(parsed: Extract<GlobalId, { type: 'export' }>, text: string): string {
  try {
    const vendor = CODED_VENDOR_IDS.find((id) => id === parsed.vendor);
    return vendor === undefined ? text : toKeyFromGlobalId(CODED_VENDORS[vendor].locator, parsed).id;
  } catch {
    return text;
  }
}

function parseVendorIds(
  text: string,
  vendor: CodedVendorId,
  account: string | undefined,
  values: readonly string[],
): LocatorArgument | string {
  const form = FORMS[vendor];
  const fields = form.fields.find(({ length }) => length === values.length);
  if (fields === undefined) return `write ${form.pattern}.`;
  const ids = Object.fromEntries(fields.map((field, index) => [field, values[index] ?? '']));
  const problem = checkIds(vendor, ids);
  if (problem !== undefined) return problem;
  return {
    text,
    vendor,
    locator: form.toLocator(account, ids),
    names: (exportId) => namesExport(vendor, account, ids, exportId),
  };
}

function checkIds(vendor: CodedVendorId, ids: Ids): string | undefined {
  const { locator: grammar } = CODED_VENDORS[vendor];
  for (const [field, value] of Object.entries(ids)) {
    const rule = grammar[field];
    if (rule !== undefined && !(value.isWellFormed() && rule.test(value))) {
      return `its ${field} must be ${rule.allowed}.`;
    }
  }
  return undefined;
}

/** Without an account of its own, an argument means whichever one the gateway took. */
function namesExport(
  vendor: CodedVendorId,
  account: string | undefined,
  ids: Ids,
  exportId: string,
): boolean {
  try {
    const parsed = parseGlobalId(exportId);
    if (parsed.type !== 'export' || parsed.vendor !== vendor) return false;
    if (account !== undefined && account !== parsed.account) return false;
    return toExportKey(CODED_VENDORS[vendor].locator, vendor, parsed.account, ids).id === exportId;
  } catch {
    // Another version's id: the caller falls back on what is left.
    return false;
  }
}

/**
 * An export of an answer as if it had been named on the command line: `hi@hi-energy:4213`. With its account, since that is what
 * makes it the same export wherever it is pasted.
 */
export function toLocatorArgument(exportId: string): LocatorArgument {
  const text = toLocatorText(exportId);
  const parsed = parse(exportId);
  if (typeof parsed !== 'string') return { ...parsed, text };
  return { text, vendor: null, locator: { id: exportId }, names: (other) => other === exportId };
}

/** The same as text; a global id that this version cannot read stands for itself. */
export function toLocatorText(exportId: string): string {
  try {
    const parsed = parseGlobalId(exportId);
    if (parsed.type !== 'export') return toTerminalText(exportId);
    const ids = parsed.values.filter((value) => value !== null);
    return toTerminalText(`${parsed.account}@${parsed.vendor}:${ids.join('/')}`);
  } catch {
    return toTerminalText(exportId);
  }
}
